"""Migrations go up and down, from empty and with data, and leave a database that isolates organisations."""

import os
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import text

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.database.migrate import SchemaTooNew, current_revision, head_revision, migrate
from tradewind.kernel.testing.fixtures import add_member, make_tenant
from tradewind.modules.email import api as email
from tradewind.modules.email.contracts import Mail
from tradewind.settings import Settings

# The server is shared with the tests of other processes.
SPARE = f"spare_{os.getpid()}"


class SpareDatabase(Database):
    """A database of its own on the embedded server."""

    @property
    def owner_url(self):
        return super().owner_url.set(database=SPARE)

    @property
    def app_url(self):
        return super().app_url.set(database=SPARE)


@pytest.fixture
async def spare(settings: Settings) -> AsyncIterator[Database]:
    database = SpareDatabase(settings)
    await database.open(pooled=False)
    yield database
    await database.engine.dispose()
    assert database.embedded is not None
    connection = await asyncpg.connect(database.embedded.url("postgres", "postgres"))
    await connection.execute(f"DROP DATABASE IF EXISTS {SPARE} WITH (FORCE)")
    await connection.close()
    await database.close()


async def tables(database: Database) -> set[str]:
    async with database.owner_connection() as connection:
        rows = await connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        return set(rows.scalars()) - {"alembic_version"}


async def test_up_twice_down_and_up_again_from_empty(spare: Database) -> None:
    await migrate(spare)
    assert await current_revision(spare) == head_revision()
    full = await tables(spare)
    await migrate(spare)
    assert await tables(spare) == full, "migrating twice changes nothing"
    await migrate(spare, "base")
    assert await tables(spare) == set(), "downgrade must remove what upgrade made"
    await migrate(spare)
    assert await tables(spare) == full


async def test_down_and_up_with_data(spare: Database) -> None:
    """Data stays; kept mails are clear only below the version that seals them."""
    await migrate(spare)
    tenant = await make_tenant(spare, "Migrating Company")
    await add_member(spare, tenant.organisation_id, role="analyst", name="Ada Analyst")
    async with spare.transaction(tenant.actor) as session:
        await session.execute(
            text("INSERT INTO leads (id, organisation_id, full_name) VALUES (gen_random_uuid(), :id, 'Kept Lead')"),
            {"id": tenant.organisation_id},
        )
    links = ["https://example.com/reset", None]
    async with spare.transaction(tenant.actor) as session:
        for link in links:
            await email.deliver(
                session, Mail("reset_password", "ada@example.com", "Ada", "Hello", "Come in", link=link)
            )
    await migrate(spare, "0015")
    async with spare.owner_connection() as connection:
        kept = (await connection.execute(text("SELECT body, link FROM mail_sink ORDER BY id"))).all()
    assert [tuple(row) for row in kept] == [("Come in", link) for link in links]
    await migrate(spare)
    async with spare.owner_connection() as connection:
        stored = (await connection.execute(text("SELECT body_sealed, link_sealed FROM mail_sink"))).all()
    assert not any("Come in" in row.body_sealed or "example" in (row.link_sealed or "") for row in stored)
    assert [(mail.body, mail.link) for mail in await email.recent_mails(spare)] == [("Come in", x) for x in links[::-1]]
    await migrate(spare, "0003")
    await migrate(spare)
    async with spare.transaction(tenant.actor) as session:
        assert await session.scalar(text("SELECT full_name FROM leads")) == "Kept Lead"


async def test_a_database_of_a_newer_version_is_left_alone(spare: Database) -> None:
    await migrate(spare, "0001")
    async with spare.owner_connection() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaTooNew, match="at revision 9999"):
        await migrate(spare)
    assert await current_revision(spare) == "9999"


async def test_every_tenant_table_is_isolated(real_database: Database) -> None:
    async with real_database.owner_connection() as connection:
        rows = await connection.execute(
            text("""
                SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
                       EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid) AS has_policy
                FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organisation_id'
                WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
            """)
        )
        found = rows.all()
    assert len(found) > 5
    assert [
        row.relname for row in found if not (row.relrowsecurity and row.relforcerowsecurity and row.has_policy)
    ] == []


async def test_the_application_role_is_weak(real_database: Database) -> None:
    async with real_database.transaction(Actor.system()) as session:
        row = (
            await session.execute(
                text("SELECT rolname, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user")
            )
        ).one()
    assert tuple(row) == ("tradewind_app", False, False, False)

"""Every table of an organisation is isolated by the database itself."""

import pytest
from sqlalchemy import text
from tests.conformance.rows import fill, fingerprint, tenant_tables

from tradewind.kernel.access import Actor

# Tables that hold other things than one organisation's rows; each with the reason why that is right.
GLOBAL = {
    "alembic_version": "state of the migrations",
    "organisations": "the organisations themselves (isolated by id)",
    "users": "people work in several organisations (isolated by membership)",
    "user_passwords": "isolated by user",
    "one_time_tokens": "isolated by user",
    "user_sessions": "isolated by user",
    "refresh_tokens": "isolated by user",
    "signing_keys": "one set per installation; the private half is sealed",
    "oauth_clients": "programs register before anyone knows them; they hold no rights",
    "totp_factors": "isolated by user",
    "passkeys": "isolated by user",
    "recovery_codes": "isolated by user",
    "auth_challenges": "found by the hash of a secret, before anyone is known",
    "login_throttles": "counts by hashed address, before anyone is known",
    "processed_events": "ids of handled events only",
    "pgqueuer": "the job queue, read by workers",
    "pgqueuer_log": "the job queue",
    "pgqueuer_schedules": "the job queue",
    "pgqueuer_statistics": "the job queue",
}
_UNFORCED = """
    SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
      AND a.attname = 'organisation_id' AND NOT a.attisdropped
      AND NOT (c.relrowsecurity AND c.relforcerowsecurity
               AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))
"""


async def test_every_table_with_an_organisation_is_isolated(database):
    async with database.transaction(Actor.system()) as session:
        assert (await session.scalars(text(_UNFORCED))).all() == []


async def test_every_other_table_is_known_to_be_global(database):
    async with database.transaction(Actor.system()) as session:
        isolated = set(await tenant_tables(session))
        everything = set(
            await session.scalars(
                text(
                    "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition "
                    "AND relnamespace = 'public'::regnamespace"
                )
            )
        )
    assert everything - isolated - set(GLOBAL) == set()


async def test_the_application_role_is_restricted(database):
    async with database.transaction(Actor.system()) as session:
        row = (
            await session.execute(text("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"))
        ).one()
        owned = await session.scalar(
            text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
        )
    assert (row.rolsuper, row.rolbypassrls, owned) == (False, False, 0)


async def test_rows_of_one_organisation_are_out_of_reach_of_another(database, tenant, other_organisation):
    assert other_organisation.organisation_id is not None
    assert other_organisation.user_id is not None
    async with database.transaction(other_organisation) as session:
        ids = await fill(session, other_organisation.organisation_id, other_organisation.user_id)
        tables = [table for table in await tenant_tables(session) if table in ids]
        before = await fingerprint(session, tables, set())
    async with database.transaction(tenant.actor) as session:
        for table in tables:
            seen = await session.scalar(
                text(f"SELECT count(*) FROM {table} WHERE organisation_id = :id"),
                {"id": other_organisation.organisation_id},
            )
            assert seen == 0, table
            for verb in (f"UPDATE {table} SET organisation_id = organisation_id", f"DELETE FROM {table}"):
                right = verb.split()[0]
                if await session.scalar(text("SELECT has_table_privilege(:t, :r)"), {"t": table, "r": right}):
                    await session.execute(
                        text(f"{verb} WHERE organisation_id = :id"), {"id": other_organisation.organisation_id}
                    )
    async with database.transaction(other_organisation) as session:
        assert await fingerprint(session, tables, set()) == before


@pytest.mark.parametrize("function", ["identity_purge()", "audit_append(NULL, NULL, NULL)", "audit_drain(NULL)"])
async def test_functions_with_owner_rights_are_closed_to_the_public(database, function):
    async with database.transaction(Actor.system()) as session:
        public = await session.scalar(
            text(
                "SELECT count(*) FROM pg_proc p WHERE p.proname = :name AND "
                "(p.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(p.proacl) a WHERE a.grantee = 0))"
            ),
            {"name": function.partition("(")[0]},
        )
    assert public == 0

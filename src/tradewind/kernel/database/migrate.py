"""Migrations: Alembic driven from code, as the owner role, one process at a time."""

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from tradewind.kernel.database.embedded import APP_ROLE, DATABASE_NAME, OWNER_ROLE
from tradewind.kernel.database.engine import Database
from tradewind.kernel.errors import CannotStart

SCRIPTS = Path(__file__).parents[2] / "migrations"
if TYPE_CHECKING:
    from alembic.config import Config

_LOCK_KEY = 7_203_112_905_518_004


def alembic_config(connection: Connection | None = None) -> "Config":
    """Alembic's configuration, without an ini file."""
    # Imported where it is used: each web process would pay a quarter of a second for what it never does.
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def head_revision() -> str:
    """The newest revision this version of the code knows: files are numbered in one line (0001, 0002 …)."""
    return max(path.name.split("_")[0] for path in (SCRIPTS / "versions").glob("[0-9]*_*.py"))


async def current_revision(database: Database) -> str | None:
    """The revision the database stands at, or None before the first migration."""
    async with database.owner_connection() as connection:
        if await connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
            return None
        return await connection.scalar(text("SELECT version_num FROM alembic_version"))


async def wait_until_migrated(database: Database, *, seconds: float = 120) -> None:
    """Return once the database stands at this version's revision or a later one; someone else migrates it.

    Raises RuntimeError when that does not happen in time.
    """
    deadline = time.monotonic() + seconds
    while True:
        found = await _revision_if_reachable(database)
        if found is not None and found >= head_revision():
            return
        if time.monotonic() > deadline:
            raise RuntimeError(f"The database stands at {found}, this version needs {head_revision()}: migrate it.")
        await asyncio.sleep(0.1)


async def prepare_server(database: Database) -> None:
    """Create the embedded database and the application role where they are missing."""
    if database.embedded is not None:
        await _create_embedded_database(database)
    async with database.owner_connection() as connection:
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK_KEY})"))
        exists = await connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": APP_ROLE})
        if not exists:
            login = "LOGIN" if database.embedded is not None else "NOLOGIN"
            await connection.execute(text(f"CREATE ROLE {APP_ROLE} {login} NOSUPERUSER NOBYPASSRLS"))
            if database.embedded is None:
                await connection.execute(text(f"GRANT {APP_ROLE} TO CURRENT_USER"))
        await connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}"))


class SchemaTooNew(CannotStart):
    """The database was migrated by a version of the product that is newer than this one."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"This database is at revision {revision}, which this version of Tradewind does not know: "
            "a newer one has used it. Start that one, or restore a backup from before."
        )


async def migrate(database: Database, revision: str = "head") -> None:
    """Bring the database to `revision`, up or down; concurrent callers wait for each other. Raises SchemaTooNew."""
    if revision == "head" and await _revision_if_reachable(database) == head_revision():
        return
    await prepare_server(database)
    async with database.owner_connection() as connection:
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK_KEY})"))
        await connection.run_sync(_run, revision)


async def _revision_if_reachable(database: Database) -> str | None:
    try:
        return await current_revision(database)
    except (OSError, SQLAlchemyError, asyncpg.PostgresError):
        return None  # the server is not started, or the database not made yet


def _run(connection: Connection, revision: str) -> None:
    from alembic import command
    from alembic.script import ScriptDirectory

    config = alembic_config(connection)
    scripts = ScriptDirectory.from_config(config)
    at = (
        connection.scalar(text("SELECT version_num FROM alembic_version"))
        if connection.scalar(text("SELECT to_regclass('alembic_version')"))
        else None
    )
    target = scripts.get_current_head() if revision == "head" else revision
    if target == at:
        return
    order = [script.revision for script in scripts.walk_revisions()]  # newest first
    if at is not None and at not in order:
        raise SchemaTooNew(at)
    if target == "base" or (at is not None and order.index(str(target)) > order.index(at)):
        command.downgrade(config, str(target))
    else:
        command.upgrade(config, str(target))


async def _create_embedded_database(database: Database) -> None:
    assert database.embedded is not None
    connection = await asyncpg.connect(database.embedded.url(OWNER_ROLE, "postgres"))
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK_KEY)
        name = database.owner_url.database or DATABASE_NAME
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()

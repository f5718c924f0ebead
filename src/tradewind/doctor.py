"""`tradewind doctor`: what is configured, what is reachable, what is missing, in plain words."""

import os
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal

import asyncpg
import httpx
from limits.errors import ConfigurationError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from tradewind import __version__
from tradewind.kernel import static
from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.database.migrate import current_revision, head_revision, prepare_server
from tradewind.kernel.limits import SharedWindows
from tradewind.modules.ai import api as ai
from tradewind.settings import Settings

_OLDEST_POSTGRESQL = 150000


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    level: Literal["ok", "note", "problem"]
    subject: str
    text: str


async def examine(settings: Settings) -> list[Finding]:
    """Examine the installation; never changes anything but starting the embedded server."""
    findings = [Finding("ok", "Version", __version__), _home(settings)]
    async for finding in _database(settings):
        findings.append(finding)
    if settings.redis_url is not None:
        findings.append(await _shared_limits(settings.redis_url.get_secret_value()))
    findings += [_web_app(), _port(settings), _keys(settings)]
    return findings


async def _shared_limits(url: str) -> Finding:
    try:
        reachable = await SharedWindows(url).reachable()
    except (ConfigurationError, ValueError) as failure:
        return Finding("problem", "Rate limits", f"TRADEWIND_REDIS_URL cannot be used: {failure}")
    if reachable:
        return Finding("ok", "Rate limits", "counted in Redis, for all processes together")
    return Finding("problem", "Rate limits", "Redis is not reachable: each process counts for itself")


def _home(settings: Settings) -> Finding:
    if not settings.home.exists():
        return Finding("note", "Home", f"{settings.home} does not exist yet; the first start makes it")
    if not os.access(settings.home, os.W_OK):
        return Finding("problem", "Home", f"{settings.home} is not writable")
    return Finding("ok", "Home", str(settings.home))


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    kind = "embedded" if settings.database_url is None else "by TRADEWIND_DATABASE_URL"
    database = await Database(settings).open(pooled=False)
    try:
        await prepare_server(database)
        async with database.owner_connection() as connection:
            number = int(await connection.scalar(text("SHOW server_version_num")) or 0)
            name = await connection.scalar(text("SHOW server_version"))
        if number < _OLDEST_POSTGRESQL:
            yield Finding("problem", "Database", f"PostgreSQL {name} is too old; 15 or newer is needed")
        else:
            yield Finding("ok", "Database", f"PostgreSQL {name}, {kind}")
        at, head = await current_revision(database), head_revision()
        if at == head:
            yield Finding("ok", "Schema", f"at revision {at}")
        else:
            yield Finding("problem", "Schema", f"at {at or 'nothing'}, needs {head}: run `tradewind migrate`")
        yield await _isolation(database)
        if at == head:
            yield await _models(database)
    except (OSError, SQLAlchemyError, asyncpg.PostgresError, RuntimeError) as failure:
        yield Finding("problem", "Database", f"{kind}, not reachable: {failure}")
    finally:
        await database.close()


async def _isolation(database: Database) -> Finding:
    async with database.transaction(Actor.system()) as session:
        row = (
            await session.execute(
                text("SELECT current_user, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
            )
        ).one()
    if row[1]:
        return Finding(
            "problem",
            "Isolation",
            f"the role {row[0]} bypasses row-level security: "
            "give the application a role of its own in TRADEWIND_DATABASE_APP_URL",
        )
    return Finding("ok", "Isolation", f"works as the restricted role {row[0]}")


async def _models(database: Database) -> Finding:
    report = await ai.report(database)
    if not report.connections:
        return Finding("note", "Models", "no language model is connected: answers are taken from knowledge as written")
    words = f"{report.connections} connections, {report.models} models in use"
    if report.failing:
        return Finding("problem", "Models", f"{words}; the last test failed for: {', '.join(report.failing)}")
    return Finding("ok", "Models", words)


def _web_app() -> Finding:
    folder = static.find_build()
    if folder is None:
        return Finding("problem", "Web app", "not built: run `make setup`")
    return Finding("ok", "Web app", str(folder))


def _port(settings: Settings) -> Finding:
    with socket.socket() as probe:
        if probe.connect_ex((settings.host, settings.port)) != 0:
            return Finding("ok", "Port", f"{settings.port} is free")
    try:
        answer = httpx.get(f"http://{settings.host}:{settings.port}/health/live", timeout=2, trust_env=False)
        ours = answer.status_code == httpx.codes.OK
    except httpx.HTTPError:
        ours = False
    if ours:
        return Finding("ok", "Port", f"Tradewind answers at {settings.base_url}")
    return Finding("problem", "Port", f"{settings.port} is taken by another program; set TRADEWIND_PORT")


def _keys(settings: Settings) -> Finding:
    if settings.secret_keys is not None:
        return Finding("ok", "Keys", "from TRADEWIND_SECRET_KEYS")
    return Finding("note", "Keys", f"generated under {settings.home}: back that folder up with the database")

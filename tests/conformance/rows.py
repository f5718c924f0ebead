"""Rows for tables that a test does not know: values by column type, references to rows made before."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.ids import new_id

MARK = "zanzibar-lighthouse"
_VALUES: dict[str, Any] = {
    "text": MARK,
    "uuid": "00000000-0000-4000-8000-000000000000",
    "boolean": "false",
    "jsonb": "{}",
    "bytea": "\\x00",
    "timestamp with time zone": "2026-01-01T00:00:00Z",
    "date": "2026-01-01",
    "text[]": "{}",
    "uuid[]": "{}",
}
# Tried in turn where a column must match a pattern.
_SHAPES = ("zanzibar", "EUR", "DE", "de", "0" * 64, "#112233", "2026-01", "1", "tw_chat_" + "a" * 24)
# What a rule over several columns demands.
_SPECIAL = {
    ("segments", "kind"): "static",
    ("meetings", "ends_at"): "2026-01-01T00:30:00Z",
    ("meeting_claims", "ends_at"): "2026-01-01T00:30:00Z",
    ("meeting_waiting", "wanted_until"): "2026-01-02T00:00:00Z",
    ("conversations", "state"): "agent",
    ("handovers", "state"): "waiting",
    ("send_intents", "state"): "held",
    ("conversation_ratings", "kind"): "csat",
    ("conversation_ratings", "score"): "5",
}

_COLUMNS = """
    SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required,
           (a.atthasdef OR a.attidentity <> '') AS has_default,
           (SELECT string_agg(pg_get_constraintdef(c.oid), ' ') FROM pg_constraint c
            WHERE c.conrelid = a.attrelid AND c.contype = 'c' AND a.attnum = ANY (c.conkey)) AS checks,
           (SELECT c.confrelid::regclass::text FROM pg_constraint c
            WHERE c.conrelid = a.attrelid AND c.contype = 'f' AND a.attnum = ANY (c.conkey)
              AND a.attname <> 'organisation_id' LIMIT 1) AS refers
    FROM pg_attribute a
    WHERE a.attrelid = CAST(:table AS regclass) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
"""
_TABLES = """
    SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
      AND a.attname = 'organisation_id' AND NOT a.attisdropped ORDER BY c.relname
"""


@dataclass(frozen=True)
class Column:
    """A column as far as making a value for it needs."""

    name: str
    type: str
    required: bool
    has_default: bool
    checks: str | None
    refers: str | None


async def tenant_tables(session: AsyncSession) -> list[str]:
    """All tables with an organisation_id."""
    return list((await session.scalars(text(_TABLES))).all())


async def fill(session: AsyncSession, organisation_id: UUID, user_id: UUID) -> dict[str, str]:
    """One row in every table the application may write, inside the session's organisation: table → id.

    Rows that exist already are used. Raises AssertionError naming the tables no row could be made for.
    """
    made = {"users": str(user_id), "organisations": str(organisation_id)}
    waiting = {table: await _columns(session, table) for table in await tenant_tables(session)}
    waiting = {t: c for t, c in waiting.items() if await _writable(session, t)}
    while waiting:
        ready = _ready(waiting, made, optional_too=True) or _ready(waiting, made, optional_too=False)
        assert ready, f"tables that refer to each other in a circle: {sorted(waiting)}"
        for table in ready:
            made[table] = await _row(session, table, waiting.pop(table), organisation_id, made)
    return made


async def fingerprint(session: AsyncSession, tables: list[str], ignoring: set[str]) -> dict[str, str]:
    """A checksum of all rows of the session's organisation, by table."""
    found = {}
    for table in tables:
        if table not in ignoring and await _allowed(session, table, "SELECT"):
            found[table] = await session.scalar(
                text(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t")
            )
    return found


def _ready(waiting: dict[str, list[Column]], made: dict[str, str], *, optional_too: bool) -> list[str]:
    return [
        table
        for table, columns in waiting.items()
        if all(c.refers in made or c.refers == table or not (optional_too or c.required) for c in columns if c.refers)
    ]


async def _row(
    session: AsyncSession, table: str, columns: list[Column], organisation_id: UUID, made: dict[str, str]
) -> str:
    key = "id" if any(column.name == "id" for column in columns) else columns[0].name
    present = await session.scalar(
        text(f"SELECT {key}::text FROM {table} WHERE organisation_id = :id LIMIT 1"), {"id": organisation_id}
    )
    if present is not None:
        return present
    values = {"organisation_id": str(organisation_id)}
    for column in columns:
        if column.name == "id":
            values["id"] = str(new_id())
        elif column.refers in made:
            values[column.name] = made[column.refers]
        elif column.required and not column.has_default and column.name not in values:
            values[column.name] = _SPECIAL.get((table, column.name)) or _value(column)
    types = {column.name: column.type for column in columns}
    slots = ", ".join(f"CAST(CAST(:{name} AS text) AS {types[name]})" for name in values)
    await session.execute(text(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({slots})"), values)
    return values.get("id", values.get(key, ""))


def _value(column: Column) -> str:
    checks = column.checks or ""
    allowed = re.findall(r"'([^']+)'::text", checks)
    if pattern := re.search(r"~ '([^']*)'", checks):
        return next(text for text in _SHAPES if re.fullmatch(pattern.group(1), text))
    return allowed[0] if allowed else str(_VALUES.get(column.type, "1"))


async def _columns(session: AsyncSession, table: str) -> list[Column]:
    rows = (await session.execute(text(_COLUMNS), {"table": table})).mappings()
    return [Column(**row) for row in rows]


async def _writable(session: AsyncSession, table: str) -> bool:
    return await _allowed(session, table, "INSERT") and await _allowed(session, table, "SELECT")


async def _allowed(session: AsyncSession, table: str, right: str) -> bool:
    return bool(
        await session.scalar(
            text("SELECT has_table_privilege(CAST(:table AS regclass), :right)"),
            {"table": table, "right": right},
        )
    )

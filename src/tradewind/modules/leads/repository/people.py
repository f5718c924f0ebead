"""SQL of single people: plain driver statements, because adding and reading leads is a hot path."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.kernel.ids import new_id
from tradewind.modules.leads.repository.lists import LIST_COLUMNS

READ_COLUMNS = (
    *LIST_COLUMNS, "region", "language", "time_zone", "website", "score_probability", "score_model_id", "scored_at",
    "converted_at", "first_seen_at", "enrichment", "import_id", "created_by",
)  # fmt: skip
WRITABLE = frozenset(
    [
        "first_name", "last_name", "full_name", "email", "email_key", "phone", "phone_key", "job_title", "company_id",
        "company_name", "status", "source", "country", "region", "city", "language", "time_zone", "website",
        "owner_id", "converted", "converted_at", "do_not_email", "do_not_call", "custom", "tags", "external_id",
        "first_seen_at",
    ]
)  # fmt: skip
_COLUMNS = ", ".join(READ_COLUMNS)


def _stored(column: str, value: Any) -> Any:
    return orjson.dumps(value).decode() if column == "custom" else value


async def get(
    session: AsyncSession, lead_id: UUID, *, lock: bool = False, columns: Sequence[str] = READ_COLUMNS
) -> asyncpg.Record | None:
    """The row, or None; deleted ones do not exist."""
    connection = await asyncpg_connection(session)
    selected = _COLUMNS if columns is READ_COLUMNS else ", ".join(columns)
    return await connection.fetchrow(
        f"select {selected} from leads where id = $1 and deleted_at is null{' for update' if lock else ''}", lead_id
    )


async def exists(session: AsyncSession, lead_id: UUID) -> bool:
    """Whether the lead can be seen."""
    connection = await asyncpg_connection(session)
    return bool(
        await connection.fetchval("select exists (select from leads where id = $1 and deleted_at is null)", lead_id)
    )


async def insert(
    session: AsyncSession, lead_id: UUID, values: Mapping[str, Any], *, title: str = "Lead added"
) -> asyncpg.Record:
    """Add a lead with the given columns (of WRITABLE) and the first entry of its timeline, in one statement."""
    assert WRITABLE.issuperset(values)
    actor = actor_of(session)
    row = {name: _stored(name, value) for name, value in values.items()}
    moment = now()
    row |= {
        "id": lead_id,
        "organisation_id": actor.organisation_id,
        "created_by": actor.user_id,
        "created_at": moment,
        "updated_at": moment,
    }
    entry = (new_id(), title, actor.kind, actor.name[:200])
    columns, count = ", ".join(row), len(row)
    places = ", ".join(f"${number}" for number in range(1, count + 1))
    connection = await asyncpg_connection(session)
    added = await connection.fetchrow(
        f"""
        with lead as (insert into leads ({columns}) values ({places}) returning {_COLUMNS}, organisation_id),
        entry as (
          insert into activities (id, organisation_id, lead_id, kind, title, occurred_at, created_at, actor_kind,
            actor_id, actor_name, source)
          select ${count + 1}, organisation_id, id, 'lead.created', ${count + 2}, created_at, created_at,
            ${count + 3}, created_by, ${count + 4}, source from lead)
        select {_COLUMNS} from lead
        """,
        *row.values(),
        *entry,
    )
    assert added is not None
    return added


async def insert_many(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add leads (`id` and columns of WRITABLE, the same in each) and the first entries of their timelines."""
    names = [name for name in rows[0] if name != "id"]
    assert WRITABLE.issuperset(names)
    actor = actor_of(session)
    given = ", ".join(f"{name}" for name in names)
    connection = await asyncpg_connection(session)
    await connection.execute(
        f"""
        with lead as (
          insert into leads (id, organisation_id, created_by, created_at, updated_at, {given})
          select id, $1, $2, $3, $3, {given} from jsonb_populate_recordset(null::leads, $4::jsonb)
          returning id, source)
        insert into activities (id, organisation_id, lead_id, kind, title, occurred_at, created_at, actor_kind,
          actor_id, actor_name, source)
        select e.id, $1, lead.id, 'lead.created', 'Lead added', $3, $3, $5, $2, $6, lead.source
        from lead join unnest($7::uuid[], $8::uuid[]) as e(id, lead_id) on e.lead_id = lead.id
        """,
        actor.organisation_id,
        actor.user_id,
        now(),
        orjson.dumps(rows, default=str).decode(),
        actor.kind,
        actor.name[:200],
        [new_id() for _ in rows],
        [row["id"] for row in rows],
    )


async def update(session: AsyncSession, lead_id: UUID, values: Mapping[str, Any]) -> asyncpg.Record:
    """Set the given columns (of WRITABLE) of a locked row; the version rises."""
    assert WRITABLE.issuperset(values)
    sets = "".join(f", {name} = ${number}" for number, name in enumerate(values, start=3))
    connection = await asyncpg_connection(session)
    changed = await connection.fetchrow(
        f"update leads set version = version + 1, updated_at = $2{sets} where id = $1 returning {_COLUMNS}",
        lead_id,
        now(),
        *(_stored(name, value) for name, value in values.items()),
    )
    assert changed is not None
    return changed


async def delete(session: AsyncSession, lead_id: UUID) -> None:
    """Hide the lead; `purge` removes it later."""
    connection = await asyncpg_connection(session)
    await connection.execute(
        "update leads set deleted_at = $2, updated_at = $2, version = version + 1 where id = $1", lead_id, now()
    )


async def deleted_before(session: AsyncSession, moment: datetime, limit: int) -> list[UUID]:
    """Leads hidden before `moment`; those merged into others are kept, so that a merge can be undone."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "select id from leads where deleted_at < $1 and merged_into_id is null order by deleted_at limit $2",
        moment,
        limit,
    )
    return [row["id"] for row in rows]


async def purge(session: AsyncSession, lead_ids: Sequence[UUID]) -> None:
    """Remove leads with their timeline; notes, tasks, files and memberships go with them."""
    connection = await asyncpg_connection(session)
    organisation_id = actor_of(session).organisation_id
    await connection.execute(
        "delete from activities where organisation_id = $1 and lead_id = any($2)", organisation_id, lead_ids
    )
    await connection.execute("delete from leads where id = any($1) and deleted_at is not null", lead_ids)


async def refresh_notes_text(session: AsyncSession, lead_id: UUID) -> None:
    """Bring the searchable copy of a lead's notes up to date; no change that others must be told of."""
    connection = await asyncpg_connection(session)
    await connection.execute(
        """
        update leads set notes_text = (
          select left(string_agg(left(body, 4000), ' ' order by created_at desc), 20000)
          from notes where lead_id = $1 and deleted_at is null)
        where id = $1
        """,
        lead_id,
    )

"""SQL of bulk actions: the next batch of leads under lock, and each action as one statement over a batch."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import asyncpg_connection
from tradewind.modules.leads.models.bulk import BulkAction
from tradewind.modules.leads.repository.duplicates import KEYS
from tradewind.modules.leads.repository.lists import Selection

_TAG = """
    UPDATE leads SET tags = tags || ARRAY(
            SELECT t FROM unnest($2::text[]) t
            WHERE NOT EXISTS (SELECT FROM unnest(leads.tags) x WHERE lower(x) = lower(t))),
        version = version + 1, updated_at = $3
    WHERE id = ANY($1) AND EXISTS (
            SELECT FROM unnest($2::text[]) t
            WHERE NOT EXISTS (SELECT FROM unnest(leads.tags) x WHERE lower(x) = lower(t)))
        AND cardinality(tags) + cardinality($2::text[]) <= $4
    RETURNING id
"""
_UNTAG = """
    UPDATE leads SET tags = ARRAY(
            SELECT x FROM unnest(leads.tags) WITH ORDINALITY AS u(x, place)
            WHERE NOT lower(x) = ANY($2::text[]) ORDER BY place),
        version = version + 1, updated_at = $3
    WHERE id = ANY($1) AND EXISTS (SELECT FROM unnest(leads.tags) x WHERE lower(x) = ANY($2::text[]))
    RETURNING id
"""
_ASSIGN = """
    UPDATE leads SET owner_id = $2, version = version + 1, updated_at = $3
    WHERE id = ANY($1) AND owner_id IS DISTINCT FROM $2 RETURNING id
"""
# A row joined to itself sees the values before the change.
_STATUS = """
    UPDATE leads SET status = $2, version = leads.version + 1, updated_at = $3
    FROM leads former WHERE former.id = leads.id AND leads.id = ANY($1) AND leads.status <> $2
    RETURNING leads.id, former.status AS former
"""
_DELETE = """
    WITH gone AS (
        UPDATE leads SET deleted_at = $2, version = version + 1, updated_at = $2 WHERE id = ANY($1)
        RETURNING id, organisation_id
    ), kept AS (
        INSERT INTO bulk_action_leads (organisation_id, action_id, lead_id) SELECT organisation_id, $3, id FROM gone
    )
    SELECT id FROM gone
"""
_RESTORE = """
    UPDATE leads SET deleted_at = NULL, version = version + 1, updated_at = $2
    WHERE id = ANY($1) AND deleted_at IS NOT NULL AND merged_into_id IS NULL RETURNING id
"""
_JOIN = """
    INSERT INTO segment_members (organisation_id, segment_id, lead_id, added_at)
    SELECT organisation_id, $2, id, $3 FROM leads WHERE id = ANY($1)
    ON CONFLICT (segment_id, lead_id) DO NOTHING RETURNING lead_id AS id
"""
_LEAVE = "DELETE FROM segment_members WHERE segment_id = $2 AND lead_id = ANY($1) RETURNING lead_id AS id"


async def action(session: AsyncSession, action_id: UUID, *, lock: bool = False) -> BulkAction | None:
    """One bulk action."""
    query = select(BulkAction).where(BulkAction.id == action_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return await session.scalar(query)


async def latest(session: AsyncSession, limit: int) -> Sequence[BulkAction]:
    """The newest bulk actions."""
    query = select(BulkAction).order_by(BulkAction.created_at.desc(), BulkAction.id.desc()).limit(limit)
    return (await session.scalars(query)).all()


async def undo_of(session: AsyncSession, action_id: UUID) -> BulkAction | None:
    """The undo of an action that has not failed."""
    query = select(BulkAction).where(BulkAction.undo_of == action_id, BulkAction.state != "failed").limit(1)
    return await session.scalar(query)


async def run_state(session: AsyncSession, run_id: UUID) -> tuple[str | None, str | None]:
    """(state, error) of a job run."""
    connection = await asyncpg_connection(session)
    row = await connection.fetchrow("SELECT state, error FROM job_runs WHERE id = $1", run_id)
    return (row["state"], row["error"]) if row else (None, None)


async def count_taken(session: AsyncSession, action_id: UUID) -> int:
    """How many leads a deletion took."""
    connection = await asyncpg_connection(session)
    return await connection.fetchval("SELECT count(*) FROM bulk_action_leads WHERE action_id = $1", action_id) or 0


async def batch_of_ids(
    session: AsyncSession, ids: Sequence[UUID], after: UUID | None, limit: int, *, deleted: bool
) -> list[UUID]:
    """The next of the given leads in id order, locked; live ones, or deleted ones."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        f"SELECT id FROM leads WHERE id = ANY($1) AND deleted_at IS {'NOT ' if deleted else ''}NULL "
        "AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3 FOR UPDATE",
        ids,
        after,
        limit,
    )
    return [row["id"] for row in rows]


async def batch_of_selection(
    session: AsyncSession, chosen: Selection, until: datetime, after: UUID | None, limit: int
) -> list[UUID]:
    """The next leads of a filter in id order, locked; those created after `until` were not meant."""
    connection = await asyncpg_connection(session)
    place = chosen.next_parameter
    rows = await connection.fetch(
        f"SELECT leads.id FROM leads WHERE {chosen.where} AND leads.created_at <= ${place} "
        f"AND (${place + 1}::uuid IS NULL OR leads.id > ${place + 1}) ORDER BY leads.id LIMIT ${place + 2} "
        "FOR UPDATE OF leads",
        *chosen.values,
        until,
        after,
        limit,
    )
    return [row["id"] for row in rows]


async def batch_of_deletion(session: AsyncSession, deletion: UUID, after: UUID | None, limit: int) -> list[UUID]:
    """The next leads that a bulk deletion took, whether they are still deleted or not."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "SELECT lead_id FROM bulk_action_leads WHERE action_id = $1 AND ($2::uuid IS NULL OR lead_id > $2) "
        "ORDER BY lead_id LIMIT $3",
        deletion,
        after,
        limit,
    )
    return [row["lead_id"] for row in rows]


async def tag(session: AsyncSession, ids: Sequence[UUID], tags: Sequence[str], at: datetime, most: int) -> list[UUID]:
    """Add tags where they are missing and there is room; returns the changed leads."""
    return await _ids(session, _TAG, ids, list(tags), at, most)


async def untag(session: AsyncSession, ids: Sequence[UUID], tags: Sequence[str], at: datetime) -> list[UUID]:
    """Remove tags, ignoring case; returns the changed leads."""
    return await _ids(session, _UNTAG, ids, [name.lower() for name in tags], at)


async def assign(session: AsyncSession, ids: Sequence[UUID], owner_id: UUID | None, at: datetime) -> list[UUID]:
    """Set the owner; returns the changed leads."""
    return await _ids(session, _ASSIGN, ids, owner_id, at)


async def set_status(session: AsyncSession, ids: Sequence[UUID], status: str, at: datetime) -> dict[UUID, str]:
    """Set the status; returns the former status of the changed leads."""
    connection = await asyncpg_connection(session)
    return {row["id"]: row["former"] for row in await connection.fetch(_STATUS, ids, status, at)}


async def open_for(session: AsyncSession, ids: Sequence[UUID], status: str) -> list[UUID]:
    """Those of the leads that may take the status: no sale has decided, and `contacted` only follows `new`."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "SELECT id FROM leads WHERE id = ANY($1) AND deleted_at IS NULL AND CASE WHEN $2 = 'contacted' "
        "THEN status = 'new' ELSE status IN ('new', 'contacted', 'qualified', 'unqualified') END",
        ids,
        status,
    )
    return [row["id"] for row in rows]


async def delete(session: AsyncSession, ids: Sequence[UUID], at: datetime, action_id: UUID) -> list[UUID]:
    """Hide leads, remembering them for the undo."""
    return await _ids(session, _DELETE, ids, at, action_id)


async def restore(session: AsyncSession, ids: Sequence[UUID], at: datetime) -> list[UUID]:
    """Bring deleted leads back, but for those merged into others; returns them."""
    return await _ids(session, _RESTORE, ids, at)


async def join_segment(session: AsyncSession, ids: Sequence[UUID], segment_id: UUID, at: datetime) -> list[UUID]:
    """Add leads to a static segment; returns those that were not in it."""
    return await _ids(session, _JOIN, ids, segment_id, at)


async def leave_segment(session: AsyncSession, ids: Sequence[UUID], segment_id: UUID) -> list[UUID]:
    """Take leads out of a static segment; returns those that were in it."""
    return await _ids(session, _LEAVE, ids, segment_id)


async def duplicate_groups(
    session: AsyncSession, chosen: Selection, until: datetime, *, by: str, after: str, limit: int
) -> list[asyncpg.Record]:
    """(key, ids) of the next groups inside a selection that share a key, in key order."""
    connection = await asyncpg_connection(session)
    key, place = f"leads.{KEYS[by]}", chosen.next_parameter
    return await connection.fetch(
        f"SELECT {key} AS key, array_agg(leads.id ORDER BY leads.created_at, leads.id) AS ids FROM leads "
        f"WHERE {chosen.where} AND leads.created_at <= ${place} AND {key} > ${place + 1} "
        f"GROUP BY {key} HAVING count(*) > 1 ORDER BY {key} LIMIT ${place + 2}",
        *chosen.values,
        until,
        after,
        limit,
    )


def selection_of_ids(ids: Sequence[UUID]) -> Selection:
    """Explicit leads as a selection."""
    return Selection("leads.id = ANY($1::uuid[]) AND leads.deleted_at IS NULL", (list(ids),))


async def _ids(session: AsyncSession, sql: str, *values: Any) -> list[UUID]:
    connection = await asyncpg_connection(session)
    return [row["id"] for row in await connection.fetch(sql, *values)]

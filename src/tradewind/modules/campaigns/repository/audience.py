"""SQL of audiences: who is in one now against who was in it when it was last looked at."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.modules.leads.conditions import Compiled

FIRST = 6
"""Number of the first placeholder of a condition's values where audiences change."""
FIRST_OF_PAGE = 3
"""The same where they are listed."""
FIRST_OF_COUNT = 2
"""The same where they are counted."""
_COME = """
    INSERT INTO journey_audience (organisation_id, journey_id, source, person_id)
    SELECT $1, $2, $3, leads.id FROM leads
    WHERE leads.deleted_at IS NULL AND ($4::uuid[] IS NULL OR leads.id = ANY ($4)) AND ({condition})
        AND NOT EXISTS (
            SELECT FROM journey_audience m WHERE m.journey_id = $2 AND m.source = $3 AND m.person_id = leads.id)
    ORDER BY leads.id LIMIT $5
    ON CONFLICT DO NOTHING RETURNING person_id
"""
_GONE = """
    DELETE FROM journey_audience WHERE organisation_id = $1 AND journey_id = $2 AND source = $3 AND person_id IN (
        SELECT m.person_id FROM journey_audience m WHERE m.journey_id = $2 AND m.source = $3
            AND ($4::uuid[] IS NULL OR m.person_id = ANY ($4))
            AND NOT EXISTS (
                SELECT FROM leads WHERE leads.id = m.person_id AND leads.deleted_at IS NULL AND ({condition}))
        LIMIT $5)
    RETURNING person_id
"""


async def come(
    session: AsyncSession,
    journey_id: UUID,
    source: str,
    condition: Compiled,
    *,
    among: Sequence[UUID] | None,
    limit: int,
) -> list[UUID]:
    """Take note of up to `limit` people who are in the audience now and were not before; returns them."""
    return await _changed(session, _COME, journey_id, source, condition, among, limit)


async def gone(
    session: AsyncSession,
    journey_id: UUID,
    source: str,
    condition: Compiled,
    *,
    among: Sequence[UUID] | None,
    limit: int,
) -> list[UUID]:
    """Take note of up to `limit` people who were in the audience and are not any more; returns them."""
    return await _changed(session, _GONE, journey_id, source, condition, among, limit)


async def forget(session: AsyncSession, journey_id: UUID) -> None:
    """Begin anew: nobody was in any audience of the journey."""
    connection = await asyncpg_connection(session)
    await connection.execute("DELETE FROM journey_audience WHERE journey_id = $1", journey_id)


def not_recent(session: AsyncSession, condition: Compiled, *, days: int | None, campaign_id: UUID | None) -> Compiled:
    """A condition, and that no other campaign wrote to the person in these days, where some are given."""
    if days is None:
        return condition
    place = condition.first + len(condition.values)
    sql = (
        f"({condition.sql}) AND NOT EXISTS (SELECT FROM send_intents i WHERE i.organisation_id = ${place}::uuid "
        f"AND i.person_id = leads.id AND i.campaign_id IS NOT NULL "
        f"AND i.campaign_id IS DISTINCT FROM ${place + 1}::uuid "
        "AND i.state IN ('held', 'scheduled', 'attempting', 'sent', 'unknown') "
        f"AND coalesce(i.sent_at, i.not_before) > ${place + 2}::timestamptz)"
    )
    values = (*condition.values, actor_of(session).organisation_id, campaign_id, now() - timedelta(days=days))
    return Compiled(sql, values, (*condition.types, "uuid", "uuid", "timestamptz"), condition.first)


async def count(session: AsyncSession, condition: Compiled, *, limit: int) -> int:
    """How many people a condition holds for, counted up to `limit`."""
    connection = await asyncpg_connection(session)
    found = await connection.fetchval(
        f"SELECT count(*) FROM (SELECT FROM leads WHERE leads.deleted_at IS NULL AND ({condition.sql}) LIMIT $1) p",
        limit, *condition.values,
    )  # fmt: skip
    return found or 0


async def page(session: AsyncSession, condition: Compiled, *, after: UUID | None, limit: int) -> list[UUID]:
    """People a condition holds for, by id, after one."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        f"SELECT leads.id FROM leads WHERE leads.deleted_at IS NULL AND ($1::uuid IS NULL OR leads.id > $1) "
        f"AND ({condition.sql}) ORDER BY leads.id LIMIT $2",
        after, limit, *condition.values,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def _changed(
    session: AsyncSession,
    statement: str,
    journey_id: UUID,
    source: str,
    condition: Compiled,
    among: Sequence[UUID] | None,
    limit: int,
) -> list[UUID]:
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        statement.format(condition=condition.sql), actor_of(session).organisation_id, journey_id, source,
        None if among is None else list(among), limit, *condition.values,
    )  # fmt: skip
    return [row["person_id"] for row in rows]

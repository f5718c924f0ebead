"""SQL of the queues of journeys that let in only so many people an hour."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of, asyncpg_connection

# Whoever has a place gives it back: they are due at once, in the order in which they came, and get a new one.
_ANEW = """
    UPDATE journey_enrolments SET due_at = since WHERE id IN (
        SELECT id FROM journey_enrolments WHERE journey_id = $1 AND state = 'waiting' AND visit = 0 AND due_at > since
            AND signal IS NULL ORDER BY id FOR UPDATE SKIP LOCKED)
"""


async def hold(session: AsyncSession, journey_id: UUID) -> datetime | None:
    """Lock the queue of a journey; returns the first moment that nobody has yet, None for any."""
    connection = await asyncpg_connection(session)
    await connection.execute(
        "INSERT INTO journey_paces (journey_id, organisation_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        journey_id, actor_of(session).organisation_id,
    )  # fmt: skip
    return await connection.fetchval(
        "SELECT free_at FROM journey_paces WHERE journey_id = $1 FOR NO KEY UPDATE", journey_id
    )


async def release(session: AsyncSession, journey_id: UUID, free_at: datetime | None) -> None:
    """Keep the first free moment."""
    connection = await asyncpg_connection(session)
    await connection.execute("UPDATE journey_paces SET free_at = $2 WHERE journey_id = $1", journey_id, free_at)


async def anew(session: AsyncSession, journey_id: UUID) -> None:
    """Take back all places of a queue that is locked."""
    connection = await asyncpg_connection(session)
    await connection.execute(_ANEW, journey_id)

"""SQL for people who turned out to be one, and for those who are gone."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import asyncpg_connection

# Of all that are in flight in a journey, the one that entered first goes on.
_DOUBLED = """
    UPDATE journey_enrolments SET state = 'exited', reason = 'merged', signal = NULL, signal_at = NULL,
        ended_at = greatest($3, entered_at), visit = visit + 1
    WHERE id IN (
        SELECT id FROM (
            SELECT id, row_number() OVER (PARTITION BY journey_id ORDER BY entered_at, id) AS place
            FROM journey_enrolments WHERE state = 'waiting' AND (person_id = $1 OR person_id = ANY ($2::uuid[]))
        ) AS all_of_them WHERE place > 1)
    RETURNING id, version_id, journey_id
"""
# Both may have entered by the same key, which is a person's only once.
_HAND_OVER = """
    UPDATE journey_enrolments e SET person_id = $1, entry_key = CASE WHEN EXISTS (
            SELECT FROM journey_enrolments own
            WHERE own.journey_id = e.journey_id AND own.person_id = $1 AND own.entry_key = e.entry_key)
        THEN e.entry_key || '~' || e.id ELSE e.entry_key END
    WHERE e.person_id = $2
"""


async def end_doubled(
    session: AsyncSession, winner_id: UUID, loser_ids: Sequence[UUID], at: datetime
) -> list[tuple[UUID, UUID, UUID]]:
    """End what would be in a journey twice; returns (enrolment, version, journey) of each."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(_DOUBLED, winner_id, list(loser_ids), at)
    return [(row["id"], row["version_id"], row["journey_id"]) for row in rows]


async def hand_over(session: AsyncSession, winner_id: UUID, loser_ids: Sequence[UUID]) -> None:
    """The losers' journeys, and what is told of them, are the winner's."""
    connection = await asyncpg_connection(session)
    for loser_id in loser_ids:
        await connection.execute(_HAND_OVER, winner_id, loser_id)
    await connection.execute(
        "UPDATE journey_steps SET person_id = $1 WHERE person_id = ANY ($2::uuid[]) AND enrolment_id IN "
        "(SELECT id FROM journey_enrolments WHERE person_id = $1)",
        winner_id, list(loser_ids),
    )  # fmt: skip


async def forget(session: AsyncSession, person_ids: Sequence[UUID]) -> None:
    """Take away the steps of people who are gone for good."""
    connection = await asyncpg_connection(session)
    await connection.execute("DELETE FROM journey_steps WHERE person_id = ANY ($1::uuid[])", list(person_ids))

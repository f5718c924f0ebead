"""SQL for people who turned out to be one, and for those who are gone."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import asyncpg_connection
from tradewind.modules.leads.contracts import MovedRow

# All of the losers', and those of the winner that may end because of it.
_BEFORE = """
    SELECT id, person_id, entry_key, state, signal, signal_at FROM journey_enrolments
    WHERE person_id = ANY ($2::uuid[]) OR (person_id = $1 AND state = 'waiting') ORDER BY id FOR UPDATE
"""
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
# Enrolments that are still with the winner.
_GIVE_BACK = """
    UPDATE journey_enrolments e SET person_id = m.person_id, entry_key = m.entry_key
    FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS m(id, person_id, entry_key)
    WHERE e.id = m.id AND e.person_id = $4 AND m.person_id <> $4
"""
_STEPS_BACK = """
    UPDATE journey_steps s SET person_id = e.person_id FROM journey_enrolments e
    WHERE s.enrolment_id = ANY ($1::uuid[]) AND e.id = s.enrolment_id AND s.person_id <> e.person_id
"""
# Whoever left only because of the merge goes on, where the journey does and nobody has entered it again since.
_REVIVE = """
    UPDATE journey_enrolments e SET state = 'waiting', reason = '', ended_at = NULL, signal = m.signal,
        signal_at = m.signal_at, visit = visit + 1
    FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS m(id, signal, signal_at), journeys j
    WHERE e.id = m.id AND e.state = 'exited' AND e.reason = 'merged' AND j.id = e.journey_id
        AND j.state IN ('live', 'paused') AND NOT EXISTS (
            SELECT FROM journey_enrolments other
            WHERE other.journey_id = e.journey_id AND other.person_id = e.person_id AND other.state = 'waiting')
    RETURNING e.version_id
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


async def before(session: AsyncSession, winner_id: UUID, loser_ids: Sequence[UUID]) -> list[asyncpg.Record]:
    """The enrolments that a merge may touch, locked: id, person_id, entry_key, state, signal, signal_at."""
    return await (await asyncpg_connection(session)).fetch(_BEFORE, winner_id, list(loser_ids))


async def take_back(session: AsyncSession, winner_id: UUID, moved: Sequence[MovedRow]) -> Counter[UUID]:
    """Give enrolments back, and let go on who left because of the merge; returns how many of those, by version."""
    connection = await asyncpg_connection(session)
    ids = [one.row_id for one in moved]
    kept = [one.kept or {} for one in moved]
    keys = [one["entry_key"] for one in kept]
    await connection.execute(_GIVE_BACK, ids, [one.from_lead_id for one in moved], keys, winner_id)
    await connection.execute(_STEPS_BACK, ids)
    in_flight = [(one.row_id, told) for one, told in zip(moved, kept, strict=True) if told["state"] == "waiting"]
    rows = await connection.fetch(
        _REVIVE, [row_id for row_id, _ in in_flight], [told["signal"] for _, told in in_flight],
        [told["signal_at"] and datetime.fromisoformat(told["signal_at"]) for _, told in in_flight],
    )  # fmt: skip
    return Counter(UUID(bytes=row["version_id"].bytes) for row in rows)


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

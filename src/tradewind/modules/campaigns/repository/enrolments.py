"""SQL of people in journeys: claimed, moved on and ended by the thousand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.kernel.ids import new_id
from tradewind.modules.campaigns.engine.stepping import Place

_CLAIM = """
    SELECT id, version_id, person_id, entry_key, node, visit, since, due_at, entered_at, signal, signal_at, goal_at
    FROM journey_enrolments WHERE journey_id = $1 AND state = 'waiting' AND due_at <= $2
    ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED
"""
_READ = """
    SELECT id, version_id, person_id, entry_key, node, visit, since, due_at, entered_at, signal, signal_at, goal_at
    FROM journey_enrolments WHERE id = ANY ($1::uuid[]) AND state = 'waiting' ORDER BY due_at, id
"""
# The visit as it was read guards against a second writer, as the row's lock does.
_WRITE = """
    UPDATE journey_enrolments e SET node = n.node, visit = n.visit, state = n.state, since = n.since,
        due_at = n.due_at, signal = n.signal, signal_at = n.signal_at,
        goal_at = n.goal_at, reason = n.reason, ended_at = CASE WHEN n.state <> 'waiting' THEN n.since END
    FROM unnest($1::uuid[], $2::int[], $3::text[], $4::int[], $5::text[], $6::timestamptz[], $7::timestamptz[],
        $8::text[], $9::timestamptz[], $10::timestamptz[], $11::text[])
        AS n(id, former, node, visit, state, since, due_at, signal, signal_at, goal_at, reason)
    WHERE e.id = n.id AND e.visit = n.former AND e.state = 'waiting'
"""
_STEPS = """
    INSERT INTO journey_steps (enrolment_id, visit, organisation_id, journey_id, version_id, person_id, node, port,
        next_node, why, at)
    SELECT n.enrolment_id, n.visit, $1, $2, n.version_id, n.person_id, n.node, n.port, n.next_node, n.why::jsonb, n.at
    FROM unnest($3::uuid[], $4::int[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::text[], $10::text[],
        $11::timestamptz[]) AS n(enrolment_id, visit, version_id, person_id, node, port, next_node, why, at)
"""
# Someone who is in it, was in it by the same key, or may not come again yet, is passed over.
_ENTER = """
    INSERT INTO journey_enrolments (id, organisation_id, journey_id, version_id, person_id, entry_key, node, since,
        due_at, entered_at)
    SELECT n.id, $1, $2, $3, n.person_id, n.entry_key, n.node, n.at, n.due_at, n.at
    FROM unnest($4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::timestamptz[], $9::timestamptz[])
        AS n(id, person_id, entry_key, node, at, due_at)
    JOIN leads ON leads.id = n.person_id AND leads.deleted_at IS NULL
    WHERE $10 = 'always' OR NOT EXISTS (
        SELECT FROM journey_enrolments e WHERE e.journey_id = $2 AND e.person_id = n.person_id
        AND ($10 = 'never' OR e.entered_at > n.at - make_interval(days => $11)))
    ON CONFLICT DO NOTHING
    RETURNING id, person_id
"""

_WHY_NOT = """
    SELECT CASE WHEN EXISTS (SELECT FROM journey_enrolments e
                WHERE e.journey_id = $1 AND e.person_id = n.id AND e.state = 'waiting') THEN 'in_it'
            WHEN EXISTS (SELECT FROM journey_enrolments e WHERE e.journey_id = $1 AND e.person_id = n.id)
                THEN 'were_in_it'
            ELSE 'gone' END AS why, count(*) AS people
    FROM unnest($2::uuid[]) AS n(id) GROUP BY 1
"""


@dataclass(slots=True)
class Claimed:
    """Somebody whose turn it is. `former` is the visit as it was read."""

    id: UUID
    version_id: UUID
    person_id: UUID
    entry_key: str
    place: Place
    former: int


@dataclass(slots=True)
class Entry:
    """Somebody who is to enter: by which trigger, when, and from when on they move."""

    person_id: UUID
    entry_key: str
    node: str
    at: datetime
    due_at: datetime


async def claim(session: AsyncSession, journey_id: UUID, at: datetime, limit: int) -> list[Claimed]:
    """Those of a journey who are due, longest first, locked; whom another worker holds is passed over."""
    connection = await asyncpg_connection(session)
    return [_claimed(row) for row in await connection.fetch(_CLAIM, journey_id, at, limit)]


async def read(session: AsyncSession, ids: Sequence[UUID]) -> list[Claimed]:
    """These, as they are now; only who is still in flight."""
    connection = await asyncpg_connection(session)
    return [_claimed(row) for row in await connection.fetch(_READ, list(ids))]


def _claimed(row: Any) -> Claimed:
    place = Place(
        row["node"], row["visit"], row["since"], row["due_at"], row["entered_at"], "waiting", row["signal"],
        row["signal_at"], row["goal_at"],
    )  # fmt: skip
    return Claimed(row["id"], row["version_id"], row["person_id"], row["entry_key"], place, row["visit"])


async def write(session: AsyncSession, moved: Sequence[Claimed]) -> None:
    """Store where these are now."""
    if not moved:
        return
    places = [one.place for one in moved]
    connection = await asyncpg_connection(session)
    await connection.execute(
        _WRITE,
        [one.id for one in moved], [one.former for one in moved], [place.node for place in places],
        [place.visit for place in places], [place.state for place in places], [place.since for place in places],
        [place.due_at for place in places], [place.signal for place in places],
        [place.signal_at for place in places], [place.goal_at for place in places],
        [place.reason for place in places],
    )  # fmt: skip


StepRow = tuple[UUID, int, UUID, UUID, str, str, str | None, str, datetime]
"""Enrolment, visit, version, person, step, port, next step, why (JSON), at."""


async def write_steps(session: AsyncSession, journey_id: UUID, rows: Sequence[StepRow]) -> None:
    """Add to the trace."""
    if rows:
        connection = await asyncpg_connection(session)
        columns = [list(column) for column in zip(*rows, strict=True)]
        await connection.execute(_STEPS, actor_of(session).organisation_id, journey_id, *columns)


async def enter(
    session: AsyncSession,
    journey_id: UUID,
    version_id: UUID,
    entries: Sequence[Entry],
    *,
    re_entry: str,
    days: int | None,
) -> list[UUID]:
    """Let people in who may; returns the ids of those who came in. Once per key, and one at a time a person."""
    if not entries:
        return []
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        _ENTER, actor_of(session).organisation_id, journey_id, version_id, [new_id() for _ in entries],
        [one.person_id for one in entries], [one.entry_key for one in entries], [one.node for one in entries],
        [one.at for one in entries], [one.due_at for one in entries], re_entry, days or 0,
    )  # fmt: skip
    return [row["person_id"] for row in rows]


async def why_not(session: AsyncSession, journey_id: UUID, people: Sequence[UUID]) -> dict[str, int]:
    """Why people could not enter: they are `in_it`, `were_in_it` and may not come again yet, or are `gone`."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(_WHY_NOT, journey_id, list(people))
    return {row["why"]: row["people"] for row in rows}


async def end(
    session: AsyncSession,
    where: str,
    *values: Any,
    reason: str,
    at: datetime,
    limit: int = 10_000,
) -> list[tuple[UUID, UUID, UUID]]:
    """End up to `limit` people in flight that `where` (SQL over `e`, placeholders from $4) names.

    Returns (enrolment, version, journey) of each; the counters are the caller's to raise.
    """
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "UPDATE journey_enrolments SET state = 'exited', signal = NULL, signal_at = NULL, "
        "ended_at = greatest($1, entered_at), reason = $2, visit = visit + 1 WHERE id IN ("
        f"SELECT e.id FROM journey_enrolments e WHERE e.state = 'waiting' AND {where} "
        "ORDER BY e.id LIMIT $3 FOR UPDATE) RETURNING id, version_id, journey_id",
        at, reason, limit, *values,
    )  # fmt: skip
    return [(row["id"], row["version_id"], row["journey_id"]) for row in rows]


async def send_keys(session: AsyncSession, enrolment_id: UUID) -> list[str]:
    """Keys in the send ledger of all messages a person was sent by this enrolment."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "SELECT visit, node FROM journey_steps WHERE enrolment_id = $1 AND port IN ('next', 'asked')", enrolment_id
    )
    return [send_key(enrolment_id, row["visit"], row["node"]) for row in rows]


def send_key(enrolment_id: UUID, visit: int, node: str) -> str:
    """What makes a message of a journey happen once."""
    return f"journey:{enrolment_id}:{visit}:{node}"


async def give_up(session: AsyncSession, enrolment_id: UUID, at: datetime) -> None:
    """End somebody whom the engine cannot move."""
    connection = await asyncpg_connection(session)
    await connection.execute(
        "UPDATE journey_enrolments SET state = 'failed', reason = 'error', signal = NULL, signal_at = NULL, "
        "ended_at = greatest($2, entered_at) WHERE id = $1",
        enrolment_id, at,
    )  # fmt: skip

"""Events that people in flight wait for: written to them as soon as they are known, set-based and idempotent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.modules.campaigns.engine.program import Program
from tradewind.modules.campaigns.repository.events import kinds_fit, matching

# The first such event after they came, and before their time is over. `visit` guards against their having moved on.
_WAIT = """
    WITH found AS (
        SELECT e.id, e.visit, min(a.occurred_at) AS at FROM journey_enrolments e
        JOIN activities a ON a.lead_id = e.person_id AND a.occurred_at > e.since AND a.occurred_at < e.due_at
        WHERE e.version_id = $1 AND e.node = $2 AND e.state = 'waiting' AND e.due_at > e.since
            AND (e.signal IS NULL OR e.signal = 'event') AND {scope} AND {match}
        GROUP BY e.id, e.visit
    ), held AS (
        SELECT e.id FROM journey_enrolments e JOIN found ON found.id = e.id ORDER BY e.id FOR UPDATE OF e
    )
    UPDATE journey_enrolments e SET signal = 'event', signal_at = found.at, due_at = found.at
    FROM found JOIN held ON held.id = found.id
    WHERE e.id = found.id AND e.visit = found.visit AND e.state = 'waiting' AND e.node = $2
        AND (e.signal IS NULL OR e.signal = 'event') AND e.due_at > found.at
"""
_LEAVE = """
    WITH found AS (
        SELECT e.id, min(a.occurred_at) AS at FROM journey_enrolments e
        JOIN activities a ON a.lead_id = e.person_id AND a.occurred_at > e.entered_at AND a.occurred_at <= e.due_at
        WHERE e.version_id = $1 AND e.state = 'waiting' AND {scope} AND {match}
        GROUP BY e.id
    ), held AS (
        SELECT e.id FROM journey_enrolments e JOIN found ON found.id = e.id ORDER BY e.id FOR UPDATE OF e
    )
    UPDATE journey_enrolments e SET signal = $2, signal_at = found.at, due_at = greatest(found.at, e.since)
    FROM found JOIN held ON held.id = found.id
    WHERE e.id = found.id AND e.state = 'waiting' AND e.due_at >= found.at
        AND (e.signal IS NULL OR e.signal NOT IN ('goal', 'exit') OR e.signal_at > found.at)
"""
_REACHED = """
    UPDATE journey_enrolments e SET signal = $2, signal_at = greatest($4, e.since), due_at = greatest($4, e.since)
    WHERE e.id IN (
        SELECT i.id FROM journey_enrolments i WHERE i.version_id = $1 AND i.state = 'waiting'
        AND i.person_id = ANY ($3::uuid[]) AND (i.signal IS NULL OR i.signal NOT IN ('goal', 'exit'))
        ORDER BY i.id FOR UPDATE)
"""


async def look_back(
    session: AsyncSession,
    program: Program,
    *,
    ids: Sequence[UUID] | None = None,
    people: Sequence[UUID] | None = None,
    since: datetime | None = None,
    kinds: Sequence[str] | None = None,
) -> int:
    """Write events to whom they concern, among these enrolments, or people, or who moved since; returns how many.

    `kinds` are the kinds of activities there is news of; without them all are looked at.
    """
    scope, bound = _scope(ids, people, since)
    connection = await asyncpg_connection(session)
    organisation_id = actor_of(session).organisation_id
    wanted = [
        (template, name, match)
        for template, name, match in (
            (_LEAVE, "goal", program.goal_event),
            (_LEAVE, "exit", program.exit_event),
            *((_WAIT, node.key, node.event) for node in program.event_nodes),
        )
        if match is not None and (kinds is None or kinds_fit(match, kinds))
    ]
    written = 0
    for template, name, match in wanted:
        sql, values = matching(match, organisation_id, first=4)
        status = await connection.execute(
            template.format(scope=scope, match=sql), program.version_id, name, bound, *values
        )
        written += int(status.split()[-1])
    return written


async def reached(session: AsyncSession, version_id: UUID, signal: str, people: Sequence[UUID], at: datetime) -> int:
    """Let these people, where they are in flight, leave by the goal or the exit condition; returns how many."""
    connection = await asyncpg_connection(session)
    status = await connection.execute(_REACHED, version_id, signal, list(people), at)
    return int(status.split()[-1])


async def in_flight(session: AsyncSession, version_id: UUID, people: Sequence[UUID]) -> list[UUID]:
    """Those of the people who are in flight on a version."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "SELECT person_id FROM journey_enrolments WHERE version_id = $1 AND state = 'waiting' "
        "AND person_id = ANY ($2::uuid[])",
        version_id, list(people),
    )  # fmt: skip
    return [row["person_id"] for row in rows]


async def at_node(
    session: AsyncSession, version_id: UUID, node: str, after: UUID | None, limit: int
) -> list[tuple[UUID, UUID]]:
    """(enrolment, person) of those who wait at a step, a page at a time in the order of their ids."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "SELECT id, person_id FROM journey_enrolments WHERE version_id = $1 AND node = $2 AND state = 'waiting' "
        "AND due_at > since AND signal IS NULL AND ($3::uuid IS NULL OR id > $3) ORDER BY id LIMIT $4",
        version_id, node, after, limit,
    )  # fmt: skip
    return [(row["id"], row["person_id"]) for row in rows]


async def happened(session: AsyncSession, ids: Sequence[UUID], at: datetime) -> int:
    """What these wait for has happened, at `at`; returns how many there still were."""
    connection = await asyncpg_connection(session)
    status = await connection.execute(
        "UPDATE journey_enrolments SET signal = 'event', signal_at = $2, due_at = $2 WHERE id IN ("
        "SELECT id FROM journey_enrolments WHERE id = ANY ($1::uuid[]) AND state = 'waiting' AND signal IS NULL "
        "AND due_at > $2 AND since < $2 ORDER BY id FOR UPDATE)",
        list(ids), at,
    )  # fmt: skip
    return int(status.split()[-1])


def _scope(ids: Sequence[UUID] | None, people: Sequence[UUID] | None, since: datetime | None) -> tuple[str, Any]:
    if ids is not None:
        return "e.id = ANY ($3::uuid[])", list(ids)
    if people is not None:
        return "e.person_id = ANY ($3::uuid[])", list(people)
    assert since is not None
    return "e.since >= $3", since

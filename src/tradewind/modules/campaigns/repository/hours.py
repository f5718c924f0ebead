"""SQL of the hours at which people answer: counted from timelines by the thousand, read by a tick in one statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.kernel.places import time_zones
from tradewind.modules.campaigns.engine.hours import BEST, HOURS, OTHER, Rhythm

ANSWERS = (
    "email.opened", "email.clicked", "email.replied", "conversation.held", "web.page_view", "web.form_submitted",
    "web.event",
)  # fmt: skip
"""What counts as an answer: mails, chats and visits of the website, but for those of programs."""
KEPT = timedelta(days=180)
"""How far back answers count."""
ANSWERED_WITHIN = timedelta(hours=48)
"""An hour that was drawn counts as answered if the person did something within this time."""
_HUMAN = "(a.human IS NULL OR a.human >= 0.5)"
# One pass over the people, by their id; who did nothing since the last one is passed over.
_PAGE = """
    SELECT id FROM leads WHERE organisation_id = $1 AND deleted_at IS NULL AND id > $2
        AND last_activity_at > $3 ORDER BY id LIMIT $4
"""
# However much somebody does within an hour, they were there once.
_COUNT = f"""
    INSERT INTO answer_hours (organisation_id, person_id, hours, answers, refreshed_at)
    SELECT $1, person_id, array_agg(hour ORDER BY hour), array_agg(answers ORDER BY hour), $6::timestamptz
    FROM (
        SELECT person_id, ((extract(isodow FROM local) - 1) * 24 + extract(hour FROM local))::smallint AS hour,
            count(*)::smallint AS answers
        FROM (
            SELECT DISTINCT p.id AS person_id, date_trunc('hour', a.occurred_at AT TIME ZONE
                CASE WHEN p.time_zone = ANY ($4::text[]) THEN p.time_zone ELSE $5 END) AS local
            FROM leads p JOIN activities a ON a.organisation_id = $1 AND a.lead_id = p.id
            WHERE p.id = ANY ($2::uuid[]) AND p.deleted_at IS NULL AND a.kind = ANY ($3::text[]) AND {_HUMAN}
                AND a.occurred_at > $6::timestamptz - $7::interval AND a.occurred_at <= $6
        ) AS moments GROUP BY 1, 2
    ) AS counted GROUP BY 2
    ON CONFLICT (person_id) DO UPDATE
    SET hours = excluded.hours, answers = excluded.answers, refreshed_at = excluded.refreshed_at
"""
_SUMS = """
    SELECT of_hour.hour, sum(of_hour.n)::bigint AS answers, sum(of_hour.n::bigint * (of_hour.n - 1))::bigint AS own_same
    FROM answer_hours h, unnest(h.hours, h.answers) AS of_hour(hour, n)
    WHERE h.organisation_id = $1 GROUP BY 1
"""
_PAIRS = """
    SELECT count(*) AS people, coalesce(sum(total * (total - 1)), 0)::bigint AS own_pairs FROM (
        SELECT sum(of_hour.n)::bigint AS total FROM answer_hours h, unnest(h.answers) AS of_hour(n)
        WHERE h.organisation_id = $1 GROUP BY h.person_id) AS totals
"""
_STORE = """
    INSERT INTO answer_rhythms (organisation_id, answers, people, own_same, own_pairs, refreshed_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (organisation_id) DO UPDATE SET answers = excluded.answers, people = excluded.people,
        own_same = excluded.own_same, own_pairs = excluded.own_pairs, refreshed_at = excluded.refreshed_at
"""
# The index holds what is open of the last days; each is answered once, and counted by the statement that says so.
_REWARD = f"""
    WITH found AS (
        SELECT d.enrolment_id, d.visit, min(a.occurred_at) AS at FROM journey_draws d
        JOIN journey_enrolments e ON e.id = d.enrolment_id
        JOIN activities a ON a.organisation_id = $1 AND a.lead_id = e.person_id AND a.occurred_at >= d.at
            AND a.occurred_at < d.at + $4::interval AND a.kind = ANY ($5::text[]) AND {_HUMAN}
        WHERE d.organisation_id = $1 AND d.rewarded_at IS NULL AND d.variant IN ('{BEST}', '{OTHER}')
            AND d.at > $2 AND d.at <= $3
        GROUP BY 1, 2
    ), won AS (
        UPDATE journey_draws d SET rewarded_at = found.at FROM found
        WHERE d.enrolment_id = found.enrolment_id AND d.visit = found.visit AND d.rewarded_at IS NULL
        RETURNING d.version_id, d.node, d.variant
    )
    INSERT INTO journey_arms AS a (organisation_id, version_id, node, variant, rewarded)
    SELECT $1, version_id, node, variant, count(*) FROM won GROUP BY 2, 3, 4 ORDER BY 2, 3, 4
    ON CONFLICT (version_id, node, variant) DO UPDATE SET rewarded = a.rewarded + excluded.rewarded
"""


async def rhythm(session: AsyncSession) -> tuple[Rhythm, datetime] | None:
    """The organisation's rhythm, and when it was looked at last; None before the first time."""
    connection = await asyncpg_connection(session)
    row = await connection.fetchrow("SELECT answers, people, own_same, own_pairs, refreshed_at FROM answer_rhythms")
    if row is None:
        return None
    return Rhythm(tuple(row["answers"]), row["people"], row["own_same"], row["own_pairs"]), row["refreshed_at"]


async def habits(session: AsyncSession, people: Sequence[UUID]) -> dict[UUID, Mapping[int, int]]:
    """How often each of these answered, by hour of the week; who never did is left out."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "SELECT person_id, hours, answers FROM answer_hours WHERE person_id = ANY ($1::uuid[])", list(people)
    )
    return {row["person_id"]: dict(zip(row["hours"], row["answers"], strict=True)) for row in rows}


async def page(session: AsyncSession, *, since: datetime, after: UUID, limit: int) -> list[UUID]:
    """The next people, by id, who did something since then."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(_PAGE, actor_of(session).organisation_id, after, since, limit)
    return [row["id"] for row in rows]


async def count(session: AsyncSession, people: Sequence[UUID], *, zone: str, at: datetime) -> None:
    """Count the answers of these people anew. `zone` is for those of whom none is known."""
    connection = await asyncpg_connection(session)
    await connection.execute(
        _COUNT, actor_of(session).organisation_id, list(people), list(ANSWERS), sorted(time_zones()), zone,
        at, KEPT,
    )  # fmt: skip


async def drop(session: AsyncSession, people: Sequence[UUID]) -> None:
    """Let go of the hours of these people."""
    connection = await asyncpg_connection(session)
    await connection.execute("DELETE FROM answer_hours WHERE person_id = ANY ($1::uuid[])", list(people))


async def forget(session: AsyncSession, *, before: datetime) -> None:
    """Let go of the hours of people who did nothing since then."""
    connection = await asyncpg_connection(session)
    await connection.execute(
        "DELETE FROM answer_hours WHERE organisation_id = $1 AND refreshed_at < $2",
        actor_of(session).organisation_id, before,
    )  # fmt: skip


async def store_rhythm(session: AsyncSession, at: datetime) -> None:
    """Sum up the organisation's people."""
    connection = await asyncpg_connection(session)
    organisation_id = actor_of(session).organisation_id
    answers, own_same = [0] * HOURS, 0
    for row in await connection.fetch(_SUMS, organisation_id):
        answers[row["hour"]] = row["answers"]
        own_same += row["own_same"]
    pairs: Any = await connection.fetchrow(_PAIRS, organisation_id)
    await connection.execute(_STORE, organisation_id, answers, pairs["people"], own_same, pairs["own_pairs"], at)


async def reward(session: AsyncSession, *, at: datetime) -> None:
    """Mark the drawn hours after which people did something in time."""
    connection = await asyncpg_connection(session)
    await connection.execute(
        _REWARD, actor_of(session).organisation_id, at - 2 * ANSWERED_WITHIN, at, ANSWERED_WITHIN, list(ANSWERS)
    )

"""SQL of splits: what was drawn, with which chance, and what came of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of, asyncpg_connection

DrawRow = tuple[UUID, int, UUID, str, str, float, datetime]
"""Enrolment, visit, version, step, variant, propensity, at."""
_ADD = """
    WITH added AS (
        INSERT INTO journey_draws (enrolment_id, visit, version_id, node, variant, propensity, at, organisation_id)
        SELECT n.*, $8 FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::text[], $6::float8[],
            $7::timestamptz[]) AS n
        ON CONFLICT DO NOTHING RETURNING version_id, node, variant
    )
    INSERT INTO journey_arms AS a (organisation_id, version_id, node, variant, drawn)
    SELECT $8, version_id, node, variant, count(*) FROM added GROUP BY 2, 3, 4 ORDER BY 2, 3, 4
    ON CONFLICT (version_id, node, variant) DO UPDATE SET drawn = a.drawn + excluded.drawn
"""
# The goal counts for every split on the way there, if it was reached in the time the split allows for.
_REWARD = """
    WITH won AS (
        UPDATE journey_draws d SET rewarded_at = g.at
        FROM unnest($1::uuid[], $2::timestamptz[]) AS g(enrolment_id, at),
            unnest($3::uuid[], $4::text[], $5::int[]) AS s(version_id, node, days)
        WHERE d.enrolment_id = g.enrolment_id AND d.version_id = s.version_id AND d.node = s.node
            AND d.rewarded_at IS NULL AND g.at >= d.at AND g.at < d.at + make_interval(days => s.days)
        RETURNING d.version_id, d.node, d.variant
    )
    INSERT INTO journey_arms AS a (organisation_id, version_id, node, variant, rewarded)
    SELECT $6, version_id, node, variant, count(*) FROM won GROUP BY 2, 3, 4 ORDER BY 2, 3, 4
    ON CONFLICT (version_id, node, variant) DO UPDATE SET rewarded = a.rewarded + excluded.rewarded
"""
# What the split measures happened to the person after the draw, in the time the split allows for.
_REWARD_EVENT = """
    WITH found AS (
        SELECT d.enrolment_id, d.visit, min(a.occurred_at) AS at FROM journey_enrolments e
        JOIN journey_draws d ON d.enrolment_id = e.id AND d.version_id = $1 AND d.node = $2 AND d.rewarded_at IS NULL
        JOIN activities a ON a.organisation_id = $6 AND a.lead_id = e.person_id AND a.kind = $3
            AND (a.human IS NULL OR a.human >= 0.5) AND a.occurred_at > d.at
            AND a.occurred_at < d.at + make_interval(days => $4)
        WHERE e.person_id = ANY ($5::uuid[]) AND e.version_id = $1 GROUP BY 1, 2
    ), won AS (
        UPDATE journey_draws d SET rewarded_at = found.at FROM found
        WHERE d.enrolment_id = found.enrolment_id AND d.visit = found.visit AND d.rewarded_at IS NULL
        RETURNING d.version_id, d.node, d.variant
    )
    INSERT INTO journey_arms AS a (organisation_id, version_id, node, variant, rewarded)
    SELECT $6, version_id, node, variant, count(*) FROM won GROUP BY 2, 3, 4 ORDER BY 2, 3, 4
    ON CONFLICT (version_id, node, variant) DO UPDATE SET rewarded = a.rewarded + excluded.rewarded
"""
# Self-normalised inverse propensities of one variant: its rate had it been drawn for everybody. Draws that may still be
# rewarded are left out, else a variant that is drawn more and more would look worse than it is.
_ESTIMATES = """
    WITH closed AS (
        SELECT d.node, d.variant, (d.rewarded_at IS NOT NULL)::int::float8 AS reward,
            least(1 / d.propensity, $4) AS weight, 1 / d.propensity > $4 AS clipped
        FROM journey_draws d JOIN unnest($2::text[], $3::interval[]) AS s(node, span) ON d.node = s.node
        WHERE d.version_id = $1 AND d.at + s.span <= $5
    )
    SELECT node, variant, sum(reward * weight) / sum(weight) AS value, count(*) AS draws,
        sqrt(sum(power((reward - mean) * weight, 2))) / sum(weight) AS error,
        power(sum(weight), 2) / sum(power(weight, 2)) AS effective, count(*) FILTER (WHERE clipped) AS clipped
    FROM (
        SELECT *, sum(reward * weight) OVER w / sum(weight) OVER w AS mean FROM closed
        WINDOW w AS (PARTITION BY node, variant)
    ) AS drawn GROUP BY 1, 2
"""
MOST_WEIGHT = 100.0
"""Rarer draws weigh no more than this: a little bias against one draw that outweighs all others."""


async def add(session: AsyncSession, drawn: Sequence[DrawRow]) -> None:
    """Log draws with the chance each had, and count them."""
    if drawn:
        connection = await asyncpg_connection(session)
        columns = [list(column) for column in zip(*drawn, strict=True)]
        await connection.execute(_ADD, *columns, actor_of(session).organisation_id)


async def reward(
    session: AsyncSession,
    reached: Mapping[UUID, datetime],
    splits: Sequence[tuple[UUID, str, int]],
) -> None:
    """These enrolments reached the goal at these times; `splits` are (version, step, days it counts for)."""
    if reached and splits:
        connection = await asyncpg_connection(session)
        await connection.execute(
            _REWARD, list(reached), list(reached.values()), [one[0] for one in splits], [one[1] for one in splits],
            [one[2] for one in splits], actor_of(session).organisation_id,
        )  # fmt: skip


async def reward_event(
    session: AsyncSession, version_id: UUID, node: str, kind: str, days: int, people: Sequence[UUID]
) -> None:
    """Reward the draws of these people at a split that measures by an event of this kind, once each."""
    connection = await asyncpg_connection(session)
    await connection.execute(
        _REWARD_EVENT, version_id, node, kind, days, list(people), actor_of(session).organisation_id
    )


async def counts(session: AsyncSession, version_ids: Sequence[UUID]) -> dict[tuple[UUID, str], dict[str, Any]]:
    """By version and step: (drawn, rewarded) of each variant."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "SELECT version_id, node, variant, drawn, rewarded FROM journey_arms WHERE version_id = ANY ($1::uuid[])",
        list(version_ids),
    )
    found: dict[tuple[UUID, str], dict[str, Any]] = {}
    for row in rows:
        found.setdefault((row["version_id"], row["node"]), {})[row["variant"]] = (row["drawn"], row["rewarded"])
    return found


async def estimates(
    session: AsyncSession, version_id: UUID, spans: Mapping[str, timedelta], at: datetime
) -> dict[tuple[str, str], dict[str, Any]]:
    """By step and variant: the off-policy estimate of its rate (`value`, `error`), and on how much it rests.

    `spans` says how long after a draw a reward counts.
    """
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(_ESTIMATES, version_id, list(spans), list(spans.values()), MOST_WEIGHT, at)
    facts = ("value", "error", "draws", "effective", "clipped")
    return {(row["node"], row["variant"]): {name: row[name] for name in facts} for row in rows}

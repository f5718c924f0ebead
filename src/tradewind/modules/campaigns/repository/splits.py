"""SQL of splits: what was drawn, with which chance, and what came of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
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
# Self-normalised inverse propensities of one variant: its rate had it been drawn for everybody.
_ESTIMATES = """
    SELECT node, variant, sum(reward / propensity) / sum(1 / propensity) AS value,
        sqrt(sum(power((reward - mean) / propensity, 2))) / sum(1 / propensity) AS error
    FROM (
        SELECT node, variant, propensity, reward, sum(reward / propensity) OVER w / sum(1 / propensity) OVER w AS mean
        FROM (SELECT *, (rewarded_at IS NOT NULL)::int::float8 AS reward FROM journey_draws WHERE version_id = $1) AS d
        WINDOW w AS (PARTITION BY node, variant)
    ) AS drawn GROUP BY 1, 2
"""


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


async def estimates(session: AsyncSession, version_id: UUID) -> dict[tuple[str, str], tuple[float, float]]:
    """By step and variant: the off-policy estimate of its rate, and its standard error."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(_ESTIMATES, version_id)
    return {(row["node"], row["variant"]): (row["value"], row["error"]) for row in rows}

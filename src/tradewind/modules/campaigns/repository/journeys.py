"""SQL of journeys, their versions and counters."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.modules.campaigns.models import Journey, JourneyVersion

TOTALS = ("entered", "done", "exited", "failed", "goal")
"""Ports of the nameless step: how many people entered, and how they ended."""


async def journey(session: AsyncSession, journey_id: UUID, *, lock: bool = False) -> Journey | None:
    """A journey that was not removed. Under `lock` nobody else changes it; people go on moving in it."""
    statement = select(Journey).where(Journey.id == journey_id, Journey.deleted_at.is_(None))
    if lock:
        statement = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
    return await session.scalar(statement)


async def held(session: AsyncSession, journey_id: UUID) -> Journey | None:
    """A journey to move people in: many hold it so at once, and who wants it `at_rest` waits for them."""
    statement = select(Journey).where(Journey.id == journey_id, Journey.deleted_at.is_(None))
    return await session.scalar(statement.with_for_update(read=True, key_share=True))


async def at_rest(session: AsyncSession, journey_id: UUID) -> Journey | None:
    """A journey under a lock that nobody gets while people move in it, and in which nobody moves until it is free."""
    statement = select(Journey).where(Journey.id == journey_id, Journey.deleted_at.is_(None))
    return await session.scalar(statement.with_for_update().execution_options(populate_existing=True))


async def every_journey(session: AsyncSession, state: str | None = None) -> Sequence[Journey]:
    """All journeys, by name."""
    statement = select(Journey).where(Journey.deleted_at.is_(None))
    if state is not None:
        statement = statement.where(Journey.state == state)
    return (await session.scalars(statement.order_by(func.lower(Journey.name), Journey.id))).all()


async def names(session: AsyncSession, journey_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Names of journeys, removed ones too."""
    rows = await session.execute(select(Journey.id, Journey.name).where(Journey.id.in_(journey_ids)))
    return {row.id: row.name for row in rows}


async def version(session: AsyncSession, version_id: UUID) -> JourneyVersion | None:
    """A published version."""
    return await session.get(JourneyVersion, version_id)


async def versions(session: AsyncSession, journey_id: UUID, limit: int = 50) -> Sequence[JourneyVersion]:
    """Published versions of a journey, newest first."""
    statement = select(JourneyVersion).where(JourneyVersion.journey_id == journey_id)
    return (await session.scalars(statement.order_by(JourneyVersion.number.desc()).limit(limit))).all()


async def versions_by_id(session: AsyncSession, version_ids: Sequence[UUID]) -> Sequence[JourneyVersion]:
    """These versions."""
    return (await session.scalars(select(JourneyVersion).where(JourneyVersion.id.in_(version_ids)))).all()


async def newest_number(session: AsyncSession, journey_id: UUID) -> int:
    """The number of the newest version, 0 before the first."""
    table = JourneyVersion
    return await session.scalar(select(func.max(table.number)).where(table.journey_id == journey_id)) or 0


async def live(session: AsyncSession) -> list[tuple[Journey, JourneyVersion]]:
    """Live journeys with the version new people follow."""
    rows = await session.execute(
        select(Journey, JourneyVersion)
        .join(JourneyVersion, JourneyVersion.id == Journey.published_version_id)
        .where(Journey.state == "live", Journey.deleted_at.is_(None))
        .order_by(Journey.id)
    )
    return [(row[0], row[1]) for row in rows]


async def live_versions(session: AsyncSession) -> Sequence[JourneyVersion]:
    """All versions of live journeys that somebody may still be on."""
    statement = (
        select(JourneyVersion)
        .join(Journey, Journey.id == JourneyVersion.journey_id)
        .where(Journey.state == "live", Journey.deleted_at.is_(None))
    )
    return (await session.scalars(statement.order_by(JourneyVersion.id))).all()


async def count_up(session: AsyncSession, version_id: UUID, counted: Mapping[tuple[str, str], int]) -> None:
    """Add to the counters of a version, by (step, port). The rows are taken in one order: no deadlocks."""
    if not counted:
        return
    keys = sorted(counted)
    connection = await asyncpg_connection(session)
    await connection.execute(
        "INSERT INTO journey_flows AS f (organisation_id, version_id, node, port, people) "
        "SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::bigint[]) "
        "ON CONFLICT (version_id, node, port) DO UPDATE SET people = f.people + excluded.people",
        actor_of(session).organisation_id, version_id,
        [key[0] for key in keys], [key[1] for key in keys], [counted[key] for key in keys],
    )  # fmt: skip


async def totals(session: AsyncSession, journey_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """How many people entered and ended, by journey."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "SELECT v.journey_id, f.port, sum(f.people)::bigint AS people FROM journey_flows f "
        "JOIN journey_versions v ON v.id = f.version_id WHERE v.journey_id = ANY ($1::uuid[]) AND f.node = '' "
        "GROUP BY 1, 2",
        list(journey_ids),
    )
    found: dict[UUID, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["journey_id"], {})[row["port"]] = row["people"]
    return found


async def waiting_by_version(session: AsyncSession, journey_id: UUID) -> dict[UUID, int]:
    """People in flight, by version."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "SELECT version_id, count(*) AS people FROM journey_enrolments WHERE journey_id = $1 AND state = 'waiting' "
        "GROUP BY 1",
        journey_id,
    )
    return {row["version_id"]: row["people"] for row in rows}


async def waiting_by_node(session: AsyncSession, version_ids: Sequence[UUID]) -> list[tuple[UUID, str, int]]:
    """People in flight, by version and step."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "SELECT version_id, node, count(*) AS people FROM journey_enrolments "
        "WHERE version_id = ANY ($1::uuid[]) AND state = 'waiting' GROUP BY 1, 2 ORDER BY 1, 2",
        list(version_ids),
    )
    return [(row["version_id"], row["node"], row["people"]) for row in rows]


async def flows(session: AsyncSession, version_ids: Sequence[UUID]) -> list[tuple[str, str, int]]:
    """How many left which step by which port, over these versions."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "SELECT node, port, sum(people)::bigint AS people FROM journey_flows "
        "WHERE version_id = ANY ($1::uuid[]) AND node <> '' GROUP BY 1, 2 ORDER BY 1, 2",
        list(version_ids),
    )
    return [(row["node"], row["port"], row["people"]) for row in rows]


async def happened_to(session: AsyncSession, sql: str, values: Sequence[Any], *, since: datetime, limit: int) -> int:
    """How many people an event happened to since then, counted up to `limit`. `sql` as of `events.matching`."""
    connection = await asyncpg_connection(session)
    place = len(values) + 1
    found = await connection.fetchval(
        f"SELECT count(*) FROM (SELECT DISTINCT a.lead_id FROM activities a WHERE {sql} AND a.lead_id IS NOT NULL "
        f"AND a.occurred_at >= ${place} LIMIT ${place + 1}) AS people",
        *values, since, limit,
    )  # fmt: skip
    return found or 0

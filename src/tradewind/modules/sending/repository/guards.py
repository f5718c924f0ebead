"""SQL of guardrails: policies, kill switches, approvals, and what was spent."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import asyncpg_connection
from tradewind.modules.sending.models import Approval, Policy, Stop

_SPENT = """
    SELECT coalesce(sum(messages), 0)::bigint AS messages, coalesce(sum(cost_microusd), 0)::bigint AS microusd
    FROM send_counters WHERE bucket >= $1 AND (cardinality($2::text[]) = 0 OR channel = ANY($2))"""
_SPENT_BY_LANE = """
    SELECT lane_id, sum(messages)::bigint AS messages, sum(cost_microusd)::bigint AS microusd
    FROM send_counters WHERE lane_id = ANY($1) AND (cardinality($2::text[]) = 0 OR channel = ANY($2))
        AND ($3::timestamptz IS NULL OR bucket >= $3)
    GROUP BY lane_id"""
_COUNT = """
    INSERT INTO send_counters (organisation_id, bucket, channel, lane_id, messages, cost_microusd)
    SELECT $1, b, c, l, sum(m), sum(u) FROM unnest($2::timestamptz[], $3::text[], $4::uuid[], $5::int[], $6::bigint[])
        AS x(b, c, l, m, u) GROUP BY b, c, l ORDER BY b, c, l
    ON CONFLICT (organisation_id, bucket, channel, lane_id) DO UPDATE
    SET messages = send_counters.messages + excluded.messages,
        cost_microusd = send_counters.cost_microusd + excluded.cost_microusd"""
_DECIDED = """
    SELECT DISTINCT ON (subject_id) subject_id, state, audience_size FROM send_approvals
    WHERE subject_id = ANY($1) AND state <> 'waiting' ORDER BY subject_id, decided_at DESC"""
_STARTED = """
    SELECT s.id FROM unnest($1::uuid[]) AS s(id) WHERE EXISTS (
        SELECT FROM send_intents i WHERE i.state = 'sent' AND (i.campaign_id = s.id OR i.journey_id = s.id))"""
_SENDERS = """
    SELECT s.name FROM unnest($1::text[]) AS s(name)
    WHERE EXISTS (SELECT FROM send_intents i WHERE i.sender = s.name AND i.state = 'sent')"""


async def lock(session: AsyncSession, organisation_id: UUID) -> None:
    """One at a time takes messages of an organisation, so that caps, limits and budgets hold exactly."""
    await session.execute(text("SELECT pg_advisory_xact_lock(7450, hashtext(:id))"), {"id": str(organisation_id)})


async def policies(session: AsyncSession) -> list[Policy]:
    """What the organisation stored, oldest first."""
    return list(await session.scalars(select(Policy).order_by(Policy.created_at, Policy.id)))


async def policy(session: AsyncSession, key: str) -> Policy | None:
    """One stored policy, locked for a change."""
    return await session.scalar(select(Policy).where(Policy.key == key).with_for_update())


async def stops(session: AsyncSession) -> list[Stop]:
    """Kill switches that are thrown, newest first."""
    return list(await session.scalars(select(Stop).order_by(Stop.created_at.desc(), Stop.id)))


async def add_stop(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Throw a kill switch; False if it is thrown already."""
    added = await session.scalar(insert(Stop).values(**values).on_conflict_do_nothing().returning(Stop.id))
    return added is not None


async def approvals(session: AsyncSession, *, state: str | None, limit: int) -> list[Approval]:
    """Approvals, newest first."""
    statement = select(Approval).order_by(Approval.requested_at.desc(), Approval.id.desc()).limit(limit)
    return list(await session.scalars(statement.where(Approval.state == state) if state else statement))


async def approval(session: AsyncSession, approval_id: UUID) -> Approval | None:
    """One approval, locked for a decision."""
    return await session.scalar(select(Approval).where(Approval.id == approval_id).with_for_update())


async def open_approval(session: AsyncSession, values: dict[str, Any]) -> tuple[UUID, bool]:
    """The waiting approval of a subject, made if there is none; its id, and whether it is new."""
    statement = insert(Approval).values(**values)
    size = statement.excluded.audience_size
    row = await session.scalar(
        statement.on_conflict_do_update(
            index_elements=["organisation_id", "subject_id"],
            index_where=text("state = 'waiting'"),
            set_={"audience_size": text("greatest(send_approvals.audience_size, excluded.audience_size)")},
            where=Approval.audience_size < size,
        ).returning(Approval.id)
    )
    if row is None:
        waiting = select(Approval.id).where(Approval.subject_id == values["subject_id"], Approval.state == "waiting")
        return (await session.execute(waiting)).scalar_one(), False
    return row, row == values["id"]


async def decided(session: AsyncSession, subjects: Collection[UUID]) -> list[tuple[UUID, str, int]]:
    """The last decision on each subject: (subject, state, audience size)."""
    rows = await (await asyncpg_connection(session)).fetch(_DECIDED, list(subjects))
    return [(UUID(bytes=row["subject_id"].bytes), row["state"], row["audience_size"]) for row in rows]


async def started(session: AsyncSession, subjects: Collection[UUID]) -> frozenset[UUID]:
    """Those campaigns and journeys that have sent something."""
    rows = await (await asyncpg_connection(session)).fetch(_STARTED, list(subjects))
    return frozenset(UUID(bytes=row["id"].bytes) for row in rows)


async def known_senders(session: AsyncSession, senders: Collection[str]) -> frozenset[str]:
    """Those senders that something was sent from."""
    rows = await (await asyncpg_connection(session)).fetch(_SENDERS, list(senders))
    return frozenset(row["name"] for row in rows)


async def spent(session: AsyncSession, since: datetime, channels: Collection[str]) -> tuple[int, int]:
    """Messages and micro-USD of these channels (empty: all) since the hour of `since`."""
    row = await (await asyncpg_connection(session)).fetchrow(_SPENT, since, sorted(channels))
    assert row is not None
    return row["messages"], row["microusd"]


async def spent_by_lane(
    session: AsyncSession, lanes: Collection[UUID], channels: Collection[str], *, since: datetime | None = None
) -> dict[UUID, tuple[int, int]]:
    """Messages and micro-USD of campaigns since the hour of `since`, or since they began."""
    rows = await (await asyncpg_connection(session)).fetch(_SPENT_BY_LANE, list(lanes), sorted(channels), since)
    return {UUID(bytes=row["lane_id"].bytes): (row["messages"], row["microusd"]) for row in rows}


async def count(
    session: AsyncSession, organisation_id: UUID, rows: Sequence[tuple[datetime, str, UUID, int, int]]
) -> None:
    """Add (or take back) messages and micro-USD: (hour, channel, lane, messages, micro-USD)."""
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        await (await asyncpg_connection(session)).execute(_COUNT, organisation_id, *columns)


def hour(moment: datetime) -> datetime:
    """The bucket of the counters that a moment falls into."""
    return moment.replace(minute=0, second=0, microsecond=0)


def this_hour() -> datetime:
    """The bucket of now."""
    return hour(now())

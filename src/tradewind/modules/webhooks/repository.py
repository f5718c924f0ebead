"""SQL of webhooks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, Table, delete, exists, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import asyncpg_connection
from tradewind.kernel.ids import new_id
from tradewind.modules.webhooks.models import Attempt, Delivery, Endpoint, Message
from tradewind.modules.webhooks.sending.message import Content
from tradewind.modules.webhooks.sending.sender import Claim

_ATTEMPTS = cast(Table, Attempt.__table__)
_DELIVERIES = cast(Table, Delivery.__table__)
_MESSAGES = cast(Table, Message.__table__)
_RECENT = 200
_MANY = 1_000

_CLAIM = text("SELECT * FROM webhooks_claim(:at, :slots, :lanes, :lease)")

_RECENT_ATTEMPTS = text(f"""
    SELECT e.id, a.attempts, a.successes, a.median_ms, w.waiting
    FROM webhook_endpoints e
    CROSS JOIN LATERAL (
        SELECT count(*) AS attempts, count(*) FILTER (WHERE r.status BETWEEN 200 AND 299) AS successes,
            percentile_disc(0.5) WITHIN GROUP (ORDER BY r.duration_ms) AS median_ms
        FROM (SELECT status, duration_ms FROM webhook_attempts t
              WHERE t.endpoint_id = e.id ORDER BY t.id DESC LIMIT {_RECENT}) r
    ) a
    CROSS JOIN LATERAL (
        SELECT count(*) AS waiting FROM (SELECT FROM webhook_deliveries d
              WHERE d.endpoint_id = e.id AND d.due_at IS NOT NULL LIMIT {_MANY}) o
    ) w
    WHERE e.id = ANY(:ids)""")

_UPDATE_DELIVERIES = """
    UPDATE webhook_deliveries d
    SET state = o.state, due_at = o.due_at, step = d.step + 1, attempts = d.attempts + 1,
        first_attempt_at = coalesce(d.first_attempt_at, o.started_at), finished_at = o.finished_at,
        last_status = o.status, last_error = o.error
    FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::smallint[],
                $7::text[]) AS o(id, state, due_at, started_at, finished_at, status, error)
    WHERE d.id = o.id AND d.state = 'sending'
    RETURNING d.id, d.first_attempt_at"""


@dataclass(frozen=True, slots=True)
class Recent:
    """The last attempts of an endpoint, at most 200, and how many deliveries wait, at most 1,000."""

    attempts: int
    successes: int
    median_ms: int | None
    waiting: int


@dataclass(frozen=True, slots=True)
class Listening:
    """An endpoint that is to hear of events."""

    id: UUID
    event_types: frozenset[str]
    keeper_id: UUID | None


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of a delivery after an attempt."""

    delivery_id: UUID
    state: str
    due_at: datetime | None
    started_at: datetime
    finished_at: datetime | None
    status: int | None
    error: str | None


async def wanted_types(session: AsyncSession) -> frozenset[str]:
    """Event types that any endpoint of the organisation wants. Flushes nothing: it runs inside others' writes."""
    rows = await (await session.connection()).execute(
        select(func.unnest(Endpoint.event_types)).where(Endpoint.state != "disabled").distinct()
    )
    return frozenset(rows.scalars())


async def listening(session: AsyncSession, types: Sequence[str]) -> list[Listening]:
    """Endpoints that want any of these types, held against deletion until the transaction ends. Flushes nothing."""
    rows = await (await session.connection()).execute(
        select(Endpoint.id, Endpoint.event_types, Endpoint.keeper_id)
        .where(Endpoint.state != "disabled", Endpoint.event_types.overlap(types))
        .order_by(Endpoint.id)
        .with_for_update(read=True, key_share=True)
    )
    return [Listening(row.id, frozenset(row.event_types), row.keeper_id) for row in rows]


async def add_deliveries(session: AsyncSession, pairs: Sequence[tuple[Content, UUID]]) -> None:
    """Store messages, each once, and a delivery of each to the endpoint beside it."""
    await _insert(session, list({content.id: content for content, _ in pairs}.values()), pairs)


async def add_delivery(session: AsyncSession, content: Content, endpoint_id: UUID) -> UUID:
    """Store a message for one endpoint only; returns the delivery's id."""
    return (await _insert(session, [content], [(content, endpoint_id)]))[0]


async def _insert(
    session: AsyncSession, contents: Sequence[Content], pairs: Sequence[tuple[Content, UUID]]
) -> list[UUID]:
    moment = now()
    connection = await session.connection()
    await connection.execute(
        _MESSAGES.insert(),
        [
            {
                "id": content.id,
                "organisation_id": content.organisation_id,
                "type": content.type,
                "type_version": content.type_version,
                "data": content.data,
                "occurred_at": content.occurred_at,
                "created_at": moment,
            }
            for content in contents
        ],
    )
    deliveries = [
        {
            "id": new_id(),
            "organisation_id": content.organisation_id,
            "endpoint_id": endpoint_id,
            "message_id": content.id,
            "type": content.type,
            "state": "waiting",
            "due_at": moment,
            "created_at": moment,
        }
        for content, endpoint_id in pairs
    ]
    await connection.execute(_DELIVERIES.insert(), deliveries)
    return [row["id"] for row in deliveries]


async def claim(session: AsyncSession, at: datetime, *, slots: int, lanes: int, lease: timedelta) -> list[Claim]:
    """Take due deliveries of all organisations until `at` + `lease`, oldest first."""
    rows = await session.execute(_CLAIM, {"at": at, "slots": slots, "lanes": lanes, "lease": lease})
    return [
        Claim(
            delivery_id=row.delivery_id,
            endpoint_id=row.endpoint_id,
            url=row.url,
            format=row.format,
            secrets_sealed=tuple(filter(None, (row.secret_sealed, row.previous_secret_sealed))),
            content=Content(row.message_id, row.organisation_id, row.type, row.type_version, row.data, row.occurred_at),
            step=row.step,
        )
        for row in rows
    ]


async def finish_attempts(session: AsyncSession, steps: Sequence[Step]) -> dict[UUID, datetime]:
    """Move deliveries on; returns the time of the first attempt of those that were still being sent."""
    connection = await asyncpg_connection(session)
    columns = zip(
        *(
            (s.delivery_id, s.state, s.due_at, s.started_at, s.finished_at, s.status, s.error)
            for s in sorted(steps, key=lambda step: step.delivery_id)
        ),
        strict=True,
    )
    rows = await connection.fetch(_UPDATE_DELIVERIES, *(list(column) for column in columns))
    return {UUID(bytes=row["id"].bytes): row["first_attempt_at"] for row in rows}


async def add_attempts(session: AsyncSession, rows: list[dict[str, Any]]) -> None:
    """Write attempts into the log."""
    await (await session.connection()).execute(_ATTEMPTS.insert(), rows)


async def locked_endpoints(session: AsyncSession, ids: Sequence[UUID]) -> list[Endpoint]:
    """Endpoints of the organisation, locked for a change, in one order so that nobody waits in a circle."""
    statement = select(Endpoint).where(Endpoint.id.in_(ids)).order_by(Endpoint.id).with_for_update(key_share=True)
    return list(await session.scalars(statement.execution_options(populate_existing=True)))


async def endpoints(session: AsyncSession) -> list[Endpoint]:
    """All endpoints, oldest first."""
    return list(await session.scalars(select(Endpoint).order_by(Endpoint.created_at, Endpoint.id)))


async def endpoint(session: AsyncSession, endpoint_id: UUID, *, lock: bool = False) -> Endpoint | None:
    """One endpoint."""
    if lock:
        return next(iter(await locked_endpoints(session, [endpoint_id])), None)
    return await session.scalar(select(Endpoint).where(Endpoint.id == endpoint_id))


async def lock_endpoint_list(session: AsyncSession, organisation_id: UUID | None) -> None:
    """One at a time adds endpoints, so that the bound on their number holds."""
    await session.execute(text("SELECT pg_advisory_xact_lock(7215, hashtext(:id))"), {"id": str(organisation_id)})


async def recent(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Recent]:
    """How the last attempts of endpoints went."""
    rows = await session.execute(_RECENT_ATTEMPTS, {"ids": list(ids)})
    return {row.id: Recent(row.attempts, row.successes, row.median_ms, row.waiting) for row in rows}


def log(*, endpoint_id: UUID | None, state: str | None, event_type: str | None, since: datetime | None) -> Select[Any]:
    """Deliveries that match."""
    statement = select(*_DELIVERIES.columns)
    if endpoint_id is not None:
        statement = statement.where(Delivery.endpoint_id == endpoint_id)
    if state is not None:
        statement = statement.where(Delivery.state == state)
    if event_type is not None:
        statement = statement.where(Delivery.type == event_type)
    if since is not None:
        statement = statement.where(Delivery.created_at >= since)
    return statement


async def delivery(session: AsyncSession, delivery_id: UUID, *, lock: bool = False) -> Delivery | None:
    """One delivery."""
    statement = select(Delivery).where(Delivery.id == delivery_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def attempts(session: AsyncSession, delivery_id: UUID, *, limit: int) -> list[Attempt]:
    """Attempts of a delivery, newest first."""
    statement = select(Attempt).where(Attempt.delivery_id == delivery_id).order_by(Attempt.id.desc()).limit(limit)
    return list(await session.scalars(statement))


async def message(session: AsyncSession, message_id: UUID) -> Message | None:
    """One message."""
    return await session.scalar(select(Message).where(Message.id == message_id))


async def reopen_failed(session: AsyncSession, endpoint_id: UUID, since: datetime) -> int:
    """Make all failed deliveries of an endpoint since a moment due again; returns their number."""
    result = await session.execute(
        update(Delivery)
        .where(Delivery.endpoint_id == endpoint_id, Delivery.state == "failed", Delivery.created_at >= since)
        .values(state="waiting", due_at=now(), step=0, finished_at=None)
    )
    return cast(Any, result).rowcount


async def has_open(session: AsyncSession, endpoint_id: UUID, event_type: str) -> bool:
    """Whether a delivery of this type has not ended yet."""
    statement = select(Delivery.id).where(
        Delivery.endpoint_id == endpoint_id, Delivery.due_at.is_not(None), Delivery.type == event_type
    )
    return await session.scalar(statement.limit(1)) is not None


async def streaming_endpoint_ids(session: AsyncSession) -> list[UUID]:
    """Active endpoints that receive the audit log."""
    statement = select(Endpoint.id).where(Endpoint.state == "active", Endpoint.audit_position.is_not(None))
    return list(await session.scalars(statement))


async def purge(session: AsyncSession, before: datetime, *, limit: int) -> int:
    """Delete the oldest messages from before a moment with their deliveries and attempts; returns their number."""
    # Rows of the audit log wait for their receiver however long that takes.
    streamed = exists().where(
        Delivery.message_id == Message.id, Delivery.due_at.is_not(None), Delivery.type == "audit.recorded"
    )
    oldest = select(Message.id).where(Message.created_at < before, ~streamed).order_by(Message.created_at).limit(limit)
    result = await session.execute(delete(Message).where(Message.id.in_(oldest.scalar_subquery())))
    return cast(Any, result).rowcount

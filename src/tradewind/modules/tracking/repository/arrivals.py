"""SQL of arriving events: what one flush writes, and the months it is kept in."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import asyncpg_connection
from tradewind.kernel.ids import new_id
from tradewind.modules.tracking.collecting.shaping import COLUMNS, Rejection, Row
from tradewind.modules.tracking.models.sources import TrackingSource

KEPT_REJECTIONS = 1_000
# How long a message is recognised across the end of a month; within a month it always is.
REMEMBERED = timedelta(days=7)
_EDGE = timedelta(minutes=1)
_LOCK = 7217

_TYPES = {"source_id": "uuid", "occurred_at": "timestamptz", "human": "real"}
_CASTS = {
    "properties": "properties::jsonb",
    "context": "context::jsonb",
    "human_reasons": "string_to_array(human_reasons, ',')",
}
_NAMES = ", ".join(COLUMNS)
_ARRAYS = ", ".join(f"${place}::{_TYPES.get(name, 'text')}[]" for place, name in enumerate(COLUMNS, start=4))
# Arrays instead of COPY: that is refused on tables with row-level security, and by way of a temporary table no faster.
_INSERT = f"""
    INSERT INTO events (id, organisation_id, received_at, message_key, {_NAMES})
    SELECT id, $1, $2, md5(message_id)::uuid, {", ".join(_CASTS.get(name, name) for name in COLUMNS)}
    FROM unnest($3::uuid[], {_ARRAYS}) AS arrived (id, {_NAMES})"""
_UNKNOWN_LAST_MONTH = f"""
    WHERE NOT EXISTS (
        SELECT FROM events AS known WHERE known.organisation_id = $1 AND known.message_key = md5(message_id)::uuid
            AND known.received_at >= ${len(COLUMNS) + 4} AND known.received_at < ${len(COLUMNS) + 5})"""
_ONCE = " ON CONFLICT DO NOTHING"
_OF_FLUSH = "SELECT id FROM events WHERE organisation_id = $1 AND received_at = $2 AND id = ANY ($3)"
_BATCH = """
    INSERT INTO event_batches (id, organisation_id, received_at, first_id, last_id, events)
    VALUES ($1, $2, $3, $4, $5, $6)"""
_REJECT = """
    INSERT INTO event_rejections
        (id, organisation_id, source_id, received_at, code, detail, message_id, type, name, payload, occurrences)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"""
_TRIM = f"""
    DELETE FROM event_rejections AS old USING unnest($1::uuid[]) AS source (id), LATERAL (
        SELECT each.id FROM event_rejections AS each WHERE each.source_id = source.id
        ORDER BY each.id DESC OFFSET {KEPT_REJECTIONS} LIMIT 1) AS last
    WHERE old.source_id = source.id AND old.id <= last.id"""
_EXISTING = "SELECT id FROM tracking_sources WHERE id = ANY ($1) ORDER BY id FOR KEY SHARE"
_SEEN = """
    UPDATE tracking_sources SET first_event_at = coalesce(first_event_at, $2), last_event_at = $2
    WHERE id = ANY ($1) AND (last_event_at IS NULL OR last_event_at < $2::timestamptz - interval '5 seconds')"""


async def source_of_key(session: AsyncSession, key_id: UUID) -> TrackingSource | None:
    """The source that sends with a key, also with the one it had before."""
    query = select(TrackingSource).where((TrackingSource.key_id == key_id) | (TrackingSource.previous_key_id == key_id))
    return (await session.scalars(query)).first()


async def add_events(
    session: AsyncSession, organisation_id: UUID, ids: Sequence[UUID], rows: Sequence[Row], received_at: datetime
) -> set[UUID]:
    """Insert rows and the batch they are processed as; returns the ids of those that had not been received before.

    `ids` ascend, so that the batch is the events between its first and its last.
    """
    connection = await asyncpg_connection(session)
    month = received_at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    statement, arguments = _INSERT, [organisation_id, received_at, ids, *zip(*rows, strict=True)]
    if received_at < month + REMEMBERED:
        statement += _UNKNOWN_LAST_MONTH
        arguments += [month - REMEMBERED, month]
    if received_at < month + _EDGE or (received_at + _EDGE).month != month.month:
        # Two processes may write the same message on either side of midnight, where no index sees both.
        await connection.execute("SELECT pg_advisory_xact_lock($1, hashtext($2))", _LOCK, str(organisation_id))
    done = await connection.execute(statement + _ONCE, *arguments)
    count = int(done.rpartition(" ")[2])
    if count:
        await connection.execute(_BATCH, new_id(), organisation_id, received_at, ids[0], ids[-1], count)
    if count == len(ids):
        return set(ids)
    return (
        {row["id"] for row in await connection.fetch(_OF_FLUSH, organisation_id, received_at, ids)} if count else set()
    )


async def add_rejections(
    session: AsyncSession, organisation_id: UUID, rejections: Iterable[Rejection], received_at: datetime
) -> None:
    """Keep refused events, equal ones as one row, and forget each source's oldest."""
    grouped: dict[tuple[object, ...], list[Rejection]] = {}
    for one in rejections:
        grouped.setdefault((one.source_id, one.code, one.detail, one.type, one.name), []).append(one)
    connection = await asyncpg_connection(session)
    await connection.executemany(
        _REJECT,
        [
            (
                new_id(), organisation_id, one.source_id, received_at, one.code, one.detail, one.message_id, one.type,
                one.name, one.payload, len(equal),
            )
            for equal in list(grouped.values())[-KEPT_REJECTIONS:]
            for one in equal[-1:]
        ],
    )  # fmt: skip
    await connection.execute(_TRIM, list({one[0].source_id for one in grouped.values()}))


async def existing(session: AsyncSession, source_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the sources that are there, and stay until the transaction ends."""
    connection = await asyncpg_connection(session)
    return {row["id"] for row in await connection.fetch(_EXISTING, list(source_ids))}


async def note_seen(session: AsyncSession, source_ids: Iterable[UUID], at: datetime) -> None:
    """Write down that events of these sources came."""
    await (await asyncpg_connection(session)).execute(_SEEN, list(source_ids), at)


async def ensure_months(session: AsyncSession, *, ahead: int) -> int:
    """Make the partitions of this month and those `ahead`; returns how many were missing."""
    return await session.scalar(text("SELECT tracking_ensure_partitions(:ahead)"), {"ahead": ahead}) or 0

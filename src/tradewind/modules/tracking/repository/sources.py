"""SQL of sources and of what their pages show."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, Select, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.tracking.models.events import Event, EventRejection
from tradewind.modules.tracking.models.sources import TrackingSource
from tradewind.modules.tracking.schemas.sources import SourceSettings

_VOLUMES = text("""
    SELECT source_id, hour, sum(accepted)::bigint AS accepted, sum(likely_bots)::bigint AS likely_bots,
        sum(rejected)::bigint AS rejected, sum(duplicates)::bigint AS duplicates
    FROM event_volumes WHERE source_id = ANY (:sources) AND hour >= :since GROUP BY source_id, hour
""")
_BY_EVENT = text("""
    SELECT type, name, sum(accepted)::bigint AS accepted, sum(likely_bots)::bigint AS likely_bots,
        sum(rejected)::bigint AS rejected
    FROM event_volumes WHERE source_id = :source AND hour >= :since
    GROUP BY type, name ORDER BY sum(accepted) + sum(rejected) DESC, type, name LIMIT :limit
""")
_VISITOR = text("""
    SELECT v.id, v.lead_id FROM visitor_identifiers i JOIN visitors v ON v.id = i.visitor_id
    WHERE (i.kind = 'user' AND i.value = :user_id OR i.kind = 'anonymous' AND i.value = :anonymous_id)
        AND i.since <= :at AND :at < i.until
    ORDER BY i.kind DESC LIMIT 1
""")
_PURGE_VOLUMES = text("DELETE FROM event_volumes WHERE hour < :before")


async def every(session: AsyncSession) -> Sequence[TrackingSource]:
    """All sources, oldest first."""
    order = (TrackingSource.created_at, TrackingSource.id)
    return (await session.scalars(select(TrackingSource).order_by(*order))).all()


async def source(session: AsyncSession, source_id: UUID, *, lock: bool = False) -> TrackingSource | None:
    """One source; with `lock` it is held until the transaction ends (volumes may still be counted)."""
    statement = select(TrackingSource).where(TrackingSource.id == source_id)
    if lock:
        statement = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
    return await session.scalar(statement)


async def count(session: AsyncSession) -> int:
    """How many sources there are."""
    return await session.scalar(select(func.count()).select_from(TrackingSource)) or 0


async def settings_of(session: AsyncSession, source_ids: Collection[UUID]) -> dict[UUID, SourceSettings]:
    """The settings of those sources that exist."""
    statement = select(TrackingSource.id, TrackingSource.settings).where(TrackingSource.id.in_(source_ids))
    return {row.id: SourceSettings.model_validate(row.settings) for row in await session.execute(statement)}


async def watch(session: AsyncSession, source_id: UUID, until: datetime) -> None:
    """Let events of a source be told live until then. It is no change of the source: its version stays."""
    statement = update(TrackingSource).where(TrackingSource.id == source_id)
    await session.execute(statement.values(tail_until=until, updated_at=TrackingSource.updated_at))


async def volumes(session: AsyncSession, source_ids: Sequence[UUID], since: datetime) -> Sequence[RowMapping]:
    """Counts by source and hour since then."""
    values = {"sources": list(source_ids), "since": since}
    return (await session.execute(_VOLUMES, values)).mappings().all()


async def volumes_by_event(
    session: AsyncSession, source_id: UUID, since: datetime, *, limit: int
) -> Sequence[RowMapping]:
    """Counts by kind of event since then, busiest first."""
    values = {"source": source_id, "since": since, "limit": limit}
    return (await session.execute(_BY_EVENT, values)).mappings().all()


async def purge_volumes(session: AsyncSession, before: datetime) -> None:
    """Forget counts of hours before then."""
    await session.execute(_PURGE_VOLUMES, {"before": before})


def events(
    source_id: UUID,
    *,
    since: datetime,
    event_type: str | None,
    name: str | None,
    human: tuple[float, float] | None,
    visitor: str | None,
    by_user_id: bool,
) -> Select:
    """Events of a source that arrived since then, as columns of the debugger's list.

    `human`: P(human) from the first up to, and without, the second. `visitor` is part of an anonymous id, and with
    `by_user_id` of a user id.
    """
    columns = (
        Event.id, Event.type, Event.name, Event.path, Event.anonymous_id, Event.user_id, Event.occurred_at,
        Event.received_at, Event.human,
    )  # fmt: skip
    statement = select(*columns).where(Event.source_id == source_id, Event.received_at >= since)
    if event_type is not None:
        statement = statement.where(Event.type == event_type)
    if name is not None:
        statement = statement.where(Event.name == name)
    if human is not None:
        statement = statement.where(Event.human >= human[0], Event.human < human[1])
    if visitor is not None:
        fields = (Event.anonymous_id, Event.user_id) if by_user_id else (Event.anonymous_id,)
        statement = statement.where(or_(*(field.icontains(visitor, autoescape=True) for field in fields)))
    return statement


async def event(session: AsyncSession, source_id: UUID, event_id: UUID) -> Event | None:
    """One event of a source."""
    return await session.scalar(select(Event).where(Event.id == event_id, Event.source_id == source_id))


async def visitor(session: AsyncSession, found: Event) -> RowMapping | None:
    """(id, lead id) of the visitor an event was found to belong to; a user id says more than a browser's."""
    values = {"user_id": found.user_id, "anonymous_id": found.anonymous_id, "at": found.occurred_at}
    return (await session.execute(_VISITOR, values)).mappings().first()


def rejections(source_id: UUID, code: str | None) -> Select:
    """What a source's clients sent in vain."""
    columns = EventRejection.__table__.columns
    statement = select(*columns).where(EventRejection.source_id == source_id)
    return statement if code is None else statement.where(EventRejection.code == code)

"""SQL of event types and their hosts."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.meetings.models.event_types import EventType, EventTypeHost


async def event_type(session: AsyncSession, event_type_id: UUID, *, lock: bool = False) -> EventType | None:
    """An event type that was not removed."""
    statement = select(EventType).where(EventType.id == event_type_id, EventType.deleted_at.is_(None))
    return await session.scalar(statement.with_for_update() if lock else statement)


async def by_slug(session: AsyncSession, slug: str) -> EventType | None:
    """The event type with this address."""
    return await session.scalar(select(EventType).where(EventType.slug == slug, EventType.deleted_at.is_(None)))


async def by_number(session: AsyncSession, number: int) -> EventType | None:
    """The event type that has this number."""
    return await session.scalar(select(EventType).where(EventType.number == number, EventType.deleted_at.is_(None)))


async def every(session: AsyncSession) -> Sequence[EventType]:
    """All event types, by their titles."""
    statement = (
        select(EventType).where(EventType.deleted_at.is_(None)).order_by(func.lower(EventType.title), EventType.id)
    )
    return (await session.scalars(statement)).all()


async def any_ever(session: AsyncSession) -> bool:
    """Whether the organisation has, or had, an event type."""
    return bool(await session.scalar(select(exists(select(EventType.id)))))


async def hosts_of(session: AsyncSession, event_type_ids: Sequence[UUID]) -> dict[UUID, list[EventTypeHost]]:
    """The hosts of each event type, those asked first in front."""
    found: dict[UUID, list[EventTypeHost]] = {one: [] for one in event_type_ids}
    statement = (
        select(EventTypeHost)
        .where(EventTypeHost.event_type_id.in_(event_type_ids))
        .order_by(EventTypeHost.priority.desc(), EventTypeHost.user_id)
    )
    for host in await session.scalars(statement):
        found[host.event_type_id].append(host)
    return found


async def replace_hosts(session: AsyncSession, event_type_id: UUID, hosts: Sequence[EventTypeHost]) -> None:
    """Store the hosts of an event type in place of those before."""
    await session.execute(delete(EventTypeHost).where(EventTypeHost.event_type_id == event_type_id))
    session.add_all(hosts)
    await session.flush()


async def add_first(
    session: AsyncSession, event_type_id: UUID, organisation_id: UUID, *, title: str, slug: str
) -> None:
    """Store an event type with every default, unless another one has its address, however many try at once."""
    values = {"id": event_type_id, "organisation_id": organisation_id, "title": title, "slug": slug}
    await session.execute(insert(EventType).values(**values).on_conflict_do_nothing().inline())

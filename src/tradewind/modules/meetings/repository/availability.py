"""SQL of availability schedules."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.meetings.models.event_types import AvailabilitySchedule, EventType, EventTypeHost


async def schedule(session: AsyncSession, schedule_id: UUID, *, lock: bool = False) -> AvailabilitySchedule | None:
    """A schedule of the organisation."""
    statement = select(AvailabilitySchedule).where(AvailabilitySchedule.id == schedule_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def several(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, AvailabilitySchedule]:
    """Those of the schedules that exist, by id."""
    found = await session.scalars(select(AvailabilitySchedule).where(AvailabilitySchedule.id.in_(ids)))
    return {one.id: one for one in found}


async def visible(session: AsyncSession, user_id: UUID | None, *, everyone: bool) -> Sequence[AvailabilitySchedule]:
    """Shared schedules and those of the user (or everyone's): shared ones and defaults first, then by name."""
    statement = select(AvailabilitySchedule).order_by(
        AvailabilitySchedule.user_id.is_not(None),
        AvailabilitySchedule.is_default.desc(),
        func.lower(AvailabilitySchedule.name),
        AvailabilitySchedule.id,
    )
    if not everyone:
        statement = statement.where(
            or_(AvailabilitySchedule.user_id.is_(None), AvailabilitySchedule.user_id == user_id)
        )
    return (await session.scalars(statement)).all()


async def count(session: AsyncSession, user_id: UUID | None) -> int:
    """How many schedules a member has, or how many are shared."""
    return await session.scalar(select(func.count()).where(_of(user_id))) or 0


async def default(session: AsyncSession, user_id: UUID | None) -> AvailabilitySchedule | None:
    """The default of a member, or of the organisation."""
    return await session.scalar(select(AvailabilitySchedule).where(_of(user_id), AvailabilitySchedule.is_default))


async def add_default(session: AsyncSession, values: dict[str, Any]) -> None:
    """Store the organisation's default unless there is one, however many try at once."""
    await session.execute(
        insert(AvailabilitySchedule).values(is_default=True, **values).on_conflict_do_nothing().inline()
    )


async def titles_using(session: AsyncSession, schedule_id: UUID) -> Sequence[str]:
    """Titles of the event types that name a schedule, for all their hosts or for one."""
    hosts = select(EventTypeHost.event_type_id).where(EventTypeHost.schedule_id == schedule_id)
    statement = (
        select(EventType.title)
        .where(EventType.deleted_at.is_(None), or_(EventType.schedule_id == schedule_id, EventType.id.in_(hosts)))
        .order_by(EventType.title)
    )
    return (await session.scalars(statement)).all()


def _of(user_id: UUID | None) -> ColumnElement[bool]:
    column = AvailabilitySchedule.user_id
    return column.is_(None) if user_id is None else column == user_id

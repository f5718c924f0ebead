"""SQL of routing forms and of what they were answered."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.pagination import SortColumn, fetch_page
from tradewind.modules.meetings.models.event_types import EventType
from tradewind.modules.meetings.models.routing_forms import RoutingAnswer, RoutingForm


async def form(session: AsyncSession, form_id: UUID, *, lock: bool = False) -> RoutingForm | None:
    """A form that was not removed."""
    statement = select(RoutingForm).where(RoutingForm.id == form_id, RoutingForm.deleted_at.is_(None))
    return await session.scalar(statement.with_for_update() if lock else statement)


async def by_slug(session: AsyncSession, slug: str) -> RoutingForm | None:
    """The form with this address."""
    return await session.scalar(select(RoutingForm).where(RoutingForm.slug == slug, RoutingForm.deleted_at.is_(None)))


async def every(session: AsyncSession) -> Sequence[RoutingForm]:
    """All forms, by their titles."""
    statement = select(RoutingForm).where(RoutingForm.deleted_at.is_(None))
    return (await session.scalars(statement.order_by(func.lower(RoutingForm.title), RoutingForm.id))).all()


async def open_event_types(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Slugs of those event types that can be booked."""
    statement = select(EventType.id, EventType.slug).where(
        EventType.id.in_(ids), EventType.active, EventType.deleted_at.is_(None)
    )
    return {row.id: row.slug for row in await session.execute(statement)}


async def answered(session: AsyncSession, form_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many answers these forms got; those without any are left out."""
    statement = select(RoutingAnswer.form_id, func.count()).where(RoutingAnswer.form_id.in_(form_ids))
    rows = await session.execute(statement.group_by(RoutingAnswer.form_id))
    return {row[0]: row[1] for row in rows}


async def answers(
    session: AsyncSession, form_id: UUID, *, cursor: str | None, limit: int
) -> tuple[list[RoutingAnswer], str | None, str | None]:
    """What a form was answered, newest first: (answers, next cursor, previous cursor)."""
    columns = [
        SortColumn("answered_at", RoutingAnswer.answered_at.expression, descending=True),
        SortColumn("id", RoutingAnswer.id.expression, descending=True),
    ]
    statement = select(RoutingAnswer).where(RoutingAnswer.form_id == form_id)
    rows, following, previous = await fetch_page(session, statement, columns, cursor=cursor, limit=limit)
    return [row[0] for row in rows], following, previous

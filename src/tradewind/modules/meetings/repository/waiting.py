"""SQL of waiting lists."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.meetings.models.bookings import Waiting

_OFFERED = text("""
    INSERT INTO meeting_offers (waiting_id, starts_at, organisation_id)
    VALUES (:waiting_id, :starts_at, CAST(current_setting('app.org_id') AS uuid)) ON CONFLICT DO NOTHING
""")


async def entry(session: AsyncSession, waiting_id: UUID, *, lock: bool = False) -> Waiting | None:
    """One wish, as it is now."""
    statement = select(Waiting).where(Waiting.id == waiting_id).execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def live_entry(session: AsyncSession, event_type_id: UUID, email: str) -> Waiting | None:
    """The wish that somebody has for an event type already."""
    statement = select(Waiting).where(
        Waiting.event_type_id == event_type_id, Waiting.email == email, Waiting.state.in_(("waiting", "offered"))
    )
    return await session.scalar(statement.with_for_update())


async def end_offers(session: AsyncSession, event_type_id: UUID, at: datetime) -> None:
    """Whose offer ran out waits on, and is not offered the same time again."""
    over = (Waiting.event_type_id == event_type_id, Waiting.state == "offered", Waiting.offer_expires_at <= at)
    values = {"state": "waiting", "offered_meeting_id": None, "offer_expires_at": None}
    await session.execute(update(Waiting).where(*over).values(values))


async def in_line(session: AsyncSession, event_type_id: UUID, at: datetime, limit: int) -> Sequence[Waiting]:
    """Who waits, first come first."""
    statement = select(Waiting).where(
        Waiting.event_type_id == event_type_id, Waiting.state == "waiting", Waiting.wanted_until > at
    )
    return (await session.scalars(statement.order_by(Waiting.created_at, Waiting.id).limit(limit))).all()


async def offered_before(session: AsyncSession, waiting_ids: Sequence[UUID]) -> set[tuple[UUID, datetime]]:
    """Which times each of them was offered already."""
    rows = await session.execute(
        text("SELECT waiting_id, starts_at FROM meeting_offers WHERE waiting_id = ANY (CAST(:ids AS uuid[]))"),
        {"ids": list(waiting_ids)},
    )
    return {(row.waiting_id, row.starts_at) for row in rows}


async def note_offer(session: AsyncSession, waiting_id: UUID, starts_at: datetime) -> None:
    """Remember that somebody was offered a time."""
    await session.execute(_OFFERED, {"waiting_id": waiting_id, "starts_at": starts_at})


async def listed(session: AsyncSession, event_type_id: UUID | None, limit: int) -> Sequence[Waiting]:
    """Live wishes, first come first."""
    statement = select(Waiting).where(Waiting.state.in_(("waiting", "offered")))
    if event_type_id is not None:
        statement = statement.where(Waiting.event_type_id == event_type_id)
    return (await session.scalars(statement.order_by(Waiting.created_at, Waiting.id).limit(limit))).all()

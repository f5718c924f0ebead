"""What follows from a change of a meeting: reminders for its time, and its old time for those who wait."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.events import subscriber
from tradewind.kernel.jobs import enqueue
from tradewind.modules.meetings.events import (
    MeetingBooked,
    MeetingCancelled,
    MeetingMoved,
    SeatLeft,
    TimeFreed,
    TimeHeld,
    WaitingListJoined,
)
from tradewind.modules.meetings.jobs import reminders
from tradewind.modules.meetings.jobs.waiting import Freed, offer_freed
from tradewind.modules.meetings.repository import waiting


@subscriber(MeetingBooked)
async def plan_booking(session: AsyncSession, event: MeetingBooked) -> None:
    """Plan reminders and the end."""
    await reminders.plan(session, event.meeting_id, event.sequence)


@subscriber(MeetingMoved)
async def plan_move(session: AsyncSession, event: MeetingMoved) -> None:
    """Plan reminders anew, and offer the time that became free."""
    await reminders.plan(session, event.meeting_id, event.sequence)
    if event.previous_starts_at != event.starts_at:
        await _offer(session, event.event_type_id)


@subscriber(MeetingCancelled)
async def offer_cancelled(session: AsyncSession, event: MeetingCancelled) -> None:
    """Offer the time that became free."""
    await _offer(session, event.event_type_id)


@subscriber(SeatLeft)
async def offer_seat(session: AsyncSession, event: SeatLeft) -> None:
    """Offer the seat that became free."""
    await _offer(session, event.event_type_id)


@subscriber(TimeFreed)
async def offer_released(session: AsyncSession, event: TimeFreed) -> None:
    """Offer the time that is held no longer."""
    await _offer(session, event.event_type_id)


@subscriber(TimeHeld)
async def offer_when_over(session: AsyncSession, event: TimeHeld) -> None:
    """Held time that nobody books is free the second it runs out: look then, whoever waits by that time."""
    await _offer(session, event.event_type_id, after=max(event.until - now(), timedelta(0)) + timedelta(seconds=1))


@subscriber(WaitingListJoined)
async def offer_at_once(session: AsyncSession, event: WaitingListJoined) -> None:
    """A fitting time may be free already."""
    wish = await waiting.entry(session, event.waiting_id)
    await _offer(session, wish.event_type_id if wish else None)


async def _offer(session: AsyncSession, event_type_id: UUID | None, *, after: timedelta | None = None) -> None:
    if event_type_id is not None:
        await enqueue(session, offer_freed, Freed(event_type_id=event_type_id), run_after=after)

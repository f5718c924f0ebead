"""What agents, calls and other modules may ask of meetings."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.meetings.contracts import Booked, BookingWish, By, Hold, MeetingSummary, Slot
from tradewind.modules.meetings.repository import event_types
from tradewind.modules.meetings.service import bookings, changes, meetings, opening_hours, slots

__all__ = [
    "book",
    "bookable_title",
    "cancel",
    "find_slots",
    "hold_slot",
    "move",
    "open_spans",
    "release_hold",
    "summary",
    "was_booked",
]


async def find_slots(
    session: AsyncSession,
    event_type_id: UUID,
    *,
    start: datetime,
    end: datetime,
    length: int | None = None,
    lead_id: UUID | None = None,
    host_ids: Sequence[UUID] | None = None,
) -> list[Slot]:
    """Free times that begin between two moments (aware, at most 62 days apart); `length` in minutes.

    Each can be held and booked as long as nobody else does. Raises EventTypeNotFound, RangeInvalid, BookingInvalid.
    """
    kind = await bookings.bookable(session, event_type_id)
    minutes = bookings.chosen_length(kind, length)
    return await slots.find_slots(
        session, event_type_id, start=start, end=end, length=minutes, lead_id=lead_id, host_ids=host_ids
    )


async def hold_slot(
    session: AsyncSession,
    event_type_id: UUID,
    starts_at: datetime,
    *,
    length: int | None = None,
    keep_for: timedelta = timedelta(minutes=5),
    lead_id: UUID | None = None,
    host_ids: Sequence[UUID] | None = None,
    key: str | None = None,
) -> Hold:
    """Keep a time free while somebody still talks (30 seconds to 24 hours); it ends by itself.

    A repetition with the same `key` gets the first hold. Raises EventTypeNotFound, BookingInvalid, SlotTaken with
    `alternatives` in its `extra`.
    """
    return await bookings.hold(
        session, event_type_id, starts_at, length=length, keep_for=keep_for, lead_id=lead_id, host_ids=host_ids, key=key
    )


async def release_hold(session: AsyncSession, hold_id: UUID) -> bool:
    """Give held time back at once; False if it is held no longer."""
    return await bookings.release(session, hold_id)


async def book(session: AsyncSession, wish: BookingWish, *, hold_id: UUID | None = None) -> Booked:
    """Book a time, or turn held time into a meeting; the guest gets the invitation by mail.

    A repetition with the same key gets the first answer. Raises EventTypeNotFound, BookingInvalid, AlreadyBooked,
    SlotTaken with `alternatives` in its `extra`, HoldExpired.
    """
    return await bookings.book(session, wish, hold_id=hold_id)


async def move(session: AsyncSession, meeting_id: UUID, starts_at: datetime, *, by: By = "agent") -> datetime:
    """Give a meeting another free time; returns its end. If that is lost, the present time stays.

    Raises MeetingNotFound, WrongState, TooLate (for attendees), SlotTaken with `alternatives` in its `extra`.
    """
    return (await changes.move(session, meeting_id, starts_at, by=by)).ends_at


async def cancel(session: AsyncSession, meeting_id: UUID, *, by: By = "agent", reason: str = "") -> None:
    """Cancel a meeting; its time is free at once. Raises MeetingNotFound, WrongState, TooLate (for attendees)."""
    await changes.cancel(session, meeting_id, by=by, reason=reason)


async def summary(session: AsyncSession, meeting_id: UUID) -> MeetingSummary | None:
    """A meeting in short, as the session's actor may see it; None for time that is only held."""
    return await meetings.summary(session, meeting_id)


async def was_booked(session: AsyncSession, lead_id: UUID, *, start: datetime, end: datetime) -> bool:
    """Whether a lead booked a meeting between two moments that is still on, or was."""
    return await meetings.was_booked(session, lead_id, start=start, end=end)


async def open_spans(
    *,
    time_zone: str,
    weekly: Sequence[Mapping[str, Any]],
    overrides: Sequence[Mapping[str, Any]],
    holidays: Mapping[str, Any] | None,
    start: datetime,
    end: datetime,
) -> list[tuple[datetime, datetime]]:
    """When hours kept in the shapes of `contracts_hours` are open between two moments: spans in UTC, in order."""
    return await opening_hours.spans(
        time_zone=time_zone, weekly=weekly, overrides=overrides, holidays=holidays, start=start, end=end
    )


async def bookable_title(session: AsyncSession, event_type_id: UUID) -> str | None:
    """What an event type is called; None if there is none, or it is switched off."""
    kind = await event_types.event_type(session, event_type_id)
    return kind.title if kind is not None and kind.active else None

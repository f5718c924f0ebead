"""What programs made for Cal.com ask of us, put to the services that everyone else uses."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database.sight import seeing_everything
from tradewind.modules.identity import api as identity
from tradewind.modules.meetings.contracts import BookingWish, Guest
from tradewind.modules.meetings.errors import EventTypeNotFound, RangeInvalid
from tradewind.modules.meetings.errors_bookings import MeetingNotFound
from tradewind.modules.meetings.models.event_types import EventType
from tradewind.modules.meetings.repository import bookings as rows
from tradewind.modules.meetings.repository import event_types as event_type_rows
from tradewind.modules.meetings.schemas.calcom import (
    CalcomAttendeeRead,
    CalcomBookingCreate,
    CalcomBookingRead,
    CalcomEventTypeChoice,
    CalcomEventTypeRead,
    CalcomHostRead,
    CalcomReservationCreate,
    CalcomReservationRead,
    CalcomSlotRead,
)
from tradewind.modules.meetings.schemas.meetings import MeetingRead
from tradewind.modules.meetings.service import bookings, changes, meetings, slots

_MOMENT = TypeAdapter[datetime](AwareDatetime)
_STATUS = {"confirmed": "accepted", "pending": "pending", "cancelled": "cancelled"}


async def free_times(
    session: AsyncSession,
    choice: CalcomEventTypeChoice,
    *,
    start: str,
    end: str,
    zone: str,
    length: int | None,
    ranges: bool,
) -> dict[str, list[CalcomSlotRead]]:
    """Free times by their day in a zone; `start` and `end` are moments or whole days in UTC.

    Raises EventTypeNotFound, RangeInvalid, BookingInvalid.
    """
    kind = await _chosen(session, choice)
    minutes = bookings.chosen_length(kind, length)
    first, last = _moment(start, "start"), _moment(end, "end", days=1)
    local = ZoneInfo(zone)
    days: dict[str, list[CalcomSlotRead]] = {}
    for slot in await slots.find_slots(session, kind.id, start=first, end=last, length=minutes):
        begin = slot.starts_at.astimezone(local)
        until = _text(slot.ends_at.astimezone(local)) if ranges else None
        days.setdefault(begin.date().isoformat(), []).append(CalcomSlotRead(start=_text(begin), end=until))
    return days


async def reserve(session: AsyncSession, data: CalcomReservationCreate) -> CalcomReservationRead:
    """Keep a time free. Raises EventTypeNotFound, BookingInvalid, SlotTaken."""
    kind = await _chosen(session, CalcomEventTypeChoice(event_type_id=data.event_type_id))
    held = await bookings.hold(
        session, kind.id, data.slot_start,
        length=data.slot_duration, keep_for=timedelta(minutes=data.reservation_duration), source="calcom",
    )  # fmt: skip
    return CalcomReservationRead(
        event_type_id=kind.number,
        slot_start=held.starts_at,
        slot_end=held.ends_at,
        slot_duration=_minutes(held.starts_at, held.ends_at),
        reservation_uid=str(held.id),
        reservation_duration=data.reservation_duration,
        reservation_until=held.held_until,
    )


async def release(session: AsyncSession, uid: UUID) -> None:
    """Give reserved time back. Raises MeetingNotFound."""
    if not await bookings.release(session, uid):
        raise MeetingNotFound("There is no such reservation; it may have run out.")


async def book(session: AsyncSession, data: CalcomBookingCreate) -> CalcomBookingRead:
    """Book a time; one that the same party reserved becomes the booking, since their requests do not name it.

    Raises EventTypeNotFound, BookingInvalid, AlreadyBooked, SlotTaken.
    """
    kind = await _chosen(session, data)
    minutes = bookings.chosen_length(kind, data.length_in_minutes)
    guest = data.attendee
    wish = BookingWish(
        event_type_id=kind.id,
        starts_at=data.start,
        guest=Guest(
            name=guest.name, email=guest.email, phone=guest.phone_number or None, time_zone=guest.time_zone,
            language=guest.language,
        ),
        length=minutes,
        answers=data.booking_fields_responses,
        source="calcom",
    )  # fmt: skip
    async with seeing_everything(session):
        until = data.start + timedelta(minutes=minutes)
        mine = bookings.holder(session)
        hold_id = await rows.held(session, kind.id, data.start, until, by=mine, at=now()) if mine else None
    booked = await bookings.book(session, wish, hold_id=hold_id)
    return await read(session, booked.meeting_id)


async def move(session: AsyncSession, uid: UUID, starts_at: datetime) -> CalcomBookingRead:
    """Give a booking another free time. Raises MeetingNotFound, WrongState, SlotTaken: then the old time stays."""
    await changes.move(session, uid, starts_at, by="agent")
    return await read(session, uid)


async def cancel(session: AsyncSession, uid: UUID, reason: str) -> CalcomBookingRead:
    """Cancel a booking; a second time changes nothing. Raises MeetingNotFound, WrongState."""
    await changes.cancel(session, uid, by="agent", reason=reason)
    return await read(session, uid)


async def read(session: AsyncSession, uid: UUID) -> CalcomBookingRead:
    """A booking as the actor may see it. Raises MeetingNotFound."""
    meeting = await meetings.read(session, uid)
    kind = await event_type_rows.event_type(session, meeting.event_type_id) if meeting.event_type_id else None
    members = {one.id: one for one in await identity.list_members(session, active_only=False)}
    return CalcomBookingRead(
        uid=str(meeting.id),
        title=meeting.title,
        description=kind.description if kind else "",
        hosts=[
            CalcomHostRead(name=one.name, email=one.email, time_zone=one.time_zone)
            for host in meeting.hosts
            if (one := members.get(host.id)) is not None
        ],
        status=_STATUS[meeting.state],  # pyright: ignore[reportArgumentType]
        cancellation_reason=meeting.cancel_reason,
        start=meeting.starts_at,
        end=meeting.ends_at,
        duration=_minutes(meeting.starts_at, meeting.ends_at),
        event_type_id=kind.number if kind else None,
        event_type=CalcomEventTypeRead(id=kind.number, slug=kind.slug) if kind else None,
        location=meeting.join_url or meeting.location.value,
        meeting_url=meeting.join_url,
        created_at=meeting.created_at,
        updated_at=meeting.updated_at,
        attendees=_attendees(meeting),
        booking_fields_responses=meeting.answers,
    )


async def _chosen(session: AsyncSession, choice: CalcomEventTypeChoice) -> EventType:
    kind = None
    if choice.event_type_id is not None:
        kind = await event_type_rows.by_number(session, choice.event_type_id)
    elif choice.event_type_slug is not None:
        named = choice.organization_slug or choice.team_slug or choice.username
        if named == (await identity.get_organisation(session)).slug:
            kind = await event_type_rows.by_slug(session, choice.event_type_slug.lower())
    if kind is None or not kind.active:
        raise EventTypeNotFound(
            "Send `eventTypeId`, the event type's number, or `eventTypeSlug` and the organisation's slug as `username`."
        )
    return kind


def _attendees(meeting: MeetingRead) -> list[CalcomAttendeeRead]:
    return [
        CalcomAttendeeRead(
            name=one.name, email=one.email, time_zone=one.time_zone, language=one.language, absent=one.no_show,
            phone_number=one.phone,
        )
        for one in meeting.attendees
        if one.status != "cancelled"
    ]  # fmt: skip


def _moment(value: str, name: str, *, days: int = 0) -> datetime:
    """A moment; of a whole day its beginning, `days` later."""
    try:
        return datetime.combine(date.fromisoformat(value) + timedelta(days=days), time(), UTC)
    except (ValueError, OverflowError):
        pass
    try:
        return _MOMENT.validate_python(value).astimezone(UTC)
    except (ValidationError, OverflowError):
        message = f"`{name}` is a day (2026-09-05) or a moment with its offset (2026-09-05T09:00:00Z)."
        raise RangeInvalid(message, errors=[{"field": name, "message": message}]) from None


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _minutes(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds() // 60)

"""Holding and booking: one transaction a booking, of which either everything holds or nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.database.sight import seeing_everything
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.meetings.contracts import Booked, BookingWish, Guest, Hold, Source
from tradewind.modules.meetings.engine import answers as answer_rules
from tradewind.modules.meetings.engine.wording import one_line
from tradewind.modules.meetings.errors import EventTypeNotFound
from tradewind.modules.meetings.errors_bookings import AlreadyBooked, BookingInvalid, HoldExpired, SlotTaken
from tradewind.modules.meetings.events import MeetingBooked, MeetingRequested, TimeFreed, TimeHeld
from tradewind.modules.meetings.models.bookings import Attendee, Meeting
from tradewind.modules.meetings.models.event_types import EventType
from tradewind.modules.meetings.repository import bookings as repository
from tradewind.modules.meetings.service import claiming, links, people, rooms

SHORTEST_HOLD, LONGEST_HOLD = timedelta(seconds=30), timedelta(hours=24)
# Who speaks for themselves answers what is asked; members and agents may know less.
_ANSWERING = frozenset({"page", "api", "calcom"})
_LEAD_SOURCES = {"page": "Booking page", "api": "API", "agent": "Agent", "staff": "Meeting", "calcom": "API"}


async def hold(
    session: AsyncSession,
    event_type_id: UUID,
    starts_at: datetime,
    *,
    length: int | None = None,
    keep_for: timedelta = timedelta(minutes=5),
    lead_id: UUID | None = None,
    host_ids: Sequence[UUID] | None = None,
    source: Source = "agent",
    key: str | None = None,
) -> Hold:
    """Keep a time free while somebody still talks; it ends by itself after `keep_for` (30 s to 24 h).

    Raises EventTypeNotFound, BookingInvalid, SlotTaken.
    """
    until = now() + min(max(keep_for, SHORTEST_HOLD), LONGEST_HOLD)
    async with seeing_everything(session):
        kind = await bookable(session, event_type_id)
        minutes = chosen_length(kind, length)
        if key and (earlier := await repository.meeting_by(session, key=f"{source}:{key}")) is not None:
            return _hold(earlier, await repository.hosts_of(session, earlier.id))
        async with claiming.taking(session, kind, starts_at, minutes):
            kind = await bookable(session, event_type_id, lock=True)
            choice = await claiming.choose(session, kind, starts_at, minutes, lead_id=lead_id, among=host_ids)
            if choice.joins is not None:
                raise BookingInvalid("Seats of a meeting are booked without a hold.")
            row = _new_meeting(session, kind, starts_at, minutes, choice, source=source)
            row.state, row.held_until, row.lead_id = "held", until, lead_id
            row.idempotency_key = f"{source}:{key}" if key else None
            row.held_by = holder(session)
            await _take(session, row, kind, choice)
            await publish(session, TimeHeld(event_type_id=kind.id, until=until))
        return _hold(row, choice.host_ids)


async def release(session: AsyncSession, hold_id: UUID) -> bool:
    """Give held time back at once; False if it is held no longer."""
    row = await repository.meeting(session, hold_id, lock=True)
    if row is None or row.state != "held":
        return False
    await session.delete(row)
    await session.flush()
    if row.event_type_id is not None:
        await publish(session, TimeFreed(event_type_id=row.event_type_id))
    return True


async def book(session: AsyncSession, wish: BookingWish, *, hold_id: UUID | None = None) -> Booked:
    """Book a time, or turn held time (`hold_id`) into a meeting.

    A repetition with the same key gets the first answer. Raises EventTypeNotFound, BookingInvalid, AlreadyBooked,
    SlotTaken with alternatives, HoldExpired.
    """
    guest = fitting_guest(wish.guest)
    if wish.lead_id is not None:
        await people.known_lead(session, guest, wish.lead_id)
    async with seeing_everything(session):
        first = await _first_answer(session, wish)
        if first is not None:
            return first
        kind = await bookable(session, wish.event_type_id)
        length = chosen_length(kind, wish.length)
        answers = fitting_answers(kind, wish, guest)
        try:
            async with claiming.taking(session, kind, wish.starts_at, length, ignore_meeting=hold_id):
                kind = await bookable(session, wish.event_type_id, lock=True)
                lead_id = await people.known_lead(session, guest, wish.lead_id)
                if hold_id is None:
                    row = await _place(session, kind, wish, length, lead_id)
                else:
                    row = await _keep_held(session, kind, wish, hold_id, lead_id)
                row.answers = answers or row.answers
                attendee = await _join(session, row, guest, wish, lead_id)
        except (SlotTaken, AlreadyBooked, HoldExpired):
            # The same request, sent twice at once, may be who was faster.
            first = await _first_answer(session, wish)
            if first is None:
                raise
            return first
        return await _told(session, row, attendee)


def holder(session: AsyncSession) -> UUID | None:
    """Whose the time is that the actor holds: a key's own, else the member's; None for the product itself."""
    actor = actor_of(session)
    return actor.key_id or actor.user_id


async def bookable(session: AsyncSession, event_type_id: UUID, *, lock: bool = False) -> EventType:
    """An event type that is switched on; with `lock`, it stays as it is. Raises EventTypeNotFound."""
    kind = await repository.event_type(session, event_type_id, lock=lock)
    if kind is None or not kind.active:
        raise EventTypeNotFound("It may have been removed or switched off meanwhile.")
    return kind


def chosen_length(kind: EventType, length: int | None) -> int:
    """Minutes; the first of the event type's lengths if none is named. Raises BookingInvalid."""
    if length is None:
        return kind.lengths[0]
    if length not in kind.lengths:
        offered = ", ".join(map(str, kind.lengths))
        message = f"The lengths offered are {offered} minutes."
        raise BookingInvalid(message, errors=[{"field": "length", "message": message}])
    return length


def fitting_guest(guest: Guest) -> Guest:
    """A guest as stored: names and numbers on one line. Raises BookingInvalid."""
    name = one_line(guest.name, 120)
    if not name:
        raise BookingInvalid("A name is needed.", errors=[{"field": "name", "message": "is needed"}])
    try:
        phone = answer_rules.phone(guest.phone) if guest.phone else None
    except ValueError as problem:
        raise BookingInvalid(
            f"The phone number {problem}.", errors=[{"field": "phone", "message": str(problem)}]
        ) from None
    email = people.address(guest)
    return Guest(name=name, email=email, phone=phone, time_zone=guest.time_zone, language=guest.language)


def fitting_answers(kind: EventType, wish: BookingWish, guest: Guest) -> dict[str, Any]:
    """The answers as stored. Raises BookingInvalid, naming each that does not fit."""
    required = wish.source in _ANSWERING
    answers, wrong = answer_rules.check(kind.questions, wish.answers, required=required)
    if required and kind.location.get("kind") == "phone" and not kind.location.get("value") and not guest.phone:
        wrong.append({"field": "phone", "message": "is needed: this meeting is a call"})
    if wrong:
        raise BookingInvalid("Some answers do not fit.", errors=wrong)
    return answers


async def answer(session: AsyncSession, row: Meeting, attendee: Attendee) -> Booked:
    """What is told about a booking; with a new token each time, since only hashes are kept."""
    hosts = await repository.hosts_of(session, row.id)
    names = await identity.active_member_names(session, hosts)
    return Booked(
        meeting_id=row.id,
        attendee_id=attendee.id,
        uid=row.uid,
        sequence=row.sequence,
        state="pending" if row.state == "pending" else "confirmed",
        title=row.title,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        host_ids=tuple(hosts),
        host_names=tuple(names.get(one, "") for one in hosts),
        location=row.location,
        join_url=row.join_url,
        lead_id=attendee.lead_id,
        assigned_because=row.assigned_because,
        token=await links.issue(session, meeting_id=row.id, attendee_id=attendee.id),
    )


async def _first_answer(session: AsyncSession, wish: BookingWish) -> Booked | None:
    if wish.key is None:
        return None
    attendee = await repository.attendee_by_key(session, f"{wish.source}:{wish.key}")
    if attendee is None:
        return None
    row = await repository.meeting(session, attendee.meeting_id)
    assert row is not None
    if row.event_type_id != wish.event_type_id or attendee.email != people.address(wish.guest):
        raise BookingInvalid("This key belongs to another booking; use a new one.")
    return await answer(session, row, attendee)


async def _place(
    session: AsyncSession, kind: EventType, wish: BookingWish, length: int, lead_id: UUID | None
) -> Meeting:
    """The meeting at that time: an existing one with a free seat, else a new one."""
    choice = await claiming.choose(session, kind, wish.starts_at, length, lead_id=lead_id, among=wish.host_ids)
    if choice.joins is not None:
        joined = await repository.meeting(session, choice.joins, lock=True)
        if joined is None or joined.state == "cancelled":
            raise claiming.Lost
        return joined
    row = _new_meeting(session, kind, wish.starts_at, length, choice, source=wish.source)
    row.state = _agreed_state(kind, wish.source)
    await _take(session, row, kind, choice)
    return row


async def _keep_held(
    session: AsyncSession, kind: EventType, wish: BookingWish, hold_id: UUID, lead_id: UUID | None
) -> Meeting:
    """Turn held time into a meeting, also when the hold ran out but nobody else took the time."""
    row = await repository.meeting(session, hold_id, lock=True)
    if row is None or row.state != "held" or row.event_type_id != kind.id or row.starts_at != wish.starts_at:
        raise HoldExpired("Look for free times again.")
    if row.held_until is None or row.held_until <= now():
        hosts = await repository.hosts_of(session, row.id)
        length = int((row.ends_at - row.starts_at).total_seconds() // 60)
        choice = await claiming.choose(
            session, kind, row.starts_at, length, lead_id=lead_id, among=hosts, ignore_meeting=row.id, keep=hosts
        )
        if set(choice.host_ids) != set(hosts):
            raise claiming.Lost
    row.state, row.held_until = _agreed_state(kind, wish.source), None
    row.source = wish.source
    row.version += 1
    await repository.keep_claims(session, row.id)
    return row


async def _take(session: AsyncSession, row: Meeting, kind: EventType, choice: claiming.Choice) -> None:
    await repository.end_expired_holds(session, choice.host_ids, now())
    session.add(row)
    await session.flush()
    await repository.claim(session, row, kind, choice.host_ids)
    if kind.assignment == "round_robin":
        await repository.note_turn(
            session, row.id, kind.id, choice.host_ids, counted=choice.counted, because=choice.because
        )


async def _join(session: AsyncSession, row: Meeting, guest: Guest, wish: BookingWish, lead_id: UUID | None) -> Attendee:
    present = [one for one in await repository.attendees(session, row.id) if one.status != "cancelled"]
    if any(one.email == guest.email for one in present):
        raise AlreadyBooked()
    lead = await people.lead_of(session, guest, lead_id, _LEAD_SOURCES[wish.source])
    attendee = Attendee(
        id=new_id(),
        organisation_id=row.organisation_id,
        meeting_id=row.id,
        name=guest.name,
        email=guest.email,
        phone=guest.phone,
        time_zone=guest.time_zone,
        language=guest.language,
        lead_id=lead,
        seat=len(present) + 1,
        booking_key=f"{wish.source}:{wish.key}" if wish.key else None,
        campaign=one_line(wish.campaign or "", 120) or None,
    )
    session.add(attendee)
    row.lead_id = row.lead_id or lead
    await session.flush()
    await repository.count_seats(session, row.id)
    return attendee


async def _told(session: AsyncSession, row: Meeting, attendee: Attendee) -> Booked:
    fact = MeetingRequested if row.state == "pending" else MeetingBooked
    await publish(
        session,
        fact(
            meeting_id=row.id, event_type_id=row.event_type_id, lead_id=attendee.lead_id, starts_at=row.starts_at,
            sequence=row.sequence, attendee_id=attendee.id, campaign=attendee.campaign,
        ),
    )  # fmt: skip
    await identity.record(
        session, action="meeting.booked", subject_type="meeting", subject_id=row.id,
        after={"title": row.title, "starts_at": row.starts_at, "state": row.state, "lead_id": attendee.lead_id},
        reason=row.assigned_because,
    )  # fmt: skip
    return await answer(session, row, attendee)


def _new_meeting(
    session: AsyncSession, kind: EventType, starts_at: datetime, length: int, choice: claiming.Choice, *, source: Source
) -> Meeting:
    meeting_id = new_id()
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    return Meeting(
        id=meeting_id,
        organisation_id=organisation_id,
        event_type_id=kind.id,
        uid=f"{meeting_id}@tradewind",
        title=kind.title,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=length),
        source=source,
        location=kind.location,
        join_url=rooms.room_at_booking(kind.location),
        answers={},
        assigned_because=choice.because,
        owner_assigned=choice.owner,
        booked_by=actor_of(session).user_id,
    )


def _agreed_state(kind: EventType, source: Source) -> str:
    return "pending" if kind.requires_confirmation and source != "staff" else "confirmed"


def _hold(row: Meeting, hosts: Sequence[UUID]) -> Hold:
    assert row.event_type_id is not None
    return Hold(
        id=row.id, event_type_id=row.event_type_id, starts_at=row.starts_at, ends_at=row.ends_at,
        held_until=row.held_until or row.starts_at, host_ids=tuple(hosts),
    )  # fmt: skip

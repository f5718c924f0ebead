"""Waiting lists: a time that becomes free is held for whoever waits longest, once, and then for the next."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database.sight import seeing_everything
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.meetings.contracts import Booked, BookingWish, Guest, Slot
from tradewind.modules.meetings.errors_bookings import BookingInvalid, HoldExpired, SlotTaken
from tradewind.modules.meetings.events import SlotOffered, WaitingListJoined
from tradewind.modules.meetings.models.bookings import Waiting
from tradewind.modules.meetings.repository import bookings as booking_rows
from tradewind.modules.meetings.repository import waiting as repository
from tradewind.modules.meetings.service import bookings, people, slots

LONGEST_SPAN = timedelta(days=62)
_OFFER_STANDS, _SHORTEST_OFFER = timedelta(hours=4), timedelta(minutes=15)
_AT_ONCE = 50


async def join(session: AsyncSession, wish: BookingWish, wanted_from: datetime, wanted_until: datetime) -> Waiting:
    """Wait for a time that begins between two moments; who waits already changes the wish and keeps their place.

    Raises EventTypeNotFound, BookingInvalid.
    """
    kind = await bookings.bookable(session, wish.event_type_id)
    guest = bookings.fitting_guest(wish.guest)
    length = bookings.chosen_length(kind, wish.length)
    answers = bookings.fitting_answers(kind, wish, guest)
    wanted_from = max(wanted_from, now())
    if not timedelta(0) < wanted_until - wanted_from <= LONGEST_SPAN:
        message = f"The end must be after the start and after now, and at most {LONGEST_SPAN.days} days later."
        raise BookingInvalid(message, errors=[{"field": "wanted_until", "message": message}])
    row = await repository.live_entry(session, kind.id, guest.email)
    if row is None:
        organisation = await identity.get_organisation(session)
        row = Waiting(id=new_id(), organisation_id=organisation.id, event_type_id=kind.id, email=guest.email)
        session.add(row)
    row.name, row.phone, row.time_zone, row.language = guest.name, guest.phone, guest.time_zone, guest.language
    row.answers, row.length, row.wanted_from, row.wanted_until = answers, length, wanted_from, wanted_until
    row.lead_id = await people.known_lead(session, guest, None)
    await session.flush()
    await publish(session, WaitingListJoined(waiting_id=row.id))
    await identity.record(
        session, action="meeting.waiting_list_joined", subject_type="event_type", subject_id=kind.id,
        after={"wanted_from": wanted_from, "wanted_until": wanted_until},
    )  # fmt: skip
    return row


async def leave(session: AsyncSession, waiting_id: UUID) -> Waiting | None:
    """Wait no longer; a time that is held for them is free at once. None if there is no such wish."""
    row = await repository.entry(session, waiting_id, lock=True)
    if row is None or row.state not in ("waiting", "offered"):
        return row
    offered, row.offered_meeting_id, row.offer_expires_at = row.offered_meeting_id, None, None
    row.state = "left"
    await session.flush()
    if offered is not None:
        await bookings.release(session, offered)
    return row


async def pass_on(session: AsyncSession, waiting_id: UUID, meeting_id: UUID) -> Waiting | None:
    """Refuse an offer and wait on; the time is free at once."""
    row = await repository.entry(session, waiting_id, lock=True)
    if row is None or row.offered_meeting_id != meeting_id:
        return row
    row.state, row.offered_meeting_id, row.offer_expires_at = "waiting", None, None
    await session.flush()
    await bookings.release(session, meeting_id)
    return row


async def take_offer(session: AsyncSession, waiting_id: UUID, meeting_id: UUID) -> Booked:
    """Take an offered time. A second time gives the same answer. Raises HoldExpired, SlotTaken."""
    row = await repository.entry(session, waiting_id, lock=True)
    held = await booking_rows.meeting(session, meeting_id)
    if row is None or held is None or (row.state != "booked" and row.offered_meeting_id != meeting_id):
        raise HoldExpired("The offer ran out. You are still on the waiting list.")
    wish = BookingWish(
        event_type_id=row.event_type_id,
        starts_at=held.starts_at,
        guest=Guest(name=row.name, email=row.email, phone=row.phone, time_zone=row.time_zone, language=row.language),
        length=row.length,
        answers=row.answers,
        source="page",
        lead_id=row.lead_id,
        key=f"offer:{meeting_id}",
    )
    booked = await bookings.book(session, wish, hold_id=meeting_id)
    row.state, row.offer_expires_at = "booked", None
    await session.flush()
    return booked


async def offer_free_times(session: AsyncSession, event_type_id: UUID) -> None:
    """Hold what is free for those who wait, first come first.

    Doing it again changes nothing, as nobody is offered the same time twice.
    """
    at = now()
    async with seeing_everything(session):
        await booking_rows.lock_hosts(session, event_type_id, await booking_rows.host_ids(session, event_type_id))
        await repository.end_offers(session, event_type_id, at)
        line = await repository.in_line(session, event_type_id, at, _AT_ONCE)
        if not line:
            return
        before = await repository.offered_before(session, [one.id for one in line])
        free = await _free_times(session, event_type_id, line, at)
        for person in line:
            for slot in free.get(person.length, ()):
                until = _offer_until(slot.starts_at, at)
                fits = person.wanted_from <= slot.starts_at < person.wanted_until
                if not fits or until is None or (person.id, slot.starts_at) in before:
                    continue
                try:
                    held = await bookings.hold(
                        session, event_type_id, slot.starts_at,
                        length=person.length, keep_for=until - at, lead_id=person.lead_id, source="page",
                    )  # fmt: skip
                except (SlotTaken, BookingInvalid):
                    continue
                person.state, person.offered_meeting_id, person.offer_expires_at = "offered", held.id, held.held_until
                await session.flush()
                await repository.note_offer(session, person.id, slot.starts_at)
                await publish(session, SlotOffered(waiting_id=person.id, meeting_id=held.id, until=held.held_until))
                break


async def _free_times(
    session: AsyncSession, event_type_id: UUID, line: Sequence[Waiting], at: datetime
) -> dict[int, list[Slot]]:
    """Free times of each length between the first and the last moment anybody wants."""
    kind = await booking_rows.event_type(session, event_type_id)
    if kind is None or not kind.active:
        return {}
    found: dict[int, list[Slot]] = {}
    for length in {one.length for one in line} & set(kind.lengths):
        wanted = [one for one in line if one.length == length]
        start = max(at, min(one.wanted_from for one in wanted))
        end = min(start + LONGEST_SPAN, max(one.wanted_until for one in wanted))
        if start < end:
            found[length] = await slots.find_slots(session, event_type_id, start=start, end=end, length=length)
    return found


def _offer_until(starts_at: datetime, at: datetime) -> datetime | None:
    """Until when an offer stands: half of what is left before the meeting, at most 4 hours; None if too short."""
    stands = min(_OFFER_STANDS, (starts_at - at) / 2)
    return at + stands if stands >= _SHORTEST_OFFER else None

"""What strangers see and do: pages of an organisation by its address, free times, and the links in their mails."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.events import publish
from tradewind.modules.identity import api as identity
from tradewind.modules.identity.contracts import Organisation
from tradewind.modules.meetings.contracts import Booked
from tradewind.modules.meetings.errors_bookings import BookingPageNotFound, LinkNotFound, TooLate, WrongState
from tradewind.modules.meetings.events import AttendeeAnswered
from tradewind.modules.meetings.models.bookings import Attendee, Meeting, Waiting
from tradewind.modules.meetings.models.event_types import EventType
from tradewind.modules.meetings.repository import bookings as rows
from tradewind.modules.meetings.repository import event_types as event_type_rows
from tradewind.modules.meetings.repository import waiting as waiting_rows
from tradewind.modules.meetings.repository.links import Target
from tradewind.modules.meetings.schemas.booking_pages import (
    BookingLinkRead,
    BookingPage,
    BookingPageEntry,
    BookingRead,
    PublicEventType,
    PublicOrganisation,
    PublicSlot,
    PublicSlotList,
)
from tradewind.modules.meetings.service import bookings, changes, links, seats, slots, waiting

_NAME = "Booking page"


@dataclass(frozen=True, slots=True)
class Linked:
    """What a link leads to, as it is now."""

    organisation: Organisation
    meeting: Meeting | None
    attendee: Attendee | None
    waiting: Waiting | None
    kind: EventType | None


async def enter_organisation(session: AsyncSession, slug: str) -> Organisation:
    """The organisation with this address; the session acts in it from here on. Raises BookingPageNotFound."""
    await _enter(session, slug)
    return await identity.get_organisation(session)


async def page(session: AsyncSession, slug: str) -> BookingPage:
    """The event types an organisation lists. Raises BookingPageNotFound."""
    organisation = await enter_organisation(session, slug)
    kinds = [one for one in await event_type_rows.every(session) if one.active and not one.hidden]
    return BookingPage(
        organisation=_organisation(organisation), event_types=await public_event_types(session, organisation, kinds)
    )


async def entry(session: AsyncSession, slug: str, event_type: str) -> BookingPageEntry:
    """One event type, listed or not. Raises BookingPageNotFound."""
    organisation, kind = await enter_event_type(session, slug, event_type)
    shown = await public_event_types(session, organisation, [kind])
    return BookingPageEntry(organisation=_organisation(organisation), event_type=shown[0])


async def enter_event_type(session: AsyncSession, slug: str, event_type: str) -> tuple[Organisation, EventType]:
    """An organisation and one of its event types; the session acts in it. Raises BookingPageNotFound."""
    kind = await find_event_type(session, slug, event_type)
    return await identity.get_organisation(session), kind


async def find_event_type(session: AsyncSession, slug: str, event_type: str) -> EventType:
    """The same without reading the organisation, for those in a hurry. Raises BookingPageNotFound."""
    await _enter(session, slug)
    kind = await event_type_rows.by_slug(session, event_type.lower())
    if kind is None or not kind.active:
        raise BookingPageNotFound("This meeting is not offered any more.")
    return kind


async def free_times(
    session: AsyncSession,
    slug: str,
    event_type: str,
    *,
    start: datetime,
    end: datetime,
    zone: str | None,
    length: int | None,
) -> PublicSlotList:
    """Free times between two moments, written in a zone. Raises BookingPageNotFound, RangeInvalid, BookingInvalid."""
    organisation, kind = await enter_event_type(session, slug, event_type)
    minutes = bookings.chosen_length(kind, length)
    found = await slots.find_slots(session, kind.id, start=start, end=end, length=minutes)
    later = None if found else await slots.next_slot(session, kind.id, max(end, now()), minutes)
    time_zone = zone or organisation.time_zone
    local = ZoneInfo(time_zone)
    return PublicSlotList(
        time_zone=time_zone,
        length=minutes,
        slots=[
            PublicSlot(
                starts_at=one.starts_at.astimezone(local),
                ends_at=one.ends_at.astimezone(local),
                seats_left=one.seats_left,
            )
            for one in found
        ],
        next_at=later.astimezone(local) if later else None,
    )


async def public_event_types(
    session: AsyncSession, organisation: Organisation, kinds: Sequence[EventType]
) -> list[PublicEventType]:
    """Event types as strangers see them: of hosts, only their names."""
    hosts = await event_type_rows.hosts_of(session, [one.id for one in kinds])
    names = await identity.active_member_names(session, {host.user_id for some in hosts.values() for host in some})
    return [
        PublicEventType.model_validate(
            {
                field: getattr(kind, field)
                for field in (
                    "slug", "title", "description", "lengths", "colour", "questions", "seats",
                    "requires_confirmation", "cancellation_notice", "cancellation_policy",
                )
            }
            | {
                # Links and numbers are for those who have booked.
                "location": {
                    "kind": kind.location["kind"],
                    "value": kind.location.get("value") if kind.location["kind"] == "in_person" else None,
                },
                "hosts": [names[host.user_id] for host in hosts[kind.id] if host.user_id in names],
                "time_zone": organisation.time_zone,
            }
        )
        for kind in kinds
    ]  # fmt: skip


async def linked(session: AsyncSession, token: str) -> Linked:
    """What a link leads to; the session acts in its organisation. Raises LinkNotFound."""
    target = await links.open_link(session, token)
    organisation = await identity.get_organisation(session)
    return await _linked(session, organisation, target)


async def read(session: AsyncSession, token: str) -> BookingLinkRead:
    """What a link is about; looking changes nothing. Raises LinkNotFound."""
    return await _shown(session, await linked(session, token))


async def move(session: AsyncSession, token: str, starts_at: datetime) -> BookingLinkRead:
    """Move the attendee's meeting, or their seat in it. Raises LinkNotFound, TooLate, WrongState, SlotTaken."""
    found = await linked(session, token)
    if found.meeting is None or found.attendee is None:
        raise WrongState("There is no meeting to move.")
    if found.attendee.status == "cancelled":
        raise WrongState("The meeting is cancelled.")
    if found.kind is not None and found.kind.seats > 1:
        booked = await seats.move_seat(session, found.meeting, found.attendee, starts_at)
        return await read(session, booked.token)
    await changes.move(session, found.meeting.id, starts_at, by="attendee")
    return await read(session, token)


async def cancel(session: AsyncSession, token: str, reason: str) -> BookingLinkRead:
    """Cancel the attendee's meeting, pass on an offer, or leave the waiting list. Raises LinkNotFound, TooLate."""
    found = await linked(session, token)
    if found.meeting is not None and found.attendee is not None:
        await changes.cancel(session, found.meeting.id, by="attendee", reason=reason, attendee_id=found.attendee.id)
    elif found.waiting is not None and found.meeting is not None:
        # The link goes with the offer; what is left is the place on the waiting list.
        wish = await waiting.pass_on(session, found.waiting.id, found.meeting.id)
        return await _shown(session, Linked(found.organisation, None, None, wish, found.kind))
    elif found.waiting is not None:
        await waiting.leave(session, found.waiting.id)
    return await read(session, token)


async def confirm(session: AsyncSession, token: str) -> BookingLinkRead:
    """Say that one will come, or take an offered time. Raises LinkNotFound, WrongState, HoldExpired, SlotTaken."""
    found = await linked(session, token)
    if found.waiting is not None and found.attendee is None:
        if found.meeting is None:
            raise WrongState("There is nothing to confirm: no time is offered at the moment.")
        booked = await waiting.take_offer(session, found.waiting.id, found.meeting.id)
        return await read(session, booked.token)
    row, attendee = found.meeting, found.attendee
    if row is None or attendee is None or row.state == "cancelled" or attendee.status == "cancelled":
        raise WrongState("The meeting is cancelled.")
    if row.ends_at <= now():
        raise WrongState("The meeting is over.")
    if row.confirmed_by_attendee_at is None:
        row.confirmed_by_attendee_at = now()
        await session.flush()
        await publish(
            session,
            AttendeeAnswered(
                meeting_id=row.id, event_type_id=row.event_type_id, lead_id=attendee.lead_id,
                starts_at=row.starts_at, sequence=row.sequence, attendee_id=attendee.id, status="confirmed",
            ),
        )  # fmt: skip
        await identity.record(session, action="meeting.confirmed", subject_type="meeting", subject_id=row.id)
    return await read(session, token)


def booking(booked: Booked, zone: str) -> BookingRead:
    """A booking as the answer to the one who booked."""
    return BookingRead.model_validate(
        {
            "meeting_id": booked.meeting_id, "token": booked.token, "uid": booked.uid, "sequence": booked.sequence,
            "state": booked.state, "title": booked.title, "starts_at": booked.starts_at, "ends_at": booked.ends_at,
            "time_zone": zone, "hosts": booked.host_names, "location": booked.location, "join_url": booked.join_url,
        }
    )  # fmt: skip


async def _enter(session: AsyncSession, slug: str) -> None:
    organisation_id = await identity.organisation_by_slug(session, slug)
    if organisation_id is None:
        raise BookingPageNotFound("No organisation has this address.")
    await links.enter(session, organisation_id, _NAME)


async def _linked(session: AsyncSession, organisation: Organisation, target: Target) -> Linked:
    meeting = await rows.meeting(session, target.meeting_id) if target.meeting_id else None
    attendee = await rows.attendee(session, target.attendee_id) if target.attendee_id else None
    wish = await waiting_rows.entry(session, target.waiting_id) if target.waiting_id else None
    if wish is not None and meeting is not None and meeting.state != "held":
        # Taken: from now on the link leads to the meeting that came of the offer.
        attendee = next((one for one in await rows.attendees(session, meeting.id) if one.email == wish.email), None)
    if meeting is None and wish is None:
        raise LinkNotFound()
    event_type_id: UUID | None = wish.event_type_id if wish else meeting.event_type_id if meeting else None
    kind = await rows.event_type(session, event_type_id) if event_type_id else None
    return Linked(organisation, meeting, attendee, wish, kind)


async def _shown(session: AsyncSession, found: Linked) -> BookingLinkRead:
    row, person, wish, kind = found.meeting, found.attendee, found.waiting, found.kind
    about = person or wish
    assert about is not None
    shown = await public_event_types(session, found.organisation, [kind]) if kind and kind.active else []
    names = await identity.active_member_names(session, hosts := await rows.hosts_of(session, row.id) if row else [])
    left = person is not None and person.status == "cancelled"
    state = "cancelled" if left else _state(row, wish)
    agreed = state in ("pending", "confirmed")
    changeable = agreed and row is not None and not _too_late(row, kind)
    return BookingLinkRead.model_validate(
        {
            "kind": "meeting" if person else "offer" if row is not None else "waiting",
            "organisation": _organisation(found.organisation),
            "event_type": shown[0] if shown else None,
            "title": row.title if row else kind.title if kind else "",
            "state": state,
            "name": about.name, "email": about.email, "time_zone": about.time_zone, "language": about.language,
            "length": int((row.ends_at - row.starts_at).total_seconds() // 60) if row else wish.length if wish else 0,
            "starts_at": row.starts_at if row else None,
            "ends_at": row.ends_at if row else None,
            "hosts": [names[one] for one in hosts if one in names],
            "location": row.location if row else kind.location if kind else {},
            "join_url": row.join_url if row and agreed else None,
            "answers": row.answers if row and person else {},
            "sequence": row.sequence if row else 0,
            "confirmed_at": row.confirmed_by_attendee_at if row else None,
            "cancel_reason": row.cancel_reason if row else None,
            "held_until": row.held_until if row else None,
            "wanted_from": wish.wanted_from if wish else None,
            "wanted_until": wish.wanted_until if wish else None,
            "can_move": changeable and bool(shown),
            "can_cancel": changeable or state in ("waiting", "offered", "held"),
            "can_confirm": state == "held" or (agreed and row is not None and row.ends_at > now()),
            "change_until": changes.change_until(row, kind) if row and agreed else None,
            "policy": kind.cancellation_policy if kind else "",
        }
    )  # fmt: skip


def _state(row: Meeting | None, wish: Waiting | None) -> str:
    if row is None:
        return wish.state if wish else "cancelled"
    if row.state == "held" and (row.held_until is None or row.held_until <= now()):
        return "expired"
    return row.state


def _too_late(row: Meeting, kind: EventType | None) -> bool:
    try:
        changes.require_notice(row, kind)
    except TooLate:
        return True
    return False


def _organisation(one: Organisation) -> PublicOrganisation:
    return PublicOrganisation(slug=one.slug, name=one.name, time_zone=one.time_zone)

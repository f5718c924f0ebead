"""HTTP for strangers: what can be booked, booking it, and the links in mails. Nobody signs in."""

from typing import Annotated

from fastapi import Header, Path, Query

from tradewind.kernel.access import Session, public
from tradewind.kernel.limits import rate_limit
from tradewind.kernel.payload import Moment
from tradewind.kernel.places import TimeZone
from tradewind.kernel.routing import Router
from tradewind.modules.meetings.contracts import BookingWish, Guest
from tradewind.modules.meetings.errors_bookings import BookingInvalid
from tradewind.modules.meetings.schemas.booking_pages import (
    BookingCreate,
    BookingLinkRead,
    BookingPage,
    BookingPageEntry,
    BookingRead,
    LinkCancel,
    LinkMove,
    PublicSlotList,
    WaitingCreate,
    WaitingJoined,
)
from tradewind.modules.meetings.schemas.meetings import GuestWrite
from tradewind.modules.meetings.service import booking_pages, bookings, waiting

router = Router(tags=["Booking pages"])
_OPEN = public("Strangers book here; what they see is what the organisation lists")
_LINK = public("The token of the link, 192 random bits from the attendee's mail, is the proof")
_READS = rate_limit("booking.read", "240/minute")
_WRITES = rate_limit("booking.write", "20/minute")

Organisation = Annotated[str, Path(min_length=1, max_length=80, description="The organisation's slug")]
EventType = Annotated[str, Path(min_length=1, max_length=80, description="The event type's slug")]
Token = Annotated[str, Path(min_length=16, max_length=64)]
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=8, max_length=120, description="One a booking")]


@router.get("/booking/{organisation}", dependencies=[_OPEN, _READS])
async def read_booking_page(session: Session, organisation: Organisation) -> BookingPage:
    """What an organisation lets strangers book."""
    return await booking_pages.page(session, organisation)


@router.get("/booking/{organisation}/{event_type}", dependencies=[_OPEN, _READS])
async def read_booking_page_entry(
    session: Session, organisation: Organisation, event_type: EventType
) -> BookingPageEntry:
    """One kind of meeting with its questions, also one that is not listed."""
    return await booking_pages.entry(session, organisation, event_type)


@router.get("/booking/{organisation}/{event_type}/slots", dependencies=[_OPEN, _READS])
async def list_public_slots(
    session: Session,
    organisation: Organisation,
    event_type: EventType,
    start: Moment,
    end: Moment,
    time_zone: Annotated[TimeZone | None, Query(description="Else the organisation's")] = None,
    length: Annotated[int | None, Query(ge=1, le=1_440, description="Minutes")] = None,
) -> PublicSlotList:
    """Free times that begin between two moments, at most 62 days apart."""
    return await booking_pages.free_times(
        session, organisation, event_type, start=start, end=end, zone=time_zone, length=length
    )


@router.post("/booking/{organisation}/{event_type}/bookings", status_code=201, dependencies=[_OPEN, _WRITES])
async def create_public_booking(
    session: Session, organisation: Organisation, event_type: EventType, data: BookingCreate, key: Key = None
) -> BookingRead:
    """Book a time. Repeated with the same `Idempotency-Key`, it gives the first answer and books nothing more.

    Where somebody was faster, the answer 409 `meetings.slot_taken` carries the nearest free times in `alternatives`.
    """
    _refuse_programs(data.website)
    kind = await booking_pages.find_event_type(session, organisation, event_type)
    wish = BookingWish(
        event_type_id=kind.id,
        starts_at=data.starts_at,
        guest=guest_of(data),
        length=data.length,
        answers=data.answers,
        source="page",
        key=key,
        campaign=data.campaign,
    )
    return booking_pages.booking(await bookings.book(session, wish), data.time_zone)


@router.post("/booking/{organisation}/{event_type}/waiting-list", status_code=201, dependencies=[_OPEN, _WRITES])
async def join_waiting_list(
    session: Session, organisation: Organisation, event_type: EventType, data: WaitingCreate
) -> WaitingJoined:
    """Wait for a time between two moments. The first in line is mailed each time that becomes free, and has it held."""
    _refuse_programs(data.website)
    kind = await booking_pages.find_event_type(session, organisation, event_type)
    wish = BookingWish(
        event_type_id=kind.id, starts_at=data.wanted_from, guest=guest_of(data), length=data.length,
        answers=data.answers, source="page",
    )  # fmt: skip
    row = await waiting.join(session, wish, data.wanted_from, data.wanted_until)
    return WaitingJoined(email=row.email, wanted_from=row.wanted_from, wanted_until=row.wanted_until)


@router.get("/booking-links/{token}", dependencies=[_LINK, _READS])
async def read_booking_link(session: Session, token: Token) -> BookingLinkRead:
    """What a link in a mail is about. Looking changes nothing, so that scanners of mails do no harm."""
    return await booking_pages.read(session, token)


@router.post("/booking-links/{token}/move", dependencies=[_LINK, _WRITES])
async def move_by_link(session: Session, token: Token, data: LinkMove) -> BookingLinkRead:
    """Move the meeting. The present time stays if the other one is not free: 409 with `alternatives`."""
    return await booking_pages.move(session, token, data.starts_at)


@router.post("/booking-links/{token}/cancel", dependencies=[_LINK, _WRITES])
async def cancel_by_link(session: Session, token: Token, data: LinkCancel | None = None) -> BookingLinkRead:
    """Cancel the meeting, pass on an offered time, or leave the waiting list.

    After the notice that the event type asks for, the answer is 409 `meetings.too_late` with its policy.
    """
    return await booking_pages.cancel(session, token, data.reason if data else "")


@router.post("/booking-links/{token}/confirm", dependencies=[_LINK, _WRITES])
async def confirm_by_link(session: Session, token: Token) -> BookingLinkRead:
    """Say that one will come, or take the time that is offered."""
    return await booking_pages.confirm(session, token)


def guest_of(data: GuestWrite) -> Guest:
    """The guest of a request."""
    return Guest(
        name=data.name, email=data.email, phone=data.phone or None, time_zone=data.time_zone, language=data.language
    )


def _refuse_programs(website: str) -> None:
    if website:
        raise BookingInvalid(
            "The field “website” stays empty.", errors=[{"field": "website", "message": "stays empty"}]
        )

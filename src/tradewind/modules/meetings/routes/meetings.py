"""HTTP of meetings for members and programs: listing, booking, holding, and all that becomes of them."""

from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Header, Query, Response

from tradewind.kernel.access import Actor, CurrentActor, Session, requires
from tradewind.kernel.concurrency import tagged
from tradewind.kernel.pagination import Page
from tradewind.kernel.payload import Moment
from tradewind.kernel.routing import Router
from tradewind.modules.meetings.contracts import BookingWish, Source
from tradewind.modules.meetings.errors_bookings import MeetingNotFound
from tradewind.modules.meetings.routes.booking_pages import guest_of
from tradewind.modules.meetings.schemas.meetings import (
    FairnessRead,
    HoldCreate,
    HoldRead,
    MeetingCancel,
    MeetingCreate,
    MeetingMove,
    MeetingRead,
    MeetingState,
    MeetingUpdate,
    NoShowMark,
    ReplyCreate,
    WaitingRead,
)
from tradewind.modules.meetings.service import bookings, changes, replies
from tradewind.modules.meetings.service import meetings as service

router = Router(tags=["Meetings"])
_READ, _WRITE = [requires("meetings:read")], [requires("meetings:write")]
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]


@router.get("/meetings", dependencies=_READ)
async def list_meetings(
    session: Session,
    when: Annotated[Literal["upcoming", "past"] | None, Query(description="By its end")] = None,
    start: Annotated[Moment | None, Query(description="Meetings that end after this")] = None,
    end: Annotated[Moment | None, Query(description="Meetings that begin before this")] = None,
    state: Annotated[list[MeetingState] | None, Query(max_length=3)] = None,
    host_id: UUID | None = None,
    event_type_id: UUID | None = None,
    lead_id: UUID | None = None,
    no_show: bool | None = None,
    q: Annotated[str | None, Query(min_length=1, max_length=100, description="Words in title or names")] = None,
    cursor: Annotated[str | None, Query(min_length=1, max_length=2048)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[MeetingRead]:
    """Meetings: upcoming ones, and those from a `start` on, soonest first; others latest first."""
    return await service.page(
        session, when=when, start=start, end=end, states=state or [], host_id=host_id, event_type_id=event_type_id,
        lead_id=lead_id, no_show=no_show, q=q, cursor=cursor, limit=limit,
    )  # fmt: skip


@router.post("/meetings", status_code=201, dependencies=_WRITE)
async def create_meeting(session: Session, actor: CurrentActor, data: MeetingCreate, response: Response) -> MeetingRead:
    """Book a meeting for somebody, or turn held time into one. They get the invitation by mail.

    Where the time is taken, the answer 409 `meetings.slot_taken` carries the nearest free times in `alternatives`.
    """
    wish = BookingWish(
        event_type_id=data.event_type_id,
        starts_at=data.starts_at,
        guest=guest_of(data),
        length=data.length,
        answers=data.answers,
        source=_source(actor),
        lead_id=data.lead_id,
        host_ids=tuple(data.host_ids) if data.host_ids else None,
    )
    booked = await bookings.book(session, wish, hold_id=data.hold_id)
    return tagged(response, await service.read(session, booked.meeting_id))


@router.get("/meetings/waiting", dependencies=_READ)
async def list_waiting(
    session: Session, event_type_id: UUID | None = None, limit: Annotated[int, Query(ge=1, le=500)] = 200
) -> list[WaitingRead]:
    """Who waits for a time to become free, first come first."""
    return await service.waiting(session, event_type_id=event_type_id, limit=limit)


@router.post("/meetings/replies", dependencies=_WRITE)
async def take_reply(session: Session, data: ReplyCreate) -> MeetingRead:
    """Take an attendee's answer to an invitation (iTIP REPLY) from an .ics file or the mail that carried it."""
    meeting_id = await replies.take(session, data.content.encode())
    return await service.read(session, meeting_id)


@router.get("/meetings/{meeting_id:uuid}", dependencies=_READ)
async def read_meeting(session: Session, meeting_id: UUID, response: Response) -> MeetingRead:
    """One meeting with its hosts, attendees and the reason for its hosts."""
    return tagged(response, await service.read(session, meeting_id))


@router.patch("/meetings/{meeting_id:uuid}", dependencies=_WRITE)
async def update_meeting(
    session: Session, meeting_id: UUID, data: MeetingUpdate, response: Response, if_match: IfMatch = None
) -> MeetingRead:
    """Change title, place or link. Attendees get a new invitation."""
    return tagged(response, await service.change(session, meeting_id, data, if_match=if_match))


@router.post("/meetings/{meeting_id:uuid}/move", dependencies=_WRITE)
async def move_meeting(session: Session, meeting_id: UUID, data: MeetingMove) -> MeetingRead:
    """Move a meeting to another free time. If that is lost, the present time stays: 409 with `alternatives`."""
    await changes.move(session, meeting_id, data.starts_at)
    return await service.read(session, meeting_id)


@router.post("/meetings/{meeting_id:uuid}/cancel", dependencies=_WRITE)
async def cancel_meeting(session: Session, meeting_id: UUID, data: MeetingCancel | None = None) -> MeetingRead:
    """Cancel a meeting; its time is free at once. A second time changes nothing."""
    await changes.cancel(session, meeting_id, reason=data.reason if data else "")
    return await service.read(session, meeting_id)


@router.post("/meetings/{meeting_id:uuid}/no-show", dependencies=_WRITE)
async def mark_no_show(session: Session, meeting_id: UUID, data: NoShowMark | None = None) -> MeetingRead:
    """Say that nobody, or some of the attendees, came, or take it back. Who missed it is asked to book again."""
    mark = data or NoShowMark()
    await changes.mark_no_show(session, meeting_id, missed=mark.missed, attendee_ids=mark.attendee_ids)
    return await service.read(session, meeting_id)


@router.post("/meetings/{meeting_id:uuid}/accept", dependencies=_WRITE)
async def accept_meeting(session: Session, meeting_id: UUID) -> MeetingRead:
    """Agree to a meeting somebody asked for."""
    await changes.accept(session, meeting_id)
    return await service.read(session, meeting_id)


@router.post("/meetings/{meeting_id:uuid}/decline", dependencies=_WRITE)
async def decline_meeting(session: Session, meeting_id: UUID, data: MeetingCancel | None = None) -> MeetingRead:
    """Refuse a meeting somebody asked for; its time is free at once."""
    await changes.decline(session, meeting_id, reason=data.reason if data else "")
    return await service.read(session, meeting_id)


@router.post("/meeting-holds", status_code=201, dependencies=_WRITE)
async def create_hold(session: Session, actor: CurrentActor, data: HoldCreate) -> HoldRead:
    """Keep a time free while somebody still talks; it is free again by itself when `held_until` has passed."""
    held = await bookings.hold(
        session, data.event_type_id, data.starts_at,
        length=data.length, keep_for=timedelta(seconds=data.seconds), lead_id=data.lead_id, host_ids=data.host_ids,
        source=_source(actor),
    )  # fmt: skip
    return HoldRead.model_validate(held)


@router.delete("/meeting-holds/{meeting_id:uuid}", status_code=204, dependencies=_WRITE)
async def release_hold(session: Session, meeting_id: UUID) -> None:
    """Give held time back before it runs out."""
    if not await bookings.release(session, meeting_id):
        raise MeetingNotFound("There is no such hold; it may have run out.")


@router.get("/event-types/{event_type_id:uuid}/fairness", dependencies=_READ)
async def read_fairness(session: Session, event_type_id: UUID) -> FairnessRead:
    """How meetings went round among the hosts, by weight, and why each latest one went to whom."""
    return await service.fairness(session, event_type_id)


def _source(actor: Actor) -> Source:
    return "api" if actor.kind == "api_key" else "staff"

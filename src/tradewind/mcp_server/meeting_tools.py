"""Tools for meetings. Those that book, move or cancel reach people: invitations go out by mail."""

from datetime import timedelta
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from mcp.server.mcpserver import Context
from mcp_types import CallToolResult, ToolAnnotations
from pydantic import AwareDatetime, Field

from tradewind.kernel.clock import now
from tradewind.kernel.places import TimeZone
from tradewind.mcp_server.calls import READS, acting, tool
from tradewind.mcp_server.results import (
    MeetingBrief,
    MeetingPage,
    MeetingSaved,
    MeetingsFound,
    MeetingTimes,
    OfferedMeeting,
    TimesFound,
    done,
    found,
)
from tradewind.modules.meetings import api as meetings
from tradewind.modules.meetings.contracts import BookingWish, Guest
from tradewind.modules.meetings.schemas.meetings import Email, Language, MeetingRead, Phone
from tradewind.modules.meetings.service import event_types
from tradewind.modules.meetings.service import meetings as listing

_MOST_TIMES = 100
_TELLS = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=True)
_CHANGES = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=True)
_At = Annotated[AwareDatetime, Field(description="A time that find_meeting_times returned, with its offset")]
_Length = Annotated[int | None, Field(ge=1, le=1_440, description="Minutes; else the first the event type offers")]


@tool("Find meeting times", permission="meetings:read", annotations=READS)
async def find_meeting_times(
    context: Context,
    event_type_id: Annotated[UUID | None, Field(description="Leave it out to see what can be booked")] = None,
    start: Annotated[AwareDatetime | None, Field(description="With offset; now if left out")] = None,
    days: Annotated[int, Field(ge=1, le=62)] = 7,
    time_zone: TimeZone = "UTC",
    length: _Length = None,
    lead_id: Annotated[UUID | None, Field(description="Whom to meet, if it is a known lead")] = None,
) -> Annotated[CallToolResult, TimesFound]:
    """Without event_type_id: the event types with their questions and lengths. With it: also its free times, at most
    100. Each can be booked as long as nobody else is faster."""
    async with acting(context, "meetings:read") as session:
        kinds = [one for one in await event_types.list_event_types(session) if one.active]
        if event_type_id is not None:
            first = start or now()
            slots = await meetings.find_slots(
                session, event_type_id, start=first, end=first + timedelta(days=days), length=length, lead_id=lead_id
            )
            kinds = [one for one in kinds if one.id == event_type_id]
        else:
            slots = []
        zone = ZoneInfo(time_zone)
        times = MeetingTimes(
            event_types=[OfferedMeeting.model_validate(one) for one in kinds],
            times=[slot.starts_at.astimezone(zone) for slot in slots[:_MOST_TIMES]],
        )
        summary = f"{len(times.times)} free times." if event_type_id else f"{len(kinds)} event types; choose one."
        return found(summary, TimesFound(data=times))


@tool("Book a meeting", permission="meetings:write", annotations=_TELLS)
async def book_meeting(
    context: Context,
    event_type_id: UUID,
    starts_at: _At,
    name: Annotated[str, Field(min_length=1, max_length=120)],
    email: Email,
    time_zone: Annotated[TimeZone, Field(description="The guest's, e.g. Europe/Berlin")],
    phone: Phone | None = None,
    language: Language = "en",
    length: _Length = None,
    answers: Annotated[
        dict[str, Any] | None, Field(max_length=30, description="By the keys of the event type's questions")
    ] = None,
    hold_id: Annotated[UUID | None, Field(description="Time that is held for them")] = None,
) -> Annotated[CallToolResult, MeetingSaved]:
    """Book a meeting. The guest gets an INVITATION BY MAIL at once, so ask your user before you call this. If the time
    is lost, the nearest free ones are named."""
    async with acting(context, "meetings:write") as session:
        wish = BookingWish(
            event_type_id=event_type_id,
            starts_at=starts_at,
            guest=Guest(name=name, email=email, phone=phone or None, time_zone=time_zone, language=language),
            length=length,
            answers=answers or {},
        )
        booked = await meetings.book(session, wish, hold_id=hold_id)
        saved = MeetingSaved(
            meeting_id=booked.meeting_id, state=booked.state, starts_at=booked.starts_at, ends_at=booked.ends_at
        )
        waits = " A host has to accept it." if booked.state == "pending" else ""
        return done(f"Booked for {booked.starts_at.isoformat()}; the guest is told by mail.{waits}", saved)


@tool("Move a meeting", permission="meetings:write", annotations=_CHANGES)
async def move_meeting(context: Context, meeting_id: UUID, starts_at: _At) -> Annotated[CallToolResult, MeetingSaved]:
    """Give a meeting another free time. Everyone in it is told BY MAIL at once, so ask your user first. If the time is
    lost, the meeting stays where it is."""
    async with acting(context, "meetings:write") as session:
        await meetings.move(session, meeting_id, starts_at)
        moved = await listing.read(session, meeting_id)
        return done(f"Moved to {moved.starts_at.isoformat()}.", _saved(moved))


@tool("Cancel a meeting", permission="meetings:write", annotations=_CHANGES)
async def cancel_meeting(
    context: Context,
    meeting_id: UUID,
    reason: Annotated[str, Field(max_length=1_000, description="Attendees read it")] = "",
) -> Annotated[CallToolResult, MeetingSaved]:
    """Cancel a meeting. Everyone in it is told BY MAIL at once and the time is free for others; this cannot be undone,
    so ask your user first."""
    async with acting(context, "meetings:write") as session:
        await meetings.cancel(session, meeting_id, reason=reason)
        return done("Cancelled.", _saved(await listing.read(session, meeting_id)))


@tool("List meetings", permission="meetings:read", annotations=READS)
async def list_meetings(
    context: Context,
    when: Literal["upcoming", "past"] = "upcoming",
    state: Literal["pending", "confirmed", "cancelled"] | None = None,
    lead_id: UUID | None = None,
    query: Annotated[str | None, Field(min_length=1, max_length=100, description="Words of title or names")] = None,
    limit: Annotated[int, Field(ge=1, le=50, description="How many to return")] = 20,
    cursor: Annotated[str | None, Field(max_length=2048, description="`next_cursor` of the answer before")] = None,
) -> Annotated[CallToolResult, MeetingsFound]:
    """List meetings with who takes part: upcoming ones soonest first, past ones latest first."""
    async with acting(context, "meetings:read") as session:
        page = await listing.page(
            session, when=when, start=None, end=None, states=[state] if state else [], host_id=None,
            event_type_id=None, lead_id=lead_id, no_show=None, q=query, cursor=cursor, limit=limit,
        )  # fmt: skip
        briefs = [MeetingBrief.model_validate(one) for one in page.items]
        noun = "meeting" if len(briefs) == 1 else "meetings"
        result = MeetingsFound(data=MeetingPage(meetings=briefs, next_cursor=page.next_cursor))
        return found(f"{len(briefs)} {noun}.", result)


def _saved(meeting: MeetingRead) -> MeetingSaved:
    return MeetingSaved(
        meeting_id=meeting.id, state=meeting.state, starts_at=meeting.starts_at, ends_at=meeting.ends_at
    )

"""Facts about meetings that other modules may act on."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from tradewind.kernel.events import Event, Public

_READ = "meetings:read"


class MeetingFact(Event):
    """What every fact about a meeting says: which, whose, and when it was to be at `sequence`."""

    meeting_id: UUID
    event_type_id: UUID | None = None
    lead_id: UUID | None = None
    starts_at: datetime
    sequence: int


class MeetingRequested(MeetingFact):
    """Somebody asked for a meeting that a host must accept first; its time is taken already."""

    name: ClassVar[str] = "meetings.meeting_requested"
    public: ClassVar[Public | None] = Public("meeting.requested", permission=_READ)
    attendee_id: UUID
    campaign: str | None = None


class MeetingBooked(MeetingFact):
    """A meeting is agreed on. With several seats it is told for each attendee who joins.

    Whatever has meetings as its goal counts these: by lead, event type, and the campaign that led to the booking page.
    """

    name: ClassVar[str] = "meetings.meeting_booked"
    public: ClassVar[Public | None] = Public("meeting.booked", permission=_READ)
    attendee_id: UUID
    campaign: str | None = Field(default=None, examples=["spring-launch"])


class MeetingMoved(MeetingFact):
    """A meeting has another time, or its place or link changed (then `previous_starts_at` is `starts_at`)."""

    name: ClassVar[str] = "meetings.meeting_moved"
    public: ClassVar[Public | None] = Public("meeting.moved", permission=_READ)
    previous_starts_at: datetime
    by: str = Field(examples=["attendee"])


class MeetingCancelled(MeetingFact):
    """A meeting was cancelled, or a request for one declined (`declined`)."""

    name: ClassVar[str] = "meetings.meeting_cancelled"
    public: ClassVar[Public | None] = Public("meeting.cancelled", permission=_READ)
    by: str = Field(examples=["attendee"])
    declined: bool = False


class SeatLeft(MeetingFact):
    """One of several attendees no longer takes part; the meeting itself stays."""

    name: ClassVar[str] = "meetings.seat_left"
    public: ClassVar[Public | None] = Public("meeting.seat_left", permission=_READ)
    attendee_id: UUID


class MeetingNoShow(MeetingFact):
    """Attendees did not come, or (with an empty list) it turned out that they did."""

    name: ClassVar[str] = "meetings.meeting_no_show"
    public: ClassVar[Public | None] = Public("meeting.no_show", permission=_READ)
    attendee_ids: list[UUID]


class MeetingEnded(MeetingFact):
    """The time of a meeting is over; nobody has said that it did not take place."""

    name: ClassVar[str] = "meetings.meeting_ended"
    public: ClassVar[Public | None] = Public("meeting.ended", permission=_READ)


class AttendeeAnswered(MeetingFact):
    """An attendee answered the invitation from their own calendar, or confirmed by a link."""

    name: ClassVar[str] = "meetings.attendee_answered"
    public: ClassVar[Public | None] = Public("meeting.answered", permission=_READ)
    attendee_id: UUID
    status: str = Field(examples=["declined"])


class SlotOffered(Event):
    """A time that became free is held for somebody on the waiting list until `until`."""

    name: ClassVar[str] = "meetings.slot_offered"
    waiting_id: UUID
    meeting_id: UUID
    until: datetime


class WaitingListJoined(Event):
    """Somebody waits for a time of an event type."""

    name: ClassVar[str] = "meetings.waiting_list_joined"
    waiting_id: UUID


class TimeHeld(Event):
    """Time of an event type is held, and is free again at `until` unless it was booked or given back before."""

    name: ClassVar[str] = "meetings.time_held"
    event_type_id: UUID
    until: datetime


class TimeFreed(Event):
    """Held time of an event type was given back."""

    name: ClassVar[str] = "meetings.time_freed"
    event_type_id: UUID

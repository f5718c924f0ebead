"""HTTP shapes of meetings as members and programs see them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from tradewind.kernel.payload import Flag, Moment, Whole
from tradewind.kernel.places import TimeZone
from tradewind.kernel.schemas import Schema
from tradewind.modules.meetings.contracts import By, Source
from tradewind.modules.meetings.schemas.event_types import Location
from tradewind.modules.meetings.schemas.texts import RequiredLine

MeetingState = Literal["pending", "confirmed", "cancelled"]
AttendeeStatus = Literal["accepted", "declined", "cancelled", "tentative"]
Email = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=254)]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)]
Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*$", max_length=35)]
Answers = Annotated[dict[Annotated[str, StringConstraints(max_length=40)], Any], Field(max_length=30)]
Reason = Annotated[str, StringConstraints(max_length=1_000)]
JoinUrl = Annotated[str, StringConstraints(max_length=2_000, pattern=r"^https?://[^\s<>\"]+$")]


class GuestWrite(Schema):
    """Who wants to meet. Mails are in their `language` (en, de, es, fr; else English), times in their `time_zone`."""

    name: RequiredLine = Field(examples=["Ada Lovelace"])
    email: Email = Field(examples=["ada@example.com"])
    phone: Phone | None = Field(default=None, examples=["+49 30 1234567"])
    time_zone: TimeZone = Field(default="UTC", examples=["Europe/Berlin"])
    language: Language = Field(default="en", examples=["de"])


class MeetingCreate(GuestWrite):
    """A meeting to book for somebody. With `hold_id`, held time becomes the meeting."""

    model_config = ConfigDict(extra="forbid")
    event_type_id: UUID
    starts_at: Moment
    length: Whole | None = Field(default=None, ge=1, le=1_440, description="Minutes; else the event type's first")
    answers: Answers = {}
    lead_id: UUID | None = Field(default=None, description="Else found by the address, or added")
    host_ids: list[UUID] | None = Field(default=None, min_length=1, max_length=100, description="Only one of these")
    hold_id: UUID | None = None


class HoldCreate(Schema):
    """Time to keep free while somebody still talks."""

    model_config = ConfigDict(extra="forbid")
    event_type_id: UUID
    starts_at: Moment
    length: Whole | None = Field(default=None, ge=1, le=1_440, description="Minutes; else the event type's first")
    seconds: Whole = Field(default=300, ge=30, le=86_400, description="How long it is kept")
    lead_id: UUID | None = None
    host_ids: list[UUID] | None = Field(default=None, min_length=1, max_length=100, description="Only one of these")


class HoldRead(Schema):
    """Time that is kept free until `held_until`, and then free again without anybody's doing."""

    model_config = ConfigDict(from_attributes=True)
    id: UUID
    event_type_id: UUID
    starts_at: datetime
    ends_at: datetime
    held_until: datetime
    host_ids: list[UUID]


class MeetingUpdate(Schema):
    """What to change; attendees are told. To change the time, move the meeting."""

    model_config = ConfigDict(extra="forbid")
    title: RequiredLine | None = None
    location: Location | None = None
    join_url: JoinUrl | None = None


class MeetingMove(Schema):
    """Another time."""

    model_config = ConfigDict(extra="forbid")
    starts_at: Moment


class MeetingCancel(Schema):
    """Why it does not take place; attendees read it."""

    model_config = ConfigDict(extra="forbid")
    reason: Reason = ""


class NoShowMark(Schema):
    """Who did not come: everyone, unless attendees are named. `missed` false takes it back."""

    model_config = ConfigDict(extra="forbid")
    missed: Flag = True
    attendee_ids: list[UUID] | None = Field(default=None, min_length=1, max_length=1_000)


class ReplyCreate(Schema):
    """An answer to an invitation: the text of an .ics file, or of the mail that carries it."""

    model_config = ConfigDict(extra="forbid")
    content: Annotated[str, StringConstraints(min_length=1, max_length=262_144)]


class PersonRead(Schema):
    """A host."""

    id: UUID
    name: str


class AttendeeRead(Schema):
    """Who takes part; `lead_id` is the lead they are."""

    id: UUID
    name: str
    email: str
    phone: str | None
    time_zone: str
    language: str
    status: AttendeeStatus
    no_show: bool
    lead_id: UUID | None


class MeetingRead(Schema):
    """A meeting with its hosts and attendees. `assigned_because` says why these hosts."""

    id: UUID
    version: int
    uid: str
    sequence: int
    event_type_id: UUID | None
    title: str
    starts_at: datetime
    ends_at: datetime
    state: MeetingState
    source: Source
    hosts: list[PersonRead]
    attendees: list[AttendeeRead]
    lead_id: UUID | None
    location: Location
    join_url: str | None
    answers: dict[str, Any]
    assigned_because: str
    owner_assigned: bool
    booked_by: UUID | None
    cancelled_at: datetime | None
    cancelled_by: By | None
    cancel_reason: str | None
    no_show_at: datetime | None
    confirmed_by_attendee_at: datetime | None
    created_at: datetime
    updated_at: datetime


class WaitingRead(Schema):
    """Somebody who waits for a time between two moments."""

    id: UUID
    event_type_id: UUID
    state: Literal["waiting", "offered", "booked", "left"]
    name: str
    email: str
    phone: str | None
    time_zone: str
    length: int
    wanted_from: datetime
    wanted_until: datetime
    lead_id: UUID | None
    offered_meeting_id: UUID | None
    offer_expires_at: datetime | None
    created_at: datetime


class TurnRead(Schema):
    """One assignment and its reason; not `counted`: the lead's owner, or a meeting that was moved to this host."""

    meeting_id: UUID
    user_id: UUID
    at: datetime
    starts_at: datetime
    state: Literal["held", "pending", "confirmed", "cancelled"]
    counted: bool
    weight: int
    because: str


class HostTurns(Schema):
    """What came to a host by turn in the last 30 days, and what the weights say should have."""

    user_id: UUID
    name: str
    weight: int
    priority: int
    counted: int = Field(description="Meetings by turn; cancelled ones left out")
    credit: float = Field(description="What a newcomer is counted as having had")
    share: float | None = Field(description="Of all counted meetings, 0 to 1; none yet: null")
    expected_share: float = Field(description="By weight, 0 to 1")
    not_counted: int = Field(description="As the lead's owner, or after a move")
    last_at: datetime | None
    next: bool = Field(description="Whether the next meeting goes to this host if all are free")


class FairnessRead(Schema):
    """How meetings went round among the hosts of an event type."""

    event_type_id: UUID
    days: int
    hosts: list[HostTurns]
    latest: list[TurnRead]

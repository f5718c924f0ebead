"""HTTP shapes of event types, their hosts and free times."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from tradewind.kernel.payload import Day, Flag, Whole
from tradewind.kernel.schemas import Schema
from tradewind.modules.meetings.engine.availability import Reason
from tradewind.modules.meetings.schemas.texts import Line, Prose, RequiredLine

Assignment = Literal["single", "round_robin", "collective"]
LocationKind = Literal["jitsi", "zoom", "google_meet", "teams", "phone", "in_person", "link"]
QuestionKind = Literal["text", "textarea", "select", "checkbox", "phone", "number"]
WindowKind = Literal["rolling", "range", "open"]
Slug = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*$", max_length=80),
]
Colour = Annotated[str, StringConstraints(to_lower=True, pattern=r"^#[0-9a-fA-F]{6}$")]
Minutes = Annotated[Whole, Field(ge=5, le=1_440)]
Buffer = Annotated[Whole, Field(ge=0, le=720)]
Lengths = Annotated[list[Minutes], Field(min_length=1, max_length=10)]
Reminders = Annotated[list[Annotated[Whole, Field(ge=5, le=43_200)]], Field(max_length=5)]
Limit = Annotated[Whole | None, Field(ge=1, le=500)]

_SLUG = "Last part of the address; made from the title if left out"
_LENGTHS = "Minutes people choose from; the first is the default"
_NOTICE = "Minutes between booking and start at the least"
_STAGE = "Stage to which a booking moves the lead's open deal of that pipeline, if it is not there or further on yet"
_WINDOW = "`rolling`: so many days from today; `range`: between two dates; `open`: two years ahead"


class Location(Schema):
    """Where people meet; `value` is the address, the link or the phone number, where the kind has one."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)
    kind: LocationKind = "jitsi"
    value: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000)] | None = None


class Question(Schema):
    """What is asked besides name and e-mail address; the answer is stored under `key`."""

    model_config = ConfigDict(extra="forbid")
    key: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")] = Field(examples=["company_size"])
    label: RequiredLine = Field(examples=["How many people work with you?"])
    kind: QuestionKind = "text"
    required: Flag = False
    options: Annotated[list[RequiredLine], Field(max_length=50)] = Field(default=[], description="Of a `select`")


class HostWrite(Schema):
    """A host. `weight`: share of the meetings; `priority` 0–4, the highest is asked first; own hours for this type."""

    model_config = ConfigDict(extra="forbid")
    user_id: UUID
    weight: Whole = Field(default=100, ge=1, le=1_000)
    priority: Whole = Field(default=2, ge=0, le=4)
    schedule_id: UUID | None = None


class HostsWrite(Schema):
    """All hosts of an event type, in place of those before."""

    model_config = ConfigDict(extra="forbid")
    hosts: list[HostWrite] = Field(min_length=1, max_length=100)


class HostRead(HostWrite):
    """A host; one who is not `active` left the organisation and gets no meetings."""

    name: str
    active: bool


Questions = Annotated[list[Question], Field(max_length=30)]


class EventTypeCreate(Schema):
    """A new event type; everything but the title has a default. Durations are minutes."""

    model_config = ConfigDict(extra="forbid")
    title: RequiredLine = Field(examples=["Product demo"])
    slug: Slug | None = Field(default=None, description=_SLUG, examples=["product-demo"])
    description: Prose = ""
    lengths: Lengths = Field(default=[30], description=_LENGTHS)
    colour: Colour = "#228be6"
    location: Location = Location()
    questions: Questions = []
    assignment: Assignment = "single"
    lead_owner_first: Flag = Field(default=False, description="Of round robin: a lead's owner alone, while free")
    buffer_before: Buffer = 0
    buffer_after: Buffer = 0
    minimum_notice: Whole = Field(default=120, ge=0, le=525_600, description=_NOTICE)
    window_kind: WindowKind = Field(default="rolling", description=_WINDOW)
    window_days: Whole = Field(default=60, ge=1, le=730)
    window_start: Day | None = None
    window_end: Day | None = None
    increment: Minutes = Field(default=30, description="From one starting time to the next")
    seats: Whole = Field(default=1, ge=1, le=1_000, description="How many people may book the same meeting")
    limit_per_day: Limit = Field(default=None, description="Meetings of this type a host has on one day at most")
    limit_per_week: Limit = Field(default=None, description="The same from Monday to Sunday")
    requires_confirmation: Flag = Field(default=False, description="A host accepts each booking first")
    cancellation_notice: Whole = Field(default=0, ge=0, le=43_200, description="Minutes before the start")
    cancellation_policy: Prose = ""
    reminders: Reminders = Field(default=[1_440, 60], description="Minutes before the start")
    hidden: Flag = Field(default=False, description="Reached by its address only, listed nowhere")
    active: Flag = True
    schedule_id: UUID | None = Field(default=None, description="Hours for all hosts; else each host's own")
    booked_stage_id: UUID | None = Field(default=None, description=_STAGE)
    hosts: list[HostWrite] | None = Field(default=None, min_length=1, max_length=100, description="Else yourself")


class EventTypeUpdate(Schema):
    """What to change on an event type."""

    model_config = ConfigDict(extra="forbid")
    title: RequiredLine | None = Field(default=None, examples=["Product demo"])
    slug: Slug | None = Field(default=None, examples=["product-demo"])
    description: Prose | None = None
    lengths: Lengths | None = Field(default=None, description=_LENGTHS)
    colour: Colour | None = None
    location: Location | None = None
    questions: Questions | None = None
    assignment: Assignment | None = None
    lead_owner_first: Flag | None = None
    buffer_before: Buffer | None = None
    buffer_after: Buffer | None = None
    minimum_notice: Whole | None = Field(default=None, ge=0, le=525_600, description=_NOTICE)
    window_kind: WindowKind | None = Field(default=None, description=_WINDOW)
    window_days: Whole | None = Field(default=None, ge=1, le=730)
    window_start: Day | None = None
    window_end: Day | None = None
    increment: Minutes | None = None
    seats: Whole | None = Field(default=None, ge=1, le=1_000)
    limit_per_day: Limit = None
    limit_per_week: Limit = None
    requires_confirmation: Flag | None = None
    cancellation_notice: Whole | None = Field(default=None, ge=0, le=43_200)
    cancellation_policy: Prose | None = None
    reminders: Reminders | None = None
    hidden: Flag | None = None
    active: Flag | None = None
    schedule_id: UUID | None = None
    booked_stage_id: UUID | None = Field(default=None, description=_STAGE)


class EventTypeRead(Schema):
    """An event type with its hosts. `path` is its public page, below the address of the installation."""

    model_config = ConfigDict(from_attributes=True)
    id: UUID
    number: int = Field(description="What programs made for Cal.com send as `eventTypeId`")
    version: int
    title: str
    slug: str
    path: str = Field(examples=["/book/acme/product-demo"])
    description: str
    lengths: list[int]
    colour: str
    location: Location
    questions: list[Question]
    assignment: Assignment
    lead_owner_first: bool
    buffer_before: int
    buffer_after: int
    minimum_notice: int
    window_kind: WindowKind
    window_days: int
    window_start: Day | None
    window_end: Day | None
    increment: int
    seats: int
    limit_per_day: int | None
    limit_per_week: int | None
    requires_confirmation: bool
    cancellation_notice: int
    cancellation_policy: str
    reminders: list[int]
    hidden: bool
    active: bool
    schedule_id: UUID | None
    booked_stage_id: UUID | None
    hosts: list[HostRead]
    created_at: datetime
    updated_at: datetime


class SlotRead(Schema):
    """A time that can be booked, and the hosts of whom one takes it (of a collective event type all)."""

    model_config = ConfigDict(from_attributes=True)
    starts_at: datetime
    ends_at: datetime
    host_ids: list[UUID]
    seats_left: int


class SlotList(Schema):
    """Free times in the zone asked for. Where there are none, `next_at` is the first one later, if there is any."""

    time_zone: str
    length: int = Field(description="Minutes")
    slots: list[SlotRead]
    next_at: datetime | None = None


class SlotReason(Schema):
    """One thing that keeps a host from being free."""

    code: Reason | Literal["left"] = Field(examples=["busy"])
    text: Line


class HostSlot(Schema):
    """One host at the instant asked about; `local_time` is on the wall clock of the host's schedule."""

    user_id: UUID
    name: str
    schedule: str
    time_zone: str
    local_time: str = Field(examples=["Friday 6 March 2026, 10:00"])
    free: bool
    reasons: list[SlotReason]
    calendar: Literal["fresh", "stale", "reconnect"] | None = Field(
        default=None, description="How current what is known of the host's calendars is; null: none is connected"
    )
    calendar_known_at: datetime | None = Field(default=None, description="When the calendars were last read")


class SlotExplanation(Schema):
    """Whether an instant can be booked, and what each host says to it."""

    at: datetime
    length: int = Field(description="Minutes")
    bookable: bool
    summary: str
    hosts: list[HostSlot]

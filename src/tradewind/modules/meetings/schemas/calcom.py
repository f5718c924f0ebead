"""HTTP shapes of the subset of Cal.com's API v2, named as there: https://cal.com/docs/api-reference/v2."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from tradewind.kernel.payload import JsonObject, Moment, Whole
from tradewind.kernel.places import TimeZone
from tradewind.kernel.schemas import Schema
from tradewind.modules.meetings.schemas.meetings import Answers, Email, Language, Phone, Reason
from tradewind.modules.meetings.schemas.texts import RequiredLine

Number = Annotated[int, Field(ge=1, le=9_223_372_036_854_775_807)]
Minutes = Annotated[Whole, Field(ge=1, le=1_440)]
Slug = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Metadata = Annotated[
    dict[Annotated[str, StringConstraints(max_length=40)], Annotated[str, StringConstraints(max_length=500)]],
    Field(max_length=50),
]


class _Shape(Schema):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, validate_by_name=True, serialize_by_alias=True)


class CalcomError(Schema):
    """What went wrong; `details` names fields, or the nearest free times where a time is lost."""

    code: str = Field(examples=["meetings.slot_taken"])
    message: str = Field(examples=["Somebody was faster."])
    details: JsonObject = Field(default_factory=dict)


class CalcomFailure(Schema):
    """A failure as Cal.com writes it."""

    status: Literal["error"] = "error"
    error: CalcomError


class CalcomEventTypeChoice(_Shape):
    """Which event type: by its `number`, or by slug with the organisation's slug under any of three names."""

    event_type_id: Number | None = Field(default=None, description="The event type's `number`")
    event_type_slug: Slug | None = None
    username: Slug | None = Field(default=None, description="The organisation's slug")
    team_slug: Slug | None = Field(default=None, description="The same")
    organization_slug: Slug | None = Field(default=None, description="The same; counts before the others")


class CalcomReservationCreate(_Shape):
    """Time to keep free."""

    event_type_id: Number
    slot_start: Moment
    slot_duration: Minutes | None = Field(default=None, description="Minutes; else the event type's first")
    reservation_duration: Minutes = Field(default=5, description="For how many minutes it is kept")


class CalcomAttendeeWrite(_Shape):
    """Who wants to meet."""

    name: RequiredLine = Field(examples=["Ada Lovelace"])
    email: Email = Field(examples=["ada@example.com"])
    time_zone: TimeZone = Field(examples=["Europe/Berlin"])
    phone_number: Phone | None = None
    language: Language = "en"


class CalcomBookingCreate(CalcomEventTypeChoice):
    """A booking. Further guests, recurrence and another place than the event type's are refused, not left out."""

    start: Moment
    length_in_minutes: Minutes | None = None
    attendee: CalcomAttendeeWrite
    booking_fields_responses: Answers = Field(default={}, description="Answers by the keys of the questions")
    guests: Annotated[list[str], Field(max_length=0)] = []
    metadata: Metadata = Field(default={}, description="Taken and not kept")


class CalcomBookingReschedule(_Shape):
    """Another time; who wants it and why is taken and not kept."""

    start: Moment
    rescheduled_by: Email | None = None
    rescheduling_reason: Reason | None = None


class CalcomBookingCancel(_Shape):
    """Why it does not take place; attendees read it."""

    cancellation_reason: Reason = ""


class CalcomSlotRead(_Shape):
    """A free time; `end` where `format=range` asks for it."""

    start: str = Field(examples=["2026-09-05T09:00:00.000+02:00"])
    end: str | None = None


class CalcomSlotsAnswer(_Shape):
    """Free times by day, in the zone asked for."""

    status: Literal["success"] = "success"
    data: dict[str, list[CalcomSlotRead]]


class CalcomReservationRead(_Shape):
    """Time that is kept free."""

    event_type_id: int
    slot_start: datetime
    slot_end: datetime
    slot_duration: int
    reservation_uid: str
    reservation_duration: int
    reservation_until: datetime


class CalcomReservationAnswer(_Shape):
    """A reservation."""

    status: Literal["success"] = "success"
    data: CalcomReservationRead


class CalcomDone(_Shape):
    """It was done."""

    status: Literal["success"] = "success"


class CalcomHostRead(_Shape):
    """A host."""

    name: str
    email: str
    time_zone: str


class CalcomAttendeeRead(_Shape):
    """Who takes part."""

    name: str
    email: str
    time_zone: str
    language: str
    absent: bool
    phone_number: str | None


class CalcomEventTypeRead(_Shape):
    """The event type of a booking."""

    id: int
    slug: str


class CalcomBookingRead(_Shape):
    """A booking. Its `uid` stays the same when it is moved."""

    uid: str
    title: str
    description: str
    hosts: list[CalcomHostRead]
    status: Literal["accepted", "pending", "cancelled"]
    cancellation_reason: str | None
    start: datetime
    end: datetime
    duration: int
    event_type_id: int | None
    event_type: CalcomEventTypeRead | None
    location: str | None
    meeting_url: str | None
    absent_host: Literal[False] = False
    created_at: datetime
    updated_at: datetime
    attendees: list[CalcomAttendeeRead]
    booking_fields_responses: dict[str, Any]


class CalcomBookingAnswer(_Shape):
    """A booking."""

    status: Literal["success"] = "success"
    data: CalcomBookingRead

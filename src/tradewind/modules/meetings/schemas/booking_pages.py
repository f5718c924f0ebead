"""HTTP shapes for strangers: what can be booked, booking it, and the links in mails."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from tradewind.kernel.payload import Moment, Whole
from tradewind.kernel.schemas import Schema
from tradewind.modules.meetings.schemas.event_types import Location, Question
from tradewind.modules.meetings.schemas.meetings import Answers, GuestWrite, Reason


class PublicOrganisation(Schema):
    """Whose pages these are."""

    slug: str
    name: str
    time_zone: str


class PublicEventType(Schema):
    """A kind of meeting as strangers see it; lengths and notices are minutes, the first length is the usual one."""

    slug: str
    title: str
    description: str
    lengths: list[int]
    colour: str
    location: Location
    hosts: list[str] = Field(description="Names")
    questions: list[Question]
    seats: int
    requires_confirmation: bool
    cancellation_notice: int
    cancellation_policy: str
    time_zone: str = Field(description="Of the organisation")


class BookingPage(Schema):
    """What an organisation lets strangers book."""

    organisation: PublicOrganisation
    event_types: list[PublicEventType]


class BookingPageEntry(Schema):
    """One kind of meeting and whose it is."""

    organisation: PublicOrganisation
    event_type: PublicEventType


class PublicSlot(Schema):
    """A time that can be booked."""

    starts_at: datetime
    ends_at: datetime
    seats_left: int


class PublicSlotList(Schema):
    """Free times in the zone asked for. Where there are none, `next_at` is the first later one, if there is any."""

    time_zone: str
    length: int
    slots: list[PublicSlot]
    next_at: datetime | None = None


class BookingCreate(GuestWrite):
    """A booking by a stranger. `website` is a trap for programs and stays empty."""

    model_config = ConfigDict(extra="forbid")
    starts_at: Moment
    length: Whole | None = Field(default=None, ge=1, le=1_440, description="Minutes; else the event type's first")
    answers: Answers = {}
    campaign: Annotated[str, StringConstraints(max_length=120)] = Field(
        default="", description="`utm_campaign` of the address by which the guest came", examples=["spring-launch"]
    )
    website: Annotated[str, StringConstraints(max_length=200)] = ""


class WaitingCreate(GuestWrite):
    """A wish for a time between two moments, at most 62 days apart, should one become free."""

    model_config = ConfigDict(extra="forbid")
    wanted_from: Moment
    wanted_until: Moment
    length: Whole | None = Field(default=None, ge=1, le=1_440, description="Minutes; else the event type's first")
    answers: Answers = {}
    website: Annotated[str, StringConstraints(max_length=200)] = ""


class WaitingJoined(Schema):
    """The wish is kept; the link to take it back is in the mail."""

    email: str
    wanted_from: datetime
    wanted_until: datetime


class LinkMove(Schema):
    """Another time."""

    model_config = ConfigDict(extra="forbid")
    starts_at: Moment


class LinkCancel(Schema):
    """Why; hosts read it."""

    model_config = ConfigDict(extra="forbid")
    reason: Reason = ""


class BookingRead(Schema):
    """A meeting as its attendee sees it. `token` opens `/meeting/{token}`; nobody can ask for it again."""

    meeting_id: UUID
    token: str
    uid: str
    sequence: int
    state: Literal["pending", "confirmed"]
    title: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    hosts: list[str]
    location: Location
    join_url: str | None


class BookingLinkRead(Schema):
    """What a link is about: a `meeting`, an `offer` of a time that is held, or a place on a `waiting` list.

    `change_until`: until then the attendee may move or cancel; after it the policy is all there is.
    """

    kind: Literal["meeting", "offer", "waiting"]
    organisation: PublicOrganisation
    event_type: PublicEventType | None = Field(description="None once it was removed")
    title: str
    state: Literal["pending", "confirmed", "cancelled", "held", "waiting", "offered", "booked", "left", "expired"]
    name: str
    email: str
    time_zone: str
    language: str
    length: int = Field(description="Minutes")
    starts_at: datetime | None
    ends_at: datetime | None
    hosts: list[str]
    location: Location
    join_url: str | None
    answers: dict[str, Any]
    sequence: int
    confirmed_at: datetime | None
    cancel_reason: str | None
    held_until: datetime | None
    wanted_from: datetime | None
    wanted_until: datetime | None
    can_move: bool
    can_cancel: bool
    can_confirm: bool
    change_until: datetime | None
    policy: str

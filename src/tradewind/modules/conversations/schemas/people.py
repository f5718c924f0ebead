"""HTTP shapes of who answers, and when."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from tradewind.kernel.payload import Flag, Whole, storable
from tradewind.kernel.places import TimeZone
from tradewind.kernel.schemas import Schema
from tradewind.modules.conversations.schemas.conversations import PersonRef
from tradewind.modules.meetings.contracts_hours import Dates, HolidayChoice, Week, check_dates, check_week

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), AfterValidator(storable)]
Address = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]
Minutes = Annotated[Whole, Field(ge=1, le=10_080)]
Assignment = Literal["manual", "round_robin"]


class QueueCreate(Schema):
    """A new queue. The first one becomes the default: where conversations wait that name no other.

    Promises are in minutes of office hours; without them the organisation's hold. `email` gets the queue's mails.
    """

    model_config = ConfigDict(extra="forbid")
    name: Name = Field(examples=["Sales"])
    assignment: Assignment = Field(default="manual", description="`round_robin` gives each one to the next member")
    is_default: Flag = False
    member_ids: list[UUID] = Field(default=[], max_length=200)
    first_reply_minutes: Minutes | None = None
    next_reply_minutes: Minutes | None = None
    email: Address | None = Field(default=None, examples=["sales@fernweh.example"])


class QueueUpdate(Schema):
    """What to change on a queue."""

    model_config = ConfigDict(extra="forbid")
    name: Name | None = Field(default=None, examples=["Sales"])
    assignment: Assignment | None = None
    is_default: Literal[True] | None = Field(default=None, description="Another queue takes this by being made it")
    member_ids: list[UUID] | None = Field(default=None, max_length=200)
    first_reply_minutes: Minutes | None = None
    next_reply_minutes: Minutes | None = None
    email: Address | None = Field(default=None, examples=["sales@fernweh.example"])


class QueueRead(Schema):
    """A queue with its members and how many conversations wait in it."""

    id: UUID
    name: str
    assignment: Assignment
    is_default: bool
    members: list[PersonRef]
    first_reply_minutes: int | None
    next_reply_minutes: int | None
    email: str | None
    waiting: int
    version: int
    created_at: datetime
    updated_at: datetime


class OfficeHoursUpdate(Schema):
    """When people answer, and what is promised, in minutes of these hours.

    After `close_after_hours` without a word a conversation in which nobody waits ends.
    """

    model_config = ConfigDict(extra="forbid")
    time_zone: TimeZone | None = Field(default=None, examples=["Europe/Berlin"])
    weekly: Week | None = None
    overrides: Dates | None = None
    holidays: HolidayChoice | None = None
    first_reply_minutes: Minutes | None = None
    next_reply_minutes: Minutes | None = None
    close_after_hours: Annotated[Whole, Field(ge=1, le=2_160)] | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        check_week(self.weekly or [])
        check_dates(self.overrides or [])
        return self


class OfficeHoursRead(Schema):
    """When people answer. Version 0: nothing was set yet, these are the usual hours."""

    model_config = ConfigDict(from_attributes=True)
    time_zone: str
    weekly: Week
    overrides: Dates
    holidays: HolidayChoice | None
    first_reply_minutes: int
    next_reply_minutes: int
    close_after_hours: int
    version: int
    open_now: bool = False
    opens_at: datetime | None = None

"""HTTP shapes of availability schedules and public holidays."""

from datetime import date, datetime
from itertools import pairwise
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from tradewind.kernel.payload import Day, Flag, Whole
from tradewind.kernel.places import TimeZone
from tradewind.kernel.schemas import Schema
from tradewind.modules.meetings.engine import public_holidays
from tradewind.modules.meetings.schemas.texts import ClockTime, RequiredLine

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CountryCode = Annotated[str, StringConstraints(to_upper=True, pattern=r"^[A-Za-z]{2}$")]
SubdivisionCode = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)]


class HoursRange(Schema):
    """Hours of a day; `24:00` is its end. Hours over midnight are two ranges: until 24:00, and from 00:00."""

    model_config = ConfigDict(extra="forbid")
    start: ClockTime = Field(examples=["09:00"])
    end: ClockTime = Field(examples=["17:00"])


class WeeklyHours(HoursRange):
    """Hours on some days of every week; 1 is Monday, 7 Sunday."""

    days: list[Annotated[Whole, Field(ge=1, le=7)]] = Field(min_length=1, max_length=7, examples=[[1, 2, 3, 4, 5]])


class DateHours(Schema):
    """Other hours on one date, holiday or not; without ranges it is closed."""

    model_config = ConfigDict(extra="forbid")
    date: Day
    ranges: list[HoursRange] = Field(max_length=10)


class HolidayChoice(Schema):
    """Whose public holidays are closed: a country (ISO 3166), and a part of it such as `BY`."""

    model_config = ConfigDict(extra="forbid")
    country: CountryCode = Field(examples=["DE"])
    subdivision: SubdivisionCode | None = Field(default=None, examples=["BY"])

    @model_validator(mode="after")
    def _known(self) -> Self:
        if message := unknown_place(self.country, self.subdivision):
            raise ValueError(message)
        return self


def unknown_place(country: str, subdivision: str | None) -> str | None:
    """What is wrong with a place whose holidays are wanted, or None."""
    parts = public_holidays.subdivisions(country)
    if parts is None:
        return f"The holidays of “{country}” are not known. Use a two-letter code such as DE or US."
    if subdivision and subdivision not in parts:
        known = f"known are {', '.join(parts)}" if parts else "it has none"
        return f"“{subdivision}” is no part of {country}: {known}."
    return None


Week = Annotated[list[WeeklyHours], Field(max_length=50)]
Dates = Annotated[list[DateHours], Field(max_length=400)]


class ScheduleCreate(Schema):
    """A new schedule: your own, of the member `user_id`, or `shared` by all. Your first one becomes your default."""

    model_config = ConfigDict(extra="forbid")
    name: RequiredLine = Field(examples=["Working hours"])
    time_zone: TimeZone | None = Field(default=None, description="Else your own", examples=["Europe/Berlin"])
    shared: Flag = False
    user_id: UUID | None = None
    is_default: Flag = False
    weekly: Week = Field(default=[], description="When hosts can be met; closed on days left out")
    overrides: Dates = []
    holidays: HolidayChoice | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        check_week(self.weekly)
        check_dates(self.overrides)
        if self.shared and self.user_id:
            raise ValueError("A schedule is either shared or somebody's: leave out `user_id` or `shared`")
        return self


class ScheduleUpdate(Schema):
    """What to change on a schedule."""

    model_config = ConfigDict(extra="forbid")
    name: RequiredLine | None = Field(default=None, examples=["Working hours"])
    time_zone: TimeZone | None = Field(default=None, examples=["Europe/Berlin"])
    is_default: Flag | None = None
    weekly: Week | None = None
    overrides: Dates | None = None
    holidays: HolidayChoice | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        check_week(self.weekly or [])
        check_dates(self.overrides or [])
        return self


class ScheduleRead(Schema):
    """A schedule; without `user_id` it is shared. Default: what counts where an event type names no other."""

    model_config = ConfigDict(from_attributes=True)
    id: UUID
    version: int
    user_id: UUID | None
    name: str
    time_zone: str
    is_default: bool
    editable: bool = Field(default=False, description="Whether you may change it")
    weekly: list[WeeklyHours]
    overrides: list[DateHours]
    holidays: HolidayChoice | None
    created_at: datetime
    updated_at: datetime


class HolidayRead(Schema):
    """A public holiday."""

    date: date
    name: str


class HolidayCountry(Schema):
    """A country whose holidays are known, with the codes of its parts that have some of their own."""

    code: str = Field(examples=["DE"])
    subdivisions: list[str] = Field(examples=[["BW", "BY", "BE"]])


def check_week(entries: list[WeeklyHours]) -> None:
    """ValueError naming the day whose hours end before they start, or overlap."""
    for number, name in enumerate(WEEKDAYS, 1):
        _check_day(name, [entry for entry in entries if number in entry.days], WEEKDAYS[number % 7])


def check_dates(entries: list[DateHours]) -> None:
    """ValueError naming the date that stands there twice, or whose hours end before they start, or overlap."""
    seen: set[date] = set()
    for entry in entries:
        if entry.date in seen:
            raise ValueError(f"{_written(entry.date)} is listed twice; put all its hours into one entry")
        seen.add(entry.date)
        _check_day(_written(entry.date), entry.ranges, "the next day")


def _check_day(name: str, ranges: list[WeeklyHours] | list[HoursRange], next_day: str) -> None:
    for one in ranges:
        if one.start == one.end:
            raise ValueError(f"{name} {one.start}–{one.end} is empty; leave it out to be closed")
        if one.start > one.end:
            raise ValueError(
                f"{name} {one.start}–{one.end} ends before it starts. For hours over midnight write "
                f"{one.start}–24:00, and 00:00–{one.end} for {next_day}"
            )
    ordered = sorted(ranges, key=lambda one: one.start)
    for earlier, later in pairwise(ordered):
        if later.start < earlier.end:
            raise ValueError(
                f"{name} {earlier.start}–{earlier.end} and {later.start}–{later.end} overlap; make them one"
            )


def _written(day: date) -> str:
    return f"{day.day} {day:%B %Y}"

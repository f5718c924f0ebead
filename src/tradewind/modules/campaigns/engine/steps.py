"""What each kind of step can be told: its settings, and the ports people leave it by."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from tradewind.kernel.payload import Flag, JsonObject, Whole, storable
from tradewind.kernel.schemas import Schema

StepKind = Literal[
    "trigger", "wait", "branch", "split", "send", "task", "webhook", "goal", "exit", "update", "enrol", "score_wait"
]  # fmt: skip
Channel = Literal["email", "sms", "call", "social", "chat", "in_app"]
ScoreBandName = Literal["hot", "warm", "cool", "cold"]
_DAYS = {"minutes": 1 / 1440, "hours": 1 / 24, "days": 1.0, "weeks": 7.0}
MAX_WAIT_DAYS = 730
MAX_VARIANTS = 10

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), AfterValidator(storable)]
_Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=5_000), AfterValidator(storable)]
_Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
_Field = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$", max_length=80)]
_Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50), AfterValidator(storable)]
_Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,20}$")]
_ActivityKind = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*(\.\*)?$", max_length=80)
]  # fmt: skip
Purpose = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$", max_length=60)]
Weekdays = Annotated[list[Annotated[Whole, Field(ge=0, le=6)]], Field(max_length=7)]


class Settings(Schema):
    """Base of the settings of steps."""

    model_config = ConfigDict(extra="forbid")

    @property
    def ports(self) -> tuple[str, ...]:
        """Ports that must lead somewhere."""
        return ("next",)

    @property
    def free_ports(self) -> tuple[str, ...]:
        """Ports that may stay open."""
        return ()


class Duration(Schema):
    """A span of time."""

    model_config = ConfigDict(extra="forbid")
    amount: Annotated[Whole, Field(ge=1, le=100_000)] = Field(examples=[3])
    unit: Literal["minutes", "hours", "days", "weeks"] = "days"

    @model_validator(mode="after")
    def _bounded(self) -> "Duration":
        if self.amount * _DAYS[self.unit] > MAX_WAIT_DAYS:
            raise ValueError(f"a wait is limited to {MAX_WAIT_DAYS} days")
        return self

    @property
    def span(self) -> timedelta:
        """As a timedelta."""
        return timedelta(**{self.unit: self.amount})


class PropertyMatch(Schema):
    """A property of an event, compared as text without regard to case."""

    model_config = ConfigDict(extra="forbid")
    path: _Field = Field(examples=["path"], description="Where in the data of the activity, e.g. `properties.plan`")
    op: Literal["eq", "contains"] = "eq"
    value: Line


class EventMatch(Schema):
    """Something in a person's timeline, by kind (`web.page_view`, `email.*`) and properties; what programs did is not.

    A custom event of an application has the kind `web.event`, and its name as the property `event`.
    """

    model_config = ConfigDict(extra="forbid")
    kind: _ActivityKind = Field(examples=["web.page_view"])
    where: Annotated[list[PropertyMatch], Field(max_length=5)] = []


class Reached(Schema):
    """Holds once a condition on the person holds, or the event happens after the person entered."""

    model_config = ConfigDict(extra="forbid")
    condition: JsonObject | None = Field(default=None, description="In the language of segments")
    event: EventMatch | None = None

    @model_validator(mode="after")
    def _something(self) -> "Reached":
        if self.condition is None and self.event is None:
            raise ValueError("needs a condition or an event")
        return self


class SegmentTrigger(Settings):
    """People who enter or leave a segment."""

    on: Literal["segment_entry", "segment_exit"]
    segment_id: UUID
    include_current: Flag = Field(default=False, description="Also those who are in the segment at the launch")


class EventTrigger(Settings):
    """People who do something."""

    on: Literal["event"]
    event: EventMatch


class FormTrigger(Settings):
    """People who submit a form of the website; any form where none is named."""

    on: Literal["form"]
    form: Line | None = None


class DateTrigger(Settings):
    """A day on which a date field of the person stands, or days before (negative) or after it."""

    on: Literal["date"]
    field: _Field = Field(examples=["custom.renewal_on"])
    days: Annotated[Whole, Field(ge=-365, le=365)] = 0
    at: _Clock = Field(default="09:00", description="In the person's time zone")
    every_year: Flag = Field(default=False, description="On each anniversary")


class ScoreTrigger(Settings):
    """People whose score enters one of these bands, or reaches a number of points."""

    on: Literal["score"]
    bands: Annotated[list[ScoreBandName], Field(max_length=4)] = []
    at_least: Annotated[Whole, Field(ge=0, le=100)] | None = None
    include_current: Flag = False

    @model_validator(mode="after")
    def _something(self) -> "ScoreTrigger":
        if bool(self.bands) == (self.at_least is not None):
            raise ValueError("name bands or a number of points, one of the two")
        return self

    @property
    def condition(self) -> dict[str, Any]:
        """In the language of segments."""
        return score_condition(self.bands, self.at_least)


class ApiTrigger(Settings):
    """People somebody puts in by hand, by the API, or from another journey."""

    on: Literal["api"]


class ScheduleTrigger(Settings):
    """A segment as it stands at certain times."""

    on: Literal["schedule"]
    segment_id: UUID
    every: Literal["once", "day", "week", "month"] = "once"
    at: _Clock = Field(default="09:00", description="In the time zone of the journey")
    day: date | None = Field(default=None, description="For `once`")
    weekdays: Weekdays = Field(default=[], description="For `week`; 0 is Monday")
    day_of_month: Annotated[Whole, Field(ge=1, le=28)] | None = Field(default=None, description="For `month`")

    @model_validator(mode="after")
    def _complete(self) -> "ScheduleTrigger":
        if self.every == "once" and self.day is None:
            raise ValueError("a single time needs its day")
        if self.every == "week" and not self.weekdays:
            raise ValueError("name the weekdays")
        if self.every == "month" and self.day_of_month is None:
            raise ValueError("name the day of the month")
        return self


class AudienceTrigger(Settings):
    """People a condition holds for at the launch, and those it comes to hold for later where `later` says so."""

    on: Literal["audience"]
    condition: JsonObject = Field(description="In the language of segments")
    later: Flag = False
    without_recent_days: Annotated[Whole, Field(ge=1, le=365)] | None = Field(
        default=None, description="Nobody whom another campaign wrote to in these days"
    )


TriggerSettings = Annotated[
    SegmentTrigger | EventTrigger | FormTrigger | DateTrigger | ScoreTrigger | ApiTrigger | ScheduleTrigger
    | AudienceTrigger,
    Field(discriminator="on"),
]  # fmt: skip


class DurationWait(Settings):
    """A span of time."""

    until: Literal["duration"]
    duration: Duration


class ClockWait(Settings):
    """The next such time of day in the person's time zone, on one of the weekdays where some are named."""

    until: Literal["clock"]
    at: _Clock = "09:00"
    weekdays: Weekdays = Field(default=[], description="0 is Monday; none means every day")


class EventWait(Settings):
    """An event, or the end of the time for it: those leave by the port `timeout`."""

    until: Literal["event"]
    event: EventMatch
    timeout: Duration

    @property
    def ports(self) -> tuple[str, ...]:
        return ("next", "timeout")


class BestWait(Settings):
    """The hour of the week at which the person usually answers, among the allowed ones of the coming days.

    A share of the people gets another of these hours by chance: what that costs shows what the best hours bring.
    """

    until: Literal["best"]
    within_days: Annotated[Whole, Field(ge=1, le=14)] = Field(default=3, description="The longest people wait")
    earliest: _Clock = Field(default="08:00", description="In the person's time zone")
    latest: _Clock = Field(default="20:00", description="Messages leave before it")
    weekdays: Weekdays = Field(default=[], description="0 is Monday; none means every day")
    explore: Annotated[float, Field(ge=0, le=0.5)] = Field(
        default=0.1, description="Share of the people who get an hour by chance"
    )

    @model_validator(mode="after")
    def _usable(self) -> "BestWait":
        if int(self.latest[:2]) * 60 + int(self.latest[3:]) < int(self.earliest[:2]) * 60 + int(self.earliest[3:]) + 60:
            raise ValueError("the hours must begin at least an hour before they end")
        days = sorted(set(self.weekdays)) or list(range(7))
        gap = max((later - day) % 7 or 7 for day, later in zip(days, days[1:] + days[:1], strict=True))
        if self.within_days < gap:
            raise ValueError(f"none of these weekdays may come within {self.within_days} days: allow {gap}")
        return self


WaitSettings = Annotated[DurationWait | ClockWait | EventWait | BestWait, Field(discriminator="until")]


class BranchSettings(Settings):
    """Yes for people the condition holds for, else no."""

    condition: JsonObject = Field(description="In the language of segments")

    @property
    def ports(self) -> tuple[str, ...]:
        return ("yes", "no")


class Variant(Schema):
    """One way out of a split. A holdout is what the others are measured against."""

    model_config = ConfigDict(extra="forbid")
    key: _Key = Field(examples=["a"])
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120), AfterValidator(storable)] = ""
    weight: Annotated[float, Field(ge=0, le=1_000)] = 1
    holdout: Flag = False


class SplitSettings(Settings):
    """Chance decides, once a person and visit: by fixed weights, or more and more for what reaches the goal.

    `adaptive` never gives a variant less than `floor`, and leaves the holdout the share of its weight.
    """

    method: Literal["fixed", "adaptive"] = "fixed"
    variants: Annotated[list[Variant], Field(min_length=2, max_length=MAX_VARIANTS)]
    floor: Annotated[float, Field(ge=0.01, le=0.5)] = 0.05
    reward_days: Annotated[Whole, Field(ge=1, le=180)] = Field(
        default=14, description="How long after the split reaching the goal counts for the variant"
    )
    measure: Literal["goal", "click", "reply"] = Field(
        default="goal", description="What counts for a variant: the journey's goal, a click in a mail, or a reply"
    )

    @model_validator(mode="after")
    def _usable(self) -> "SplitSettings":
        keys = [one.key for one in self.variants]
        if len(set(keys)) < len(keys):
            raise ValueError("two variants have the same key")
        if sum(one.weight for one in self.variants) <= 0:
            raise ValueError("at least one variant needs a weight")
        if self.method == "adaptive":
            learning = [one for one in self.variants if not one.holdout]
            if not learning:
                raise ValueError("an adaptive split needs a variant that is no holdout")
            if self.floor * len(learning) > 1:
                raise ValueError("the floor leaves nothing to decide: lower it or remove variants")
        return self

    @property
    def ports(self) -> tuple[str, ...]:
        return tuple(one.key for one in self.variants)


class SendSettings(Settings):
    """A message on a channel. Where the port `blocked` leads somewhere, those go there who must not be written to."""

    channel: Channel
    purpose: Purpose | None = Field(default=None, description="The journey's, where left out")
    priority: Literal["transactional", "bulk"] = "bulk"
    template_id: UUID | None = Field(default=None, description="Of an e-mail; its published version goes out")
    text: _Prose = Field(default="", description="Of the other channels; `{{ first_name }}` and the like are filled in")
    expires_after: Duration = Duration(amount=3, unit="days")
    cost_microusd: Annotated[Whole, Field(ge=0, le=10**9)] = Field(
        default=0, description="What one message costs, in millionths of a US dollar"
    )

    @model_validator(mode="after")
    def _content(self) -> "SendSettings":
        if self.channel == "email" and self.template_id is None:
            raise ValueError("choose the mail template")
        if self.channel != "email" and not self.text:
            raise ValueError("write the text of the message")
        return self

    @property
    def free_ports(self) -> tuple[str, ...]:
        return ("blocked",)


class TaskSettings(Settings):
    """A task for a member of the team."""

    title: Line
    body: _Prose = ""
    due_days: Annotated[Whole, Field(ge=0, le=365)] = 1
    assignee: Literal["owner", "member"] = Field(default="owner", description="The person's owner, or one member")
    member_id: UUID | None = Field(default=None, description="For `member`; else who gets it where there is no owner")
    priority: Literal["low", "normal", "high"] = "normal"

    @model_validator(mode="after")
    def _somebody(self) -> "TaskSettings":
        if self.assignee == "member" and self.member_id is None:
            raise ValueError("choose the member")
        return self


class WebhookSettings(Settings):
    """A signed request to an address, with fields of the person."""

    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$", max_length=2_000), AfterValidator(storable)]
    fields: Annotated[list[_Field], Field(max_length=50)] = Field(default=["full_name", "email"])


class GoalSettings(Settings):
    """Whoever comes here has reached the goal; the journey ends here unless it goes on."""

    @property
    def ports(self) -> tuple[str, ...]:
        return ()

    @property
    def free_ports(self) -> tuple[str, ...]:
        return ("next",)


class ExitSettings(Settings):
    """The journey ends."""

    @property
    def ports(self) -> tuple[str, ...]:
        return ()


class UpdateSettings(Settings):
    """Changes of the person."""

    status: Literal["contacted", "qualified", "unqualified"] | None = None
    add_tags: Annotated[list[_Tag], Field(max_length=10)] = []
    remove_tags: Annotated[list[_Tag], Field(max_length=10)] = []
    owner_id: UUID | None = None

    @model_validator(mode="after")
    def _something(self) -> "UpdateSettings":
        if not (self.status or self.add_tags or self.remove_tags or self.owner_id):
            raise ValueError("say what changes")
        return self


class EnrolSettings(Settings):
    """Puts the person into another journey as well."""

    journey_id: UUID


class ScoreWaitSettings(Settings):
    """Until the score is in one of the bands or has the points, or the time is over (port `timeout`)."""

    bands: Annotated[list[ScoreBandName], Field(max_length=4)] = []
    at_least: Annotated[Whole, Field(ge=0, le=100)] | None = None
    timeout: Duration

    @model_validator(mode="after")
    def _something(self) -> "ScoreWaitSettings":
        if bool(self.bands) == (self.at_least is not None):
            raise ValueError("name bands or a number of points, one of the two")
        return self

    @property
    def ports(self) -> tuple[str, ...]:
        return ("next", "timeout")

    @property
    def condition(self) -> dict[str, Any]:
        """In the language of segments."""
        return score_condition(self.bands, self.at_least)


def score_condition(bands: Sequence[str], at_least: int | None) -> dict[str, Any]:
    """A score in one of the bands, or of at least so many points, in the language of segments."""
    if at_least is not None:
        return {"field": "score", "op": "gte", "value": at_least}
    return {"field": "score_band", "op": "in", "value": list(bands)}


TITLES: Mapping[StepKind, str] = {
    "trigger": "Trigger", "wait": "Wait", "score_wait": "Wait for a score", "branch": "Branch", "split": "Split",
    "send": "Send a message", "task": "Create a task", "update": "Change the person", "webhook": "Call a webhook",
    "enrol": "Start another journey", "goal": "Goal", "exit": "Exit",
}  # fmt: skip
"""What a step is called that nobody gave a name."""

RESTING: Mapping[StepKind, str] = {"wait": "waits", "score_wait": "waits for a score"}
"""Kinds of steps at which people stay for a while."""

"""A campaign as people draft it: goal, audience, messages, testing, budget and schedule. Parts may be missing yet."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from tradewind.kernel.payload import Flag, JsonObject, Moment, Whole, storable
from tradewind.kernel.schemas import Schema
from tradewind.modules.campaigns.engine.steps import Duration, EventMatch, Purpose, Weekdays

GoalKind = Literal["booking", "deal_created", "deal_won", "form", "reply", "click", "status", "score", "event"]
MessageChannel = Literal["email", "task", "webhook", "chat"]
GoalStatus = Literal["contacted", "qualified", "customer"]
Measure = Literal["goal", "click", "reply"]
BudgetPeriod = Literal["total", "day", "month"]
SendTime = Literal["asap", "clock", "best"]
MAX_MESSAGES = 5
MAX_VARIANTS = 4

_Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,16}$")]
_Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120), AfterValidator(storable)]
_Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=5_000), AfterValidator(storable)]
_Url = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000), AfterValidator(storable)]
_Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
_Segments = Annotated[list[UUID], Field(max_length=20)]


class _Part(Schema):
    model_config = ConfigDict(extra="forbid")


class CampaignGoal(_Part):
    """What the campaign is for. Whoever reaches it gets no further message of it."""

    kind: GoalKind | None = None
    event: EventMatch | None = Field(default=None, description="For `event`")
    form: _Name = Field(default="", description="For `form`: its name; any form where left out")
    status: GoalStatus | None = Field(default=None, description="For `status`")
    score_at_least: Annotated[Whole, Field(ge=1, le=100)] | None = Field(default=None, description="For `score`")
    target_count: Annotated[Whole, Field(ge=1, le=10_000_000)] | None = Field(
        default=None, description="How many people are to reach it"
    )
    within_days: Annotated[Whole, Field(ge=1, le=180)] = Field(
        default=30, description="Days from entering in which reaching it counts"
    )


class CampaignAudience(_Part):
    """Who gets it: in one of the segments and matching the conditions, without those left out."""

    segments: _Segments = []
    conditions: JsonObject | None = Field(default=None, description="In the language of segments")
    without: _Segments = Field(default=[], description="Nobody who is in one of these")
    without_recent_days: Annotated[Whole, Field(ge=1, le=365)] | None = Field(
        default=None, description="Nobody whom another campaign wrote to in these days"
    )
    later: Flag = Field(default=False, description="Also who comes into the audience after the launch")


class CampaignVariant(_Part):
    """One way of saying a message. Which fields count depends on the channel."""

    key: _Key = Field(examples=["a"])
    name: _Name = ""
    weight: Annotated[float, Field(ge=0, le=1_000, allow_inf_nan=False)] = Field(
        default=1, description="Share of the people where shares are fixed"
    )
    template_id: UUID | None = Field(default=None, description="E-mail: the template; its published version goes out")
    title: _Name = Field(default="", description="Task: what to do; `{{ full_name }}` and the like are filled in")
    text: _Prose = Field(default="", description="Chat: what is said. Task: notes")
    due_days: Annotated[Whole, Field(ge=0, le=365)] = Field(default=1, description="Task: due after so many days")
    member_id: UUID | None = Field(default=None, description="Task: whose, for people who have no owner")
    url: _Url = Field(default="", description="Webhook: where the signed request goes")


class CampaignMessage(_Part):
    """A message; a later one goes only to who has not reached the goal."""

    key: _Key = Field(examples=["m1"])
    channel: MessageChannel = "email"
    after: Duration | None = Field(
        default=None, description="Time after the message before, or after entering; none means at once"
    )
    variants: Annotated[list[CampaignVariant], Field(max_length=MAX_VARIANTS)] = []


class CampaignTesting(_Part):
    """How people are shared out among the variants of each message.

    `one` takes the first variant; `fixed` keeps to the weights; `adaptive` learns; `first` lets a share of the people
    go ahead, and the others, after some hours, by what those have shown.
    """

    mode: Literal["one", "fixed", "adaptive", "first"] = "one"
    first_share: Annotated[float, Field(ge=0.05, le=0.9)] = 0.2
    first_hours: Annotated[Whole, Field(ge=1, le=336)] = 4
    measure: Measure = "goal"
    holdout: Annotated[float, Field(ge=0, le=0.5)] = Field(
        default=0, description="Share of the people who get nothing, to measure what the campaign brings about"
    )
    floor: Annotated[float, Field(ge=0.01, le=0.5)] = Field(
        default=0.05, description="The least share a variant keeps while learning"
    )


class CampaignBudget(_Part):
    """What the campaign may cost: its messages stop before the sum is passed. Prices are what one message costs."""

    amount_minor: Annotated[Whole, Field(ge=1, le=10**12)] = Field(description="In minor units, e.g. cents")
    currency: Literal["USD"] = Field(default="USD", description="What channels are paid in")
    per: BudgetPeriod = "total"
    prices_microusd: Annotated[
        dict[Literal["email", "chat"], Annotated[Whole, Field(ge=0, le=10**9)]],
        Field(description="By channel, what one message costs, in millionths of a US dollar"),
    ] = {}


class CampaignSchedule(_Part):
    """When it begins, when messages leave, and when it ends."""

    start: Literal["now", "at"] = "now"
    at: Moment | None = Field(default=None, description="For `at`")
    send_time: SendTime = Field(
        default="asap", description="`clock`: at a time of day of the person; `best`: at their best hour"
    )
    clock: _Clock | None = Field(default=None, examples=["09:00"], description="For `clock`, in the person's time zone")
    weekdays: Weekdays = Field(default=[], description="0 is Monday; none means every day")
    pace_per_hour: Annotated[Whole, Field(ge=1, le=1_000_000)] | None = Field(
        default=None, description="The most messages that leave within an hour"
    )
    ends_at: Moment | None = Field(default=None, description="From then on nobody enters and nothing leaves")


class CampaignDraft(_Part):
    """A campaign as the wizard saves it on every step."""

    goal: CampaignGoal = CampaignGoal()
    audience: CampaignAudience = CampaignAudience()
    purpose: Purpose = "marketing"
    messages: Annotated[list[CampaignMessage], Field(max_length=MAX_MESSAGES)] = []
    testing: CampaignTesting = CampaignTesting()
    budget: CampaignBudget | None = None
    schedule: CampaignSchedule = CampaignSchedule()

    @model_validator(mode="after")
    def _unlike(self) -> "CampaignDraft":
        keys = [one.key for one in self.messages]
        if len(set(keys)) < len(keys):
            raise ValueError("two messages have the same key")
        for one in self.messages:
            variants = [each.key for each in one.variants]
            if len(set(variants)) < len(variants):
                raise ValueError(f"two variants of “{one.key}” have the same key")
        return self

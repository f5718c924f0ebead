"""HTTP shapes of what came of campaigns."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from tradewind.kernel.schemas import Schema
from tradewind.modules.campaigns.engine.campaign import GoalKind, Measure, MessageChannel
from tradewind.modules.campaigns.schemas.campaigns import CampaignState, Money
from tradewind.modules.campaigns.schemas.enrolments import ChosenVariant, JourneyArmRead


class Share(Schema):
    """People out of people, with the 95 % interval; below 30 people too few to say, and only the counts are given."""

    people: int
    of: int
    enough: bool
    rate: float | None
    low: float | None
    high: float | None


class NotSent(Schema):
    """Messages that did not leave, by the rule that stopped them."""

    rule: str = Field(examples=["wish"])
    text: str
    messages: int
    people: int


class CampaignFunnel(Schema):
    """People, not messages. Opens and clicks are those of people; null where opens are not tracked."""

    audience: int | None = Field(description="People in the audience now; null where it cannot be asked any more")
    entered: int
    holdout: int = Field(description="Of those who entered, who get nothing, to compare with")
    sent: int
    delivered: int
    opened: int | None
    clicked: int
    replied: int
    goal: int = Field(description="Who reached the goal, without the holdout")
    won: int = Field(description="Who got at least one message and won a deal in time")
    bounced: int
    complained: int
    unsubscribed: int


class GoalProgress(Schema):
    """How the goal comes along."""

    kind: GoalKind | None
    label: str
    reached: int
    target_count: int | None
    share: Share = Field(description="Of those who entered, without the holdout")
    a_day: float | None = Field(description="People a day who reached it in the last seven days it ran")
    target_on: date | None = Field(description="When the target is reached at that pace; null where it cannot be said")
    foreseen: int | None = Field(description="How many will have reached it at the end, at the share so far")
    foreseen_low: int | None
    foreseen_high: int | None


class CampaignMoney(Schema):
    """Money of one currency; currencies are never added up.

    `revenue` is influenced, not caused: deals won by people who got a message, within the goal's days after their
    first one.
    """

    currency: str
    costs_minor: int
    messages_minor: int = Field(description="What messages cost")
    spend_minor: int
    revenue_minor: int
    deals: int
    roi: float | None = Field(description="(Revenue − spend) / spend; null without spend")
    roas: float | None = Field(description="Revenue / spend; null without spend")
    cost_per_goal_minor: int | None


class CampaignLift(Schema):
    """What the campaign brought about, against people who got nothing; the only figure that claims a cause."""

    reached: Share
    holdout: Share
    difference: float | None = Field(description="Of the two rates; null while there are too few")
    low: float | None
    high: float | None
    extra_goals: float | None = Field(description="Goals that would not have been reached without it")


class MessageVariants(Schema):
    """The variants of a message: how each one does, and the chance it has from here."""

    message: str
    channel: MessageChannel
    node: str
    method: Literal["fixed", "adaptive"]
    measure: Measure
    reward_days: int
    chosen: ChosenVariant | None
    arms: list[JourneyArmRead]


class CampaignResults(Schema):
    """What came of a campaign so far."""

    as_of: datetime
    state: CampaignState
    funnel: CampaignFunnel
    goal: GoalProgress
    money: list[CampaignMoney]
    lift: CampaignLift | None = Field(description="Null without a holdout")
    variants: list[MessageVariants]
    not_sent: list[NotSent]


class ChannelDay(Schema):
    """Messages of a channel on a day. Of days to come there are only planned ones."""

    channel: str
    planned: int
    sent: int
    opened: int
    clicked: int
    replied: int


class CampaignDay(Schema):
    """One day of a campaign."""

    day: date
    channels: list[ChannelDay]
    goals: int
    spend: list[Money]


class CampaignTimeline(Schema):
    """Day by day, in the organisation's time zone."""

    days: list[CampaignDay]


class CampaignCohort(Schema):
    """People who entered in a week, and how many of them had reached the goal by each week since."""

    week: date = Field(description="Its Monday")
    entered: int
    goals: list[int] = Field(description="By the end of the first week, the second, …; only weeks that are over or on")
    shares: list[float | None] = Field(description="`goals` of `entered`; null below 30 people")


class BarDay(Schema):
    """Messages of a day and channel, planned and sent."""

    day: date
    channel: str
    planned: int
    sent: int


class CampaignBar(Schema):
    """A campaign on the common timeline."""

    id: UUID
    name: str
    state: CampaignState
    channels: list[MessageChannel]
    starts_on: date | None
    ends_on: date | None
    volume: list[BarDay]


class CampaignsTimeline(Schema):
    """All campaigns that run in a span of days, side by side."""

    starts_on: date
    ends_on: date
    campaigns: list[CampaignBar]

"""HTTP shapes of campaigns: drafts, problems, reach, launch."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from tradewind.kernel.payload import Whole, storable
from tradewind.kernel.schemas import Schema
from tradewind.modules.campaigns.engine.campaign import CampaignDraft, GoalKind, MessageChannel
from tradewind.modules.campaigns.engine.checking import Severity
from tradewind.modules.campaigns.schemas.rehearsals import RehearsalMode

CampaignState = Literal["draft", "scheduled", "live", "paused", "done", "stopped"]
CampaignStep = Literal["goal", "audience", "content", "schedule", "review"]
_Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), AfterValidator(storable)]
_Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(storable)]


class CampaignCreate(Schema):
    """A new campaign; the draft may be empty or incomplete."""

    model_config = ConfigDict(extra="forbid")
    name: _Line = Field(examples=["Spring demo days"])
    description: _Prose = ""
    draft: CampaignDraft = CampaignDraft()


class CampaignUpdate(Schema):
    """What to change. The draft may be incomplete; a launch asks for it to have no errors."""

    model_config = ConfigDict(extra="forbid")
    name: _Line | None = None
    description: _Prose | None = None
    draft: CampaignDraft | None = None


class CampaignDraftGiven(Schema):
    """A draft to be looked at without storing it; the stored one where it is left out."""

    model_config = ConfigDict(extra="forbid")
    draft: CampaignDraft | None = None


class CampaignLaunch(Schema):
    """Above 1,000 people their number must be repeated, so that nobody writes to a crowd by mistake."""

    model_config = ConfigDict(extra="forbid")
    confirm_people: Annotated[Whole, Field(ge=0, le=1_000_000_000)] | None = None


class CampaignRehearse(Schema):
    """How far ahead (or, replaying, back) to rehearse, and with how many people."""

    model_config = ConfigDict(extra="forbid")
    mode: RehearsalMode = "simulate"
    days: Annotated[Whole, Field(ge=1, le=180)] | None = Field(
        default=None, description="As long as the campaign takes, where left out"
    )
    people: Annotated[Whole, Field(ge=1, le=200_000)] = 100_000


class CampaignProblem(Schema):
    """What is wrong, and at which step of the wizard it can be put right."""

    model_config = ConfigDict(from_attributes=True)
    code: str = Field(examples=["no_goal"])
    message: str
    step: CampaignStep
    field: str | None = Field(examples=["messages.0.variants.1.template_id"])
    severity: Severity


class ReachReason(Schema):
    """Why some people are not reached, and how many; everybody is counted once, under the first reason that holds."""

    rule: Literal["excluded", "recent", "no_address", "suppressed", "no_consent", "holdout"]
    text: str
    count: int


class CampaignReach(Schema):
    """Who would be reached if it began now: exact, by the first message.

    `people` is everybody in the segments who matches the conditions; those left out and the others who are not reached
    are in `reasons`, so that `reachable` and their counts add up to `people`.
    """

    people: int
    audience: int = Field(description="`people` without those who are left out: who would enter")
    reachable: int
    waiting: int = Field(
        description="Of the reachable, those whose first message waits for the hours for messages where they are",
    )
    reasons: list[ReachReason]
    confirm_people: int | None = Field(description="The number a launch must repeat; null where it need not")
    rehearsal_needed: bool = Field(description="So many that this draft must pass a rehearsal before its launch")
    as_of: datetime


class CampaignGoalBrief(Schema):
    """The goal, and how far it is."""

    kind: GoalKind | None
    label: str = Field(examples=["Meeting booked"])
    target_count: int | None
    reached: int


class Money(Schema):
    """An amount in minor units of its currency."""

    amount_minor: int
    currency: str


class CampaignRow(Schema):
    """A campaign in a list."""

    id: UUID
    version: int
    name: str
    description: str
    state: CampaignState
    channels: list[MessageChannel]
    goal: CampaignGoalBrief
    entered: int = Field(description="People who are or were in it")
    sent: int = Field(description="Messages that left")
    spend: list[Money] = Field(description="Costs and what messages cost, by currency")
    journey_id: UUID | None = Field(description="The journey composed from it; none before it is rehearsed or launched")
    starts_at: datetime | None
    ends_at: datetime | None
    launched_at: datetime | None
    ended_at: datetime | None
    created_at: datetime
    updated_at: datetime


class CampaignRehearsalBrief(Schema):
    """The newest rehearsal; its report is at /journey-rehearsals/{id}."""

    id: UUID
    state: Literal["running", "done", "failed"]
    passed: bool | None
    fits_draft: bool
    created_at: datetime


class AttachedJourney(Schema):
    """A journey that belongs to the campaign."""

    id: UUID
    name: str
    state: Literal["draft", "live", "paused", "stopped"]
    composed: bool = Field(description="Whether it is the one composed from the campaign's draft")


class CampaignRead(CampaignRow):
    """A campaign with its draft and what keeps it from its launch."""

    draft: CampaignDraft
    problems: list[CampaignProblem]
    changed_in_builder: bool = Field(
        description="Its journey was changed by hand: goal, audience and content are those of the journey"
    )
    rehearsal: CampaignRehearsalBrief | None
    journeys: list[AttachedJourney]
    trouble: str = Field(description="Why a start at its time did not work; empty otherwise")


class ComposedJourney(Schema):
    """The journey composed from a campaign, to be looked at or changed in the builder."""

    journey_id: UUID

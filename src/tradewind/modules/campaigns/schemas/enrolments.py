"""HTTP shapes of the people in journeys: who, where, why, and how many went which way."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from tradewind.kernel.schemas import Schema
from tradewind.modules.campaigns.engine.steps import StepKind
from tradewind.modules.campaigns.schemas.optimising import Estimate

EnrolmentState = Literal["waiting", "done", "exited", "failed"]


class EnrolPeople(Schema):
    """People to put into a journey with an API trigger. The same `key` never enters a person twice."""

    model_config = ConfigDict(extra="forbid")
    person_ids: Annotated[list[UUID], Field(min_length=1, max_length=1_000)]
    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,80}$")] | None = Field(
        default=None, examples=["order-4711"]
    )


class Enrolled(Schema):
    """How many entered; the others are in it already, may not enter again yet, or are not there."""

    entered: int
    passed_over: int


class EnrolmentRead(Schema):
    """A person in a journey: where she is, since when and until when."""

    id: UUID
    journey_id: UUID
    journey_name: str
    person_id: UUID
    person_name: str
    version_number: int
    state: EnrolmentState
    node: str
    node_name: str
    node_kind: StepKind | None
    since: datetime
    due_at: datetime | None
    visit: int
    entered_at: datetime
    ended_at: datetime | None
    goal_at: datetime | None
    reason: str = Field(description="Why it ended, in words; empty while it goes on")
    waits_for: str = Field(description="What she waits for, in words; empty where it ended")


class LastMessage(Schema):
    """The newest message of a journey to a person. `reason` says why it waits, or why it did not leave."""

    id: UUID
    channel: str
    state: str = Field(examples=["sent", "scheduled", "blocked"])
    at: datetime = Field(description="When it left, or is to leave")
    reason: str | None


class CampaignName(Schema):
    """The campaign that a journey carries out or belongs to."""

    id: UUID
    name: str


class PersonEnrolment(EnrolmentRead):
    """A journey that a person is or was in, as their own page shows it."""

    campaign: CampaignName | None
    last_message: LastMessage | None


class StepTaken(Schema):
    """One step of a person, with the reason for the way it took."""

    visit: int
    node: str
    node_name: str
    node_kind: StepKind | None
    port: str
    next_node: str | None
    at: datetime
    why: str
    facts: dict[str, Any]


class EnrolmentTrace(Schema):
    """Where a person is in a journey, and every step that led there, oldest first."""

    enrolment: EnrolmentRead
    steps: list[StepTaken]


class NodeCount(Schema):
    """People at a step now."""

    node: str
    waiting: int


class EdgeCount(Schema):
    """People who have left a step by a port so far."""

    node: str
    port: str
    people: int


class JourneyCounts(Schema):
    """Live counts for the canvas, of one version or of all."""

    number: int | None
    waiting: list[NodeCount]
    left: list[EdgeCount]
    as_of: datetime


class JourneyArmRead(Schema):
    """A variant: how it does, with the 95 % interval of its rate, and the chance it has at the next draw."""

    variant: str
    name: str
    holdout: bool
    drawn: int
    rewarded: int
    rate: float | None
    low: float | None
    high: float | None
    best: float | None = Field(description="Probability that it is the best, in the light of what is known")
    propensity: float = Field(description="Chance to be drawn next")
    value_if_always: float | None = Field(
        description="Off-policy estimate (self-normalised inverse propensity): the rate had everybody got this variant"
    )
    value_error: float | None = Field(description="Standard error of the estimate")
    estimate: Estimate | None = Field(default=None, description="On what the off-policy estimate rests")
    lift: float | None = Field(description="Rate over that of the holdout; null without one")
    lift_low: float | None = Field(default=None, description="95 % interval of the lift (Newcombe's hybrid score)")
    lift_high: float | None = None


class ChosenVariant(Schema):
    """The variant that everybody gets from a moment on, because somebody said so."""

    variant: str
    by: str
    at: datetime


class JourneySplitRead(Schema):
    """A split and its variants."""

    version_number: int
    node: str
    name: str
    method: Literal["fixed", "adaptive"]
    reward_days: int
    chosen: ChosenVariant | None = None
    arms: list[JourneyArmRead]

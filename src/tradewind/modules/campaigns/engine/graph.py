"""A journey as a graph of steps: the strict form that runs, and the loose form that people edit."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from tradewind.kernel.payload import JsonObject, Whole, storable
from tradewind.kernel.places import TimeZone
from tradewind.kernel.schemas import Schema
from tradewind.modules.campaigns.engine.steps import (
    BranchSettings,
    EnrolSettings,
    ExitSettings,
    GoalSettings,
    Purpose,
    Reached,
    ScoreWaitSettings,
    SendSettings,
    SplitSettings,
    StepKind,
    TaskSettings,
    TriggerSettings,
    UpdateSettings,
    WaitSettings,
    WebhookSettings,
    Weekdays,
)

MAX_STEPS = 200
MAX_EDGES = 600

StepKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
Port = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,20}$")]
_Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120), AfterValidator(storable)]
_Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class Edge(Schema):
    """Where people go who leave a step by a port."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    origin: StepKey = Field(alias="from")
    port: Port = "next"
    to: StepKey


class ReEntry(Schema):
    """Whether people may enter again once they have left: never, some days after they entered last, or always."""

    model_config = ConfigDict(extra="forbid")
    mode: Literal["never", "after", "always"] = "never"
    days: Annotated[Whole, Field(ge=1, le=730)] | None = Field(default=None, description="For `after`")

    @model_validator(mode="after")
    def _complete(self) -> "ReEntry":
        if self.mode == "after" and self.days is None:
            raise ValueError("say after how many days")
        return self


class SendWindow(Schema):
    """Hours, in the person's time zone, outside which messages of the journey wait."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    begins: _Clock = Field(default="09:00", alias="from")
    ends: _Clock = Field(default="18:00", alias="to")
    weekdays: Weekdays = Field(default=[], description="0 is Monday; none means every day")

    @model_validator(mode="after")
    def _forwards(self) -> "SendWindow":
        if self.begins >= self.ends:
            raise ValueError("the hours must begin before they end")
        return self


class Pace(Schema):
    """How many people enter, spread evenly over the hours in which the journey sends."""

    model_config = ConfigDict(extra="forbid")
    per_hour: Annotated[Whole, Field(ge=1, le=1_000_000)] | None = None
    per_day: Annotated[Whole, Field(ge=1, le=10_000_000)] | None = None

    @model_validator(mode="after")
    def _something(self) -> "Pace":
        if self.per_hour is None and self.per_day is None:
            raise ValueError("say how many an hour or a day")
        return self


class JourneySettings(Schema):
    """What holds for a whole journey."""

    model_config = ConfigDict(extra="forbid")
    re_entry: ReEntry = ReEntry()
    goal: Reached | None = Field(default=None, description="Whoever reaches it has what the journey is for, and leaves")
    exit_when: Reached | None = Field(default=None, description="Whoever this holds for leaves")
    priority: Annotated[Whole, Field(ge=0, le=100)] = Field(
        default=50, description="Of two journeys that want to write to a person, the higher one goes first"
    )
    time_zone: TimeZone | None = Field(default=None, description="For people of whom none is known")
    send_window: SendWindow | None = None
    purpose: Purpose = "marketing"
    # Left out where there is none, so that drafts of before are the same as they were.
    pace: Pace | None = Field(
        default=None, exclude_if=lambda pace: pace is None, description="The most people who enter; none: at once"
    )


class _Node(Schema):
    model_config = ConfigDict(extra="forbid")
    id: StepKey
    name: _Name = ""


class TriggerStep(_Node):
    """How people enter."""

    kind: Literal["trigger"]
    settings: TriggerSettings


class WaitStep(_Node):
    """People stay for a time, or until something happens."""

    kind: Literal["wait"]
    settings: WaitSettings


class BranchStep(_Node):
    """A condition decides."""

    kind: Literal["branch"]
    settings: BranchSettings


class SplitStep(_Node):
    """Chance decides."""

    kind: Literal["split"]
    settings: SplitSettings


class SendStep(_Node):
    """A message."""

    kind: Literal["send"]
    settings: SendSettings


class TaskStep(_Node):
    """A task for the team."""

    kind: Literal["task"]
    settings: TaskSettings


class WebhookStep(_Node):
    """A request to another system."""

    kind: Literal["webhook"]
    settings: WebhookSettings


class GoalStep(_Node):
    """The goal is reached."""

    kind: Literal["goal"]
    settings: GoalSettings = GoalSettings()


class ExitStep(_Node):
    """The end."""

    kind: Literal["exit"]
    settings: ExitSettings = ExitSettings()


class UpdateStep(_Node):
    """Changes of the person."""

    kind: Literal["update"]
    settings: UpdateSettings


class EnrolStep(_Node):
    """Into another journey as well."""

    kind: Literal["enrol"]
    settings: EnrolSettings


class ScoreWaitStep(_Node):
    """Until the score says so."""

    kind: Literal["score_wait"]
    settings: ScoreWaitSettings


Step = Annotated[
    TriggerStep | WaitStep | BranchStep | SplitStep | SendStep | TaskStep | WebhookStep | GoalStep | ExitStep
    | UpdateStep | EnrolStep | ScoreWaitStep,
    Field(discriminator="kind"),
]  # fmt: skip


class JourneyGraph(Schema):
    """A journey in the form that runs; `checking.problems` says whether it can."""

    model_config = ConfigDict(extra="forbid")
    nodes: Annotated[list[Step], Field(max_length=MAX_STEPS)]
    edges: Annotated[list[Edge], Field(max_length=MAX_EDGES)]
    settings: JourneySettings = JourneySettings()


class DraftStep(_Node):
    """A step as it is being edited: its settings may be incomplete."""

    kind: StepKind
    settings: JsonObject = {}


class DraftComment(Schema):
    """A note on the canvas, or at a step."""

    model_config = ConfigDict(extra="forbid")
    id: StepKey
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000), AfterValidator(storable)]
    node: StepKey | None = None
    x: float = Field(default=0, ge=-1e6, le=1e6, allow_inf_nan=False)
    y: float = Field(default=0, ge=-1e6, le=1e6, allow_inf_nan=False)
    author_id: UUID | None = None
    author_name: _Name = ""
    at: datetime | None = None


_Coordinate = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]


def door_of(draft: Mapping[str, Any]) -> str | None:
    """The step by which people are put into a journey by hand: its trigger for that, else that of a campaign."""
    nodes = draft.get("nodes", ())
    doors = {node["settings"].get("on"): node["id"] for node in reversed(nodes) if node["kind"] == "trigger"}
    return doors.get("api") or doors.get("audience")


class JourneyDraft(Schema):
    """A journey as people edit it: whatever the canvas holds, also what cannot run yet."""

    model_config = ConfigDict(extra="forbid")
    nodes: Annotated[list[DraftStep], Field(max_length=MAX_STEPS)] = []
    edges: Annotated[list[Edge], Field(max_length=MAX_EDGES)] = []
    settings: JourneySettings = JourneySettings()
    layout: Annotated[dict[StepKey, tuple[_Coordinate, _Coordinate]], Field(max_length=MAX_STEPS)] = {}
    comments: Annotated[list[DraftComment], Field(max_length=100)] = []

    def program(self) -> dict[str, Any]:
        """What of the draft decides how it runs, as plain JSON."""
        return self.model_dump(mode="json", by_alias=True, exclude={"layout", "comments"})

"""HTTP shapes of journeys: drafts, versions, problems, the kinds of steps, templates and moving people."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from tradewind.kernel.payload import Flag, Whole, storable
from tradewind.kernel.schemas import Schema
from tradewind.modules.campaigns.engine.checking import Severity
from tradewind.modules.campaigns.engine.graph import JourneyDraft, StepKey
from tradewind.modules.campaigns.engine.steps import StepKind

JourneyState = Literal["draft", "live", "paused", "stopped"]
_Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), AfterValidator(storable)]
_Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(storable)]
_Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(storable)]
_TemplateKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]


class JourneyCreate(Schema):
    """A new journey: empty, from a template, or of a given draft."""

    model_config = ConfigDict(extra="forbid")
    name: _Line = Field(examples=["Welcome"])
    description: _Prose = ""
    template: _TemplateKey | None = None
    draft: JourneyDraft | None = None


class JourneyUpdate(Schema):
    """What to change. The draft may have problems; a launch asks for it to have none."""

    model_config = ConfigDict(extra="forbid")
    name: _Line | None = None
    description: _Prose | None = None
    draft: JourneyDraft | None = None
    campaign_id: UUID | None = Field(default=None, description="The campaign it belongs to; null for none")


class JourneyCheck(Schema):
    """A draft to be looked at without storing it; the stored one where it is left out."""

    model_config = ConfigDict(extra="forbid")
    draft: JourneyDraft | None = None


class JourneyPublish(Schema):
    """A word on what changed, for the list of versions."""

    model_config = ConfigDict(extra="forbid")
    note: _Note = ""


class JourneyRestore(Schema):
    """Which version becomes the draft again."""

    model_config = ConfigDict(extra="forbid")
    number: Annotated[Whole, Field(ge=1, le=1_000_000)]


class JourneyProblem(Schema):
    """What is wrong: at a step (`node`), one of its ports or fields; without a step, with the journey as a whole."""

    model_config = ConfigDict(from_attributes=True)
    code: str = Field(examples=["open"])
    message: str
    node: str | None
    port: str | None
    field: str | None
    severity: Severity


class JourneyPeople(Schema):
    """How many people, by where they stand."""

    waiting: int = 0
    done: int = 0
    exited: int = 0
    failed: int = 0
    goal: int = Field(default=0, description="Of all these, who reached the goal")


class JourneyRow(Schema):
    """A journey in a list."""

    id: UUID
    version: int
    name: str
    description: str
    state: JourneyState
    campaign_id: UUID | None
    published_number: int | None = Field(description="Number of the version new people follow")
    published_at: datetime | None
    unpublished_changes: bool
    takes_people: bool = Field(default=False, description="Whether people can be put in by hand")
    step_count: int
    people: JourneyPeople
    launched_at: datetime | None
    created_at: datetime
    updated_at: datetime


class JourneyRead(JourneyRow):
    """A journey with its draft, what keeps the draft from running, and whether a launch asks for a rehearsal."""

    draft: JourneyDraft
    problems: list[JourneyProblem]
    audience_estimate: int = Field(description="People who would enter at once, or in thirty days as the last were")
    rehearsal_needed: bool = Field(description="So many that the draft must pass a rehearsal before its launch")


class JourneyVersionRead(Schema):
    """A version as it was published, and how many people are on it."""

    id: UUID
    number: int
    note: str
    published_at: datetime
    published_by_name: str
    current: bool
    waiting: int
    draft: JourneyDraft


class StepPort(Schema):
    """A way out of a step; one that is not required may lead nowhere."""

    key: str
    label: str
    required: bool


class StepKindRead(Schema):
    """A kind of step for the palette. Splits have the ports of their variants."""

    kind: StepKind
    group: Literal["entry", "timing", "decision", "message", "action", "end"]
    label: str
    description: str
    ports: list[StepPort]
    settings: dict[str, Any] = Field(description="JSON Schema of the settings")
    example: dict[str, Any] = Field(description="Settings a new step may begin with")


class JourneyTemplateRead(Schema):
    """A journey to begin with."""

    key: str
    name: str
    description: str
    goal: str
    draft: JourneyDraft


class JourneyMove(Schema):
    """Move people in flight to the published version. Steps of the same key are taken for the same.

    `steps` says where people of other steps go on; null lets them leave. Without `confirm` nothing is moved, and the
    answer says what would be.
    """

    model_config = ConfigDict(extra="forbid")
    from_numbers: Annotated[list[Annotated[Whole, Field(ge=1)]], Field(max_length=100)] = Field(
        default=[], description="Versions to move people from; none means all older ones"
    )
    steps: Annotated[dict[StepKey, StepKey | None], Field(max_length=200)] = {}
    confirm: Flag = False


class MovedStep(Schema):
    """People at a step of an old version, and where they go on: null where they leave."""

    from_number: int
    node: str
    people: int
    to: str | None
    decided: bool = Field(description="False where neither a step of the same key nor `steps` says where to")


class JourneyMoved(Schema):
    """What moves, or moved; `run_id` of the work under way."""

    to_number: int
    people: int
    steps: list[MovedStep]
    run_id: UUID | None = None


class WebhookSecrets(Schema):
    """Signing secrets in the form of Standard Webhooks, the newest first; older ones hold until they are gone."""

    secrets: list[str]

"""HTTP shapes of qualification flows, their versions, trials and runs."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from tradewind.kernel.payload import Flag, Whole, storable
from tradewind.kernel.places import TimeZone
from tradewind.kernel.schemas import Schema
from tradewind.modules.qualification.contracts import AnswerState, NextStep, RunState, UrgencyLevel
from tradewind.modules.qualification.engine.flow import MAX_QUESTIONS, FlowDefinition

_Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), AfterValidator(storable)]
_Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(storable)]
_Message = Annotated[str, StringConstraints(min_length=1, max_length=2_000), AfterValidator(storable)]
_Asked = Annotated[str, StringConstraints(max_length=40), AfterValidator(storable)]
FlowKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", min_length=1, max_length=60)]
SpokenLanguage = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
TemplateKey = Literal["bant", "meddic", "champ"]


class FlowCreate(Schema):
    """A new flow: empty, from a template, or of a given definition."""

    model_config = ConfigDict(extra="forbid")
    name: _Line = Field(examples=["Inbound leads"])
    key: FlowKey | None = Field(default=None, description="Made from the name if left out")
    description: _Prose = ""
    template: TemplateKey | None = None
    definition: FlowDefinition | None = None


class FlowUpdate(Schema):
    """What to change. The draft may have problems; publishing asks for it to have none."""

    model_config = ConfigDict(extra="forbid")
    name: _Line | None = None
    description: _Prose | None = None
    active: Flag | None = Field(default=None, description="Whether new conversations may use it")
    draft: FlowDefinition | None = None


class FlowPublish(Schema):
    """A word on what changed, for the list of versions."""

    model_config = ConfigDict(extra="forbid")
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(storable)] = ""


class FlowRestore(Schema):
    """Which version becomes the draft again."""

    model_config = ConfigDict(extra="forbid")
    number: Annotated[Whole, Field(ge=1, le=1_000_000)] = Field(examples=[1])


class FlowRunCounts(Schema):
    """Runs of a flow by their state; trials are not counted."""

    running: int = 0
    qualified: int = 0
    unqualified: int = 0
    incomplete: int = 0


class FlowRow(Schema):
    """A flow in a list."""

    id: UUID
    version: int
    name: str
    key: str
    description: str
    active: bool
    published_number: int | None = Field(description="Number of the published version; null for one never published")
    published_at: datetime | None
    unpublished_changes: bool
    question_count: int
    runs: FlowRunCounts
    created_at: datetime
    updated_at: datetime


class FlowProblem(Schema):
    """What must be put right before a flow can be published: the path of the field, and why."""

    field: str = Field(examples=["questions.0.text"])
    message: str


class FlowRead(FlowRow):
    """A flow with its draft, and what keeps the draft from being published."""

    draft: FlowDefinition
    problems: list[FlowProblem]


class FlowVersionRead(Schema):
    """A version as it was published."""

    id: UUID
    number: int
    note: str
    published_at: datetime
    published_by_name: str
    current: bool
    definition: FlowDefinition


class FlowTemplateRead(Schema):
    """A flow to begin with."""

    key: TemplateKey
    name: str
    description: str
    definition: FlowDefinition


class FlowTriedAnswer(Schema):
    """An answer in a trial, to be handed back with the next message."""

    model_config = ConfigDict(extra="forbid")
    question_key: Annotated[str, StringConstraints(max_length=40)]
    label: Annotated[str, StringConstraints(max_length=120)] = ""
    value: Any = None
    shown: Annotated[str, StringConstraints(max_length=2_000)] = ""
    quote: Annotated[str, StringConstraints(max_length=2_000)] = ""
    state: AnswerState


class FlowTry(Schema):
    """A message in a trial of the draft, or of a definition that is not stored yet. The first call has no message.

    The trial is kept by the caller: hand back `answers`, `attempts` and `asked` as the last answer gave them.
    """

    model_config = ConfigDict(extra="forbid")
    message: _Message | None = None
    language: SpokenLanguage = "en"
    time_zone: TimeZone | None = None
    asked: _Asked | None = None
    answers: Annotated[list[FlowTriedAnswer], Field(max_length=MAX_QUESTIONS)] = []
    attempts: Annotated[dict[_Asked, Annotated[Whole, Field(ge=0, le=9)]], Field(max_length=MAX_QUESTIONS)] = {}
    definition: FlowDefinition | None = Field(default=None, description="Instead of the stored draft")


class FlowCaptureRead(Schema):
    """What was read in a message about a question."""

    model_config = ConfigDict(from_attributes=True)
    question_key: str
    value: Any
    shown: str
    quote: str
    state: AnswerState


class FlowUnusableRead(Schema):
    """An answer that does not fit its question, and why."""

    model_config = ConfigDict(from_attributes=True)
    question_key: str
    quote: str
    reason: str


class FlowQuestionRead(Schema):
    """The question to ask next, as the agent says it."""

    model_config = ConfigDict(from_attributes=True)
    key: str
    kind: str
    text: str
    required: bool
    attempt: int
    proposal: str | None
    quick_replies: list[str]


class RunReasonRead(Schema):
    """A reason in words; `points` where it counts for the score."""

    model_config = ConfigDict(from_attributes=True)
    text: str
    points: int | None


class FlowTried(Schema):
    """What the message said, what is asked next, and where the trial stands. Nothing is stored."""

    captures: list[FlowCaptureRead]
    unusable: list[FlowUnusableRead]
    question: FlowQuestionRead | None
    message: str | None = Field(description="What the flow says at its end")
    answers: list[FlowTriedAnswer]
    attempts: dict[str, int]
    state: RunState
    score: int | None
    outcome: str | None
    next_step: NextStep
    reasons: list[RunReasonRead]
    urgency: UrgencyLevel
    urgency_why: str


class FlowRunAnswerRead(Schema):
    """An answer of a run; values and quotes are masked without `leads:personal`."""

    question_key: str
    label: str
    shown: str
    quote: str
    state: AnswerState


class QualificationRunRead(Schema):
    """A visitor's way through a flow."""

    id: UUID
    subject: str
    subject_id: UUID
    lead_id: UUID | None
    state: RunState
    score: int | None
    outcome: str | None
    reasons: list[RunReasonRead]
    answers: list[FlowRunAnswerRead]
    created_at: datetime
    finished_at: datetime | None

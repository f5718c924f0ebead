"""What qualification tells other modules: what was read in a message, what to ask next, what came out."""

from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

AnswerState = Literal["stated", "inferred", "refused", "corrected", "known"]
RunState = Literal["running", "qualified", "unqualified", "incomplete"]
NextStep = Literal["book", "nurture", "hand_over", "none"]
UrgencyLevel = Literal["none", "soon", "urgent"]


@dataclass(frozen=True, slots=True)
class Capture:
    """What one message says about one question. `quote` is a verbatim part of the message; `shown` the value in words.

    `inferred` is a proposal: it counts for nothing until the visitor confirms it. `refused` has no value.
    """

    question_key: str
    value: Any
    quote: str
    message_id: UUID
    state: AnswerState
    shown: str


@dataclass(frozen=True, slots=True)
class Unusable:
    """An answer to a question that does not fit it, and why, in the visitor's language."""

    question_key: str
    quote: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message holds for a run; nothing is stored yet (`api.record`).

    `asked` is the question the message was an answer to, `answered` whether it took it up: answered, refused, or said
    something that can be proposed. `counter_question`: the visitor asked something instead.
    """

    captures: tuple[Capture, ...] = ()
    corrections: tuple[Capture, ...] = ()
    refusals: tuple[Capture, ...] = ()
    proposals: tuple[Capture, ...] = ()
    unusable: tuple[Unusable, ...] = ()
    asked: str | None = None
    answered: bool = False
    counter_question: bool = False

    @property
    def all(self) -> tuple[Capture, ...]:
        """Everything that changes an answer."""
        return (*self.captures, *self.corrections, *self.refusals, *self.proposals)


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask next. `text` is ready to be said, with its transition; `plain` is the bare question.

    `attempt` 1 is the first time; 2 follows an answer that could not be used. `proposal`: a guess to be confirmed with
    yes or no, in words. `quick_replies`: answers to tap.
    """

    key: str
    kind: str
    text: str
    plain: str
    required: bool
    attempt: int
    proposal: str | None = None
    quick_replies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as a run holds it."""

    question_key: str
    label: str
    value: Any
    shown: str
    quote: str
    state: AnswerState
    message_id: UUID | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a score or an outcome is what it is, in words; `points` of a line of the score, None for an outcome."""

    text: str
    points: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """Where a run stands. `outcome` is the name of the rule that fitted; `next_step` what should follow.

    `score` is 0 to 100, None in a flow without scoring. `message` is what the flow wants said at the end.
    """

    run_id: UUID
    flow_id: UUID
    state: RunState
    score: int | None
    outcome: str | None
    next_step: NextStep
    reasons: tuple[Reason, ...]
    answers: tuple[Answer, ...]
    missing: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    message: str | None = None
    lead_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A started run."""

    id: UUID
    flow_id: UUID
    flow_version_id: UUID
    state: RunState
    lead_id: UUID | None


@dataclass(frozen=True, slots=True)
class FlowSummary:
    """A flow in short; only those that are published can be run."""

    id: UUID
    name: str
    key: str
    active: bool
    published_version: int | None


@dataclass(frozen=True, slots=True)
class OutlinedQuestion:
    """A question of a flow in short: its kind, and the labels to choose from, in the flow's own language."""

    key: str
    kind: str
    label: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Urgency:
    """How pressing a message is, why in words, and whether a rule or the classifier said so.

    `quote` is the part of the message that shows it; the whole message where the classifier decided.
    """

    level: UrgencyLevel
    why: str
    by: Literal["rule", "classifier", "none"] = "none"
    quote: str = ""
    signs: tuple[str, ...] = field(default=())

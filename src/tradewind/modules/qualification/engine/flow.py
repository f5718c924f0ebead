"""What a flow is made of. Anything of this shape can be kept as a draft; `checking` says what keeps it from working."""

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from tradewind.kernel.payload import Flag, Whole, storable
from tradewind.kernel.places import Currency
from tradewind.kernel.schemas import Schema
from tradewind.modules.qualification.contracts import NextStep
from tradewind.modules.qualification.engine.wording import SPOKEN, Spoken

QuestionKind = Literal[
    "text", "number", "money", "date", "time", "email", "phone", "name", "company", "place", "yes_no", "choice"
]
ConditionOp = Literal[
    "is", "is_not", "one_of", "contains", "at_least", "at_most", "within_days", "answered", "not_answered", "refused"
]
MAX_QUESTIONS, MAX_OPTIONS, MAX_RULES, MAX_OUTCOMES = 40, 30, 80, 12
END = "end"

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
_Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120), AfterValidator(storable)]
_Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(storable)]
_Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), AfterValidator(storable)]
Texts = Annotated[dict[Spoken, _Prose], Field(max_length=len(SPOKEN))]
_Number = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-1e15, le=1e15)]
_Given = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120), AfterValidator(storable)]
LeadField = Annotated[
    str,
    StringConstraints(
        pattern=r"^(full_name|email|phone|company_name|job_title|website|city|region|country|custom\.[a-z][a-z0-9_]{0,62})$"
    ),
]


class _Part(Schema):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FlowCondition(_Part):
    """What is asked of one answer; one that is missing meets only `is_not`, `not_answered` and, refused, `refused`."""

    question: Key = Field(examples=["team_size"])
    op: ConditionOp
    value: Flag | _Number | _Given | Annotated[list[_Given], Field(max_length=MAX_OPTIONS)] | None = None


class FlowBranch(_Part):
    """From a question, if the condition holds, on to a later one, or to the end; what lies between is left out."""

    op: ConditionOp
    value: Flag | _Number | _Given | Annotated[list[_Given], Field(max_length=MAX_OPTIONS)] | None = None
    go_to: Key = Field(description="Key of a later question, or `end`", examples=["timeline"])


class FlowOption(_Part):
    """One answer to choose; `synonyms` are other words people use for it."""

    key: Key
    label: Texts = Field(examples=[{"en": "This quarter"}])
    synonyms: Annotated[list[_Word], Field(max_length=30)] = []


class FlowQuestion(_Part):
    """One question. `label` is its name for people who work here; `hints` are words beside which an answer stands.

    A required question is asked up to three times if its answers cannot be used; others up to twice. None is asked
    again once it was answered or refused.
    """

    key: Key = Field(examples=["team_size"])
    kind: QuestionKind
    label: _Line = Field(examples=["Team size"])
    text: Texts = Field(examples=[{"en": "How many people are in your team?"}])
    required: Flag = False
    options: Annotated[list[FlowOption], Field(max_length=MAX_OPTIONS)] = []
    minimum: _Number | None = None
    maximum: _Number | None = None
    currency: Currency | None = Field(default=None, description="Of amounts told without one", examples=["EUR"])
    lead_field: LeadField | None = Field(
        default=None, description="Where the answer goes; what is known is not asked", examples=["company_name"]
    )
    hints: Annotated[list[_Word], Field(max_length=30)] = Field(default=[], examples=[["people", "employees"]])
    branches: Annotated[list[FlowBranch], Field(max_length=10)] = []


class FlowScoreRule(_Part):
    """Points for an answer; the score is their sum, kept between 0 and 100."""

    question: Key
    op: ConditionOp
    value: Flag | _Number | _Given | Annotated[list[_Given], Field(max_length=MAX_OPTIONS)] | None = None
    points: Annotated[Whole, Field(ge=-100, le=100)]


class FlowOutcome(_Part):
    """What follows where the score and the conditions fit; the first outcome that fits counts."""

    name: _Line = Field(examples=["Ready to buy"])
    state: Literal["qualified", "unqualified"]
    match: Literal["all", "any"] = "all"
    conditions: Annotated[list[FlowCondition], Field(max_length=10)] = []
    min_score: Annotated[Whole, Field(ge=0, le=100)] | None = None
    max_score: Annotated[Whole, Field(ge=0, le=100)] | None = None
    next_step: NextStep = "none"
    tags: Annotated[list[_Word], Field(max_length=10)] = []
    message: Texts = {}


class FlowDefinition(_Part):
    """A flow: questions in their order, points, and outcomes tried in their order; `otherwise` is for everybody else.

    Every text is there in `language`; others are used where the visitor speaks them.
    """

    language: Spoken = "en"
    questions: Annotated[list[FlowQuestion], Field(max_length=MAX_QUESTIONS)] = []
    scoring: Annotated[list[FlowScoreRule], Field(max_length=MAX_RULES)] = []
    outcomes: Annotated[list[FlowOutcome], Field(max_length=MAX_OUTCOMES)] = []
    otherwise: FlowOutcome = FlowOutcome(name="Not now", state="unqualified", next_step="nurture")

    def question(self, key: str) -> FlowQuestion | None:
        """The question of this key."""
        return next((one for one in self.questions if one.key == key), None)


def text_in(texts: dict[Spoken, str], language: str, fallback: str) -> str:
    """A text in the language asked for, else in the flow's own."""
    return next(
        (text for each in (language, fallback) for spoken, text in texts.items() if spoken == each and text), ""
    )

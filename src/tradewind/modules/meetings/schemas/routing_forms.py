"""HTTP shapes of routing forms."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from tradewind.kernel.payload import Flag
from tradewind.kernel.schemas import Schema
from tradewind.modules.meetings.schemas.booking_pages import PublicOrganisation
from tradewind.modules.meetings.schemas.event_types import Question, Questions, Slug
from tradewind.modules.meetings.schemas.meetings import Answers
from tradewind.modules.meetings.schemas.texts import Prose, RequiredLine, RequiredProse

ConditionOp = Literal["is", "is_not", "contains", "one_of", "at_least", "at_most", "answered", "not_answered"]
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
_Options = Annotated[list[_Text], Field(min_length=1, max_length=50)]
_EXAMPLE: list[Any] = [
    {
        "name": "Large companies",
        "match": "all",
        "conditions": [{"question": "company_size", "op": "at_least", "value": 200}],
        "target": {"kind": "link", "url": "https://example.com/enterprise"},
    }
]


class RoutingCondition(Schema):
    """What is asked of one answer: numbers by `at_least` and `at_most`, a list by `one_of`, a box by `is`."""

    model_config = ConfigDict(extra="forbid")
    question: Annotated[str, StringConstraints(max_length=40)] = Field(examples=["company_size"])
    op: ConditionOp
    value: Flag | Annotated[float, Field(strict=True, allow_inf_nan=False)] | _Text | _Options | None = None


class EventTypeTarget(Schema):
    """Book a meeting of this event type."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["event_type"]
    event_type_id: UUID


class LinkTarget(Schema):
    """Go to another page."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["link"]
    url: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^https?://[^\s/]+", max_length=2_000)] = (
        Field(examples=["https://example.com/self-service"])
    )


class MessageTarget(Schema):
    """Read a message."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["message"]
    text: RequiredProse = Field(examples=["Thank you. We write to you within a day."])


Target = Annotated[EventTypeTarget | LinkTarget | MessageTarget, Field(discriminator="kind")]


class RoutingRule(Schema):
    """Where people go whose answers meet all, or any, of the conditions."""

    model_config = ConfigDict(extra="forbid")
    name: RequiredLine = Field(examples=["Large companies"])
    match: Literal["all", "any"] = "all"
    conditions: list[RoutingCondition] = Field(min_length=1, max_length=10)
    target: Target


Rules = Annotated[list[RoutingRule], Field(max_length=50)]


class RoutingFormCreate(Schema):
    """A new form: questions, rules tried in their order, and where everybody else goes."""

    model_config = ConfigDict(extra="forbid")
    title: RequiredLine = Field(examples=["Talk to us"])
    slug: Slug | None = Field(default=None, description="Last part of the address; made from the title if left out")
    description: Prose = ""
    questions: Questions = Field(min_length=1)
    rules: Rules = Field(default=[], examples=[_EXAMPLE])
    fallback: Target
    active: Flag = True


class RoutingFormUpdate(Schema):
    """What to change on a form."""

    model_config = ConfigDict(extra="forbid")
    title: RequiredLine | None = Field(default=None, examples=["Talk to us"])
    slug: Slug | None = None
    description: Prose | None = None
    questions: Questions | None = Field(default=None, min_length=1)
    rules: Rules | None = Field(default=None, examples=[_EXAMPLE])
    fallback: Target | None = None
    active: Flag | None = None


class RoutingFormRead(Schema):
    """A form. `path` is where strangers reach it below the API's address."""

    model_config = ConfigDict(from_attributes=True)
    id: UUID
    version: int
    title: str
    slug: str
    path: str = Field(examples=["/api/v1/booking/acme/forms/talk-to-us"])
    description: str
    questions: list[Question]
    rules: list[RoutingRule]
    fallback: Target
    active: bool
    answered: int = Field(description="How many answers it got")
    created_at: datetime
    updated_at: datetime


class RoutingFormTry(Schema):
    """Answers to try out."""

    model_config = ConfigDict(extra="forbid")
    answers: Answers = {}


class RoutingTried(Schema):
    """Where answers lead, and why; nothing is recorded. `rule` is the name of the rule, null for the fallback."""

    rule: str | None
    target: Target
    reason: str


class RoutingAnswerRead(Schema):
    """What somebody answered, where that led, and why; answers are masked without `leads:personal`."""

    model_config = ConfigDict(from_attributes=True)
    id: UUID
    answers: dict[str, Any]
    rule: str | None
    target: Target
    reason: str
    answered_at: datetime


class PublicRoutingForm(Schema):
    """A form as strangers see it."""

    organisation: PublicOrganisation
    slug: str
    title: str
    description: str
    questions: list[Question]


class RoutingAnswer(Schema):
    """Answers of a stranger. `website` is a trap for programs and stays empty."""

    model_config = ConfigDict(extra="forbid")
    answers: Answers = {}
    website: Annotated[str, StringConstraints(max_length=200)] = ""


class RoutedTo(Schema):
    """Where to go: to the booking page at `path`, to the page at `url`, or no further than `text`."""

    kind: Literal["event_type", "link", "message"]
    event_type: str | None = Field(default=None, description="Slug")
    path: str | None = Field(default=None, examples=["/book/acme/product-demo"])
    url: str | None = None
    text: str | None = None

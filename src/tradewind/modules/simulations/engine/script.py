"""Who a simulated visitor is and what must be true at the end: the shapes people edit and the database keeps."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from tradewind.kernel.payload import storable
from tradewind.kernel.schemas import Schema

Said = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000), AfterValidator(storable)
]
Key = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), AfterValidator(storable)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000), AfterValidator(storable)]
MOST_TURNS = 40


class _Part(Schema):
    model_config = ConfigDict(extra="forbid")


class Visitor(_Part):
    """A simulated visitor. It looks at what the agent asks and offers, never at how it words it.

    First it says its `lines`, one a turn. In between it answers what it is asked from `answers` (by question key) and
    says of `refuses` that it will not tell; a `correction` is said in the turn after its answer. Offered times are
    taken by `slot`, and confirmed or not. With nothing left it says `closing`. With `by` model, a connected model plays
    the `persona` instead, with the answers as what it knows.
    """

    by: Literal["script", "model"] = "script"
    persona: Words = Field(default="", description="Who it is and how it talks; the role that a model plays.")
    goal: Words = Field(default="", description="What it wants.")
    lines: Annotated[list[Said], Field(min_length=1, max_length=12)]
    answers: Annotated[dict[Key, Said], Field(max_length=40)] = Field(default_factory=dict)
    corrections: Annotated[dict[Key, Said], Field(max_length=10)] = Field(default_factory=dict)
    refuses: Annotated[list[Key], Field(max_length=20)] = Field(default_factory=list)
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = "Robin Vale"
    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = "robin.vale@example.com"
    slot: Literal["first", "last", "none"] = "first"
    confirms: bool = True
    wants_person: bool = Field(default=False, description="Whether it takes the offer to ask a colleague.")
    closing: Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)] = "Thanks, that was all. Bye!"
    turns: Annotated[int, Field(ge=1, le=MOST_TURNS)] = Field(default=14, description="It gives up after so many.")


CheckKind = Literal[
    "captured",
    "not_captured",
    "outcome",
    "booked",
    "not_booked",
    "handed_over",
    "not_handed_over",
    "urgent",
    "cites",
    "answered",
    "refuses",
    "never_says",
    "asks_once",
    "discloses",
]
# What a check needs besides its kind.
_NEEDS_FIELD = {"captured", "not_captured"}
_NEEDS_VALUE = {"outcome", "cites", "never_says", "refuses"}


class Check(_Part):
    """One thing that must be true at the end, of what was stored; `never_says` alone looks at words, for secrets.

    `field` is a question's key; `value` what was captured (any, if empty), the flow's outcome, the title of a cited
    document, the id of a rule that must have refused something, or words that must not occur.
    """

    kind: CheckKind
    field: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)] = ""
    value: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000)] = ""

    @model_validator(mode="after")
    def _says_what(self) -> Self:
        if self.kind in _NEEDS_FIELD and not self.field:
            raise ValueError(f"Name the field that “{self.kind}” looks at.")
        if self.kind in _NEEDS_VALUE and not self.value:
            raise ValueError(f"Say what “{self.kind}” looks for.")
        return self


class Failure(Schema):
    """A check that was not met: which, what was expected, and what was found."""

    check: dict[str, Any]
    expected: str
    found: str

"""Bounded texts shared by the shapes of this module."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from tradewind.kernel.payload import Moment, storable

MAX_CONTENT = 500_000
MAX_QUESTION = 500
MAX_ANSWER = 20_000


def _line(value: str) -> str:
    return " ".join(storable(value).split())


def _some(value: str) -> str:
    if not value:
        raise ValueError("must not be empty")
    return value


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120),
    AfterValidator(_line),
    AfterValidator(_some),
]
Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=300),
    AfterValidator(_line),
    AfterValidator(_some),
]
Question = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_QUESTION),
    AfterValidator(_line),
    AfterValidator(_some),
]
Answer = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_ANSWER), AfterValidator(storable)
]
Content = Annotated[
    str,
    StringConstraints(max_length=MAX_CONTENT),
    AfterValidator(storable),
    Field(description="Markdown"),
]
SearchText = Annotated[str, StringConstraints(max_length=200), AfterValidator(storable)]
Expiry = Annotated[
    Moment | None, Field(description="From then on it is neither found nor cited. Null: it holds for good.")
]


def _null_to_empty(value: Any) -> Any:
    return [] if value is None else value


Pattern = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")
]
Patterns = Annotated[list[Pattern], Field(max_length=50), BeforeValidator(_null_to_empty)]
Asked = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000),
    AfterValidator(storable),
    AfterValidator(_some),
]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(storable)]
Correction = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4_000), AfterValidator(storable)]

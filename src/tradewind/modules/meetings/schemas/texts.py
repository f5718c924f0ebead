"""Bounded texts and times of day shared by the shapes of this module."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from tradewind.kernel.payload import storable


def _line(value: str) -> str:
    return " ".join(storable(value).split())


Line = Annotated[str, StringConstraints(max_length=200), AfterValidator(_line)]
RequiredLine = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_line)
]
Prose = Annotated[str, StringConstraints(max_length=5_000), AfterValidator(storable)]
RequiredProse = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5_000), AfterValidator(storable)
]
ClockTime = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
"""A time of day, `HH:MM`, where `24:00` is the end of the day."""

"""A found fact, and how overlapping ones are settled."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["email", "phone", "number", "money", "date", "time", "name", "company", "place"]
Language = Literal["en", "de", "es", "fr"]
LANGUAGES: tuple[Language, ...] = ("en", "de", "es", "fr")

# What lies inside of what: the digits of a date are no number, those of a phone number no time.
_RANK: dict[Kind, int] = {
    "email": 0, "phone": 1, "money": 2, "date": 3, "time": 3, "number": 5, "name": 6, "company": 6, "place": 7,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """`value` said by `text[start:end]`: text, ISO date (`2026-03-08`, or `2026-03` where no day is meant), time
    (`15:30`), number, or `{"amount", "currency"}`. Without `certain` it is a guess that wants to be confirmed."""

    kind: Kind
    start: int
    end: int
    value: Any
    certain: bool = True


def settled(found: Iterable[Span]) -> list[Span]:
    """The spans without those that another one, of a stronger kind or longer, covers or cuts; by their place."""
    kept: list[Span] = []
    for span in sorted(found, key=lambda one: (_RANK[one.kind], -(one.end - one.start), not one.certain, one.start)):
        if not overlaps(span, kept):
            kept.append(span)
    return sorted(kept, key=lambda one: one.start)


def overlaps(span: Span, others: Sequence[Span]) -> bool:
    """Whether a span shares a character with another one."""
    return any(span.start < other.end and other.start < span.end for other in others)

"""Answers as other modules see them."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from tradewind.modules.knowledge.contracts import CLIENT_SCOPES, COLLEAGUE_SCOPES, VISITOR_SCOPES, Passage, Scope

Outcome = Literal["answered", "refused", "off_topic", "small_talk"]
Audience = Literal["visitor", "client", "colleague"]
SCOPES_OF: dict[Audience, frozenset[Scope]] = {
    "visitor": VISITOR_SCOPES,
    "client": CLIENT_SCOPES,
    "colleague": COLLEAGUE_SCOPES,
}
LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a part of an answer comes from: `[number]` in its text. `quote` are the passage's own words."""

    number: int
    chunk_id: UUID
    document_id: UUID
    source_id: UUID
    title: str
    heading: str
    url: str | None
    quote: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """Something a model said that was not shown: no passage supports it, or another rule speaks against it."""

    text: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a question got. `answerable` (0–1) is how likely the passages hold an answer; `by` is `local` or a model.

    `fallback` says why a connected model did not answer. A refusal names the `closest` titles, and `gap_id` gathers it
    with others like it.
    """

    question_id: UUID
    outcome: Outcome
    text: str
    citations: tuple[Citation, ...]
    answerable: float
    by: str
    language: str
    passages: tuple[Passage, ...] = ()
    closest: tuple[str, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    fallback: str | None = None
    duration_ms: int = 0
    gap_id: UUID | None = None

    @property
    def refused(self) -> bool:
        """Whether it says that nothing was found."""
        return self.outcome == "refused"

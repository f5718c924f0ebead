"""What other modules see of knowledge."""

from dataclasses import dataclass
from typing import Literal, get_args
from uuid import UUID

Scope = Literal["public", "clients", "internal"]
SourceKind = Literal["qa", "article", "file", "site"]
SourceStatus = Literal["ready", "working", "failed"]
DocumentStatus = Literal["pending", "indexed", "failed", "excluded"]

# From the widest to the narrowest.
SCOPES: tuple[Scope, ...] = get_args(Scope)
# Whom a passage may be shown to: a visitor sees what is public, a client that too, a colleague everything.
VISITOR_SCOPES: frozenset[Scope] = frozenset({"public"})
CLIENT_SCOPES: frozenset[Scope] = frozenset({"public", "clients"})
COLLEAGUE_SCOPES: frozenset[Scope] = frozenset(SCOPES)


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document that a search found.

    `heading` is the path of headings above it (`Prices › Studios`), `best_sentence` what fits the query best.
    `score` orders passages: a weighted sum of `lexical` (share of the query's words found, weighted by rarity, 0–1),
    `semantic` (cosine) and how well each word's meaning is met. Scores of different queries compare only roughly.
    """

    chunk_id: UUID
    document_id: UUID
    source_id: UUID
    title: str
    url: str | None
    heading: str
    content: str
    best_sentence: str
    score: float
    lexical: float
    semantic: float


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Passages, best first, and how likely they hold the answer (0–1)."""

    passages: tuple[Passage, ...]
    answerable: float

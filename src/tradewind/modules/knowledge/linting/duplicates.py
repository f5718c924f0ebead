"""Passages that say the same twice: where one is changed, the other is forgotten."""

from collections.abc import Iterable
from dataclasses import dataclass

from tradewind.modules.knowledge.answers.words import words
from tradewind.modules.knowledge.linting.subjects import Passage

_LEAST_WORDS = 8
_SAME, _NEAR = 0.97, 0.6


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two passages of two documents with nearly the same words. `overlap` (0–1) is the share they have in common."""

    one: Passage
    other: Passage
    overlap: float

    @property
    def is_exact(self) -> bool:
        """Whether not only nearly all is the same."""
        return self.overlap >= _SAME


def duplicates(pairs: Iterable[tuple[Passage, Passage]]) -> list[Duplicate]:
    """Near duplicates among these pairs, judged by runs of three words; the most alike first."""
    runs: dict[object, frozenset[tuple[str, ...]]] = {}
    found: list[Duplicate] = []
    for one, other in pairs:
        if one.document_id == other.document_id:
            continue
        first, second = (runs.setdefault(passage.chunk_id, _runs(passage)) for passage in (one, other))
        if not first or not second:
            continue
        overlap = len(first & second) / len(first | second)
        if overlap >= _NEAR:
            found.append(Duplicate(one, other, overlap))
    return sorted(found, key=lambda duplicate: -duplicate.overlap)


def _runs(passage: Passage) -> frozenset[tuple[str, ...]]:
    text = f"{passage.title} {passage.content}" if passage.is_pair else passage.content
    found = words(text)
    if len(found) < _LEAST_WORDS:
        return frozenset()
    return frozenset(zip(found, found[1:], found[2:], strict=False))

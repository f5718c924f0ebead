"""Passages that contradict each other: one subject, two prices, numbers, dates, contacts, or a yes and a no."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tradewind.modules.knowledge.answers.values import Value, disagree
from tradewind.modules.knowledge.linting.subjects import Claim, Passage, apart, claims_of, names_in, shared

Embed = Callable[[Sequence[str]], Any]
Topic = Literal["price", "number", "date", "hours", "contact", "yes_no"]
Severity = Literal["high", "medium", "low"]

_TOPICS: dict[str, Topic] = {
    "money": "price", "percent": "number", "duration": "number", "quantity": "number", "date": "date", "time": "hours",
    "email": "contact", "phone": "contact",
}  # fmt: skip
# Least likeness of meaning of two subjects (the statements without their values); a yes and a no say little else.
_LIKE, _LIKE_YES_NO, _LIKE_SURE = 0.50, 0.70, 0.75
_MOST_EXTRA = 3


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two statements that cannot both hold. `likeness` (0–1) is how alike their subjects are."""

    one: Claim
    other: Claim
    topic: Topic
    severity: Severity
    likeness: float
    said: str
    other_said: str


def contradictions(pairs: Iterable[tuple[Passage, Passage]], embed: Embed) -> list[Contradiction]:
    """What contradicts in these pairs of passages, the worst first; each pair of statements once."""
    all_pairs = list(pairs)
    passages = {passage.chunk_id: passage for pair in all_pairs for passage in pair}
    claims = {key: claims_of(passage) for key, passage in passages.items()}
    names = names_in(passages.values())
    suspects: list[tuple[Claim, Claim, Topic, Value | None, Value | None]] = []
    seen: set[frozenset[tuple[Any, str]]] = set()
    for first, second in all_pairs:
        for one in claims[first.chunk_id]:
            for other in claims[second.chunk_id]:
                key = frozenset({(one.passage.chunk_id, one.text), (other.passage.chunk_id, other.text)})
                if len(key) < 2 or key in seen:
                    continue
                seen.add(key)
                if (found := _suspect(one, other, names)) is not None:
                    suspects.append((one, other, *found))
    if not suspects:
        return []
    texts = list(dict.fromkeys(claim.masked for one, other, *_ in suspects for claim in (one, other)))
    vectors = dict(zip(texts, embed(texts), strict=True))
    result: list[Contradiction] = []
    for one, other, topic, value, other_value in suspects:
        likeness = float(vectors[one.masked] @ vectors[other.masked])
        if likeness < (_LIKE_YES_NO if topic == "yes_no" else _LIKE):
            continue
        said = value.text if value else ("no" if one.negated else "yes")
        other_said = other_value.text if other_value else ("no" if other.negated else "yes")
        severity = _severity(one, other, topic, likeness, names)
        result.append(Contradiction(one, other, topic, severity, likeness, said, other_said))
    order = {"high": 0, "medium": 1, "low": 2}
    result.sort(key=lambda found: (order[found.severity], -found.likeness))
    # Of two passages that contradict in several statements of one kind, the clearest is told.
    told: dict[tuple[Any, ...], Contradiction] = {}
    for found in result:
        both = sorted((found.one.passage.chunk_id, found.other.passage.chunk_id))
        told.setdefault((*both, found.topic, *sorted((found.said, found.other_said))), found)
    return list(told.values())


def _suspect(one: Claim, other: Claim, names: frozenset[str]) -> tuple[Topic, Value | None, Value | None] | None:
    """What two statements may contradict in, judged by their words and values alone."""
    common = shared(one, other)
    if not common:
        return None
    only_one, only_other = apart(one, other, names)
    if only_one and only_other:
        return None
    if len(only_one | only_other) > _MOST_EXTRA:
        return None
    clash = _clash(one.values, other.values)
    if clash is not None:
        return (_TOPICS[clash[0].kind], *clash) if len(common) > 1 or one.passage.is_pair or _few(one, other) else None
    if one.negated != other.negated and not only_one and not only_other and len(common) > 1 and not one.values:
        return "yes_no", None, None
    if one.answers and other.answers and one.negated != other.negated:
        return "yes_no", None, None
    return None


def _few(one: Claim, other: Claim) -> bool:
    """Short statements such as rows of tables have few words to share."""
    return min(len(one.own), len(other.own)) <= 2


def _clash(values: Sequence[Value], others: Sequence[Value]) -> tuple[Value, Value] | None:
    """The first pair of comparable values that disagree, unless the same value stands on both sides."""
    for value in values:
        comparable = [(other, disagree(value, other)) for other in others]
        if any(verdict is False for _, verdict in comparable):
            continue
        for other, verdict in comparable:
            if verdict and not any(disagree(mine, other) is False for mine in values):
                return value, other
    return None


def _severity(one: Claim, other: Claim, topic: Topic, likeness: float, names: frozenset[str]) -> Severity:
    only_one, only_other = apart(one, other, names)
    if topic == "contact":
        return "low" if likeness < _LIKE_SURE else "medium"
    if only_one or only_other:
        return "low"
    return "high" if likeness >= _LIKE_SURE else "medium"

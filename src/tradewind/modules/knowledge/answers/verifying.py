"""Whether a passage supports what a model claims from it: its values and names must stand there, its words mostly."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tradewind.modules.knowledge.answers.statements import statements_of
from tradewind.modules.knowledge.answers.values import Value, disagree, values_in
from tradewind.modules.knowledge.answers.words import folded, terms

Embed = Callable[[Sequence[str]], Any]
Reason = Literal["no_source", "value", "name", "negation", "meaning", "empty"]

# Chosen by `bench/answer_thresholds.py` on claims of SciFact and XQuAD, each with a text that supports it and one that
# does not.
LEAST_WORDS, LEAST_MEANING = 0.5, 0.6
_NAME = re.compile(r"(?<![.!?] )(?<!^)\b[A-ZÀ-Þ][\w'’&-]+|\b[A-Z]{2,}\b")
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|cannot|without|neither|nor|kein\w*|nicht|nie|ohne|sin|nunca|jamais|aucun\w*|pas)\b|n['’]t\b"
)
_COMMON = re.compile(r"i|the|an?|we|you|s?he|it|they|th[ie]s|th[ao]t|these|those|yes|no|if|in|on|for|and|or|but")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a claim may be said. `reason` says why not, `detail` what was missing; `quote` is what supports it.

    `words` (0–1) is the share of the claim's words that stand there, `meaning` the cosine of the nearest statement;
    both are 0 where a value or name is missing.
    """

    supported: bool
    reason: Reason | None = None
    detail: str = ""
    quote: str = ""
    words: float = 0.0
    meaning: float = 0.0


def verify(claim: str, passages: Sequence[str], embed: Embed) -> Verdict:
    """Judge a claim by the texts of the passages it names, as Markdown; passing is not proof, failing is."""
    wanted = terms(claim)
    if not wanted:
        return Verdict(False, "empty")
    if not passages:
        return Verdict(False, "no_source")
    text = "\n".join(passages)
    values = values_in(claim)
    if missing := _missing_value(values, values_in(text)):
        return Verdict(False, "value", missing)
    known = set(terms(text))
    if missing := missing_name(claim, values, known):
        return Verdict(False, "name", missing)
    statements = [one for passage in passages for one in statements_of(passage)]
    if not statements:
        return Verdict(False, "no_source")
    nearest = sorted(statements, key=lambda one: -_share(wanted, set(terms(one.whole))))[:8]
    vectors = embed([claim, *(one.whole for one in nearest)])
    meanings = vectors[1:] @ vectors[0]
    place = max(range(len(nearest)), key=lambda index: float(meanings[index]))
    share, meaning = _share(wanted, known), float(meanings[place])
    if share < LEAST_WORDS or meaning < LEAST_MEANING:
        detail = f"{share:.2f} of its words, {meaning:.2f} of its meaning"
        return Verdict(False, "meaning", detail, words=share, meaning=meaning)
    best = nearest[place]
    if _negated(claim) != _negated(best.whole) and _share(wanted, set(terms(best.whole))) >= 0.8:
        return Verdict(False, "negation", best.whole, words=share, meaning=meaning)
    return Verdict(True, quote=best.whole, words=share, meaning=meaning)


def _missing_value(claimed: Sequence[Value], given: Sequence[Value]) -> str:
    """The first value of a claim that no value of the passages equals, or nothing."""
    for value in claimed:
        if value.kind == "quantity" and not value.unit and value.low <= 1:
            continue
        if not any(disagree(value, other) is False for other in given) and not _same_number(value, given):
            return value.text
    return ""


def _same_number(value: Value, given: Sequence[Value]) -> bool:
    """A plain number counts wherever it stands: claims name units in other words than passages."""
    return value.kind == "quantity" and any(
        other.kind in ("quantity", "duration") and other.low == value.low and other.high == value.high
        for other in given
    )


def missing_name(claim: str, values: Sequence[Value], known: set[str]) -> str:
    """The first name in a claim, outside its `values`, with a word that is not among the stems `known`, or nothing."""
    for match in _NAME.finditer(claim):
        name = match.group()
        if any(value.start < match.end() and match.start() < value.end for value in values):
            continue
        if not _COMMON.fullmatch(folded(name)) and not set(terms(name)) <= known:
            return name
    return ""


def _share(wanted: Sequence[str], known: set[str]) -> float:
    return sum(term in known for term in wanted) / len(wanted)


def _negated(text: str) -> bool:
    return len(_NEGATION.findall(folded(text))) % 2 == 1

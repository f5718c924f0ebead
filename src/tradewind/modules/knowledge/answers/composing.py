"""An answer from passages without a language model: the one to three statements that answer, with their sources."""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from tradewind.modules.knowledge.answers.questions import Question, Want
from tradewind.modules.knowledge.answers.statements import Statement, plain, sentences, statements_of
from tradewind.modules.knowledge.answers.values import Kind, values_in
from tradewind.modules.knowledge.answers.words import folded, terms, words

Embed = Callable[[Sequence[str]], Any]

MOST_STATEMENTS = 3
_PASSAGES, _PER_PASSAGE, _EMBEDDED = 6, 60, 16
_LONGEST_PAIR, _MOST_STEPS = 1_500, 15
# Shares of a statement's score, chosen on the even paragraphs of XQuAD and measured on the odd ones.
_MEANING, _WORDS, _KIND, _RANK = 0.45, 0.30, 0.15, 0.10
_CLOSE = 0.75
_LEANING = re.compile(
    r"(?:it|this|these|those|that|they|he|she|his|her|its|their|there|then|however|but|also|and|or|so|such|both|instead"
    r"|otherwise|therefore|thus|additionally|in addition|es|sie|dies\w*|diese\w*|jedoch|aber|auch|esto|estos|ello)\b"
)
_PLACE = re.compile(r"\b(?:in|at|near|located|from|street|avenue|road|stra(?:ss|ß)e|city|country|calle|rue)\b", re.I)
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][\w'-]+(?: [A-Z][\w'-]+)*")
_KINDS: dict[Want, frozenset[Kind]] = {
    "price": frozenset({"money"}),
    "number": frozenset({"quantity", "percent", "money", "duration"}),
    "duration": frozenset({"duration"}),
    "date": frozenset({"date"}),
    "time": frozenset({"time"}),
    "contact": frozenset({"email", "phone"}),
}
_REASON = re.compile(r"\b(?:because|since|due to|so that|in order to|as a result|reason|weil|damit|porque|parce que)\b")
_YEAR = re.compile(r"\b1[0-9]{3}\b|\b20[0-9]{2}\b")


class Readable(Protocol):
    """What is needed of a passage. `is_pair` says that its title is a question and its content the answer."""

    @property
    def title(self) -> str: ...
    @property
    def heading(self) -> str: ...
    @property
    def content(self) -> str: ...
    @property
    def score(self) -> float: ...
    @property
    def is_pair(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Quote:
    """What was taken from the passage at `place` of those given."""

    place: int
    text: str


@dataclass(frozen=True, slots=True)
class Composed:
    """An answer with `[1]` after what comes from its first quote. `fit` (0–1) is how well the best statement fits."""

    text: str
    quotes: tuple[Quote, ...]
    fit: float


@dataclass(slots=True)
class _Candidate:
    place: int
    order: int
    statement: Statement
    terms: frozenset[str]
    around: frozenset[str]
    values: frozenset[Kind] = frozenset()
    words: float = 0.0
    meaning: float = 0.0
    score: float = 0.0
    neighbours: list["_Candidate"] = field(default_factory=list, repr=False)


def compose(question: Question, passages: Sequence[Readable], embed: Embed) -> Composed | None:
    """The best answer the passages (best first) hold, or None where they hold no words at all.

    `embed` gives normalised vectors, one a text. Whether the answer is good enough to be given is the caller's call.
    """
    candidates = _candidates(question, passages[:_PASSAGES])
    if not candidates:
        return None
    asked = _weigh(question, candidates)
    kept = sorted(candidates, key=lambda one: (-one.score, one.place, one.order))[:_EMBEDDED]
    vectors = embed([question.text, *(_in_context(one) for one in kept)])
    meanings = vectors[1:] @ vectors[0]
    best_rank = max((passage.score for passage in passages), default=0.0) or 1.0
    for one, meaning in zip(kept, meanings, strict=True):
        one.meaning = float(meaning)
        one.score = (
            _MEANING * one.meaning
            + _WORDS * one.words
            + _KIND * _fits(question, one)
            + _RANK * max(0.0, passages[one.place].score / best_rank)
        )
    kept.sort(key=lambda one: (-one.score, one.place, one.order))
    best = kept[0]
    fit = max(0.0, min(1.0, 0.6 * best.meaning + 0.4 * best.words)) if asked else max(0.0, best.meaning)
    if passages[best.place].is_pair:
        return answer_of(passages[best.place], best.place, fit)
    if listed := _list_around(question, best, candidates):
        return _listed(best.place, listed, fit)
    return _joined(_chosen(kept, candidates), fit)


def quotable(passage: Readable) -> bool:
    """Whether a passage states anything that may be quoted."""
    return passage.is_pair or bool(statements_of(passage.content))


def _candidates(question: Question, passages: Sequence[Readable]) -> list[_Candidate]:
    found: list[_Candidate] = []
    for place, passage in enumerate(passages):
        around = frozenset(terms(f"{passage.title} {passage.heading}"))
        if passage.is_pair:
            statement = Statement(plain(passage.title), "sentence", 0, lead_in="")
            found.append(_Candidate(place, 0, statement, frozenset(terms(passage.title)), frozenset(
                terms(passage.content[:_LONGEST_PAIR]))))  # fmt: skip
            continue
        for order, statement in enumerate(statements_of(passage.content, passage.heading)[:_PER_PASSAGE]):
            own = frozenset(terms(statement.whole))
            if own:
                nearby = around | frozenset(terms(statement.heading))
                found.append(_Candidate(place, order, statement, own, nearby))
    return found


def _weigh(question: Question, candidates: list[_Candidate]) -> bool:
    """Give each candidate the share of the question's words it has, rare ones counting more."""
    seen = Counter(term for one in candidates for term in one.terms)
    weights = {term: math.log(1 + len(candidates) / (1 + seen[term])) for term in question.terms}
    total = sum(weights.values())
    for one in candidates:
        if total:
            shared = sum(weight for term, weight in weights.items() if term in one.terms)
            nearby = sum(weight for term, weight in weights.items() if term in one.around and term not in one.terms)
            one.words = (shared + 0.6 * nearby) / total
        one.values = frozenset(value.kind for value in values_in(one.statement.text))
        one.score = one.words + 0.2 * _fits(question, one) - 0.05 * one.place
    return bool(total)


def _fits(question: Question, one: _Candidate) -> float:
    """Whether a statement holds the kind of thing that is asked for: 0, 0.5 or 1."""
    text = one.statement.text
    for want in question.wants:
        if _KINDS.get(want, frozenset()) & one.values or (want == "date" and _YEAR.search(text)):
            return 1.0
        if want == "steps" and one.statement.form == "step":
            return 1.0
        if (want == "person" and _NAME.search(text)) or (
            want == "place" and _PLACE.search(text) and _NAME.search(text)
        ):
            return 0.5
        if want == "reason" and _REASON.search(folded(text)):
            return 1.0
    return 0.0


def _in_context(one: _Candidate) -> str:
    return f"{one.statement.heading}: {one.statement.whole}" if one.statement.heading else one.statement.whole


def answer_of(passage: Readable, place: int, fit: float) -> Composed:
    """The answer of the question-and-answer pair at `place`, as it was written."""
    text = passage.content.strip()
    if len(text) > _LONGEST_PAIR:
        cut = text.rfind(". ", 0, _LONGEST_PAIR) + 1
        text = text[: cut or _LONGEST_PAIR].strip() + " …"
    return Composed(f"{text} [1]", (Quote(place, text),), fit)


def _list_around(question: Question, best: _Candidate, candidates: list[_Candidate]) -> list[_Candidate]:
    """The whole list the best statement belongs to, where a part of it would be no answer."""
    same_place = [one for one in candidates if one.place == best.place]
    if best.statement.form == "step" and "steps" in question.wants:
        return [one for one in same_place if one.statement.block == best.statement.block][:_MOST_STEPS]
    if best.statement.text.endswith(":"):
        below = [one for one in same_place if one.statement.lead_in == best.statement.text]
        return below[:_MOST_STEPS]
    if best.statement.form in ("item", "step"):
        asked = frozenset(question.terms)
        lead_in = frozenset(terms(best.statement.lead_in or best.statement.heading))
        own = frozenset(terms(best.statement.text))
        if asked & lead_in and not asked & (own - lead_in):
            return [one for one in same_place if one.statement.block == best.statement.block][:_MOST_STEPS]
    return []


def _listed(place: int, listed: list[_Candidate], fit: float) -> Composed:
    lead_in = listed[0].statement.lead_in
    ordered = listed[0].statement.form == "step"
    lines = [f"{f'{number}.' if ordered else '-'} {one.statement.text}" for number, one in enumerate(listed, 1)]
    text = "\n".join([*([lead_in] if lead_in else []), *lines])
    return Composed(f"{text} [1]", (Quote(place, text),), fit)


def _chosen(kept: list[_Candidate], candidates: list[_Candidate]) -> list[_Candidate]:
    """The best statement, those that come close and add something, and what they lean on."""
    best = kept[0]
    chosen = [best]
    if _leans(best):
        before = [one for one in candidates if one.place == best.place and one.order == best.order - 1]
        chosen += [one for one in before if one.statement.block == best.statement.block]
    for one in kept[1:]:
        if len(chosen) >= MOST_STATEMENTS or one.score < _CLOSE * best.score:
            break
        known = frozenset[str]().union(*(other.terms for other in chosen))
        is_new = len(one.terms - known) >= max(2, len(one.terms) // 3)
        if one not in chosen and is_new and not one.statement.text.endswith(":") and not _leans(one):
            chosen.append(one)
    places = list(dict.fromkeys(one.place for one in chosen))
    return sorted(chosen, key=lambda one: (places.index(one.place), one.order))


def _leans(one: _Candidate) -> bool:
    return one.statement.form == "sentence" and bool(_LEANING.match(folded(one.statement.text)))


def _joined(chosen: list[_Candidate], fit: float) -> Composed:
    parts: list[str] = []
    quotes: list[Quote] = []
    for place in dict.fromkeys(one.place for one in chosen):
        text = " ".join(_sentence(one.statement) for one in chosen if one.place == place)
        quotes.append(Quote(place, text))
        parts.append(f"{text} [{len(quotes)}]")
    return Composed(" ".join(parts), tuple(quotes), fit)


def _sentence(statement: Statement) -> str:
    """A statement as it reads among others: items with what introduces them, an end to each."""
    text = statement.text
    if statement.form in ("item", "step") and statement.lead_in:
        text = f"{statement.lead_in} {text}"
    if statement.form == "row" and statement.heading and len(words(text)) < 12:
        text = f"{statement.heading}: {text}"
    return text if re.search(r"[.!?…:;)\"”’]$", text) else f"{text}."


def first_sentences(text: str, count: int = 2) -> str:
    """The beginning of a text, in whole sentences."""
    return " ".join(sentences(plain(text))[:count])

"""What a passage says about what: statements with their values taken out, so that two can be laid side by side."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from tradewind.modules.knowledge.answers.statements import Statement, plain, statements_of
from tradewind.modules.knowledge.answers.values import Value, values_in
from tradewind.modules.knowledge.answers.words import folded, stem, terms

_NEGATION = re.compile(
    r"\b(?:not|no|never|none|cannot|without|neither|kein\w*|nicht|nie|ohne|sin|nunca|jamais|aucun\w*|pas)\b|n['’]t\b"
)
_YES = re.compile(r"^(?:yes|of course|certainly|absolutely|ja|si|sí|oui)\b", re.I)
_NO = re.compile(r"^(?:no|unfortunately not|nein|non)\b(?! longer| later)", re.I)
_OPPOSITES = {
    "unavailable": "available", "impossible": "possible", "excluded": "included", "exclude": "include",
    "excludes": "includes", "forbidden": "allowed", "prohibited": "allowed", "unlimited": "limited",
    "optional": "required", "closed": "open", "close": "open", "closes": "open", "nonrefundable": "refundable",
    "unsupported": "supported", "disabled": "enabled", "invalid": "valid", "decline": "accept", "declines": "accept",
}  # fmt: skip
# Words of titles and sentences by which nothing is told apart.
_LIGHT = frozenset(
    stem(word) for word in (Path(__file__).parent / "light_words.txt").read_text(encoding="utf-8").split()
)
_NAME = re.compile(r"(?<=[a-z0-9,;:] )[A-ZÀ-Þ][\w'’-]+")


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk as the checks read it. `is_pair`: its title asks and its content answers."""

    chunk_id: UUID
    document_id: UUID
    title: str
    heading: str
    content: str
    scope: str
    url: str | None = None
    is_pair: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of a passage: its `values`, whether it is `negated`, and what it is about.

    `own` are the words of the statement itself, `around` those of headings and title that stand above it.
    """

    passage: Passage
    statement: Statement
    values: tuple[Value, ...]
    negated: bool
    own: frozenset[str]
    around: frozenset[str]
    answers: bool = False

    @property
    def text(self) -> str:
        """The statement as people read it."""
        return self.statement.whole

    @property
    def masked(self) -> str:
        """The statement with its context and without its values, for comparing the meaning of subjects."""
        text = _without(self.statement.whole, self.values)
        context = self.passage.title if self.passage.is_pair else self.statement.heading
        return f"{context}: {text}" if context else text


def claims_of(passage: Passage) -> list[Claim]:
    """What a passage says. Of a pair, the question belongs to the subject of every sentence of its answer."""
    found: list[Claim] = []
    for place, statement in enumerate(statements_of(passage.content, passage.heading)):
        text = statement.whole
        if text.endswith("?"):
            continue
        values = tuple(values_in(text))
        bare, turned = _turned(_without(text, values))
        own = frozenset(terms(bare))
        if passage.is_pair:
            own |= frozenset(terms(_without(passage.title, tuple(values_in(passage.title)))))
        around = frozenset(terms(f"{statement.heading} {'' if passage.is_pair else passage.title}"))
        own |= {stem(value.period) for value in values if value.period}
        reply = _reply(text) if place == 0 and passage.is_pair else None
        odd = (len(_NEGATION.findall(folded(text))) + turned) % 2 == 1
        if own:
            negated = odd if reply is None else reply == "no"
            found.append(Claim(passage, statement, values, negated, own, around, answers=reply is not None))
    return found


def _reply(text: str) -> str | None:
    return "yes" if _YES.match(text) else "no" if _NO.match(text) else None


def names_in(passages: Iterable[Passage]) -> frozenset[str]:
    """Stems of words that texts write with a capital in the middle of sentences: what tells things apart."""
    capital: Counter[str] = Counter()
    everything: Counter[str] = Counter()
    for passage in passages:
        text = plain(passage.content)
        capital.update(stem(folded(match.group())) for match in _NAME.finditer(text))
        everything.update(terms(text))
    return frozenset(name for name, count in capital.items() if 2 * count >= everything[name])


def apart(one: Claim, other: Claim, names: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The telling words that only one of two claims has, for each; both having some means two different subjects."""
    all_of_one, all_of_other = one.own | one.around, other.own | other.around
    return _telling(one, all_of_other, names), _telling(other, all_of_one, names)


def shared(one: Claim, other: Claim) -> frozenset[str]:
    """Words both claims are about, those of headings counting for the other's sentence."""
    return (one.own & (other.own | other.around)) | (other.own & (one.own | one.around))


def _telling(claim: Claim, known: frozenset[str], names: frozenset[str]) -> frozenset[str]:
    heading = frozenset(terms(claim.statement.heading)) - _LIGHT
    return frozenset((claim.own - known) - _LIGHT) | (heading - known) | ((claim.around - known) & names)


def _without(text: str, values: Sequence[Value]) -> str:
    parts, place = [], 0
    for value in values:
        parts.append(text[place : value.start])
        place = value.end
    parts.append(text[place:])
    return re.sub(r"\s+", " ", " ".join(parts)).strip()


def _turned(text: str) -> tuple[str, int]:
    """The text with opposites turned into their plain forms, and how many were."""
    count = 0
    turned = []
    for word in re.findall(r"[\w'’]+|[^\w\s]+", text):
        opposite = _OPPOSITES.get(folded(word).replace("-", ""))
        count += opposite is not None
        turned.append(opposite or word)
    return " ".join(turned), count

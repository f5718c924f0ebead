"""Whether a visitor left content: words that carry a mood, the later ones counting more."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Sentiment = Literal["positive", "neutral", "negative"]
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_FADING = 0.7
_REACH = 3
# Below this a single weak word would decide.
_CLEAR = 0.5


@dataclass(frozen=True, slots=True)
class _Words:
    positive: frozenset[str]
    negative: frozenset[str]
    negation: frozenset[str]


@cache
def phrases() -> dict[str, dict[str, str]]:
    """The file of phrases."""
    return tomllib.loads((files("tradewind.modules.conversations.review") / "phrases.toml").read_text("utf-8"))


@cache
def _words() -> _Words:
    read = phrases()
    sets = [
        frozenset(word for line in read[name].values() for word in line.split())
        for name in ("positive", "negative", "negation")
    ]
    return _Words(*sets)


def sentiment(texts: Sequence[str]) -> Sentiment:
    """The mood of a visitor's texts, in the order they were written; what came last weighs most."""
    weight, total = 1.0, 0.0
    for text in reversed(texts):
        total += weight * _mood(text)
        weight *= _FADING
    if abs(total) < _CLEAR:
        return "neutral"
    return "positive" if total > 0 else "negative"


def _mood(text: str) -> float:
    words = _words()
    found = [word.lower().replace("’", "'") for word in _WORD.findall(text)]
    total = 0
    for place, word in enumerate(found):
        value = (word in words.positive) - (word in words.negative)
        if value and words.negation.intersection(found[max(0, place - _REACH) : place]):
            value = -value
        total += value
    return max(-2.0, min(2.0, float(total)))

"""What must not be said by a machine that speaks for a firm, whatever the source."""

import re

from tradewind.modules.conversations.engine.phrases import folded, found, says

_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>()\[\]\"']+", re.IGNORECASE)
_SHINGLE = 7


def claims_to_be_human(text: str) -> bool:
    """Whether a text says that a person speaks."""
    return says("human", text)


def promises(text: str) -> tuple[str, ...]:
    """Words by which a firm would be bound."""
    return found("promise", text)


def discounts(text: str) -> tuple[str, ...]:
    """Words that give something away."""
    return found("discount", text)


def addresses(text: str) -> tuple[str, ...]:
    """Web addresses in a text."""
    return tuple(match[0].rstrip(".,;:!?") for match in _ADDRESS.finditer(text))


def repeats(text: str, secret: str) -> bool:
    """Whether a text repeats seven words in a row of another, which is not meant for visitors."""
    said, kept = (re.findall(r"\w+", folded(one)) for one in (text, secret))
    there = {tuple(kept[place : place + _SHINGLE]) for place in range(len(kept) - _SHINGLE + 1)}
    return any(tuple(said[place : place + _SHINGLE]) in there for place in range(len(said) - _SHINGLE + 1))

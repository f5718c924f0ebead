"""A summary made of the conversation's own sentences: what was wanted, what was answered, what is left to do."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from tradewind.modules.conversations.review.moods import phrases

_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")
_SHORTEST, _LONGEST = 6, 220
_MOST_ITEMS = 5


@dataclass(frozen=True, slots=True)
class Said:
    """One message: by the visitor, or by the agent or a member."""

    by_visitor: bool
    text: str


def summary(said: Sequence[Said]) -> str:
    """What the visitor wanted and was told last, in their words; empty if the visitor said nothing."""
    wanted = [one for message in said if message.by_visitor for one in sentences(message.text)]
    if not wanted:
        return ""
    questions = [one for one in wanted if one.rstrip().endswith(("?", "？"))]
    chosen = _first_new([*wanted[:1], *questions[:2], *sorted(wanted, key=len, reverse=True)[:1]], most=3)
    parts = [f"The visitor wrote: {' '.join(f'“{one}”' for one in chosen)}"]
    answers = (sentences(message.text) for message in reversed(said) if not message.by_visitor)
    last = next((found for found in answers if found), None)
    if last is not None:
        # A greeting, or that an AI speaks, is shorter than what is told.
        parts.append(f"The last answer was: “{max(last, key=len)}”")
    return " ".join(parts)


def action_items(said: Sequence[Said]) -> list[str]:
    """What was promised to the visitor, and what the visitor asked for at the end without an answer."""
    promised = [
        one
        for message in said
        if not message.by_visitor
        for one in sentences(message.text)
        if _pattern("all").search(one) and not one.endswith("?")
    ]
    unanswered = [
        one
        for message in _tail(said)
        for one in sentences(message.text)
        if one.endswith("?") or _pattern("asked").search(one)
    ]
    return _first_new([*promised, *unanswered], most=_MOST_ITEMS)


def sentences(text: str) -> list[str]:
    """The sentences of a text that say something, cut to a readable length."""
    found = (" ".join(one.split()) for one in _END.split(text))
    told = (one for one in found if len(one) >= _SHORTEST and " " in one)
    return [one if len(one) <= _LONGEST else f"{one[: _LONGEST - 1]}…" for one in told]


def _tail(said: Sequence[Said]) -> list[Said]:
    """What the visitor said after the last answer."""
    place = len(said)
    while place and said[place - 1].by_visitor:
        place -= 1
    return list(said[place:])


def _first_new(texts: Sequence[str], *, most: int) -> list[str]:
    return list(dict.fromkeys(texts))[:most]


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{phrases()['promise'][name]})(?!\w)", re.IGNORECASE)

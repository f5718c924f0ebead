"""Words that say that somebody cannot wait. Rules first: they can be read, and they know four languages."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from tradewind.modules.qualification.contracts import UrgencyLevel

_SENTENCE = re.compile(r"[^.!?…\n]+[.!?…\n]*")
_WORDS = re.compile(r"<(\w+)>")


@dataclass(frozen=True, slots=True)
class Sign:
    """A pattern and what it means, in words. `general`: no sign where the sentence asks in general or of the past."""

    level: UrgencyLevel
    why: str
    pattern: re.Pattern[str]
    general: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The strongest sign of a text, where it stands, and all signs in words."""

    level: UrgencyLevel
    why: str
    start: int
    end: int
    signs: tuple[str, ...]


@cache
def _signs() -> tuple[Sign, ...]:
    """The signs of `urgency_signs.tsv`, the phrases of one reason joined, and those of `dangers.toml`.

    What can wait has the level none; a bare name of a danger (`topic`) is none where somebody asks in general.
    """
    phrases: dict[tuple[str, str], list[str]] = {}
    for line in _content("urgency_signs.tsv").splitlines():
        if not line.startswith("#"):
            level, why, phrase = line.split("\t")
            phrases.setdefault((level, why), []).append(phrase)
    signs = [
        Sign("urgent" if level == "topic" else level, why, _joined(listed), level == "topic")  # type: ignore[arg-type]
        for (level, why), listed in phrases.items()
    ]
    dangers = tomllib.loads(_content("dangers.toml"))
    for one in dangers["signs"]:
        words = dangers["words"][one["language"]]
        listed = [_WORDS.sub(lambda name, words=words: words[name[1]], phrase) for phrase in one["patterns"]]
        signs.append(Sign("urgent", one["why"], _joined(listed), general=True))
    return tuple(signs)


@cache
def _calm() -> re.Pattern[str]:
    return next(sign.pattern for sign in _signs() if sign.level == "none")


@cache
def _manner(name: str) -> re.Pattern[str]:
    """How a sentence is meant: `general` for questions in general, `over` for what is past or mended."""
    return _joined(tomllib.loads(_content("dangers.toml"))[name]["patterns"])


def _content(name: str) -> str:
    return (files("tradewind.modules.qualification.engine") / name).read_text("utf-8")


def _joined(phrases: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})", re.IGNORECASE)


def is_calm(text: str) -> bool:
    """Whether a text says itself that it can wait, or speaks of urgency only in general."""
    return _calm().search(text) is not None


def is_over(text: str) -> bool:
    """Whether a text in English tells of what is past or mended."""
    return _manner("over").search(text) is not None


def by_rules(text: str) -> Found | None:
    """The strongest sign in a text; None without one, or where the text says that it can wait."""
    hits = [(sign, match) for sign in _signs() if sign.level != "none" and (match := _found(sign, text))]
    calm = _calm().search(text)
    if calm is not None:
        hits = [
            (sign, match) for sign, match in hits if match.end() <= calm.start() - 2 or match.start() >= calm.end() + 20
        ]
    if not hits:
        return None
    sign, match = min(hits, key=lambda hit: (hit[0].level != "urgent", hit[1].start()))
    return Found(sign.level, sign.why, match.start(), match.end(), tuple(dict.fromkeys(one.why for one, _ in hits)))


def _found(sign: Sign, text: str) -> re.Match[str] | None:
    """The first place of a sign that counts."""
    if not sign.general:
        return sign.pattern.search(text)
    for sentence in _SENTENCE.finditer(text):
        match = sign.pattern.search(text, sentence.start(), sentence.end())
        if match is not None and not _manner("general").search(text, sentence.start(), sentence.end()):
            return match
    return None

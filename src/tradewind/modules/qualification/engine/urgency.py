"""Words that say that somebody cannot wait. Rules first: they can be read, and they know four languages."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from tradewind.modules.qualification.contracts import UrgencyLevel


@dataclass(frozen=True, slots=True)
class Sign:
    """A pattern and what it means, in words."""

    level: UrgencyLevel
    why: str
    pattern: re.Pattern[str]


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
    """The signs of `urgency_signs.tsv`, the phrases of one reason joined; what can wait has the level none."""
    content = (files("tradewind.modules.qualification.engine") / "urgency_signs.tsv").read_text("utf-8")
    phrases: dict[tuple[str, str], list[str]] = {}
    for line in content.splitlines():
        if not line.startswith("#"):
            level, why, phrase = line.split("\t")
            phrases.setdefault((level, why), []).append(phrase)
    return tuple(
        Sign(level, why, re.compile(rf"(?<!\w)(?:{'|'.join(listed)})", re.IGNORECASE))  # type: ignore[arg-type]
        for (level, why), listed in phrases.items()
    )


@cache
def _calm() -> re.Pattern[str]:
    return next(sign.pattern for sign in _signs() if sign.level == "none")


def is_calm(text: str) -> bool:
    """Whether a text says itself that it can wait, or speaks of urgency only in general."""
    return _calm().search(text) is not None


def by_rules(text: str) -> Found | None:
    """The strongest sign in a text; None without one, or where the text says that it can wait."""
    hits = [(sign, match) for sign in _signs() if sign.level != "none" and (match := sign.pattern.search(text))]
    calm = _calm().search(text)
    if calm is not None:
        hits = [
            (sign, match) for sign, match in hits if match.end() <= calm.start() - 2 or match.start() >= calm.end() + 20
        ]
    if not hits:
        return None
    sign, match = min(hits, key=lambda hit: (hit[0].level != "urgent", hit[1].start()))
    return Found(sign.level, sign.why, match.start(), match.end(), tuple(dict.fromkeys(one.why for one, _ in hits)))

"""Phrases by what they do in a message (`phrases.tsv`), and the patterns made of them."""

import re
from functools import cache
from importlib.resources import files


@cache
def _phrases() -> dict[tuple[str, str], list[str]]:
    content = (files("tradewind.modules.qualification.reading") / "phrases.tsv").read_text("utf-8")
    found: dict[tuple[str, str], list[str]] = {}
    for line in content.splitlines():
        if not line.startswith("#"):
            group, language, phrase = line.split("\t")
            found.setdefault((group, language), []).append(phrase)
    return found


def any_of(group: str, language: str) -> str:
    """A regular expression for any phrase of a group in one language; one that fits nothing where there is none."""
    found = _phrases().get((group, language))
    return f"(?:{'|'.join(found)})" if found else "(?!)"


@cache
def pattern(groups: tuple[str, ...], language: str, shape: str = r"(?<!\w)%s(?!\w)") -> re.Pattern[str]:
    """The compiled pattern of groups in one language; `shape` says what must stand around a phrase."""
    joined = "|".join(any_of(group, language) for group in groups)
    return re.compile(shape.replace("%s", f"(?:{joined})"), re.IGNORECASE)


def spoken(language: str) -> tuple[str, ...]:
    """The languages to read a message in: its own, and English, which stands in many."""
    return (language,) if language == "en" else (language, "en")

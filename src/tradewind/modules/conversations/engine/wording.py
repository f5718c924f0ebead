"""The engine's own words, in the languages it has them in: one TOML file each under `texts/`."""

import tomllib
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton

MAIN = "en"


@cache
def texts() -> dict[str, dict[str, str]]:
    """All fixed texts by language and key."""
    folder = files("tradewind.modules.conversations.engine") / "texts"
    return {
        file.name.removesuffix(".toml"): tomllib.loads(file.read_text(encoding="utf-8"))
        for file in sorted(folder.iterdir(), key=lambda one: one.name)
        if file.name.endswith(".toml")
    }


def say(key: str, language: str, **values: str) -> str:
    """A fixed text; in English where the language has none."""
    return texts().get(language, texts()[MAIN])[key].format(**values)


def speaks(language: str) -> bool:
    """Whether the engine has words of its own in this language."""
    return language in texts()


def language_name(code: str, language: str) -> str:
    """What a language is called in another one; its code where nobody knows."""
    try:
        return Locale.parse(language if speaks(language) else MAIN).languages.get(code, code)
    except (UnknownLocaleError, ValueError):
        return code


def time_label(moment: datetime, zone: str, language: str) -> str:
    """A moment as people say it, e.g. “Tue 24 Nov, 10:00”: weekday, day, month and time in `zone`."""
    locale = "en_GB" if language == MAIN or not speaks(language) else language
    local = moment.astimezone(ZoneInfo(zone))
    day = format_skeleton("MMMEd", local, locale=locale)
    return f"{day}, {local:%H:%M}"


def joined(parts: Sequence[str]) -> str:
    """Parts of a message as paragraphs."""
    return "\n\n".join(part.strip() for part in parts if part.strip())

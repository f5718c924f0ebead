"""What the engine itself says between and around questions: one TOML file a language under `texts/`."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

Spoken = Literal["en", "de", "es", "fr", "it", "pt", "nl", "pl", "ar"]
SPOKEN: tuple[Spoken, ...] = get_args(Spoken)


@cache
def _texts(language: str) -> dict[str, Any]:
    """The texts of a language; the English ones where there are none of it."""
    known = language if language in SPOKEN else "en"
    folder = files("tradewind.modules.qualification.engine") / "texts"
    return tomllib.loads((folder / f"{known}.toml").read_text("utf-8"))


def phrase(name: str, language: str, **values: str) -> str:
    """A phrase of the engine; in English where it has none in this language."""
    return _texts(language)[name].format(**values)


def transition(after: Literal["answer", "refusal", "correction"], language: str, place: int, *, value: str = "") -> str:
    """Words before the next question; `place` chooses among several, so that no two in a row are the same."""
    ways = _texts(language)[f"after_{after}"]
    return ways[place % len(ways)].format(value=value)

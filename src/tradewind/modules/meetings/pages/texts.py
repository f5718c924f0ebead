"""Texts of the public pages by language. The page gets those of its language; its script holds none."""

import json
from functools import lru_cache
from pathlib import Path

from tradewind.kernel.languages import LANGUAGES as LANGUAGES
from tradewind.kernel.languages import choose_language as choose_language

_FOLDER = Path(__file__).parent / "texts"


@lru_cache
def texts(language: str) -> dict[str, str]:
    """All texts of a language, by key."""
    return json.loads((_FOLDER / f"{language}.json").read_text("utf-8"))

"""Texts of the public pages by language."""

import json
from functools import lru_cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "texts"


@lru_cache
def texts(language: str) -> dict[str, str]:
    """All texts of a language, by key."""
    return json.loads((_FOLDER / f"{language}.json").read_text("utf-8"))

"""What visitors say that needs no model to be understood: yes and no, a wish for a person, for no AI, for a meeting."""

import re
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Literal

Phrase = Literal["person", "no_ai", "who", "meeting", "insult", "human", "promise", "discount"]
_POLITE = (
    r"(?:please|thanks|thank you|bitte|danke|gern(?:e)?|por favor|gracias|s'il (?:vous|te) plait|merci|per favore|do|it"
    r"|that|then)"
)
_LONGEST = 2_000


def folded(text: str) -> str:
    """Lower case without accents, on one line."""
    plain = unicodedata.normalize("NFKD", text[:_LONGEST].casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).replace("’", "'").split())


def says(phrase: Phrase, text: str) -> bool:
    """Whether a text says this."""
    return _patterns(phrase).search(folded(text)) is not None


def found(phrase: Phrase, text: str) -> tuple[str, ...]:
    """The parts of a text that say this, folded."""
    return tuple(match[0] for match in _patterns(phrase).finditer(folded(text)))


def yes_or_no(text: str) -> Literal["yes", "no"] | None:
    """A text that is a plain yes or a plain no, with polite words at most; None for everything else.

    “Yes, but …” is neither: who books or calls people on a yes must not guess.
    """
    plain = re.sub(r"[^\w'\s]", " ", folded(text))
    plain = " ".join(plain.split())
    for answer in ("yes", "no"):
        if _answers(answer).fullmatch(plain):
            return answer
    return None


@cache
def _phrases() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((files("tradewind.modules.conversations.engine") / "phrases.toml").read_text("utf-8"))


@cache
def _patterns(phrase: Phrase) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in _phrases()[phrase]["patterns"]))


@cache
def _answers(answer: Literal["yes", "no"]) -> re.Pattern[str]:
    words = "|".join(_phrases()[answer]["words"])
    return re.compile(rf"(?:{words})(?: (?:{words}|{_POLITE}))*")

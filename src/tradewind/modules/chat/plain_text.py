"""What visitors write, without characters that nobody sees but that deceive people, filters and models."""

import re
import unicodedata

MAX_CHARACTERS = 10_000
_MAX_MARKS = 8
# Line breaks and tabs stay; other controls go, and with them: soft hyphens, zero-width and invisible operators,
# directional overrides and isolates, byte order marks, annotations, tags and variation selectors beyond emoji.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffc\ufe00-\ufe0d"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_JOINERS = re.compile("[\u200c\u200d]+")
_BREAKS = re.compile(r"\n{3,}")


def plain(text: str) -> str:
    """The text as people see it: composed, without what is invisible, runs of marks and of empty lines cut.

    Joiners stay where writing needs them: in emoji, and between letters of scripts that join.
    """
    text = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = _JOINERS.sub(_joiner, _INVISIBLE.sub("", text))
    return _BREAKS.sub("\n\n", _without_piles(text)).strip()


def line(text: str) -> str:
    """The same on one line."""
    return " ".join(plain(text).split())


def _joiner(found: re.Match[str]) -> str:
    before = found.string[found.start() - 1] if found.start() else " "
    after = found.string[found.end()] if found.end() < len(found.string) else " "
    return found[0][0] if _joins(before) and _joins(after) else ""


def _joins(character: str) -> bool:
    """Whether a joiner beside it has a meaning: letters without case, marks, and pictures."""
    return unicodedata.category(character) in ("Lo", "Mn", "Mc", "So", "Sk") or character in "\ufe0f\u2640\u2642"


def _without_piles(text: str) -> str:
    kept: list[str] = []
    run = 0
    for character in text:
        run = run + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if run <= _MAX_MARKS:
            kept.append(character)
    return "".join(kept)

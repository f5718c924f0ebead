"""Names and texts of strangers, made fit for calendars, mail headers and lines of text."""

import unicodedata

# Control characters, line and paragraph separators, surrogates, and marks that turn the direction of writing.
_UNSEEN = frozenset({"Cc", "Zl", "Zp", "Cs"})
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def one_line(text: str, longest: int = 200) -> str:
    """A text on one line without characters that break headers or hide what is written."""
    seen = (" " if unicodedata.category(one) in _UNSEEN else one for one in text if one not in _TURNING)
    return " ".join("".join(seen).split())[:longest].rstrip()


def paragraphs(text: str, longest: int = 4_000) -> str:
    """A text whose lines stay, without other control characters."""
    return "\n".join(one_line(line, longest) for line in text.replace("\r\n", "\n").split("\n")).strip()[:longest]

"""Messages without characters that cannot be seen, and where each character stood."""

import unicodedata
from dataclasses import dataclass

# Joiners and marks of direction; people who write Arabic or compound emoji need them, facts do not.
_UNSEEN = frozenset(
    "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
MAX_LENGTH = 4_000


@dataclass(frozen=True, slots=True)
class Clean:
    """`text` to read, cut at MAX_LENGTH characters; `quote` gives the visitor's own characters of a part of it."""

    text: str
    original: str
    places: tuple[int, ...]

    def quote(self, start: int, end: int) -> str:
        """The verbatim part of the message that stands behind `text[start:end]`."""
        return self.original[self.places[start] : self.places[end - 1] + 1]


def clean(message: str) -> Clean:
    """A message as it is read: unseen characters dropped, wide forms and odd spaces made plain, one for one."""
    kept: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(message):
        if letter in _UNSEEN:
            continue
        plain = unicodedata.normalize("NFKC", letter)
        if len(plain) != 1 or letter in "€£¥":
            plain = letter
        kept.append(" " if unicodedata.category(plain) in ("Zs", "Cc") else plain)
        places.append(place)
        if len(kept) == MAX_LENGTH:
            break
    return Clean("".join(kept), message, tuple(places))

"""Words of texts as the index knows them: folded, stemmed by PostgreSQL, hashed with the organisation."""

import re
import unicodedata
import zlib
from uuid import UUID

# Dictionaries that come with PostgreSQL; each knows the words without content of its language, too.
DICTIONARIES = {
    "ar": "arabic", "da": "danish", "de": "german", "en": "english", "es": "spanish", "fi": "finnish", "fr": "french",
    "hu": "hungarian", "it": "italian", "nl": "dutch", "no": "norwegian", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
DEFAULT_LANGUAGE = "en"
_WORD = re.compile(r"[^\W_]+")
_LONGEST_WORD = 60
_SIGNED = 2**31


def words(text: str) -> list[str]:
    """The words and numbers of a text in order, lower case; compatibility forms (½, ﬁ, full width) resolved."""
    return [word[:_LONGEST_WORD] for word in _WORD.findall(unicodedata.normalize("NFKC", text).lower())]


def unaccented(word: str) -> str:
    """`word` without accents: people leave them out. Done after stemming, which needs them."""
    return "".join(each for each in unicodedata.normalize("NFKD", word) if not unicodedata.combining(each))


def dictionary(language: str) -> str:
    """Name of PostgreSQL's stemmer of a language, English where there is none."""
    return f"pg_catalog.{DICTIONARIES.get(language, DICTIONARIES[DEFAULT_LANGUAGE])}_stem"


def term(organisation_id: UUID, stem: str) -> int:
    """The number (32 bits, signed) that stands for a stem in an organisation's index, and hardly ever in another's."""
    return zlib.crc32(unaccented(stem).encode(), zlib.crc32(organisation_id.bytes)) - _SIGNED

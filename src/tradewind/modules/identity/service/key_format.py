"""The text of API keys: `tw_live_` + 30 random characters + 6 of checksum, all base62.

30 base62 characters are 178 random bits. The checksum is the CRC-32 of everything before it: any one changed
character is noticed without asking the database. It is no secret and proves nothing.
"""

import secrets
import string
from zlib import crc32

LIVE, TEST, PUBLISHABLE, SIGNING = "tw_live_", "tw_test_", "tw_pub_", "tw_sign_"
_PREFIXES = (LIVE, TEST, PUBLISHABLE)
_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM, _CHECK = 30, 6
_LENGTHS = frozenset(len(prefix) + _RANDOM + _CHECK for prefix in _PREFIXES)


def generate(prefix: str) -> str:
    """A fresh key (or signing secret) with this prefix."""
    body = prefix + "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM))
    return body + _checksum(body)


def looks_like_key(token: str) -> bool:
    """Whether a credential is an API key, be it mistyped, and no access token (those have dots, and are longer)."""
    return token.startswith("tw_") or len(token) in _LENGTHS


def is_intact(token: str) -> bool:
    """Whether a key has a known form and its checksum fits."""
    prefix = next((known for known in _PREFIXES if token.startswith(known)), None)
    if prefix is None or len(token) != len(prefix) + _RANDOM + _CHECK or not token.isascii():
        return False
    return token[-_CHECK:] == _checksum(token[:-_CHECK])


def recognisable(token: str) -> str:
    """The part of a key that people may see: prefix and four characters."""
    return f"{token[: token.rindex('_') + 5]}…"


def _checksum(body: str) -> str:
    number, text = crc32(body.encode()), ""
    for _ in range(_CHECK):
        number, digit = divmod(number, len(_ALPHABET))
        text = _ALPHABET[digit] + text
    return text

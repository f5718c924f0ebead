"""Texts that try to give orders to the model that reads them: what they look like, in several languages and disguises.

This is a smoke detector, not the wall. What keeps material from giving orders is that it is fenced as data and that
answers are checked; a finding tells people and callers that somebody is trying.
"""

import base64
import binascii
import codecs
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

MAX_EXAMINED = 100_000
_EXCERPT = 120


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that speaks against a text: a stable code, a sentence, and the place."""

    code: str
    detail: str
    excerpt: str


_DETAILS = {
    "override": "Asks to set aside the instructions.",
    "new_role": "Tells the assistant to be something else.",
    "reveal": "Asks for the instructions or for secrets.",
    "fake_turn": "Imitates messages of the system or the markup around them.",
    "to_machines": "Speaks to machines that read it instead of to people.",
    "exfiltrate": "Asks to send what is known to somewhere else.",
    "conceal": "Asks to hide something from the person.",
    "act": "Orders actions on accounts, data or money.",
    "hidden": "Holds characters that people cannot see.",
    "encoded": "Holds an order in an encoded form.",
}

_PARTS = {
    "<gap>": r"(?:\W+\w+){0,4}?\W+",
    "<which>": r"(?:previous|prior|above|earlier|preceding|foregoing|initial|original|existing|former|past|all|any|"
    r"your|every|system|safety|these|those|everything|content)",
    "<rules>": r"(?:instruction|rule|guideline|prompt|directive|direction|constraint|restriction|safeguard|guardrail|"
    r"programming|safety|polic(?:y|ies)|training|protocol|filter|limitation)s?",
}


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Codes with their patterns, which see text in lower case without accents."""
    found = []
    for line in (files("tradewind.modules.ai") / "injection_patterns.tsv").read_text("utf-8").splitlines()[1:]:
        code, _, pattern = line.split("\t")
        for part, meaning in _PARTS.items():
            pattern = pattern.replace(part, meaning)
        found.append((code, re.compile(pattern, re.MULTILINE | re.DOTALL)))
    return tuple(found)


_TAGS = re.compile("[\U000e0020-\U000e007e]+")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff"
    "\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U000e0000-\U000e0fff]"
)
_JOINERS = re.compile(r"(?<=[\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?=[\x00-\x7f])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_HIDING = re.compile(
    "[\u202a-\u202e\u2066-\u2069\U000e0020-\U000e007e]|[\u200b\u2060\ufeff]{3,}|(?:\\w[\u200b\u200c\u2060]){4,}"
)
_SPACED = re.compile(r"(?<!\w)(?:[^\W\d_][ .\-_*|~]{1,2}){5,}[^\W\d_](?!\w)")
_WORD = re.compile(r"\w+")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{24,4000}={0,2}(?![A-Za-z0-9+/_-])")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:[0-9a-fA-F]{2}[ ]?){16,2000}(?![0-9A-Za-z])")
# Letters of other alphabets that look like Latin ones; used only in words that mix the two.
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһӏԛԝвкмнтАВЕКМНОРСТУХЅІЈαεικνορτυχϲΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijsdhlqwbkmhtABEKMHOPCTYXSIJaeiknoptuxcABEZHIKMNOPTYX",
)
_LEET = str.maketrans("013457@$!|", "oieastasil")
_LEET_WORD = re.compile(r"[A-Za-z@$!|013457]+")


def normalise(text: str) -> str:
    """`text` without what people cannot see: zero-width, direction, tag and control characters."""
    return _CONTROLS.sub("", _JOINERS.sub("", _INVISIBLE.sub("", text)))


def find_injection(text: str) -> tuple[Finding, ...]:
    """Reasons to think that a text gives orders to the model that reads it; each code once. Empty for ordinary text.

    Looks at the first 100,000 characters.
    """
    text = text[:MAX_EXAMINED]
    found: dict[str, Finding] = {}
    if hidden := _HIDING.search(text):
        tags = "".join(chr(ord(one) - 0xE0000) for run in _TAGS.findall(text) for one in run)
        _note(found, "hidden", tags or text[max(0, hidden.start() - 40) : hidden.end() + 40])
        _examine(found, tags)
    plain = normalise(text)
    _examine(found, plain)
    for decoded in _decoded(plain):
        inner: dict[str, Finding] = {}
        _examine(inner, decoded)
        if inner:
            _note(found, "encoded", decoded)
    return tuple(found.values())


def _examine(found: dict[str, Finding], text: str) -> None:
    for form in _forms(text):
        for code, pattern in _patterns():
            if code not in found and (match := pattern.search(form)):
                _note(found, code, match[0])


def _note(found: dict[str, Finding], code: str, excerpt: str) -> None:
    shown = " ".join(normalise(excerpt).split())
    found.setdefault(code, Finding(code, _DETAILS[code], shown[:_EXCERPT]))


def _forms(text: str) -> Iterator[str]:
    """The text as patterns see it, and once more without disguises where there are any."""
    folded = _folded(text)
    yield folded
    bare = _SPACED.sub(lambda match: re.sub(r"[ .\-_*|~]", "", match[0]), text)
    bare = _WORD.sub(_latin, bare)
    bare = _LEET_WORD.sub(_spelt, bare)
    if (undisguised := _folded(bare)) != folded:
        yield undisguised


def _latin(match: re.Match[str]) -> str:
    word = match[0]
    return word if word.isascii() or not re.search("[A-Za-z]", word) else word.translate(_LOOKALIKES)


def _spelt(match: re.Match[str]) -> str:
    word = match[0]
    return word if word.isalpha() or not re.search("[A-Za-z]", word) else word.translate(_LEET)


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.lower().replace("ł", "l").replace("ı", "i"))
    latin = "".join(one for one in decomposed if not "\u0300" <= one <= "\u036f")
    return re.sub(r"[’‘`´]", "'", re.sub(r"[ \t\u00a0]+", " ", unicodedata.normalize("NFC", latin)))


def _decoded(text: str) -> Iterator[str]:
    """What encoded parts of a text say."""
    for match in _BASE64.finditer(text):
        packed = match[0].replace("-", "+").replace("_", "/").rstrip("=")
        try:
            yield base64.b64decode(packed + "=" * (-len(packed) % 4)).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
    for match in _HEX.finditer(text):
        try:
            yield bytes.fromhex(match[0]).decode()
        except (ValueError, UnicodeDecodeError):
            continue
    lower = text.lower()
    for other in (codecs.encode(lower, "rot13"), lower[::-1]):
        if any(word in other for word in ("instruction", "prompt", "system", "ignore", "rules")):
            yield other

"""Which language a message is in: by its common words, else recognised over 75 languages; the present one in doubt."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

_NOISE = re.compile(r"<[^<>]*>|\S+@\S+|https?://\S+|www\.\S+|[\d_]+|[^\w'’¿¡-]+")
# Confidences of the recogniser, chosen on greetings and questions of a few words in 20 languages.
_SURE, _SURE_OF_FEW, _BEYOND_DOUBT, _AHEAD = 0.4, 0.8, 0.9, 0.2
_FEW_WORDS, _MANY_WORDS = 3, 6
# Of a message's words, how many must be common ones of a language, and how far it must be before the next one.
_SHARE, _LEAD = 0.3, 0.3
# Beside a to z. A word in small letters with others is of another language.
_LETTERS = {
    "en": "", "de": "äöüß", "es": "áéíñóúü", "fr": "àâæçèéêëîïôœùûüÿ", "it": "àèéìíòóù", "pt": "àáâãçéêíóôõú",
    "nl": "éëïóöü", "pl": "ąćęłńóśźż",
}  # fmt: skip
_NOT_LATIN = re.compile(r"[^\x00-\u024f\u1e00-\u1eff\u2000-\u206f\u20a0-\u20cf]")


def recognise(text: str, *, present: str | None, offered: Sequence[str]) -> str:
    """The ISO 639-1 code of a text; `present` (else the first of `offered`, else English) where it is not sure.

    `offered` are the languages of the agent, empty for every one. A few words do not change the language of a
    conversation unless they are beyond doubt. Blocks: use a thread.
    """
    default = present or (offered[0] if offered else "en")
    words = _NOISE.sub(" ", text[:2_000].replace("’", "'")).split()
    plain = " ".join(words)
    foreign = bool(_NOT_LATIN.search(plain))
    if len(plain) < 2 or (len(words) < 2 and not foreign):
        return default
    common = None if foreign else _by_words(words, default)
    found = [
        (one.language.iso_code_639_1.name.lower(), one.value)
        for one in _detector().compute_language_confidence_values(plain)[:4]
    ]
    if common is not None and (not offered or common in offered):
        # Short texts mislead the recogniser; what has many words of another language it is right about.
        told = found[0][0] not in _common() and found[0][1] >= _BEYOND_DOUBT and len(words) > _FEW_WORDS
        if not told:
            return common
    if offered:
        # What the agent does not speak only wins where nothing it speaks comes near.
        spoken = [one for one in found if one[0] in offered]
        if spoken and spoken[0][1] >= found[0][1] / 3:
            found = spoken
    (code, value), following = found[0], found[1][1] if len(found) > 1 else 0.0
    needed = _SURE if len(words) > _FEW_WORDS or foreign else _SURE_OF_FEW
    if not foreign and code in _common() and not any(_plain(word) in _common()[code] for word in words):
        # Sentences of these have words that are known: names, addresses and the like have none.
        needed = _BEYOND_DOUBT
    if value < needed or value - following < _AHEAD:
        return default
    if len(words) < _MANY_WORDS and _scores(words)[0].get(default, 0) > 0:
        return default
    return "no" if code in ("nb", "nn") else code


def _by_words(words: Sequence[str], default: str) -> str | None:
    """The language whose common words a message is made of, if one stands out; the `default` wins a tie."""
    if any(word[0] in "¿¡" for word in words):
        return "es"
    scores, counted = _scores(words)
    ranked = sorted(scores.items(), key=lambda one: (-one[1], one[0] != default))
    (best, score), (_, second) = ranked[0], ranked[1]
    # One word that another language has, too, changes nothing: “Mon 23 Nov”.
    if best != default and (score - second < _LEAD or counted[best] < min(len(words), 2)):
        return None
    return best if score / len(words) >= _SHARE else None


def _scores(words: Sequence[str]) -> tuple[dict[str, float], dict[str, int]]:
    """By language, how much the words speak for it, and how many of them it knows."""
    scores, counted = dict.fromkeys(_common(), 0.0), dict.fromkeys(_common(), 0)
    for word in words:
        known = [code for code, listed in _common().items() if _plain(word) in listed]
        for code in known:
            scores[code] += 1 / len(known)
            counted[code] += 1
        strange = {letter for letter in word if not letter.isascii() and letter.islower()} if word.islower() else ()
        for code, letters in _LETTERS.items():
            scores[code] -= any(letter not in letters for letter in strange)
    return scores, counted


def _plain(word: str) -> str:
    return word.casefold().strip("'-")


@cache
def _common() -> Mapping[str, frozenset[str]]:
    content = (files("tradewind.modules.conversations.engine") / "common_words.toml").read_text("utf-8")
    return {code: frozenset(listed.split()) for code, listed in tomllib.loads(content).items()}


@cache
def _detector() -> Any:
    """The recogniser; its library of 100 MB is loaded with the first message, in the process that answers."""
    from lingua import LanguageDetectorBuilder

    return LanguageDetectorBuilder.from_all_languages().with_low_accuracy_mode().build()

"""Which language a message is in: recognised over 75 languages, with the conversation's own as the tie-breaker."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

_NOISE = re.compile(r"<[^<>]*>|\S+@\S+|https?://\S+|www\.\S+|[\d\W_]+")
# Confidences of the recogniser, chosen on greetings and questions of a few words in 20 languages.
_SURE, _SURE_OF_FEW, _AHEAD = 0.4, 0.8, 0.2
_FEW_WORDS = 3
_NOT_LATIN = re.compile(r"[^\x00-\u024f\u1e00-\u1eff\u2000-\u206f\u20a0-\u20cf]")


def recognise(text: str, *, present: str | None, offered: Sequence[str]) -> str:
    """The ISO 639-1 code of a text; `present` (else the first of `offered`, else English) where it is not sure.

    `offered` are the languages of the agent, empty for every one. A few words do not change the language of a
    conversation unless they are beyond doubt. Blocks: use a thread.
    """
    default = present or (offered[0] if offered else "en")
    plain = " ".join(_NOISE.sub(" ", text[:2_000]).split())
    count = len(plain.split())
    if len(plain) < 2 or (count < 2 and not _NOT_LATIN.search(plain)):
        return default
    found = [
        (one.language.iso_code_639_1.name.lower(), one.value)
        for one in _detector().compute_language_confidence_values(plain)[:4]
    ]
    if offered:
        # What the agent does not speak only wins where nothing it speaks comes near.
        spoken = [one for one in found if one[0] in offered]
        if spoken and spoken[0][1] >= found[0][1] / 3:
            found = spoken
    (code, value), following = found[0], found[1][1] if len(found) > 1 else 0.0
    needed = _SURE if count > _FEW_WORDS or _NOT_LATIN.search(plain) else _SURE_OF_FEW
    if value < needed or value - following < _AHEAD:
        return default
    return "no" if code in ("nb", "nn") else code


@cache
def _detector() -> Any:
    """The recogniser; its library of 100 MB is loaded with the first message, in the process that answers."""
    from lingua import LanguageDetectorBuilder

    return LanguageDetectorBuilder.from_all_languages().with_low_accuracy_mode().build()

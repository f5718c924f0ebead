"""The language of a text, told by its small words."""

import re
from collections import Counter

_WORDS = {
    "en": "the and of to is that for with you are this be or not have from your can will which",
    "de": "der die und das ist nicht ein eine mit für auf sie sich den von werden auch dem oder wir",
    "fr": "le la les des est une pour que dans qui pas vous avec sur du au nous ce sont par",
    "es": "el los las que una por con para del no es se su como más está este son al lo",
    "it": "il che di una per non con del della sono gli è più come anche alla nel questo si le",
    "nl": "de het een van en niet dat voor met zijn op aan ook bij naar wordt deze kan uw maar",
    "pt": "que uma não com para dos das por mais como os ao está você são pela também seu em da",
    "sv": "och att det som en på är av för med till den inte har om ett vi kan från eller",
    "pl": "nie się jest na do to że jak dla oraz od przez lub ma są być ich może tego przy",
}
_LANGUAGE_OF: dict[str, list[str]] = {}
for _language, _list in _WORDS.items():
    for _word in _list.split():
        _LANGUAGE_OF.setdefault(_word, []).append(_language)
_SAMPLE = 20_000
_ENOUGH = 5


def language_of(text: str, declared: str | None = None) -> str | None:
    """Two letters such as `en`: what the text itself shows, else what it declares, else None."""
    counts: Counter[str] = Counter()
    for word in re.findall(r"[^\W\d_]+", text[:_SAMPLE].lower()):
        for language in _LANGUAGE_OF.get(word, ()):
            counts[language] += 1
    ranked = counts.most_common(2)
    if ranked and ranked[0][1] >= _ENOUGH and (len(ranked) == 1 or ranked[0][1] > 1.3 * ranked[1][1]):
        return ranked[0][0]
    code = re.match(r"\s*([a-zA-Z]{2})(?:[-_]|\s*$)", declared or "")
    return code[1].lower() if code else None

"""How people answer without a fact: yes and no, a choice, a refusal, a correction, a question of their own."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tradewind.modules.qualification.reading.phrases import pattern, spoken
from tradewind.modules.qualification.reading.spans import Span

_GREETING = re.compile(
    r"(?:hi|hello|hey|hallo|guten \w+|hola|buen[oa]s \w+|bonjour|salut|good (?:morning|afternoon|evening))"
    r"(?: there)?[!.,\s]*",
    re.I,
)
_RANGE = re.compile(r"(?P<low>\d[\d.,]*)\s*(?:-|–|to|bis|a|à)\s*(?P<high>\d[\d.,]*)")
_FROM = re.compile(
    r"(?:(?:more than|over|über|mehr als|más de|plus de|ab|>)\s*(?P<over>\d[\d.,]*))"
    r"|(?P<plus>\d[\d.,]*)\s*(?:\+|or more|oder mehr|o más|ou plus|and (?:more|up))",
    re.I,
)
_UNDER = re.compile(
    r"(?:less than|under|below|up to|fewer than|unter|weniger als|bis(?: zu)?|menos de|hasta|moins de|jusqu['’]à|<)"
    r"\s*(?P<under>\d[\d.,]*)",
    re.I,
)
_PLACES: Mapping[str, tuple[str, ...]] = {
    "en": ("first", "second", "third", "fourth", "fifth"),
    "de": ("erste", "zweite", "dritte", "vierte", "fünfte"),
    "es": ("primera", "segunda", "tercera", "cuarta", "quinta"),
    "fr": ("première", "deuxième", "troisième", "quatrième", "cinquième"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """Where something is said."""

    start: int
    end: int


def yes_or_no(text: str, language: str) -> tuple[bool, Said] | None:
    """A yes or no, the earliest; “not yet” and the like count as no."""
    found: list[tuple[int, int, bool]] = []
    for each in spoken(language):
        for answer, group in ((False, "no"), (True, "yes")):
            match = pattern((group,), each).search(text)
            if match:
                found.append((match.start(), -match.end(), answer))
    if not found:
        return None
    start, end, answer = min(found)
    return answer, Said(start, -end)


def refusal(text: str, language: str) -> Said | None:
    """“I'd rather not say”, “skip”, “I don't know”: where somebody will or can not answer."""
    for each in spoken(language):
        match = pattern(("refuses", "does_not_know"), each).search(text)
        if match:
            start = match.end() - len(match.group().lstrip())
            return Said(start, match.end())
    return None


def correction(text: str, language: str) -> Literal["strong", "weak"] | None:
    """`strong` for “I meant”, “not 10 but 12”; `weak` for “actually”, “no,”; None where nothing is put right."""
    if any(pattern(("corrects",), each).search(text) for each in spoken(language)):
        return "strong"
    plain = text.strip()
    return (
        "weak" if any(pattern(("corrects_perhaps",), each, "%s").search(plain) for each in spoken(language)) else None
    )


def is_denied(text: str, start: int, language: str) -> bool:
    """Whether what begins at `start` is what is *not* meant: “not 10”, “instead of 10”, “from 10 to 12”."""
    before = text[max(0, start - 24) : start]
    shape = r"(?<!\w)%s\s+(?:\w{1,3}\s+)?$"
    return any(pattern(("denies",), each, shape).search(before) for each in spoken(language))


def asks_back(text: str, language: str) -> bool:
    """Whether the visitor asks something: a question mark, or a first word that asks."""
    plain = _GREETING.sub("", text.strip(), count=1) if _GREETING.match(text.strip()) else text.strip()
    if plain.endswith("?"):
        return True
    return len(plain.split()) > 3 and any(pattern(("asks",), each, r"^%s\b").search(plain) for each in spoken(language))


def only_greeting(text: str) -> bool:
    """Whether a message greets and says nothing else."""
    return _GREETING.fullmatch(text.strip()) is not None


def chosen(
    text: str, options: Mapping[str, Sequence[str]], language: str, *, asked: bool, numbers: Sequence[Span]
) -> tuple[str, Said] | None:
    """Which option (by key) a message names by one of its words; the longest words win, a tie of two decides nothing.

    An option asked for may also be told by its place, or by a number that lies in its range (“25” for “11–50”).
    """
    hits: dict[str, Said] = {}
    for key, words in options.items():
        for word in words:
            least = 1 if asked else 5
            if len(word) < least:
                continue
            for match in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.I):
                held = hits.get(key)
                if not is_denied(text, match.start(), language) and (held is None or len(word) > held.end - held.start):
                    hits[key] = Said(match.start(), match.end())
    if hits:
        ranked = sorted(hits.items(), key=lambda hit: hit[1].start - hit[1].end)
        (best, said), *others = ranked
        length = said.end - said.start
        clear = all(length > other.end - other.start for _, other in others)
        return (best, said) if clear else None
    if not asked:
        return None
    for span in numbers:
        for key, words in options.items():
            if any(_in_range(word, float(span.value)) for word in words):
                return key, Said(span.start, span.end)
    return _by_place(text, list(options), language)


def _by_place(text: str, keys: Sequence[str], language: str) -> tuple[str, Said] | None:
    for place, word in enumerate(_PLACES.get(language, ())[: len(keys)]):
        match = re.search(rf"(?<!\w){word}(?!\w)", text, re.I)
        if match and len(text.split()) <= 6:
            return keys[place], Said(match.start(), match.end())
    match = re.fullmatch(r"\s*(?:option|number|nummer|nr\.?|opción|numéro|#)?\s*(\d)[.)]?\s*", text, re.I)
    if match and 1 <= int(match[1]) <= len(keys):
        return keys[int(match[1]) - 1], Said(match.start(1), match.end(1))
    return None


def _in_range(words: str, value: float) -> bool:
    def number(part: str) -> float:
        return float(re.sub(r"[.,](?=\d{3})", "", part).replace(",", ".").rstrip("."))

    match = _RANGE.search(words)
    if match:
        return number(match["low"]) <= value <= number(match["high"])
    match = _FROM.search(words)
    if match:
        return value > number(match["over"]) if match["over"] else value >= number(match["plus"])
    match = _UNDER.search(words)
    return match is not None and value < number(match["under"])

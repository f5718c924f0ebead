"""Numbers in digits and in words."""

import re
from collections.abc import Iterator

from text_to_num import Token, find_numbers

from tradewind.modules.qualification.reading.spans import Language, Span

DIGITS = r"(?:\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?)(?!\d)"
SCALES = {
    "k": 1e3, "thousand": 1e3, "grand": 1e3, "tsd": 1e3, "tausend": 1e3, "mil": 1e3, "mille": 1e3,
    "m": 1e6, "mm": 1e6, "mio": 1e6, "mn": 1e6, "million": 1e6, "millions": 1e6, "millionen": 1e6,
    "millón": 1e6, "millon": 1e6, "millones": 1e6,
    "bn": 1e9, "billion": 1e9, "mrd": 1e9, "milliarde": 1e9, "milliarden": 1e9, "milliard": 1e9, "milliards": 1e9,
}  # fmt: skip
SCALE = rf"(?:{'|'.join(sorted(SCALES, key=len, reverse=True))})\b\.?"
_WRITTEN = re.compile(rf"(?<![\w.,:/#+@-])(?P<digits>{DIGITS})(?:\s?(?P<scale>{SCALE}))?(?![\w@:/%]|[.,]\d|-\d)", re.I)
_WORD = re.compile(r"[^\W_]+|[^\w\s]")
_HALF = re.compile(
    r"\bhalf\s+(?:a|an)\s+(?P<scale>million|billion|thousand)\b|\b(?P<dozen>(?:half\s+)?a\s+dozen|dozen)\b", re.I
)
_ORDINAL_STREET = re.compile(
    r"\s+(?:[A-Z][\w'’.]*\s+){0,3}"
    r"(?:street|st\.?|road|rd\.?|avenue|ave\.?|boulevard|blvd\.?|lane|drive|dr\.?|way|circle|court|ct\.?|place|plaza"
    r"|terrace|highway|hwy|parkway|pkwy|square)\b",
    re.I,
)
# The words for one are articles and pronouns as well; they count where something countable follows, or alone.
_ONE = {
    "en": ("one",),
    "de": ("ein", "eine", "einen", "einer", "einem", "eines", "eins"),
    "es": ("un", "una", "uno", "unos", "unas"),
    "fr": ("un", "une"),
}
_COUNTED = {
    "en": r"(?:person|people|passenger|ticket|seat|room|bed\s?rooms?|bath\s?rooms?|baths?|beds?|night|day|week|month"
    r"|year|adult|user"
    r"|employee|license|licence|bag|check|piece|star|team|location|office|site|only|please|traveler|traveller|rider|hour)",
    "de": r"(?:person|mitarbeiter\w*|nutzer\w*|platz|zimmer|lizenz|standort|tag|nacht|woche|monat|jahr|ticket)",
    "es": r"(?:persona|empleado|usuario|asiento|habitación|noche|día|semana|mes|año|licencia|oficina|sede)",
    "fr": r"(?:personne|employé\w*|utilisateur|place|chambre|nuit|jour|semaine|mois|an|licence|bureau|site)",
}
_ONE_FOLLOWS = {language: re.compile(rf"\s+(?:\w+\s+)?{words}", re.I) for language, words in _COUNTED.items()}
_ONE_BEFORE = re.compile(r"\b(?:for|just|only|total of|need|nur|solo|seulement|pour|para|für)\s+(?:the\s+)?$", re.I)
_ONE_ENDS = re.compile(r"\s*(?:[.,!?;]|$|and\b|is\b|please\b)", re.I)


class _Word(Token):
    def __init__(self, word: str) -> None:
        self.word = word

    def text(self) -> str:
        return self.word

    def text_lowercase(self) -> str:
        return self.word.lower()


def parse_digits(text: str) -> float:
    """`20,000`, `20.000,50`, `1.5`: a lone separator before exactly three digits groups thousands."""
    plain = re.sub(r"[\s'’\u00a0\u202f]", "", text)
    dot, comma = plain.rfind("."), plain.rfind(",")
    if dot >= 0 and comma >= 0:
        decimal = "." if dot > comma else ","
        plain = plain.replace("," if decimal == "." else ".", "").replace(decimal, ".")
    elif dot >= 0 or comma >= 0:
        mark = "." if dot >= 0 else ","
        groups = plain.split(mark)
        grouped = len(groups[0]) <= 3 and groups[0] != "0" and all(len(one) == 3 for one in groups[1:])
        plain = plain.replace(mark, "" if grouped else ".")
    return float(plain)


def tidy(value: float) -> float | int:
    """A whole number as int."""
    return int(value) if value.is_integer() else round(value, 6)


def find(text: str, language: Language) -> Iterator[Span]:
    """Numbers that count something; not those of house numbers, codes and times."""
    covered: list[tuple[int, int]] = []
    for match in _WRITTEN.finditer(text):
        if len(re.sub(r"\D", "", match["digits"])) > 12 or _ORDINAL_STREET.match(text, match.end()):
            covered.append(match.span())
            continue
        value = parse_digits(match["digits"]) * SCALES.get((match["scale"] or "").lower().rstrip("."), 1)
        covered.append(match.span())
        yield Span("number", match.start(), match.end(), tidy(value))
    for match in _HALF.finditer(text):
        dozen = match["dozen"]
        value = (6 if dozen.lower().startswith("half") else 12) if dozen else SCALES[match["scale"].lower()] / 2
        covered.append(match.span())
        yield Span("number", match.start(), match.end(), tidy(float(value)))
    for span in in_words(text, language):
        if not any(span.start < end and start < span.end for start, end in covered):
            yield span


def in_words(text: str, language: Language) -> Iterator[Span]:
    """Numbers written in words, ordinals left out."""
    words = list(_WORD.finditer(text))
    for found in find_numbers([_Word(word.group()) for word in words], language, 0):
        start, end = words[found.start].start(), words[found.end - 1].end()
        said = text[start:end]
        if found.is_ordinal or said.lower() in ("o", "oh") or any(letter.isdigit() for letter in said):
            continue
        if said.lower() in _ONE[language] and not _is_count(text, start, end, language):
            continue
        if _ORDINAL_STREET.match(text, end):
            continue
        yield Span("number", start, end, tidy(float(found.value)))


def _is_count(text: str, start: int, end: int, language: Language) -> bool:
    if _ONE_FOLLOWS[language].match(text, end) is not None or not text[:start].strip() + text[end:].strip(" .!?,"):
        return True
    return _ONE_BEFORE.search(text, 0, start) is not None and _ONE_ENDS.match(text, end) is not None

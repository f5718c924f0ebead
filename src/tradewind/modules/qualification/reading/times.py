"""Times of the day."""

import re
from collections.abc import Iterator
from functools import cache

from tradewind.modules.qualification.reading.calendar_words import WORDS
from tradewind.modules.qualification.reading.numbers import in_words
from tradewind.modules.qualification.reading.spans import Language, Span

_HOUR_WORDS: dict[Language, str] = {
    "en": "one two three four five six seven eight nine ten eleven twelve",
    "de": "eins ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "es": "una dos tres cuatro cinco seis siete ocho nueve diez once doce",
    "fr": "une deux trois quatre cinq six sept huit neuf dix onze douze",
}
_NOON: dict[Language, dict[str, str]] = {
    "en": {"noon": "12:00", "midday": "12:00", "midnight": "00:00"},
    "de": {"mitternacht": "00:00"},
    "es": {"mediodía": "12:00", "mediodia": "12:00", "medianoche": "00:00"},
    "fr": {"midi": "12:00", "minuit": "00:00"},
}


def find(text: str, language: Language) -> Iterator[Span]:
    """Times in a text, 24 hours, minutes; a bare “at 4” is read within office hours, as a guess."""
    taken: list[tuple[int, int]] = []
    languages = (language,) if language == "en" else (language, "en")
    for spoken in languages:
        for pattern in _patterns(spoken):
            for match in pattern.finditer(text):
                if any(match.start() < end and start < match.end() for start, end in taken):
                    continue
                found = _read(match, spoken)
                if found is not None:
                    taken.append(match.span())
                    yield Span("time", match.start(), match.end(), found[0], found[1])


@cache
def _patterns(language: Language) -> list[re.Pattern[str]]:
    words = "|".join(sorted(_HOUR_WORDS[language].split(), key=len, reverse=True))
    hour = rf"(?P<hour>\d{{1,2}}|{words})"
    minutes = r"(?::|\.|h\s?)(?P<minutes>[0-5]\d)"
    half = r"(?P<half>a\.?\s?m\b\.?|p\.?\s?m\b\.?)"
    clock = r"(?:\s*(?P<clock>o['’\"]?\s?clock))"
    part = "|".join(re.escape(one) for one in sorted(WORDS[language].parts, key=len, reverse=True))
    found: list[str] = []
    match language:
        case "en":
            into = rf"(?:\s+(?:in\s+the|at|in)\s+(?P<part>{part})\b)"
            past = (
                r"(?P<past>half|quarter|(?:five|ten|twenty(?:-five)?|\d{1,2})(?:\s+minutes)?)"
                r"\s+(?P<way>past|after|to|before|till)\s+"
            )
            found = [
                rf"\b{past}{hour}\b{clock}?(?:\s*{half}|{into})?",
                rf"\b(?P<part>{part})\s+(?:at\s+)?{hour}(?:[:.](?P<minutes>[0-5]\d))?\b(?:\s*{half})?(?!\s*(?:people|persons|tickets|seats|rooms|nights))",
                rf"\b{hour}(?:[:.](?P<minutes>[0-5]\d))?\s*{half}",
                rf"\b{hour}(?::(?P<minutes>[0-5]\d))?\b{clock}?{into}",
                rf"\b{hour}{clock}",
                r"\b(?P<hour>[01]?\d|2[0-3])[:](?P<minutes>[0-5]\d)(?!\d)",
                r"\b(?P<hour>[01]?\d|2[0-3])h(?P<minutes>[0-5]\d)?\b",
                rf"\b(?:at|around|by|before|after)\s+(?P<bare>\d{{1,2}}|{words})(?=\s*(?:[.,!?;]|$|on\b|tomorrow|today|please|and\b|for\b|if\b|would|works?))",
            ]
        case "de":
            after = rf"(?:\s+(?P<part>{part})\b)"
            past = r"(?P<past>viertel|fünf|zehn|zwanzig|\d{1,2})\s+(?P<way>nach|vor)\s+"
            found = [
                rf"\b{past}{hour}\b(?:\s+uhr)?{after}?",
                rf"\b(?P<past>halb|dreiviertel)\s+{hour}\b{after}?",
                rf"\b(?:um\s+)?{hour}(?:[:.](?P<minutes>[0-5]\d))?\s*uhr(?:\s+(?P<late>[0-5]\d)\b)?{after}?",
                rf"\b(?:um\s+)?{hour}(?:{minutes})?{after}",
                r"\b(?P<hour>[01]?\d|2[0-3])[:](?P<minutes>[0-5]\d)(?!\d)",
            ]
        case "es":
            after = rf"(?:\s+(?P<part>{part})(?!\w))"
            rest = r"(?:\s+(?P<way>y|menos)\s+(?P<past>media|cuarto|diez|cinco|veinte|veinticinco))?"
            found = [
                rf"\b(?:a\s+)?las?\s+{hour}(?:[:.](?P<minutes>[0-5]\d))?\b{rest}(?:\s*{half}|{after})?",
                rf"\b{hour}(?:[:.](?P<minutes>[0-5]\d))?{rest}(?:\s*(?:h|horas)\b)?{after}",
                r"\b(?P<hour>[01]?\d|2[0-3])(?:[:.](?P<minutes>[0-5]\d))?\s?(?:h|hs|horas)\b",
                r"\b(?P<hour>[01]?\d|2[0-3])[:](?P<minutes>[0-5]\d)(?!\d)",
            ]
        case "fr":
            after = rf"(?:\s+(?P<part>{part})(?!\w))"
            rest = r"(?:\s+(?:(?P<way>moins|et)\s+)?(?:le\s+)?(?P<past>demie|quart|dix|cinq|vingt)\b)?"
            found = [
                rf"\b{hour}\s?(?:h|heures?)\b(?:\s?(?P<late>[0-5]\d)\b)?{rest}{after}?",
                rf"\b{hour}\s?h(?P<minutes>[0-5]\d)\b{after}?",
                r"\b(?P<hour>[01]?\d|2[0-3])[:](?P<minutes>[0-5]\d)(?!\d)",
            ]
    found.append(rf"\b(?P<noon>{'|'.join(_NOON[language])})\b")
    return [re.compile(pattern, re.IGNORECASE) for pattern in found]


def _read(match: re.Match[str], language: Language) -> tuple[str, bool] | None:
    groups = {name: value for name, value in match.groupdict().items() if value}
    if "noon" in groups:
        return _NOON[language][groups["noon"].lower()], True
    if "bare" in groups:
        hour = _number(groups["bare"], language)
        return None if hour is None or hour > 23 else (f"{hour + 12 if hour < 8 else hour:02}:00", False)
    hour = _number(groups["hour"], language)
    if hour is None or hour > 23:
        return None
    minutes = int(groups.get("minutes") or groups.get("late") or 0)
    hour, minutes = _moved(hour, minutes, groups, language)
    if "half" in groups:
        if hour > 12:
            return None
        hour = hour % 12 + (12 if groups["half"].lower().startswith("p") else 0)
    elif "part" in groups:
        first, last = WORDS[language].parts[groups["part"].lower()]
        if hour < 12 and not first <= hour < last:
            hour += 12
        elif hour == 12 and groups["part"].lower() in ("night", "nachts", "de la noche"):
            hour = 0
    told = "half" in groups or "part" in groups or "minutes" in groups or hour > 12 or language != "en"
    if not told and hour < 8:
        # “4 o'clock” without more is in the afternoon, as business goes.
        return f"{hour + 12:02}:{minutes:02}", False
    return f"{hour % 24:02}:{minutes:02}", True


def _moved(hour: int, minutes: int, groups: dict[str, str], language: Language) -> tuple[int, int]:
    """“Half past four”, “quarter to five”, “halb fünf”: the hour and minutes they mean."""
    if "past" not in groups:
        return hour, minutes
    past, way = groups["past"].lower().removesuffix(" minutes"), groups.get("way", "").lower()
    if language == "de" and past in ("halb", "dreiviertel"):
        return (hour - 1) % 24, 30 if past == "halb" else 45
    by = (
        30
        if past in ("half", "media", "demie")
        else 15
        if past in ("quarter", "viertel", "cuarto", "quart")
        else _number(past, language)
    )
    if by is None:
        return hour, minutes
    if way in ("to", "before", "till", "vor", "menos", "moins"):
        return (hour - 1) % 24 or 12, 60 - by
    return hour, by


def _number(word: str, language: Language) -> int | None:
    if word.isdigit():
        return int(word)
    words = _HOUR_WORDS[language].split()
    if word.lower() in words:
        place = words.index(word.lower())
        return max(place, 1) if language == "de" else place + 1
    found = list(in_words(word, language))
    return int(found[0].value) if found else None

"""Calendar dates, also those told from today on."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache

from tradewind.modules.qualification.reading.calendar_words import WORDS
from tradewind.modules.qualification.reading.numbers import in_words
from tradewind.modules.qualification.reading.spans import Language, Span

Resolved = tuple[str, bool] | None
_Reader = Callable[[re.Match[str], date, Language, bool], Resolved]
_FAR = 366 * 50


def find(text: str, language: Language, *, today: date, month_first: bool) -> Iterator[Span]:
    """Dates in a text. Where none is named, the year is the one in which the day lies ahead.

    `month_first` settles 3/8; such a date is a guess, unless only one reading is possible.
    """
    languages = (language,) if language == "en" else (language, "en")
    taken: list[tuple[int, int]] = []
    for spoken in languages:
        for pattern, read in _patterns(spoken):
            for match in pattern.finditer(text):
                start, end = match.start(), match.end()
                if any(start < old_end and old_start < end for old_start, old_end in taken):
                    continue
                found = read(match, today, spoken, month_first)
                taken.append((start, end))
                if found is not None:
                    yield Span("date", start, end, found[0], found[1])


_AFTER: dict[str, str] = {
    "es": "próximo|que viene|de la semana que viene|de la próxima semana",
    "fr": "prochain|de la semaine prochaine",
}
_END_OF: dict[str, str] = {
    "en": r"(?:the\s+)?end\s+of\s+(?:the\s+|this\s+)?",
    "de": r"ende\s+(?:des\s+|dieses\s+)?",
    "es": r"(?:a\s+)?final(?:es)?\s+de(?:l|\s+este)?\s+",
    "fr": r"(?:la\s+)?fin\s+(?:de\s+(?:l['’])?|du\s+)?",
}


@cache
def _patterns(language: Language) -> list[tuple[re.Pattern[str], _Reader]]:
    words = WORDS[language]
    month = _any(words.months)
    weekday = _any(words.days)
    unit = _any(words.units)
    day = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|ª|°|\.)?"
    year = r"(?:,?\s+(?:de\s+|of\s+)?(?P<year>(?:19|20)\d\d))?"
    of = {"en": r"(?:\s+of)?", "de": "", "es": r"(?:\s+de)?", "fr": ""}[language]
    nexts, this = words.next, words.this
    found: list[tuple[str, _Reader]] = [
        (r"(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)\b", _numeric),
        (
            r"(?<![\d.,/])(?P<a>\d{1,2})(?P<sep>[/.])(?P<b>\d{1,2})(?:(?P=sep)(?P<year>(?:20)?\d\d))(?![\d/]|\.\d)",
            _two_numbers,
        ),
        (r"(?<![\d.,/])(?P<a>\d{1,2})/(?P<b>\d{1,2})(?![\d/])", _two_numbers),
        (rf"(?:\b(?:the|den|am|dem|el|le)\s+)?\b{day}{of}\s+(?P<name>{month})\b\.?{year}", _named),
    ]
    if language == "de":
        found.append((r"\b(?:am|den|dem|vom|zum|bis)\s+(?P<a>\d{1,2})\.(?P<b>\d{1,2})\.(?!\d)", _two_numbers))
        found.append((r"\b(?:am|den|dem|zum)\s+(?P<day>\d{1,2})\.(?!\d)", _day_alone))
    if language == "en":
        found += [
            (rf"\b(?P<name>{month})\.?\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?"
             rf"(?![\d:]|[.,]\d|\s*(?:am|pm)\b){year}", _named),
            (r"\b(?:the\s+)?(?P<day>\d{1,2})(?:st|nd|rd|th)\s+of\s+(?P<which>this|next|the)\s+month\b", _day_of_month),
            (rf"\b(?P<name>{month})\.?\s+(?P<ordinal>{_any(_ORDINALS)})\b{year}", _named),
            (rf"\b(?:the\s+)?(?P<ordinal>{_any(_ORDINALS)})\s+of\s+(?P<name>{month})\b{year}", _named),
            (rf"\b(?:the\s+)?(?P<ordinal>{_any(_ORDINALS)})\s+of\s+(?P<which>this|next)\s+month\b", _day_of_month),
            (rf"\b(?P<weekday>{weekday})\s+(?P<which>{nexts}|{this})\s+week\b", _weekday),
            (rf"\b(?:(?P<which>{nexts}|{this})\s+)(?P<weekday>{weekday})\b", _weekday),
            (r"\b(?:(?:on|by|for|until|till|from|around|about)\s+)?the\s+(?P<day>\d{1,2})(?:st|nd|rd|th)\b"
             r"(?!\s+(?:floor|street|st\b|ave|avenue|time|one|grade|option|century|edition|anniversary|birthday|place"
             r"|row|percentile))", _day_alone),
            (r"(?<!\w)(?P<day>\d{1,2})(?:st|nd|rd|th)(?=\s*[.!?]*\s*$)", _day_alone),
        ]  # fmt: skip
    if language == "de":
        found.append((rf"\b(?P<weekday>{weekday})\s+(?P<which>{nexts}|{this})\s+woche\b", _weekday))
        found.append((rf"\b(?P<which>{nexts}|{this})\s+woche\s+(?P<weekday>{weekday})\b", _weekday))
        found.append((rf"\b(?:am\s+)?(?:(?P<which>{nexts}|{this})\s+)?(?P<weekday>{weekday})\b", _weekday_or_next))
    if language in ("es", "fr"):
        after = _AFTER[language]
        before = r"(?:el\s+|este\s+|ce\s+|le\s+)?(?:(?:próximo|proximo)\s+)?"
        found.append((rf"\b{before}(?P<weekday>{weekday})(?:\s+(?P<after>{after}))?\b", _weekday_after))
    # “That is all for today” names no day.
    if language == "en":
        found.append((r"\ball(?:\s+(?:i|we)\s+need(?:ed)?)?\s+(?:for\s+)?today\b", lambda *_: None))
    found += [(rf"(?<!\w){_any(words.relative, 'relative')}(?!\w)", _relative)]
    inside = {"en": r"in|within", "de": r"in|innerhalb von", "es": r"en|dentro de", "fr": r"dans|d'ici"}[language]
    ahead = {"en": r"(?:\s+from\s+(?:now|today))?", "de": "", "es": "", "fr": ""}[language]
    number = r"(?P<count>\d{1,3}|[^\W\d_]+)"
    found.append((rf"\b(?:{inside})\s+(?:the\s+next\s+|den\s+nächsten\s+)?{number}\s+(?P<unit>{unit})\b", _ahead))
    if ahead:
        found.append((rf"\b{number}\s+(?P<unit>{unit})\s+from\s+(?:now|today)\b", _ahead))
    found.append((rf"\b{_END_OF[language]}(?P<unit>{unit})\b", _end_of))
    if language in ("es", "fr"):
        found.append((rf"\b(?:(?:{nexts})\s+(?P<unit>{unit})|(?P<unit2>{unit})\s+(?:{nexts}))\b", _next_unit))
    else:
        # “The next day” is the one after something else.
        found.append((rf"\b(?:{nexts})\s+(?!days?\b|tage?\b)(?P<unit>{unit})\b", _next_unit))
    found.append((r"\bQ(?P<quarter>[1-4])(?:[\s/-]+(?P<year>20\d\d))?\b", _quarter))
    found.append(
        (
            rf"\b(?:in|im|en|by|bis|until|from|ab|since|para|pour|around|early|mid|late|anfang|mitte)\s+(?P<name>{month})\b{year}",
            _month_alone,
        )
    )
    if language == "en":
        found.append(
            (
                rf"\b(?:on\s+)?(?P<weekday>{_any({w: n for w, n in words.days.items() if len(w) > 5})})\b",
                _weekday_or_next,
            )
        )
    return [(re.compile(pattern, re.IGNORECASE), read) for pattern, read in found]


def _any(words: dict[str, int] | dict[str, str], group: str = "") -> str:
    listed = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return f"(?P<{group}>{listed})" if group else listed


_ORDINALS = {
    word: place
    for place, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
            "fourteenth",
            "fifteenth",
            "sixteenth",
            "seventeenth",
            "eighteenth",
            "nineteenth",
            "twentieth",
            "twenty-first",
            "twenty-second",
            "twenty-third",
            "twenty-fourth",
            "twenty-fifth",
            "twenty-sixth",
            "twenty-seventh",
            "twenty-eighth",
            "twenty-ninth",
            "thirtieth",
            "thirty-first",
        ],
        1,
    )
}


def _day(match: re.Match[str]) -> int:
    groups = match.groupdict()
    return int(groups["day"]) if groups.get("day") else _ORDINALS[groups["ordinal"].lower()]


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _coming(today: date, month: int, day: int) -> date | None:
    """This day of the year, today or later."""
    this = _made(today.year, month, day)
    return this if this is not None and this >= today else _made(today.year + 1, month, day)


def _told(found: date | None, certain: bool = True) -> Resolved:
    return None if found is None else (found.isoformat(), certain)


def _numeric(match: re.Match[str], today: date, language: Language, month_first: bool) -> Resolved:
    return _told(_made(int(match["year"]), int(match["month"]), int(match["day"])))


def _two_numbers(match: re.Match[str], today: date, language: Language, month_first: bool) -> Resolved:
    a, b = int(match["a"]), int(match["b"])
    year = match.groupdict().get("year")
    full = None if year is None else int(year) if len(year) == 4 else 2000 + int(year)
    dotted = match.groupdict().get("sep") != "/" and "." in match.group()
    month, day = (a, b) if month_first and not dotted and language == "en" else (b, a)
    clear = dotted or a == b or a > 12 or b > 12
    if month > 12:
        month, day = day, month
    made = _made(full, month, day) if full else _coming(today, month, day) if month <= 12 else None
    return _told(made, clear)


def _named(match: re.Match[str], today: date, language: Language, month_first: bool) -> Resolved:
    month, day = WORDS[language].months[match["name"].lower()], _day(match)
    return _told(_made(int(match["year"]), month, day) if match["year"] else _coming(today, month, day))


def _day_of_month(match: re.Match[str], today: date, language: Language, month_first: bool) -> Resolved:
    first = today.replace(day=1)
    if match["which"].lower() == "next":
        first = _months_on(first, 1)
    return _told(_made(first.year, first.month, _day(match)))


def _day_alone(match: re.Match[str], today: date, language: Language, month_first: bool) -> Resolved:
    for first in (today.replace(day=1), _months_on(today.replace(day=1), 1), _months_on(today.replace(day=1), 2)):
        found = _made(first.year, first.month, int(match["day"]))
        if found is not None and found >= today:
            return _told(found)
    return None


def _weekday(match: re.Match[str], today: date, language: Language, month_first: bool) -> Resolved:
    """“Tuesday next week” lies in the week that begins next Monday; “next Tuesday” is the first one after today."""
    number = WORDS[language].days[match["weekday"].lower()]
    nexts = re.fullmatch(WORDS[language].next, match["which"], re.I) is not None
    if re.search(r"\b(?:week|woche)\b", match.group(), re.I):
        monday = today - timedelta(days=today.weekday()) + timedelta(days=7 if nexts else 0)
        return _told(monday + timedelta(days=number))
    return _told(
        today + timedelta(days=(number - today.weekday() - 1) % 7 + 1 if nexts else (number - today.weekday()) % 7)
    )


def _weekday_or_next(match: re.Match[str], today: date, language: Language, month_first: bool) -> Resolved:
    number = WORDS[language].days[match["weekday"].lower()]
    return _told(today + timedelta(days=(number - today.weekday() - 1) % 7 + 1))


def _weekday_after(match: re.Match[str], today: date, language: Language, month_first: bool) -> Resolved:
    number = WORDS[language].days[match["weekday"].lower()]
    if "sem" in (match["after"] or "").lower():
        return _told(today - timedelta(days=today.weekday()) + timedelta(days=7 + number))
    return _told(today + timedelta(days=(number - today.weekday() - 1) % 7 + 1))


def _relative(match: re.Match[str], today: date, language: Language, month_first: bool) -> Resolved:
    return _told(today + timedelta(days=WORDS[language].relative[re.sub(r"\s+", " ", match["relative"].lower())]))


def _ahead(match: re.Match[str], today: date, language: Language, month_first: bool) -> Resolved:
    count = _count(match["count"], language)
    return None if count is None else _shifted(today, count, WORDS[language].units[match["unit"].lower()])


def _count(word: str, language: Language) -> int | None:
    if word.isdigit():
        return int(word)
    if word.lower() in {"a", "an", "one", "einer", "einem", "un", "una", "une"}:
        return 1
    if word.lower() in {"couple", "few"}:
        return None
    found = list(in_words(word, language))
    return int(found[0].value) if found else None


def _shifted(today: date, count: int, unit: str) -> Resolved:
    """So many units on: days and weeks name a day, the longer ones a month."""
    if count > _FAR:
        return None
    if unit in ("day", "week"):
        return _told(today + timedelta(days=count * (7 if unit == "week" else 1)))
    months = count * {"month": 1, "quarter": 3, "year": 12}[unit]
    return (_months_on(today.replace(day=1), months).isoformat()[:7], True) if months < 600 else None


def _next_unit(match: re.Match[str], today: date, language: Language, month_first: bool) -> Resolved:
    groups = match.groupdict()
    unit = WORDS[language].units[(groups["unit"] or groups.get("unit2") or "").lower()]
    if unit == "day":
        return _told(today + timedelta(days=1))
    if unit == "week":
        return _told(today - timedelta(days=today.weekday()) + timedelta(days=7))
    if unit == "year":
        return f"{today.year + 1}-01", True
    first = today.replace(day=1)
    first = _months_on(first, 3 - (first.month - 1) % 3 if unit == "quarter" else 1)
    return first.isoformat()[:7], True


def _end_of(match: re.Match[str], today: date, language: Language, month_first: bool) -> Resolved:
    first = today.replace(day=1)
    match WORDS[language].units[match["unit"].lower()]:
        case "day":
            return _told(today)
        case "week":
            return _told(today + timedelta(days=(4 - today.weekday()) % 7))
        case "month":
            last = _months_on(first, 1)
        case "quarter":
            last = _months_on(first, 3 - (first.month - 1) % 3)
        case _:
            last = date(today.year + 1, 1, 1)
    return _told(last - timedelta(days=1))


def _quarter(match: re.Match[str], today: date, language: Language, month_first: bool) -> Resolved:
    month = int(match["quarter"]) * 3 - 2
    year = int(match["year"]) if match["year"] else today.year + (today.month > month + 2)
    return f"{year}-{month:02}", True


def _month_alone(match: re.Match[str], today: date, language: Language, month_first: bool) -> Resolved:
    month = WORDS[language].months[match["name"].lower()]
    year = int(match["year"]) if match["year"] else today.year + (today.month > month)
    return f"{year}-{month:02}", True


def _months_on(first: date, months: int) -> date:
    place = first.year * 12 + first.month - 1 + months
    return date(place // 12, place % 12 + 1, 1)

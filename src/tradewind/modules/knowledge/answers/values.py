"""Values in texts — prices, shares, quantities, dates, times, contacts — read so that two writings can be compared."""

import re
from dataclasses import dataclass
from typing import Literal

from tradewind.modules.knowledge.answers.words import folded, stem

Kind = Literal["money", "percent", "duration", "quantity", "date", "time", "email", "phone"]

_NUMBER = r"\d{1,3}(?:[ ,.\u00a0\u202f']\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?"
_SCALE = r"(?:\s?(?:k|m|million|thousand|mio|tsd)\b)?"
_CURRENCIES = {
    "$": "USD", "us$": "USD", "usd": "USD", "dollar": "USD", "dollars": "USD", "€": "EUR", "eur": "EUR", "euro": "EUR",
    "euros": "EUR", "£": "GBP", "gbp": "GBP", "pound": "GBP", "pounds": "GBP", "chf": "CHF", "¥": "JPY", "jpy": "JPY",
    "₹": "INR", "inr": "INR", "rs": "INR", "rs.": "INR", "rupees": "INR", "cad": "CAD", "aud": "AUD", "sek": "SEK",
    "nok": "NOK", "dkk": "DKK", "pln": "PLN", "czk": "CZK",
}  # fmt: skip
_BEFORE = r"us\$|\$|€|£|¥|₹|\b(?:usd|eur|gbp|chf|jpy|inr|cad|aud|sek|nok|dkk|pln|czk|rs\.?)"
_AFTER = r"€|£|\$|₹|(?:usd|eur|euros?|gbp|chf|jpy|inr|cad|aud|sek|nok|dkk|pln|czk|dollars?|pounds?|rupees)\b"
_PERIOD = (
    r"(?:\s*(?:/|per|each|every|a|an|pro|par|por|al|im|je)\s*"
    r"(?P<period{n}>month|year|week|day|hour|minute|user|seat|person|night|session|monat|jahr|stunde|nutzer|mois|an|mes|año)\b"
    r"|\s+(?P<adverb{n}>monthly|yearly|annually|weekly|daily|hourly)\b)?"
)
_PERIODS = {
    "monat": "month", "jahr": "year", "stunde": "hour", "nutzer": "user", "mois": "month", "an": "year", "mes": "month",
    "año": "year", "monthly": "month", "yearly": "year", "annually": "year", "weekly": "week", "daily": "day",
    "hourly": "hour", "seat": "user", "person": "user",
}  # fmt: skip
_DAYS = {
    "minute": 1 / 1440, "min": 1 / 1440, "hour": 1 / 24, "hr": 1 / 24, "day": 1.0, "night": 1.0, "week": 7.0,
    "month": 30.44, "year": 365.25, "minuten": 1 / 1440, "stunde": 1 / 24, "tag": 1.0, "woche": 7.0, "monat": 30.44,
    "jahr": 365.25, "second": 1 / 86400,
}  # fmt: skip
_UNIT_OF_TIME = (
    r"(?:(?P<kindofday>business|working|calendar)\s+)?"
    r"(?P<time>minutes?|mins?|seconds?|hours?|hrs?|days?|nights?|weeks?|months?|years?"
    r"|minuten|stunden?|tagen?|tage|wochen?|monaten?|monate|jahren?|jahre)\b"
)
_MONTHS = {
    name: index
    for index, names in enumerate(
        ("january jan januar enero janvier", "february feb februar febrero fevrier", "march mar marz marzo mars",
         "april apr abril avril", "may mai mayo", "june jun juni junio juin", "july jul juli julio juillet",
         "august aug agosto aout", "september sep sept septiembre septembre", "october oct oktober octubre octobre",
         "november nov noviembre novembre", "december dec dezember diciembre decembre"), 1)
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_RANGE = r"\s*(?:-|–|—|to|bis|and)\s*"
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fourteen": 14, "fifteen": 15, "twenty": 20, "thirty": 30, "sixty": 60, "ninety": 90,
}  # fmt: skip
_SPELT = "|".join(_WORDS)
_COUNT = rf"(?:{_NUMBER}|\b(?:{_SPELT})\b)"

_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("email", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    (
        "date",
        re.compile(
            rf"\b(?P<y1>\d{{4}})-(?P<m1>\d{{2}})-(?P<d1>\d{{2}})\b"
            rf"|\b(?P<d2>\d{{1,2}})[./](?P<m2>\d{{1,2}})[./](?P<y2>\d{{4}})\b"
            rf"|\b(?P<d3>\d{{1,2}})(?:st|nd|rd|th|\.)?(?: of)? (?P<n3>{_MONTH})\b\.?,?(?: (?P<y3>\d{{4}}))?"
            rf"|\b(?P<n4>{_MONTH})\.? (?P<d4>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d)(?:,? (?P<y4>\d{{4}}))?"
            rf"|\b(?P<n5>{_MONTH})\.? (?P<y5>\d{{4}})\b"
        ),
    ),
    (
        "money",
        re.compile(
            rf"(?:(?P<c1>{_BEFORE})\s?(?P<a1>{_NUMBER})(?P<s1>{_SCALE})"
            rf"(?:{_RANGE}(?:(?:{_BEFORE})\s?)?(?P<b1>{_NUMBER}))?)" + _PERIOD.format(n=1)
            + rf"|(?<![\w.,])(?P<a2>{_NUMBER})(?P<s2>{_SCALE})(?:{_RANGE}(?P<b2>{_NUMBER}))?\s?(?P<c2>{_AFTER})"
            + _PERIOD.format(n=2)
        ),
    ),
    ("percent", re.compile(rf"(?P<a>{_NUMBER})(?:{_RANGE}(?P<b>{_NUMBER}))?\s?(?:%|percent\b|per cent\b|prozent\b)")),
    ("time", re.compile(
        r"\b(?P<h>[01]?\d|2[0-4])(?::(?P<m>[0-5]\d))?\s?(?P<half>a\.?m\b\.?|p\.?m\b\.?|uhr\b|o'clock)"
        r"|\b(?P<h2>[01]?\d|2[0-4])[:.](?P<m2>[0-5]\d)\b(?!\s?(?:€|\$|%|\d))"
    )),
    ("duration", re.compile(
        rf"(?<![\w.,])(?P<a>{_COUNT})(?:{_RANGE}(?P<b>{_COUNT}))?[\s-]?{_UNIT_OF_TIME}"
    )),
    ("phone", re.compile(r"(?<![\w.])(?:\+|00)\d[\d ()/.-]{6,18}\d\b|(?<![\w.])\(?0\d{2,5}\)?[ /-]\d[\d -]{4,12}\d\b")),
    ("quantity", re.compile(
        rf"(?<![\w.,/-])(?P<a>{_COUNT})(?P<s>{_SCALE})(?:{_RANGE}(?P<b>{_COUNT}))?[\s-]?(?P<unit>[a-z]{{2,20}})?"
    )),
)  # fmt: skip
_BOUND = re.compile(
    r"(?:(?P<max>up to|at most|maximum(?: of)?|max\.?|no more than|less than|under|within|below|bis zu)"
    r"|(?P<min>from|at least|minimum(?: of)?|min\.?|starting (?:at|from)|starts? (?:at|from)|more than|over|above|ab)"
    r"|(?P<about>about|around|approximately|approx\.?|circa|ca\.?|roughly))\s*(?:a |an )?$"
)
_NO_UNIT = re.compile(
    r"and|or|to|of|in|on|at|the|is|are|for|with|per|by|as|than|from|if|but|not|[ap]m|we|you|it|an?|up|so|do|be|st|nd|rd|th"
    r"|via|can|may|also|bis|und|oder"
)
_TOLERANCE = 0.02


@dataclass(frozen=True, slots=True)
class Value:
    """One value at `start:end` of its text. Numbers run from `low` to `high` in `unit`; others compare by `key`.

    Durations count days; `period` is what a price is for; `bound` tells from a limit (`min`, `max`) or guess (`about`).
    """

    kind: Kind
    text: str
    start: int
    end: int
    low: float = 0.0
    high: float = 0.0
    unit: str = ""
    period: str = ""
    bound: str = ""
    key: str = ""


def values_in(text: str) -> list[Value]:
    """The values of a text in the order of the text; none overlaps another."""
    lowered = _lowered(text)
    found: list[Value] = []
    taken = bytearray(len(lowered))
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(lowered):
            if match.end() == match.start() or any(taken[match.start() : match.end()]):
                continue
            value = _read(kind, match, text, lowered)
            if value is not None:
                taken[value.start : value.end] = b"\1" * (value.end - value.start)
                found.append(value)
    return sorted(found, key=lambda value: value.start)


def disagree(one: Value, other: Value) -> bool | None:
    """Whether two values of one thing contradict each other; None where they cannot be compared."""
    if one.kind != other.kind or one.unit != other.unit or (one.period and other.period and one.period != other.period):
        return None
    if one.kind in ("email", "phone", "time"):
        return one.key != other.key
    if one.kind == "date":
        pairs = list(zip(one.key.split("-"), other.key.split("-"), strict=True))
        return any(a != b for a, b in pairs if a != "?" and b != "?")
    bounds = {one.bound, other.bound}
    if bounds in ({"min", ""}, {"min", "about"}):
        least, other_one = (one, other) if one.bound == "min" else (other, one)
        return other_one.high < least.low * (1 - _TOLERANCE)
    if bounds in ({"max", ""}, {"max", "about"}):
        most, other_one = (one, other) if one.bound == "max" else (other, one)
        return other_one.low > most.high * (1 + _TOLERANCE)
    if bounds == {"min", "max"}:
        return None
    slack = 0.15 if "about" in bounds else _TOLERANCE
    return one.high * (1 + slack) < other.low or other.high * (1 + slack) < one.low


def same(one: Value, other: Value) -> bool:
    """Whether two writings mean the same value."""
    return disagree(one, other) is False


def _lowered(text: str) -> str:
    """Lower case of exactly the same length, so that places in it are places in the text."""
    if text.isascii():
        return text.lower()
    return "".join(folded(c) if len(folded(c)) == 1 else c for c in text)


def _read(kind: Kind, match: re.Match[str], text: str, lowered: str) -> Value | None:
    groups, start, end = match.groupdict(), match.start(), match.end()
    written = text[start:end]
    match kind:
        case "email":
            return Value(kind, written, start, end, key=match.group())
        case "phone":
            return Value(kind, written, start, end, key=re.sub(r"\D", "", match.group()).lstrip("0")[-9:])
        case "date":
            key = _date_key(groups)
            return Value(kind, written, start, end, key=key) if key else None
        case "time":
            return Value(kind, written, start, end, key=_time_key(groups))
        case _:
            return _numeric(kind, groups, written, start, end, lowered)


def _numeric(
    kind: Kind, groups: dict[str, str | None], written: str, start: int, end: int, lowered: str
) -> Value | None:
    first = groups.get("a") or groups.get("a1") or groups.get("a2")
    second = groups.get("b") or groups.get("b1") or groups.get("b2")
    scale = _scale(groups.get("s") or groups.get("s1") or groups.get("s2") or "")
    low = _number(first or "0") * scale
    high = _number(second) * scale if second else low
    unit, period = "", ""
    if kind == "money":
        unit = _CURRENCIES[(groups.get("c1") or groups.get("c2") or "").strip()]
        written_period = next((groups[f"{name}{n}"] for name in ("period", "adverb") for n in (1, 2)
                               if groups.get(f"{name}{n}")), "") or ""  # fmt: skip
        period = _PERIODS.get(written_period, written_period)
    elif kind == "duration":
        days = _DAYS.get(_singular(groups["time"] or ""), 1.0)
        low, high = low * days, high * days
        unit = "business" if groups.get("kindofday") in ("business", "working") else ""
    elif kind == "quantity":
        word = groups.get("unit") or ""
        if _NO_UNIT.fullmatch(word):
            end -= len(lowered[start:end]) - len(lowered[start:end][: -len(word)].rstrip())
            written, word = written[: end - start], ""
        unit = stem(word) if word else ""
    bound = _BOUND.search(lowered[max(0, start - 24) : start])
    return Value(
        kind, written, start, end, low=min(low, high), high=max(low, high), unit=unit, period=period,
        bound=(bound.lastgroup or "") if bound else "",
    )  # fmt: skip


def _number(written: str) -> float:
    if written in _WORDS:
        return float(_WORDS[written])
    plain = re.sub(r"[ \u00a0\u202f']", "", written)
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", plain):
        return float(re.sub(r"[.,]", "", plain))
    if "," in plain and "." in plain:
        thousands = "," if plain.rfind(".") > plain.rfind(",") else "."
        plain = plain.replace(thousands, "")
    return float(plain.replace(",", "."))


def _scale(written: str) -> float:
    return {"k": 1e3, "thousand": 1e3, "tsd": 1e3, "m": 1e6, "million": 1e6, "mio": 1e6}.get(written.strip(), 1.0)


def _singular(word: str) -> str:
    if word in _DAYS:
        return word
    return next((word.removesuffix(end) for end in ("s", "en", "n", "e") if word.removesuffix(end) in _DAYS), word)


def _date_key(groups: dict[str, str | None]) -> str:
    year = next((groups[f"y{n}"] for n in range(1, 6) if groups.get(f"y{n}")), None)
    name = next((groups[f"n{n}"] for n in range(3, 6) if groups.get(f"n{n}")), None)
    day = next((groups[f"d{n}"] for n in range(1, 5) if groups.get(f"d{n}")), None)
    month = _MONTHS[name] if name else int(groups["m1"] or groups["m2"] or 0)
    if groups.get("m2") and month > 12:
        # Written in the American order.
        day, month = str(month), int(day or 0)
    if not 1 <= month <= 12 or (day and not 1 <= int(day) <= 31):
        return ""
    return f"{year or '?'}-{month:02}-{f'{int(day):02}' if day else '?'}"


def _time_key(groups: dict[str, str | None]) -> str:
    hour, minute = int(groups["h"] or groups["h2"] or 0), int(groups["m"] or groups["m2"] or 0)
    half = (groups["half"] or "").replace(".", "")
    if half == "pm" and hour < 12:
        hour += 12
    if half == "am" and hour == 12:
        hour = 0
    return f"{hour:02}:{minute:02}"

"""Cells into values: numbers, dates, yes and no, and what counts as empty."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

from tradewind.modules.leads.normal_forms import fold

# Written for "nothing" by forms and exports. In names only the marks count: people are called Null and Na.
MARKS = frozenset({"", "-", "--", "---", "–", "—", ".", "?", "n/a", "#n/a", "(blank)", "(none)", "#null!", "\\n"})
PLACEHOLDERS = MARKS | {
    "select", "please select", "-select-", "--select--", "select...", "choose", "please choose", "choose one",
    "na", "n.a.", "n.a", "null", "none", "nil", "nan", "undefined", "not available", "not applicable",
    "not set", "not provided", "not specified", "no answer", "tbd", "bitte auswahlen", "bitte wahlen",
    "keine angabe", "k.a.", "selectionner", "choisir", "non renseigne", "seleccionar", "seleccione",
}  # fmt: skip

TRUE_WORDS = frozenset({"yes", "y", "true", "t", "1", "ja", "wahr", "oui", "vrai", "si", "sim", "da", "x", "on"})
FALSE_WORDS = frozenset({"no", "n", "false", "f", "0", "nein", "falsch", "non", "faux", "nao", "net", "off", "nee"})
OUTCOME_TRUE = TRUE_WORDS | {"won", "converted", "customer", "closed won", "success", "successful", "gewonnen"}
OUTCOME_FALSE = FALSE_WORDS | {"lost", "not converted", "closed lost", "failure", "unsuccessful", "verloren"}

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier enero", "feb february februar fevrier febrero",
            "mar march marz mars marzo mrz", "apr april avril abril", "may mai mayo", "jun june juni juin junio",
            "jul july juli juillet julio", "aug august aout agosto", "sep sept september septembre septiembre",
            "oct october oktober octobre octubre okt", "nov november novembre noviembre",
            "dec december dezember decembre diciembre dez",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_TIME = (
    r"(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s*([AaPp]\.?[Mm]\.?)?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
)
_NUMERIC_DATE = re.compile(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})\.?" + _TIME)
_NAMED_DATE = re.compile(
    r"(?:\w{2,9}\.?,? )?(?:(\d{1,2})(?:st|nd|rd|th|\.)?[ -]([^\W\d]{3,10})\.?"
    r"|([^\W\d]{3,10})\.? (\d{1,2})(?:st|nd|rd|th)?)"
    r",?[ -](\d{4}|\d{2})" + _TIME
)
_COMPACT_DATE = re.compile(r"(?:19|20)\d{6}")
_PLAIN_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
_POINT_NUMBER = re.compile(r"[+-]?\d{1,3}(?:[,' \u00a0\u202f]\d{3})+(?:\.\d+)?")
_COMMA_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:[. '\u00a0\u202f]\d{3})+|\d+)(?:,\d+)?")
_AFFIX = re.compile(r"^[€$£¥₹]\s*|\s*[€$£¥₹%]$")


def is_placeholder(text: str, *, in_name: bool = False) -> bool:
    """Whether the cell is written for "nothing" (`Select`, `n/a`, `-` …)."""
    if len(text) > 20:
        return False
    return (text.lower() if text.isascii() else fold(text)) in (MARKS if in_name else PLACEHOLDERS)


@lru_cache(maxsize=4096)
def parse_boolean(text: str) -> bool | None:
    """True or false from yes/no words of several languages and 1/0; None if it is neither."""
    word = fold(text)
    if word in TRUE_WORDS:
        return True
    return False if word in FALSE_WORDS else None


@lru_cache(maxsize=4096)
def parse_outcome(text: str) -> bool | None:
    """Won or lost; None if the word says neither (the outcome is open)."""
    word = fold(text)
    if word in OUTCOME_TRUE:
        return True
    return False if word in OUTCOME_FALSE else None


def parse_number(text: str, *, decimal_comma: bool = False) -> int | float | None:
    """A number, thousands separators and a currency or percent sign set aside; None if it is none."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) < 16:
        return int(text)
    if not _PLAIN_NUMBER.fullmatch(text) or decimal_comma:
        text = _AFFIX.sub("", text)
        if decimal_comma:
            if not _COMMA_NUMBER.fullmatch(text):
                return None
            text = re.sub(r"[. '\u00a0\u202f]", "", text).replace(",", ".")
        elif _POINT_NUMBER.fullmatch(text):
            text = re.sub(r"[,' \u00a0\u202f]", "", text)
        elif not _PLAIN_NUMBER.fullmatch(text):
            return None
    try:
        number = float(text)
        if number.is_integer() and abs(number) < 1e15:
            return int(number)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < 1e300 else None


@lru_cache(maxsize=8_192)
def parse_moment(text: str, order: str = "ymd") -> datetime | None:
    """A date or date-time; times without a zone are UTC. `order` (dmy, mdy, ymd) reads 01/02/2026.

    None if it is no date, also for days that do not exist (31/02/2026).
    """
    text = text.strip()
    if len(text) >= 10 and text[4] == "-" and text[7] == "-":
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = None
        if moment is not None and 1800 <= moment.year <= 2300:
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    if match := _NUMERIC_DATE.fullmatch(text):
        first, _, second, third, *time = match.groups()
        if len(first) >= 3:
            year, month, day = first, second, third
        elif order == "mdy":
            month, day, year = first, second, third
        else:
            day, month, year = first, second, third
        return _moment(year, int(month), int(day), time)
    if match := _NAMED_DATE.fullmatch(text):
        day_1, month_1, month_2, day_2, year, *time = match.groups()
        named = _MONTHS.get(fold(month_1 or month_2))
        return _moment(year, named, int(day_1 or day_2), time) if named else None
    if _COMPACT_DATE.fullmatch(text):
        return _moment(text[:4], int(text[4:6]), int(text[6:]), [None] * 5)
    return None


def _moment(year: str, month: int, day: int, time: list[str | None]) -> datetime | None:
    hour, minute, second, half, zone = time
    number = int(year)
    if len(year) <= 2:
        number += 2000 if number < 70 else 1900
    if not 1800 <= number <= 2300:
        return None
    hours = int(hour or 0)
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    try:
        moment = datetime(number, month, day, hours, int(minute or 0), int(second or 0), tzinfo=_zone(zone))
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> timezone:
    if not text or text[0] not in "+-":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=minutes if text[0] == "+" else -minutes))


def date_orders(text: str) -> frozenset[str]:
    """The orders in which the text is a date: any of dmy, mdy, ymd (ymd also for month names)."""
    match = _NUMERIC_DATE.fullmatch(text.strip())
    if match is None:
        return frozenset({"ymd"}) if parse_moment(text) else frozenset()
    if len(match.group(1)) >= 3:
        return frozenset({"ymd"}) if parse_moment(text) else frozenset()
    return frozenset(order for order in ("dmy", "mdy") if parse_moment(text, order))


def has_time(text: str) -> bool:
    """Whether a date text carries a time of day."""
    return ":" in text


def iso_date(moment: datetime) -> str:
    """The calendar day as ISO text."""
    return date(moment.year, moment.month, moment.day).isoformat()

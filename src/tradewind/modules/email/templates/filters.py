"""The filters of mail templates. Each one is bounded before it works: none can be made to fill the memory."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency, format_decimal
from liquid.undefined import Undefined

MAX_TEXT = 20_000
_MAX_ITEMS = 1_000
_LARGEST = 1e15
_DATE_STYLES = ("short", "medium", "long", "full")
_CURRENCY = re.compile(r"[A-Z]{3}")


class FilterProblem(Exception):
    """Why a filter cannot be applied, in words for the template's author."""


def cost(value: object) -> int:
    """How much work a result stands for, in steps."""
    return len(value) // 64 if isinstance(value, str) else len(value) if isinstance(value, list) else 0


def _text(value: object) -> str:
    if isinstance(value, Undefined) or value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float):
        raise FilterProblem("works on a text, not on a list or record.")
    text = str(value)
    if len(text) > MAX_TEXT:
        raise FilterProblem("the text is too long.")
    return text


def _bounded(length: int) -> None:
    if length > MAX_TEXT:
        raise FilterProblem("the result would be too long.")


def _list(value: object) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise FilterProblem("works on a list.")
    if len(value) > _MAX_ITEMS:
        raise FilterProblem("the list is too long.")
    return list(value)


def _number(value: object) -> int | float:
    if isinstance(value, bool) or value is None or isinstance(value, Undefined):
        return 0
    if isinstance(value, str):
        try:
            value = float(value) if "." in value or "e" in value.lower() else int(value[:20])
        except ValueError:
            raise FilterProblem("works on a number.") from None
    if not isinstance(value, int | float):
        raise FilterProblem("works on a number.")
    return _in_range(value)


def _in_range(value: int | float) -> int | float:
    if not math.isfinite(value) or abs(value) > _LARGEST:
        raise FilterProblem("the number is too large.")
    return value


def _divided(one: object, other: object) -> int | float:
    first, second = _number(one), _number(other)
    if second == 0:
        raise FilterProblem("nothing can be divided by 0.")
    return first // second if isinstance(first, int) and isinstance(second, int) else _in_range(first / second)


def _rounded(value: object, digits: object = 0) -> int | float:
    places = int(_number(digits))
    if not 0 <= places <= 10:
        raise FilterProblem("rounds to 0 … 10 digits.")
    return round(_number(value), places) if places else round(_number(value))


def _replaced(value: object, old: object, new: object = "", *, count: int = -1) -> str:
    text, what, by = _text(value), _text(old), _text(new)
    if not what:
        return text
    _bounded(len(text) + (len(by) - len(what)) * (text.count(what) if count < 0 else 1))
    return text.replace(what, by, count)


def _joined(value: object, separator: object = " ") -> str:
    texts, between = [_text(item) for item in _list(value)], _text(separator)
    _bounded(sum(map(len, texts)) + len(between) * len(texts))
    return between.join(texts)


def _appended(value: object, more: object) -> str:
    one, other = _text(value), _text(more)
    _bounded(len(one) + len(other))
    return one + other


def _truncated(value: object, length: object = 50, ending: object = "…") -> str:
    text, end, most = _text(value), _text(ending), int(_number(length))
    return text if len(text) <= most else text[: max(0, most - len(end))] + end


def _truncated_words(value: object, count: object = 15, ending: object = "…") -> str:
    words, most = _text(value).split(), max(1, int(_number(count)))
    return " ".join(words) if len(words) <= most else " ".join(words[:most]) + _text(ending)


def _default(value: object, instead: object = "") -> object:
    return instead if value in (None, "", False, []) or isinstance(value, Undefined) else value


def _field(item: object, key: str) -> object:
    return item.get(key) if isinstance(item, Mapping) else None


def _where(value: object, key: object, wanted: object = None) -> list[Any]:
    name = _text(key)
    return [item for item in _list(value) if (_field(item, name) if wanted is None else _field(item, name) == wanted)]


def _sorted(value: object, key: object = None) -> list[Any]:
    items = _list(value)
    found = [item if key is None else _field(item, _text(key)) for item in items]
    if all(isinstance(one, int | float) for one in found):
        places: list[Any] = found
    else:
        places = [str(one)[:200].casefold() for one in found]
    return [items[at] for at in sorted(range(len(items)), key=places.__getitem__)]


def _size(value: object) -> int:
    return len(value) if isinstance(value, str | list | tuple | Mapping) else 0


def _locale(code: object) -> Locale:
    try:
        return Locale.parse(_text(code)[:20].replace("-", "_") or "en")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def _moment(value: object) -> datetime | date:
    if isinstance(value, datetime | date):
        return value
    if isinstance(value, str):
        if value == "now":
            return datetime.now(UTC)
        try:
            return datetime.fromisoformat(value[:40]) if len(value) > 10 else date.fromisoformat(value)
        except ValueError:
            pass
    raise FilterProblem("works on a date such as 2026-05-01 or 2026-05-01T09:30:00Z.")


def _zone(name: object) -> ZoneInfo:
    try:
        return ZoneInfo(_text(name)[:64] or "UTC")
    except (KeyError, ValueError, OSError):
        raise FilterProblem("does not know this time zone.") from None


def _style(style: object) -> Any:
    name = _text(style) or "medium"
    if name not in _DATE_STYLES:
        raise FilterProblem(f"knows the styles {', '.join(_DATE_STYLES)}.")
    return name


def _date(value: object, style: object = "medium", language: object = "en", zone: object = "UTC") -> str:
    moment = _moment(value)
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        moment = moment.astimezone(_zone(zone))
    return format_date(moment, _style(style), locale=_locale(language))


def _time(value: object, style: object = "short", language: object = "en", zone: object = "UTC") -> str:
    moment = _moment(value)
    if not isinstance(moment, datetime):
        raise FilterProblem("works on a date with a time.")
    return format_time(moment, _style(style), tzinfo=_zone(zone), locale=_locale(language))


def _date_time(value: object, style: object = "medium", language: object = "en", zone: object = "UTC") -> str:
    moment = _moment(value)
    if not isinstance(moment, datetime):
        return _date(value, style, language)
    return format_datetime(moment, _style(style), tzinfo=_zone(zone), locale=_locale(language))


def _money(value: object, currency: object = "EUR", language: object = "en") -> str:
    code = _text(currency).upper()
    if not _CURRENCY.fullmatch(code):
        raise FilterProblem("needs a currency such as EUR.")
    return format_currency(_number(value), code, locale=_locale(language))


def _first(value: object) -> object:
    items = _list(value)
    return items[0] if items else None


def _last(value: object) -> object:
    items = _list(value)
    return items[-1] if items else None


FILTERS: Mapping[str, Callable[..., object]] = {
    "default": _default,
    "upcase": lambda value: _text(value).upper(),
    "downcase": lambda value: _text(value).lower(),
    "capitalize": lambda value: _text(value)[:1].upper() + _text(value)[1:],
    "strip": lambda value: _text(value).strip(),
    "append": _appended,
    "prepend": lambda value, more: _appended(more, value),
    "replace": _replaced,
    "replace_first": lambda value, old, new="": _replaced(value, old, new, count=1),
    "remove": lambda value, old: _replaced(value, old, ""),
    "truncate": _truncated,
    "truncatewords": _truncated_words,
    "url_encode": lambda value: quote(_text(value)[: MAX_TEXT // 12], safe=""),
    "split": lambda value, by=" ": _list(_text(value).split(_text(by) or " ", _MAX_ITEMS)),
    "join": _joined,
    "first": _first,
    "last": _last,
    "size": _size,
    "sort": _sorted,
    "reverse": lambda value: _list(value)[::-1],
    "map": lambda value, key: [_field(item, _text(key)) for item in _list(value)],
    "where": _where,
    "plus": lambda one, other: _in_range(_number(one) + _number(other)),
    "minus": lambda one, other: _in_range(_number(one) - _number(other)),
    "times": lambda one, other: _in_range(_number(one) * _number(other)),
    "divided_by": _divided,
    "round": _rounded,
    "ceil": lambda value: math.ceil(_number(value)),
    "floor": lambda value: math.floor(_number(value)),
    "date": _date,
    "time": _time,
    "date_time": _date_time,
    "number": lambda value, language="en": format_decimal(_number(value), locale=_locale(language)),
    "money": _money,
}

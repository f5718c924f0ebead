"""Canonical JSON after RFC 8785 (JCS): one byte sequence for one value, so that hashes can be compared.

Numbers are IEEE doubles, as JSON's are: 1, 1.0 and 1e0 are the same value and give the same bytes.
"""

import math
from datetime import date, datetime
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any
from uuid import UUID

_SAFE_INTEGER = 2**53


def canonical(value: Any) -> bytes:
    """The canonical form of a JSON value (see `plain` for what else may be made one)."""
    return _text(value).encode()


def plain(value: Any) -> Any:
    """`value` as plain JSON that PostgreSQL's jsonb gives back unchanged.

    Times, decimals and numbers a double cannot hold exactly become text; NULs and lone surrogates, which
    jsonb refuses, become U+FFFD.
    """
    match value:
        case str():
            return _clean(value)
        case None | bool():
            return value
        case int():
            return value if abs(value) <= _SAFE_INTEGER else str(value)
        case float():
            return value if value == 0 or 1e-300 < abs(value) <= _SAFE_INTEGER else str(value)
        case dict():
            return {_clean(str(key)): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case set() | frozenset():
            return [plain(item) for item in sorted(value, key=str)]
        case datetime() | date():
            return value.isoformat()
        case UUID() | Decimal():
            return str(value)
        case bytes():
            return value.hex()
    return _clean(str(value))


def _clean(text: str) -> str:
    if text.isprintable():
        return text  # as nearly all are: neither NULs nor surrogates
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8", "replace")


def _text(value: Any) -> str:
    match value:
        case str():
            return encode_basestring(value)
        case None:
            return "null"
        case True:
            return "true"
        case False:
            return "false"
        case int() if abs(value) <= _SAFE_INTEGER:
            return str(value)
        case int() | float():
            return _number(float(value))
        case dict():
            # By UTF-16 code units, which is the order of ASCII as it stands.
            keys = sorted(value, key=None if all(map(str.isascii, value)) else _utf_16)
            return "{" + ",".join(f"{_text(key)}:{_text(value[key])}" for key in keys) + "}"
        case list() | tuple():
            return "[" + ",".join(_text(item) for item in value) + "]"
    raise TypeError(f"{type(value).__name__} is not JSON")


def _utf_16(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass")


def _number(value: float) -> str:
    """ECMAScript's shortest form, e.g. 1e21, 1e-7, 0.000001."""
    if not math.isfinite(value):
        raise ValueError("JSON has no infinity")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len((whole + fraction).lstrip("0")))
    digits = digits.rstrip("0")
    if len(digits) <= point <= 21:
        return sign + digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    power = point - 1
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}e{'+' if power > 0 else '-'}{abs(power)}"

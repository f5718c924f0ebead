"""Types of request values that take exactly what the OpenAPI document says, where Pydantic would also convert.

`Flag`, `Whole`, `Ratio` and `JsonObject` are for JSON bodies; `Moment` and `Day` for query parameters too.
"""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Strict

_MAX_JSON_BYTES = 64 * 1024
_DATE = re.compile(r"\d{4}-\d\d-\d\d")

_EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
_LATEST = datetime(9999, 12, 31, tzinfo=UTC)


def _iso_text(value: Any) -> Any:
    # A bare number would be read as seconds since 1970.
    if isinstance(value, date) or (isinstance(value, str) and _DATE.match(value)):
        return value
    raise ValueError("must be written as YYYY-MM-DD, with a time and an offset where one is asked for")


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        # The year 0 or 10000: the nearest moment that can be stored.
        return _EARLIEST if moment.year == 1 else _LATEST


def storable(value: str) -> str:
    """The text itself; ValueError for characters PostgreSQL cannot hold."""
    if "\x00" in value:
        raise ValueError("must not contain the NUL character")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValueError("must be valid Unicode") from error
    return value


def mended(text: str) -> str:
    """Words of another side as PostgreSQL takes them: without NUL, and `?` for halves of characters."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "")


def _storable_json(value: dict[str, Any]) -> dict[str, Any]:
    try:
        encoded = orjson.dumps(value)
    except (TypeError, ValueError) as error:
        raise ValueError("holds something that JSON cannot") from error
    if len(encoded) > _MAX_JSON_BYTES:
        raise ValueError("is limited to 64 kB")
    if b"\\u0000" in encoded:
        raise ValueError("must not hold NUL characters")
    return value


JsonObject = Annotated[dict[str, Any], AfterValidator(_storable_json)]
"""Free-form JSON that PostgreSQL can store, up to 64 kB."""
Flag = Annotated[bool, Strict()]
Whole = Annotated[int, Strict()]
Ratio = Annotated[float, Strict()]
Day = Annotated[date, BeforeValidator(_iso_text)]
Moment = Annotated[AwareDatetime, BeforeValidator(_iso_text), AfterValidator(_in_utc)]
"""A point in time with its offset from UTC; arrives as UTC."""

"""Reading the values of conditions: types, bounds, and what dates mean."""

import math
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar
from uuid import UUID

MAX_ITEMS = 200
MAX_CHARACTERS = 500
MAX_DAYS = 36_500
MAX_COUNT = 1_000_000
_ACTIVITY_KIND = re.compile(r"[a-z][a-z_]{0,30}(\.[a-z][a-z_]{0,30}){0,2}(\.\*)?")
T = TypeVar("T")


class BadValue(Exception):
    """A value the operator cannot use; `part` names the part of the node."""

    def __init__(self, message: str, part: str = "value") -> None:
        super().__init__(message)
        self.part = part


def words(value: Any) -> str:
    """A text that is not empty. Raises BadValue."""
    if not isinstance(value, str) or not value.strip():
        raise BadValue("Must be a text.")
    if len(value) > MAX_CHARACTERS:
        raise BadValue(f"May have up to {MAX_CHARACTERS} characters.")
    if "\x00" in value or not _encodable(value):
        raise BadValue("Holds characters that cannot be stored.")
    return value


def option(value: Any, options: Sequence[str] | None) -> str:
    """One of the options (any text where there are none). Raises BadValue."""
    chosen = words(value)
    if options is not None and chosen not in options:
        raise BadValue(f"“{chosen[:40]}” is not one of: {', '.join(options[:12])}.")
    return chosen


def identifier(value: Any) -> UUID:
    """An id. Raises BadValue."""
    if isinstance(value, UUID):
        return value
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError) as error:
        raise BadValue("Must be an id.") from error


def boolean(value: Any) -> bool:
    """True or false. Raises BadValue."""
    if not isinstance(value, bool):
        raise BadValue("Must be true or false.")
    return value


def number(value: Any) -> float | int:
    """A finite number. Raises BadValue."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadValue("Must be a number.")
    if abs(value) > 1e18 or not math.isfinite(value):
        raise BadValue("The number is too large.")
    return value


def count(value: Any) -> int:
    """A whole number from 0. Raises BadValue."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_COUNT:
        raise BadValue(f"Must be a whole number from 0 to {MAX_COUNT:,}.")
    return value


def items(value: Any, reader: Callable[[Any], T], *, part_limit: int = MAX_ITEMS) -> list[T]:
    """A list with at least one item, each read by `reader`. Raises BadValue."""
    if not isinstance(value, list) or not value:
        raise BadValue("Must be a list with at least one item.")
    if len(value) > part_limit:
        raise BadValue(f"May have up to {part_limit} items.")
    return [reader(item) for item in value]


def pair(value: Any, reader: Callable[[Any], T]) -> tuple[T, T]:
    """Lower and upper bound, both inclusive. Raises BadValue."""
    if not isinstance(value, list) or len(value) != 2:
        raise BadValue("Must be a list of two: from and to.")
    return reader(value[0]), reader(value[1])


def activity_kind(value: Any) -> str | None:
    """Kind of activity, `email.opened` or `email.*`; None for any. Raises BadValue."""
    if value is None:
        return None
    if not isinstance(value, str) or not _ACTIVITY_KIND.fullmatch(value):
        raise BadValue("Must be a kind of activity such as email.opened or email.*", "kind")
    return value


def days_back(value: Any, at: datetime) -> datetime | None:
    """The instant that many days before `at`, None for None. Raises BadValue."""
    if value is None:
        return None
    return at - timedelta(days=_days(value, "within_days"))


def span(operator: str, value: Any, at: datetime) -> tuple[datetime | None, datetime | None]:
    """The half-open span [from, to) an operator on time means; None where it has no end.

    A day stands for all of it, in UTC: `after 2026-03-01` begins on the 2nd. Raises BadValue.
    """
    match operator:
        case "within_days":
            return at - timedelta(days=_days(value)), at + timedelta(microseconds=1)
        case "more_than_days_ago":
            return None, at - timedelta(days=_days(value))
        case "before":
            return None, moment(value)[0]
        case "after":
            return moment(value)[1], None
    low, high = pair(value, moment)
    return low[0], high[1]


def moment(value: Any) -> tuple[datetime, datetime]:
    """(start, first instant after) of a day or an instant in ISO form. Raises BadValue."""
    if not isinstance(value, str) or len(value) > 40:
        raise BadValue("Must be a date such as 2026-03-01, or a time such as 2026-03-01T09:00:00Z.")
    try:
        if len(value) == 10:
            start = datetime.combine(date.fromisoformat(value), time(), UTC)
            return start, start + timedelta(days=1)
        instant = datetime.fromisoformat(value)
        instant = (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
        return instant, instant + timedelta(microseconds=1)
    except (ValueError, OverflowError) as error:
        raise BadValue("Must be a date such as 2026-03-01, or a time such as 2026-03-01T09:00:00Z.") from error


def stored_time(instant: datetime, kind: str) -> str:
    """How custom values of this kind are stored: they sort as text."""
    if kind == "date":
        # A span that begins or ends within a day: days from the next on, or before it.
        whole = instant == datetime.combine(instant.date(), time(), UTC)
        day = instant.date() if whole or instant.date() == date.max else instant.date() + timedelta(days=1)
        return day.isoformat()
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _days(value: Any, part: str = "value") -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MAX_DAYS:
        raise BadValue(f"Must be a number of days from 0 to {MAX_DAYS:,}.", part)
    return value


def _encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True

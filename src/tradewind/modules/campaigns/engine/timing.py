"""When a wait ends, in the person's own time zone."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from tradewind.modules.campaigns.engine.graph import SendWindow

_zone = lru_cache(maxsize=600)(ZoneInfo)


def next_clock(after: datetime, zone: str, clock: str, weekdays: Sequence[int]) -> datetime:
    """The first moment after `after` at which a clock in `zone` shows `clock`, on one of the weekdays (0 Monday).

    A time that daylight saving skips on that day is taken an hour later; one that comes twice, the first time.
    """
    place = _zone(zone)
    day = after.astimezone(place).date()
    wanted = time.fromisoformat(clock)
    for ahead in range(9):
        at = datetime.combine(day + timedelta(days=ahead), wanted, place).astimezone(UTC)
        if at > after and (not weekdays or (day + timedelta(days=ahead)).weekday() in weekdays):
            return at
    raise AssertionError("every weekday comes within eight days")


def window_opens(at: datetime, zone: str, window: SendWindow) -> datetime:
    """`at` itself inside the window, else when it opens next."""
    local = at.astimezone(_zone(zone))
    inside = window.begins <= f"{local:%H:%M}" < window.ends
    if inside and (not window.weekdays or local.weekday() in window.weekdays):
        return at
    return next_clock(at, zone, window.begins, window.weekdays)

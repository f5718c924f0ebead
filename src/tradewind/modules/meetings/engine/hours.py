"""Opening hours on the clock of a place, as spans of real time.

A place is open at an instant if its wall clock shows a time within the hours of that local date. Everything follows
from that one sentence: times that a change of clocks skips do not exist, times that come twice exist twice, and a
date that a place skipped has no hours. Instants are seconds since 1970 UTC; days are numbered from 1970-01-01.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY = 86_400
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_PROBE = DAY

Ranges = tuple[tuple[int, int], ...]
"""Opening times of one day, in seconds after its midnight, in order and apart from each other."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When a host can be met. `weekly` has seven days from Monday; holidays go before it, and `dates` before both.

    `dates` and `holidays` are keyed by day number; a holiday is closed and has a name.
    """

    time_zone: str
    weekly: tuple[Ranges, ...]
    dates: Mapping[int, Ranges] = field(default_factory=dict)
    holidays: Mapping[int, str] = field(default_factory=dict)

    def of_day(self, day: int) -> Ranges:
        """The opening times of a local day."""
        if day in self.dates:
            return self.dates[day]
        return () if day in self.holidays else self.weekly[(day + 3) % 7]


@dataclass(frozen=True, slots=True)
class Opening:
    """Spans `begins[i]`–`ends[i]` in order and apart, and `starts`: the instants a meeting may begin at."""

    begins: list[int]
    ends: list[int]
    starts: list[int]


def day_number(day: date) -> int:
    """The number of a date."""
    return day.toordinal() - _EPOCH_ORDINAL


def date_of(day: int) -> date:
    """The date of a number."""
    return date.fromordinal(day + _EPOCH_ORDINAL)


def joined(ranges: list[tuple[int, int]]) -> Ranges:
    """Ranges in order, with those that touch or overlap made one."""
    result: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        elif start < end:
            result.append((start, end))
    return tuple(result)


def offsets(time_zone: str, start: int, end: int) -> list[tuple[int, int, int]]:
    """The spans `(from, until, offset)` of one offset from UTC each that together make `start`–`end`."""
    result: list[tuple[int, int, int]] = []
    for year in range(_utc(start).year, _utc(end - 1).year + 1):
        for begins, ends, offset in _year(time_zone, year):
            begins, ends = max(begins, start), min(ends, end)
            if begins >= ends:
                continue
            if result and result[-1][2] == offset:
                result[-1] = (result[-1][0], ends, offset)
            else:
                result.append((begins, ends, offset))
    return result


def opening(hours: Hours, start: int, end: int, increment: int, *, length: int = 0) -> Opening:
    """When a place is open, and every `increment` seconds from each opening an instant to begin at, in `start`–`end`.

    The spans reach `length` further, so that a meeting beginning at the last instant can be judged. The steps are
    counted on the wall clock from the beginning of the day's range, also across a change of clocks.
    """
    spans: list[tuple[int, int]] = []
    starts: list[int] = []
    for begins, ends, offset in offsets(hours.time_zone, start - DAY, end + length + DAY):
        local_begin, local_end = begins + offset, ends + offset
        for day in range(local_begin // DAY, (local_end - 1) // DAY + 1):
            midnight = day * DAY
            for opens, closes in hours.of_day(day):
                low, high = max(midnight + opens, local_begin), min(midnight + closes, local_end)
                if low >= high:
                    continue
                spans.append((low - offset, high - offset))
                first = midnight + opens + -((midnight + opens - low) // increment) * increment
                starts += [at - offset for at in range(first, high, increment) if start <= at - offset < end]
    whole = joined(spans)
    return Opening([low for low, _ in whole], [high for _, high in whole], sorted(starts))


def local_day(spans: list[tuple[int, int, int]], at: int) -> int:
    """The number of the local day at an instant, by the spans that `offsets` gave."""
    place = bisect_right(spans, at, key=lambda span: span[0]) - 1
    return (at + spans[max(place, 0)][2]) // DAY


@lru_cache(maxsize=4_096)
def _year(time_zone: str, year: int) -> tuple[tuple[int, int, int], ...]:
    """The spans of one offset within a year of UTC; `zoneinfo` does not tell its changes, so they are searched."""
    zone = ZoneInfo(time_zone)
    start = int(datetime(year, 1, 1, tzinfo=UTC).timestamp())
    end = int(datetime(year + 1, 1, 1, tzinfo=UTC).timestamp())
    result: list[tuple[int, int, int]] = []
    begins, offset = start, _offset(zone, start)
    known = start
    for probe in (*range(start + _PROBE, end, _PROBE), end - 1):
        if _offset(zone, probe) != offset:
            low, high = known, probe
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if _offset(zone, middle) == offset else (low, middle)
            result.append((begins, high, offset))
            begins, offset = high, _offset(zone, high)
        known = probe
    return (*result, (begins, end, offset))


def _offset(zone: ZoneInfo, at: int) -> int:
    offset = _utc(at).astimezone(zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def _utc(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)

"""Stored schedules as the opening hours that the engine reckons with."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.loading import loaded
from tradewind.modules.identity import api as identity
from tradewind.modules.meetings.engine import public_holidays
from tradewind.modules.meetings.engine.hours import DAY, Hours, Ranges, day_number, joined, opening
from tradewind.modules.meetings.repository.slots import ScheduleRow

DEFAULT_NAME = "Working hours"
DEFAULT_WEEK: list[dict[str, Any]] = [{"days": [1, 2, 3, 4, 5], "start": "09:00", "end": "17:00"}]
_NONE = UUID(int=0)


async def organisation_default(session: AsyncSession) -> ScheduleRow:
    """Monday to Friday, nine to five in the organisation's zone: for hosts to whom no stored schedule applies."""
    organisation = await identity.get_organisation(session)
    return ScheduleRow(_NONE, DEFAULT_NAME, organisation.time_zone, DEFAULT_WEEK, [], None)


async def hours_of(schedule: ScheduleRow, years: Iterable[int]) -> Hours:
    """The hours of a schedule, with the holidays of these years."""
    holidays: dict[int, str] = {}
    if schedule.holidays:
        await loaded("holidays")
        for year in years:
            holidays |= public_holidays.of_year(
                schedule.holidays["country"], schedule.holidays.get("subdivision"), year
            )
    week: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    for entry in schedule.weekly:
        for day in entry["days"]:
            week[day - 1].append(_range(entry))
    return Hours(
        time_zone=schedule.time_zone,
        weekly=tuple(joined(ranges) for ranges in week),
        dates={day_number(date.fromisoformat(entry["date"])): _ranges(entry["ranges"]) for entry in schedule.overrides},
        holidays=holidays,
    )


async def spans(
    *,
    time_zone: str,
    weekly: Sequence[Mapping[str, Any]],
    overrides: Sequence[Mapping[str, Any]],
    holidays: Mapping[str, Any] | None,
    start: datetime,
    end: datetime,
) -> list[tuple[datetime, datetime]]:
    """When such hours are open between two moments, in UTC and in order; spans reach over the edges."""
    schedule = ScheduleRow(
        _NONE, "", time_zone, list(map(dict, weekly)), list(map(dict, overrides)), dict(holidays) if holidays else None
    )
    hours = await hours_of(schedule, range(start.year - 1, end.year + 2))
    found = opening(hours, int(start.timestamp()), int(end.timestamp()), DAY)
    return [
        (datetime.fromtimestamp(low, UTC), datetime.fromtimestamp(high, UTC))
        for low, high in zip(found.begins, found.ends, strict=True)
        if high > start.timestamp() and low < end.timestamp()
    ]


def seconds(clock_time: str) -> int:
    """Seconds after midnight of `HH:MM`, up to `24:00`."""
    hour, _, minute = clock_time.partition(":")
    return int(hour) * 3_600 + int(minute) * 60


def _range(entry: dict[str, Any]) -> tuple[int, int]:
    return seconds(entry["start"]), seconds(entry["end"])


def _ranges(entries: list[dict[str, Any]]) -> Ranges:
    return joined([_range(entry) for entry in entries])

"""Public holidays to choose from."""

from tradewind.kernel.loading import loaded
from tradewind.modules.meetings.engine import public_holidays
from tradewind.modules.meetings.engine.hours import date_of
from tradewind.modules.meetings.errors import ScheduleInvalid
from tradewind.modules.meetings.schemas.availability import HolidayCountry, HolidayRead, unknown_place


async def of_year(country: str, subdivision: str | None, year: int) -> list[HolidayRead]:
    """The holidays of a place in a year, in order. Raises ScheduleInvalid for a place that is not known."""
    await loaded("holidays")
    if message := unknown_place(country, subdivision):
        raise ScheduleInvalid(message, errors=[{"field": "country", "message": message}])
    found = public_holidays.of_year(country, subdivision or None, year)
    return [HolidayRead(date=date_of(day), name=name) for day, name in found.items()]


async def countries() -> list[HolidayCountry]:
    """Every country whose holidays are known, by its code."""
    await loaded("holidays")
    return [HolidayCountry(code=code, subdivisions=list(parts)) for code, parts in public_holidays.countries().items()]

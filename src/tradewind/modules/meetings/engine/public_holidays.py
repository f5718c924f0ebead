"""Public holidays of countries and their parts, by the library `holidays`."""

from collections.abc import Mapping
from functools import lru_cache

from tradewind.modules.meetings.engine.hours import day_number


@lru_cache(maxsize=512)
def of_year(country: str, subdivision: str | None, year: int) -> Mapping[int, str]:
    """Names of the holidays of a year in English where the library has them, by day number; none if unknown."""
    import holidays  # here: every start would wait for it

    if subdivisions(country) is None or (subdivision and subdivision not in (subdivisions(country) or ())):
        return {}
    english = next((one for one in _languages(country) if one.startswith("en")), None)
    found = holidays.country_holidays(country, subdiv=subdivision or None, years=year, language=english)
    return {day_number(day): name for day, name in sorted(found.items())}


@lru_cache(maxsize=1)
def countries() -> Mapping[str, tuple[str, ...]]:
    """Countries (ISO 3166-1 alpha-2) whose holidays are known, with the codes of their parts."""
    import holidays  # here: every start would wait for it

    return {
        code: tuple(parts)
        for code, parts in sorted(holidays.list_supported_countries(include_aliases=False).items())
        if len(code) == 2
    }


@lru_cache(maxsize=256)
def _languages(country: str) -> tuple[str, ...]:
    """The languages in which the library names a country's holidays."""
    import holidays  # here: every start would wait for it

    return tuple(holidays.list_localized_countries().get(country, ()))


def subdivisions(country: str) -> tuple[str, ...] | None:
    """Codes of the parts of a country; None for a country that is not known."""
    return countries().get(country)

"""The country a visitor is probably in, by the time zone: for phone numbers and dates without more."""

from functools import cache

from babel import Locale
from babel.core import get_global


@cache
def region_of(time_zone: str | None) -> str | None:
    """ISO 3166 code of a time zone; None where it says nothing."""
    if time_zone is None:
        return None
    region = get_global("zone_territories").get(time_zone)
    return region if region in Locale("en").territories and region != "001" else None

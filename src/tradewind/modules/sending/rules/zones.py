"""Which time zones a person may be in, when nobody has said."""

import importlib.resources
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
from phonenumbers import timezone as phone_zones

_UNKNOWN = "Etc/Unknown"


@lru_cache(maxsize=20_000)
def likely_zones(time_zone: str | None, country: str | None, phone: str | None, fallback: str) -> tuple[str, ...]:
    """IANA names of the zones to respect, sorted: the known one; else those of the number, the country, the fallback.

    All of a country's zones count where only the country is known, so that a message waits for the strictest of them.
    """
    if time_zone and known_zone(time_zone):
        return (time_zone,)
    by_number = _zones_of_number(phone) if phone else ()
    return by_number or _zones_of_countries().get((country or "").upper(), ()) or (fallback,)


def known_zone(name: str) -> bool:
    """Whether there is such a zone."""
    return name in _all_zones()


@lru_cache(maxsize=1000)
def zone_info(name: str) -> ZoneInfo:
    """The zone of a known name."""
    return ZoneInfo(name)


@lru_cache(maxsize=1)
def _all_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zones_of_number(phone: str) -> tuple[str, ...]:
    try:
        found = phone_zones.time_zones_for_number(phonenumbers.parse(phone[:60], None))
    except phonenumbers.NumberParseException:
        return ()
    return tuple(sorted(zone for zone in found if zone != _UNKNOWN and known_zone(zone)))


@lru_cache(maxsize=1)
def _zones_of_countries() -> Mapping[str, tuple[str, ...]]:
    table = importlib.resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    found: defaultdict[str, set[str]] = defaultdict(set)
    for line in table.splitlines():
        if line and not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            found[country].add(zone)
    return {country: tuple(sorted(zones)) for country, zones in found.items()}

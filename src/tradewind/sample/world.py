"""What the sample world is made of: names, places, industries, sources and their true effects.

The tables stand in `world.toml`; here they get their types. Everything is invented: domains end in
`.example` (RFC 2606), telephone numbers come only from ranges that regulators set aside for fiction.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any, NamedTuple

ORGANISATION = "Northlight Analytics"
ORGANISATION_DOMAIN = "northlight.example"
# What the firm bills in; its pipeline starts in the same currency.
CURRENCY = "EUR"
TIME_ZONE = "Europe/Berlin"
ADMIN_EMAIL = f"demo@{ORGANISATION_DOMAIN}"


class Member(NamedTuple):
    """A colleague in the sample organisation; the first is the administrator."""

    name: str
    email: str
    role: str


TEAM = (
    Member("Dana Whitfield", ADMIN_EMAIL, "admin"),
    Member("Marcus Oyelaran", f"marcus@{ORGANISATION_DOMAIN}", "manager"),
    Member("Ines Carvalho", f"ines@{ORGANISATION_DOMAIN}", "creator"),
    Member("Tobias Lindqvist", f"tobias@{ORGANISATION_DOMAIN}", "creator"),
    Member("Priya Raman", f"priya@{ORGANISATION_DOMAIN}", "analyst"),
)


class Industry(NamedTuple):
    """An industry: how common it is, how well the product fits, words its company names end in."""

    name: str
    share: float
    fit: float
    suffixes: tuple[str, ...]


class SizeBand(NamedTuple):
    """Employees from/to, frequency, fit, median yearly contract in whole currency units, sales cycle."""

    label: str
    low: int
    high: int
    share: float
    fit: float
    contract: int
    cycle_days: int


class Country(NamedTuple):
    """A country: frequency, fit, culture of most names, spellings seen in files, cities, telephones."""

    code: str
    name: str
    share: float
    fit: float
    culture: str
    spellings: tuple[str, ...]
    cities: tuple[str, ...]
    legal: tuple[str, ...]
    phone: tuple[str, ...]  # '#' is a free digit; empty where no range for fiction exists


class Title(NamedTuple):
    """A job title with its frequency and its effect on fit (budget and need)."""

    name: str
    share: float
    fit: float


class Source(NamedTuple):
    """Where leads come from: volume, true quality, and the campaigns that feed it."""

    name: str
    share: float
    fit: float
    intent: float
    campaigns: tuple[str, ...]


class People(NamedTuple):
    """First and last names of one culture."""

    first: tuple[str, ...]
    last: tuple[str, ...]


def _tuples(row: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


def _country(row: dict[str, Any]) -> Country:
    areas = row.pop("phone_areas", "").split()
    if areas:
        row["phone"] = [pattern.replace("{area}", area) for pattern in row["phone"] for area in areas]
    return Country(**_tuples(row))


_TABLES = tomllib.loads(resources.files("tradewind.sample").joinpath("world.toml").read_text("utf-8"))

INDUSTRIES = tuple(Industry(**_tuples(row)) for row in _TABLES["industries"])
SIZES = tuple(SizeBand(**row) for row in _TABLES["sizes"])
COUNTRIES = tuple(_country(row) for row in _TABLES["countries"])
TITLES = tuple(Title(**row) for row in _TABLES["titles"])
SOURCES = tuple(Source(**_tuples(row)) for row in _TABLES["sources"])
NAMES = {
    culture: People(tuple(row["first"].split()), tuple(row["last"].split()))
    for culture, row in _TABLES["names"].items()
}
MONTH_DEMAND: tuple[float, ...] = tuple(_TABLES["month_demand"])
WEEKDAY_DEMAND: tuple[float, ...] = tuple(_TABLES["weekday_demand"])
HOUR_DEMAND: tuple[float, ...] = tuple(_TABLES["hour_demand"])
NAME_STARTS: tuple[str, ...] = tuple(_TABLES["company_name_starts"].split())
NAME_ENDS: tuple[str, ...] = tuple(_TABLES["company_name_ends"].split())
PRODUCTS: tuple[str, ...] = tuple(_TABLES["products"])
MAIL_SUBJECTS: tuple[str, ...] = tuple(_TABLES["mail_subjects"])
PAGES: tuple[tuple[str, str], ...] = tuple((path, title) for path, title in _TABLES["pages"])
PRICING_PAGE = next(i for i, (path, _) in enumerate(PAGES) if path == "/pricing")
DEMO_PAGE = next(i for i, (path, _) in enumerate(PAGES) if path == "/demo")
LOST_REASONS: tuple[str, ...] = tuple(row["name"] for row in _TABLES["lost_reasons"])
LOST_SHARES: tuple[float, ...] = tuple(row["share"] for row in _TABLES["lost_reasons"])

"""From the numbers of the funnel to names a person would read: companies, people, addresses, telephones."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import NamedTuple

import numpy as np

from tradewind.sample import world
from tradewind.sample.funnel import Companies, Funnel, Leads

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ı": "i", "ø": "o", "ł": "l"})
_STRIDE = 7919  # prime and larger than any name pool, so people of one company never share a name
_EXTENSIONS = ("", "Group", "North", "International", "Holding", "Partners")
_PREFIXES = tuple(start + end for start in world.NAME_STARTS for end in world.NAME_ENDS if start.lower() != end)


class Company(NamedTuple):
    """What the world knows of one company."""

    name: str
    domain: str
    industry: str
    size_band: str
    employees: int
    country: world.Country
    city: str


class Person(NamedTuple):
    """Names and work address of one lead."""

    first_name: str
    last_name: str
    email: str


def slug(text: str) -> str:
    """Lower-case ASCII letters, digits and dots, as in an e-mail address."""
    plain = text.lower().translate(_UMLAUTS)
    ascii_only = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9.]+", "", ascii_only.replace(" ", "."))


def name_company(companies: Companies, index: int) -> Company:
    """The company behind an index; no two share a name or a domain below 300,000 companies."""
    industry = world.INDUSTRIES[companies.industry[index]]
    country = world.COUNTRIES[companies.country[index]]
    serial = int(companies.serial[index])
    pool = len(_PREFIXES) * len(industry.suffixes)
    spot = (serial * _STRIDE + 131 * int(companies.industry[index])) % pool
    prefix, suffix = _PREFIXES[spot % len(_PREFIXES)], industry.suffixes[spot // len(_PREFIXES)]
    extension = _EXTENSIONS[(serial // pool) % len(_EXTENSIONS)]
    trading = " ".join(part for part in (prefix, suffix, extension) if part)
    # about every third company writes its legal form
    name = f"{trading} {country.legal[serial % len(country.legal)]}" if spot % 3 == 0 else trading
    domain = f"{slug(prefix)}-{slug(suffix + extension)}.example"
    return Company(
        name=name,
        domain=domain,
        industry=industry.name,
        size_band=world.SIZES[companies.size[index]].label,
        employees=int(companies.employees[index]),
        country=country,
        city=country.cities[companies.city[index]],
    )


@cache
def _pool(culture: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    first, last = world.NAMES[culture]
    return first, last, tuple(slug(n) for n in first), tuple(slug(n) for n in last)


def name_person(company_index: int, company: Company, ordinal: int) -> Person:
    """The `ordinal`-th person of a company; about one in seven has a name from further away."""
    mark = company_index * 31 + ordinal * 17
    culture = "world" if mark % 7 == 3 else company.country.culture
    first, last, first_slug, last_slug = _pool(culture)
    spot = (company_index * 104_729 + ordinal * _STRIDE) % (len(first) * len(last))
    f, s = spot % len(first), spot // len(first)
    return Person(first[f], last[s], f"{first_slug[f]}.{last_slug[s]}@{company.domain}")


def phone_number(country: world.Country, number: int) -> str:
    """A telephone number from the country's fictional ranges, or empty where there is none.

    Numbers repeat only once a country's ranges are used up (the United States have about 10,000).
    """
    if not country.phone:
        return ""
    block, rest = number % len(country.phone), number // len(country.phone)
    pattern = country.phone[block]
    free = pattern.count("#")
    digits = iter(f"{rest % 10**free:0{free}d}")
    return "".join(next(digits) if char == "#" else char for char in pattern)


def external_id(number: int) -> str:
    """The id a lead has in the file the sample company brings along."""
    return f"NL-{number + 1:07d}"


class Directory:
    """Names of a funnel's companies, each made once while it is in use (bounded)."""

    def __init__(self, funnel: Funnel, *, keep: int = 200_000) -> None:
        self._companies = funnel.companies
        self._known: dict[int, Company] = {}
        self._keep = keep

    def company(self, index: int) -> Company:
        found = self._known.get(index)
        if found is None:
            if len(self._known) >= self._keep:
                self._known.clear()
            found = self._known[index] = name_company(self._companies, index)
        return found

    def people(self, leads: Leads) -> list[tuple[Company, Person]]:
        """Company and person of every lead of a chunk."""
        rows: list[tuple[Company, Person]] = []
        for index, ordinal in zip(leads.company.tolist(), leads.person.tolist(), strict=True):
            company = self.company(index)
            rows.append((company, name_person(index, company, ordinal)))
        return rows


def domains_are_unique(funnel: Funnel) -> bool:
    """True when no two companies of the funnel share a domain."""
    domains = {name_company(funnel.companies, i).domain for i in range(len(funnel.companies))}
    return len(domains) == len(np.asarray(funnel.companies.industry))

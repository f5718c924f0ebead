"""Grouping imported people by company: by domain, else by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from tradewind.kernel.ids import new_id
from tradewind.modules.leads.importing.lines import DELIMITER, listed
from tradewind.modules.leads.importing.merging import Slot
from tradewind.modules.leads.normal_forms import company_key, normal_domain

_REMEMBERED = 200_000
_LOOKUP = """
    select c.* from {keys} as k(key), lateral (
        select id, domain, name_key, industry, employee_count from companies
        where organisation_id = $1 and deleted_at is null and {column} = k.key offset 0) as c
"""
_FIND = f"""
    {_LOOKUP.format(keys=listed(2), column="domain")} union {_LOOKUP.format(keys=listed(3), column="name_key")}
    order by id
"""
_ADD = """
    insert into companies (id, organisation_id, name, name_key, domain, industry, employee_count, website, import_id,
        created_by, enrichment)
    select c.id, $1, c.name, c.name_key, c.domain, c.industry, c.employee_count, c.website, $2, $3,
        case when c.domain is null then '{}'::jsonb else jsonb_build_object('domain',
            jsonb_build_object('value', c.domain, 'source', 'e-mail or website', 'confidence', 0.9)) end
    from unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::int[], $10::text[])
        as c(id, name, name_key, domain, industry, employee_count, website)
"""
_FILL = """
    update companies c set industry = coalesce(c.industry, f.industry),
        employee_count = coalesce(c.employee_count, f.employee_count), version = c.version + 1, updated_at = now()
    from unnest($1::uuid[], $2::text[], $3::int[]) as f(id, industry, employee_count) where c.id = f.id
"""


@dataclass(slots=True)
class _Known:
    id: str
    industry: str | None = None
    employees: int | None = None
    added: tuple[str, str, str | None, str | None] | None = None
    filled: bool = False


class CompanyBook:
    """The companies met so far, by domain and by name key."""

    def __init__(self, organisation_id: UUID, import_id: UUID, created_by: UUID | None) -> None:
        self._organisation_id, self._import_id, self._created_by = organisation_id, import_id, created_by
        self._by_domain: dict[str, _Known] = {}
        self._by_name: dict[str, _Known] = {}

    async def assign(self, connection: asyncpg.Connection, slots: Sequence[Slot]) -> None:
        """Give each person's slot its company's id, adding companies that are new."""
        if len(self._by_domain) + len(self._by_name) > _REMEMBERED:
            self._by_domain.clear()
            self._by_name.clear()
        domains: set[str] = set()
        names: set[str] = set()
        concerned = []
        for slot in slots:
            domain, name = self._identity(slot)
            if domain or name:
                concerned.append((slot, domain, name))
                if domain and domain not in self._by_domain:
                    domains.add(domain)
                if name and name not in self._by_name:
                    names.add(name)
        if not concerned:
            return
        if domains or names:
            for row in await connection.fetch(_FIND, self._organisation_id, *map(DELIMITER.join, (domains, names))):
                known = _Known(str(row["id"]), row["industry"], row["employee_count"])
                if row["domain"]:
                    known = self._by_domain.setdefault(row["domain"], known)
                self._by_name.setdefault(row["name_key"], known)
        added = []
        filled = []
        for slot, domain, name in concerned:
            known = self._by_domain.get(domain) if domain else None
            known = known or (self._by_name.get(name) if name else None)
            if known is None:
                known = self._new(slot, domain, name)
                added.append(known)
            if domain:
                self._by_domain.setdefault(domain, known)
            if name:
                self._by_name.setdefault(name, known)
            slot.company_id = known.id
            if self._tell(known, slot) and known.added is None and not known.filled:
                known.filled = True
                filled.append(known)
        await self._write(connection, added, filled)

    @staticmethod
    def _identity(slot: Slot) -> tuple[str | None, str | None]:
        person = slot.draft.person
        given = slot.draft.values.get("company.domain")
        domain = (normal_domain(given) if given else None) or person.company_domain
        return domain, person.company_key

    @staticmethod
    def _new(slot: Slot, domain: str | None, name: str | None) -> _Known:
        person = slot.draft.person
        shown = person.company_name or domain or ""
        return _Known(str(new_id()), added=(shown, name or company_key(shown) or shown.lower(), domain, person.website))

    @staticmethod
    def _tell(known: _Known, slot: Slot) -> bool:
        """Note what the row says of the company; what contradicts stays with the lead. True if something is new."""
        values, findings = slot.draft.values, slot.draft.person.findings
        news = False
        for key, name in (("company.industry", "industry"), ("company.employee_count", "employees")):
            value = values.get(key)
            if value is None:
                continue
            present = getattr(known, name)
            if present is None:
                setattr(known, name, value)
                news = True
            elif present != value:
                findings[key] = {"value": value, "source": "import", "confidence": 0.5}
                slot.draft.line = None
        return news

    async def _write(self, connection: asyncpg.Connection, added: list[_Known], filled: list[_Known]) -> None:
        if added:
            told = [one.added for one in added if one.added is not None]
            await connection.execute(
                _ADD, self._organisation_id, self._import_id, self._created_by, [one.id for one in added],
                [name for name, _, _, _ in told], [key for _, key, _, _ in told],
                [domain for _, _, domain, _ in told], [one.industry for one in added],
                [one.employees for one in added], [website for _, _, _, website in told],
            )  # fmt: skip
            for one in added:
                one.added = None
        if filled:
            await connection.execute(
                _FILL, [one.id for one in filled], [one.industry for one in filled], [one.employees for one in filled]
            )
            for one in filled:
                one.filled = False

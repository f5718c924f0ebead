"""People who told who they are on the web: added, and filled where nothing was known."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import realtime
from tradewind.kernel.classification import masked
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.kernel.payload import storable
from tradewind.modules.identity import api as identity
from tradewind.modules.leads.conditions.values import BadValue
from tradewind.modules.leads.contracts import ToldPerson
from tradewind.modules.leads.enrichment import enrich_person
from tradewind.modules.leads.events import ActivityRecorded, LeadCreated, LeadsChanged
from tradewind.modules.leads.models.fields import CustomField
from tradewind.modules.leads.normal_forms import company_key
from tradewind.modules.leads.repository import fields as fields_repository
from tradewind.modules.leads.repository import identified as repository
from tradewind.modules.leads.service.custom_values import stored_value
from tradewind.modules.leads.service.timeline import push_update

_SINGLY = 20
_AT_ONCE = 5_000
_READ_BY_ENRICHMENT = ("first_name", "last_name", "full_name", "phone", "country", "company_name", "website")


async def create_told(session: AsyncSession, people: Sequence[ToldPerson]) -> dict[str, UUID]:
    """Add a lead for each person, who has an address; returns the new ids by address."""
    if not people:
        return {}
    custom = await fields_repository.custom_fields(session, "lead")
    companies = await _companies(session, people)
    rows: list[dict[str, Any]] = []
    for person in people:
        assert person.email is not None
        rows.append(
            {
                "id": new_id(),
                "email": person.email,
                "email_key": person.email,
                "source": person.source,
                "first_seen_at": person.first_seen_at,
                "custom": _fitting(custom, person.custom),
                **_values(person, companies),
            }
        )
    await repository.insert(session, rows, title="Lead added from the web")
    await _record(session, "lead.created", [(row["id"], {k: v for k, v in row.items() if v}) for row in rows])
    await publish(session, *(LeadCreated(lead_id=row["id"]) for row in rows))
    for row in rows[:_SINGLY]:
        data = {
            "id": str(row["id"]),
            "name": row["full_name"] or masked(row["email"], "email") or "",
            "company": row["company_name"],
        }
        await realtime.push(session, type="lead.new", topic="leads", permission="leads:read", owners=[None], data=data)
    return {row["email"]: row["id"] for row in rows}


async def fill_told(session: AsyncSession, told: Mapping[UUID, ToldPerson]) -> list[UUID]:
    """Fill empty fields of leads, never one that holds something; returns the leads that changed."""
    told = {lead_id: person for lead_id, person in told.items() if person.fields or person.custom or person.company}
    if not told:
        return []
    custom = await fields_repository.custom_fields(session, "lead")
    companies = await _companies(session, list(told.values()))
    changed: dict[UUID, dict[str, Any]] = {}
    rows: list[dict[str, Any]] = []
    about_companies: list[tuple[UUID, str | None, int | None, str | None]] = []
    for row in await repository.locked(session, list(told)):
        person = told[row["id"]]
        known = dict(row)
        values = _values(person, companies)
        if known["full_name"] or known["first_name"] or known["last_name"]:
            values |= dict.fromkeys(("full_name", "first_name", "last_name"))
        if known["company_name"] or known["company_id"]:
            values |= {"company_name": None, "company_id": None}
        if known["phone"]:
            values["phone_key"] = None
        new = {name: value for name, value in values.items() if value and not known[name]}
        fresh = {k: v for k, v in _fitting(custom, person.custom).items() if k not in known["custom"]}
        if fresh:
            new["custom"] = known["custom"] | fresh
        company_id = new.get("company_id") or known["company_id"]
        if company_id and person.company:
            facts = person.company
            about_companies.append(
                (company_id, facts.get("industry"), facts.get("employee_count"), facts.get("website"))
            )
        if new:
            changed[row["id"]] = new
            rows.append(known | new)
    if about_companies:
        await repository.fill_companies(session, list({row[0]: row for row in about_companies}.values()))
    if not rows:
        return []
    await repository.fill(session, rows)
    await _record(session, "lead.updated", list(changed.items()))
    names = sorted({name for new in changed.values() for name in new if not name.endswith("_key")})
    ids = list(changed)
    await publish(
        session,
        *(
            LeadsChanged(lead_ids=ids[start : start + _AT_ONCE], changed=names)
            for start in range(0, len(ids), _AT_ONCE)
        ),
    )
    for lead_id in ids[:_SINGLY]:
        await push_update(session, lead_id, names)
    return ids


async def reassign_activities(session: AsyncSession, moves: Mapping[UUID, UUID | None]) -> None:
    """Give timeline entries to other leads, or take them out of timelines (None), and tell those who score."""
    touched = list(dict.fromkeys(await repository.reassign(session, moves))) if moves else []
    await _entries_changed(session, touched)


async def set_humanness(session: AsyncSession, values: Mapping[UUID, float]) -> None:
    """Set how likely people did these activities, and tell those who score."""
    await _entries_changed(session, await repository.set_human(session, values) if values else [])


async def _entries_changed(session: AsyncSession, lead_ids: Sequence[UUID]) -> None:
    if not lead_ids:
        return
    await repository.settle_times(session, lead_ids)
    kinds = ["web.page_view", "web.form_submitted", "web.event"]
    await publish(
        session,
        *(
            ActivityRecorded(lead_ids=list(lead_ids[start : start + _AT_ONCE]), kinds=kinds)
            for start in range(0, len(lead_ids), _AT_ONCE)
        ),
    )
    for lead_id in lead_ids[:_SINGLY]:
        await push_update(session, lead_id, ["timeline"])


async def _companies(session: AsyncSession, people: Collection[ToldPerson]) -> Mapping[str, UUID]:
    named: dict[str, str] = {}
    for person in people:
        name = _company_name(person)
        if name:
            named.setdefault(company_key(name) or name.casefold(), name)
    return await repository.companies(session, named) if named else {}


def _company_name(person: ToldPerson) -> str | None:
    name = person.company.get("name")
    return storable(name).strip() or None if isinstance(name, str) else None


def _values(person: ToldPerson, companies: Mapping[str, UUID]) -> dict[str, Any]:
    given = {name: storable(value) for name, value in person.fields.items() if name in repository.FILLED}
    found = enrich_person({name: given[name] for name in _READ_BY_ENRICHMENT if name in given})
    name = _company_name(person)
    return dict.fromkeys(repository.FILLED) | given | {
        "first_name": found.first_name or None,
        "last_name": found.last_name or None,
        "full_name": found.full_name,
        "phone_key": found.phone_key,
        "country": found.country,
        "company_name": name,
        "company_id": companies[company_key(name) or name.casefold()] if name else None,
    }  # fmt: skip


def _fitting(fields: Sequence[CustomField], given: Mapping[str, Any]) -> dict[str, Any]:
    """The values that belong to existing fields and fit them, in their stored form."""
    result = {}
    for field in fields:
        if field.key not in given:
            continue
        try:
            stored = stored_value(field, given[field.key])
        except (ValueError, BadValue):
            continue
        if stored is not None:
            result[field.key] = stored
    return result


async def _record(session: AsyncSession, action: str, changes: Sequence[tuple[UUID, Mapping[str, Any]]]) -> None:
    """One row of the audit log a lead; many at once share one that names them all."""
    if len(changes) <= _SINGLY:
        for lead_id, after in changes:
            await identity.record(session, action=action, subject_type="lead", subject_id=lead_id, after=dict(after))
        return
    after = {"count": len(changes), "lead_ids": [str(lead_id) for lead_id, _ in changes]}
    await identity.record(session, action=action, subject_type="lead", after=after, reason="identified on the web")

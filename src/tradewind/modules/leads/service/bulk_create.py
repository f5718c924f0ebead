"""Many leads in one request: each item is judged by itself, those that pass are written in sets."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import realtime
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import AppError, Invalid
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.leads.errors import CompanyNotFound
from tradewind.modules.leads.events import LeadCreated
from tradewind.modules.leads.models.fields import CustomField
from tradewind.modules.leads.normal_forms import company_key
from tradewind.modules.leads.repository import batches, fields, identified, people
from tradewind.modules.leads.schemas.people import LeadBulkCreated, LeadBulkResult, LeadCreate
from tradewind.modules.leads.service.custom_values import known_fields
from tradewind.modules.leads.service.owners import require_owner
from tradewind.modules.leads.service.people import given_values, new_values, push_new

_TOLD_SINGLY = 20


async def create_leads(session: AsyncSession, items: list[LeadCreate]) -> LeadBulkCreated:
    """Add the leads, all in the request's transaction; an item that is refused leaves no trace and stops no other."""
    known = await known_fields(session, "lead") if any(item.custom for item in items) else {}
    wanted = {item.company_id for item in items if item.company_id}
    companies = {row.id: row.name for row in await batches.companies(session, list(wanted))} if wanted else {}
    owners = await _refusals_of_owners(session, items)
    results: list[LeadBulkResult] = []
    rows: list[dict[str, Any]] = []
    for index, item in enumerate(items):
        try:
            row = _row(session, item, known, companies, owners)
        except AppError as refusal:
            results.append(_refused(index, refusal))
            continue
        rows.append(row)
        results.append(LeadBulkResult(index=index, id=row["id"]))
    if rows:
        await _write(session, rows)
    return LeadBulkCreated(created=len(rows), failed=len(items) - len(rows), results=results)


async def _refusals_of_owners(session: AsyncSession, items: Sequence[LeadCreate]) -> dict[UUID, AppError]:
    """Why leads cannot be given to some of the people that items name."""
    refusals: dict[UUID, AppError] = {}
    for owner_id in {item.owner_id for item in items} - {None, actor_of(session).user_id}:
        assert owner_id is not None
        try:
            await require_owner(session, owner_id)
        except AppError as refusal:
            refusals[owner_id] = refusal
    return refusals


def _row(
    session: AsyncSession,
    item: LeadCreate,
    known: Mapping[str, CustomField],
    companies: Mapping[UUID, str],
    owners: Mapping[UUID, AppError],
) -> dict[str, Any]:
    """An item as a row; a company that is only named gets its id later. Raises what refuses the item."""
    row = {"id": new_id(), "converted_at": None} | new_values(session, item, known)
    if item.company_id is not None:
        if item.company_id not in companies:
            raise CompanyNotFound()
        row["company_name"] = companies[item.company_id]
    if item.owner_id is not None and (refusal := owners.get(item.owner_id)) is not None:
        raise refusal
    return row


async def _write(session: AsyncSession, rows: list[dict[str, Any]]) -> None:
    named = {_key(row): row["company_name"] for row in reversed(rows) if row["company_id"] is None and _key(row)}
    ids = await identified.companies(session, named) if named else {}
    for row in rows:
        row["company_id"] = row["company_id"] or ids.get(_key(row))
    await fields.add_missing_tags(session, list(dict.fromkeys(tag for row in rows for tag in row["tags"])))
    await people.insert_many(session, rows)
    await identity.record_many(
        session,
        action="lead.created",
        subject_type="lead",
        after=[(row["id"], given_values({name: value for name, value in row.items() if name != "id"})) for row in rows],
    )
    await publish(session, *(LeadCreated(lead_id=row["id"]) for row in rows))
    if len(rows) <= _TOLD_SINGLY:
        for row in rows:
            await push_new(session, row)
    else:
        data = {"created": len(rows)}
        await realtime.push(session, type="lead.new", topic="leads", permission="leads:read", data=data)


def _key(row: Mapping[str, Any]) -> str:
    name = row["company_name"] or ""
    return company_key(name) or name.casefold()


def _refused(index: int, refusal: AppError) -> LeadBulkResult:
    given = refusal.errors if isinstance(refusal, Invalid) else []
    errors = [{"field": error["field"], "message": error["message"]} for error in given]
    return LeadBulkResult(index=index, code=refusal.code, detail=refusal.detail, errors=errors)

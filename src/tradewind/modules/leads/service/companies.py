"""Companies: found, added, changed, deleted; the link between people and the companies they name."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.database.sight import seeing_everything
from tradewind.kernel.ids import new_id
from tradewind.kernel.pagination import Page, Total
from tradewind.kernel.sparse import picked
from tradewind.modules.identity import api as identity
from tradewind.modules.leads import masking
from tradewind.modules.leads.errors import CompanyNotFound, ValueInvalid
from tradewind.modules.leads.models.companies import Company
from tradewind.modules.leads.normal_forms import company_key, normal_domain
from tradewind.modules.leads.repository import companies as repository
from tradewind.modules.leads.repository import fields
from tradewind.modules.leads.schemas.companies import CompanyCreate, CompanyRead, CompanyUpdate
from tradewind.modules.leads.service.custom_values import clean_custom
from tradewind.modules.leads.service.owners import require_owner

KEPT_AFTER_DELETION = timedelta(days=30)
PURGED_AT_ONCE = 1_000
_COUNTED = 10_000


async def link_company(session: AsyncSession, company_id: UUID | None, name: str | None) -> dict[str, Any]:
    """The columns `company_id` and `company_name` of a person: an id wins, a name finds or adds its company.

    Raises CompanyNotFound.
    """
    if company_id is not None:
        company = await repository.get(session, company_id)
        if company is None:
            raise CompanyNotFound()
        return {"company_id": company.id, "company_name": company.name}
    if not name:
        return {"company_id": None, "company_name": None}
    key = company_key(name)
    company = await repository.find(session, name_key=key)
    if company is None:
        company = await _add(session, name=name, name_key=key or name.casefold())
    return {"company_id": company.id, "company_name": name}


async def list_companies(
    session: AsyncSession, *, sort: str, cursor: str | None, limit: int, **filters: Any
) -> Page[CompanyRead]:
    """A page of companies with the number of their people; the total is counted to 10,000 at most."""
    where = repository.filtered(**filters)
    rows, following, preceding = await repository.page(session, where, sort=sort, cursor=cursor, limit=limit)
    counted = await repository.count(session, where, _COUNTED)
    return Page[CompanyRead](
        items=await masking.shown_records(session, [_read(company, people) for company, people in rows], "company"),
        next_cursor=following,
        previous_cursor=preceding,
        total=Total(value=min(counted, _COUNTED), exact=counted <= _COUNTED),
    )


async def list_fields(
    session: AsyncSession, names: tuple[str, ...], *, sort: str, cursor: str | None, limit: int, **filters: Any
) -> tuple[list[dict[str, Any]], str | None, str | None, Total]:
    """The same page with the named fields only: (items, next cursor, previous cursor, total)."""
    where = repository.filtered(**filters)
    rows, following, preceding = await repository.sparse_page(
        session, where, names, sort=sort, cursor=cursor, limit=limit
    )
    counted = await repository.count(session, where, _COUNTED)
    total = Total(value=min(counted, _COUNTED), exact=counted <= _COUNTED)
    items = await masking.shown_parts(session, rows, "company")
    return [picked(item, names) for item in items], following, preceding, total


async def read_fields(session: AsyncSession, company_id: UUID, names: tuple[str, ...]) -> tuple[dict[str, Any], int]:
    """(named fields of a company, its version). Raises CompanyNotFound."""
    row = await repository.sparse(session, company_id, (*names, "version"))
    if row is None:
        raise CompanyNotFound()
    (shown,) = await masking.shown_parts(session, [row], "company")
    return picked(shown, names), row["version"]


async def read_company(session: AsyncSession, company_id: UUID) -> CompanyRead:
    """One company. Raises CompanyNotFound."""
    company = await repository.get(session, company_id)
    if company is None:
        raise CompanyNotFound()
    return await _with_people(session, company)


async def create_company(session: AsyncSession, data: CompanyCreate) -> CompanyRead:
    """Add a company. Raises ValueInvalid."""
    values = data.model_dump(exclude={"custom"})
    values["custom"] = await clean_custom(session, "company", {}, data.custom)
    values["domain"] = _domain(data.domain)
    if data.owner_id is not None:
        await require_owner(session, data.owner_id)
    await fields.add_missing_tags(session, data.tags)
    company = await _add(session, name_key=company_key(data.name) or data.name.casefold(), **values)
    await identity.record(
        session,
        action="company.created",
        subject_type="company",
        subject_id=company.id,
        after={name: value for name, value in values.items() if value},
    )
    return await masking.shown_record(session, _read(company, 0), "company")


async def update_company(
    session: AsyncSession, company_id: UUID, data: CompanyUpdate, *, if_match: str | None
) -> CompanyRead:
    """Change a company; a new name is carried over to its people.

    Raises CompanyNotFound, PreconditionFailed, ValueInvalid.
    """
    company = await repository.get(session, company_id, lock=True)
    if company is None:
        raise CompanyNotFound()
    check_version(if_match, company.version, (await _with_people(session, company)).model_dump(mode="json"))
    values = data.model_dump(exclude_unset=True, exclude={"custom"})
    if "custom" in data.model_fields_set:
        values["custom"] = await clean_custom(session, "company", company.custom, data.custom)
    if "domain" in values:
        values["domain"] = _domain(values["domain"])
    if values.get("owner_id") is not None and values["owner_id"] != company.owner_id:
        await require_owner(session, values["owner_id"])
    changed = {name: value for name, value in values.items() if getattr(company, name) != value}
    if not changed:
        return await _with_people(session, company)
    before = {name: getattr(company, name) for name in changed}
    if "name" in changed:
        company.name_key = company_key(changed["name"]) or changed["name"].casefold()
        async with seeing_everything(session):
            await repository.rename_people(session, company_id, changed["name"])
    for name, value in changed.items():
        setattr(company, name, value)
    await fields.add_missing_tags(session, [t for t in changed.get("tags", []) if t not in before["tags"]])
    company.version += 1
    company.updated_at = now()
    await session.flush()
    await session.refresh(company)
    await identity.record(
        session,
        action="company.updated",
        subject_type="company",
        subject_id=company_id,
        before=before,
        after=changed,
    )
    return await _with_people(session, company)


async def delete_company(session: AsyncSession, company_id: UUID, *, if_match: str | None) -> None:
    """Hide a company; its people stay, without the link. Raises CompanyNotFound, PreconditionFailed."""
    company = await repository.get(session, company_id, lock=True)
    if company is None:
        raise CompanyNotFound()
    check_version(if_match, company.version, (await _with_people(session, company)).model_dump(mode="json"))
    company.deleted_at = company.updated_at = now()
    company.version += 1
    async with seeing_everything(session):
        await repository.rename_people(session, company_id, None)
    await identity.record(
        session,
        action="company.deleted",
        subject_type="company",
        subject_id=company_id,
        before={"name": company.name, "domain": company.domain},
    )


async def purge_deleted(session: AsyncSession) -> int:
    """Remove companies deleted long enough ago, up to a bounded number; returns how many."""
    count = await repository.purge(session, now() - KEPT_AFTER_DELETION, PURGED_AT_ONCE)
    if count:
        await identity.record(
            session, action="company.purged", subject_type="company", subject_id=None, after={"count": count}
        )
    return count


async def _add(session: AsyncSession, **values: Any) -> Company:
    actor = actor_of(session)
    company = Company(id=new_id(), organisation_id=actor.organisation_id, created_by=actor.user_id, version=1, **values)
    session.add(company)
    await session.flush()
    return company


async def _with_people(session: AsyncSession, company: Company) -> CompanyRead:
    counts = await repository.people_counts(session, [company.id])
    return await masking.shown_record(session, _read(company, counts.get(company.id, 0)), "company")


def _read(company: Company, people: int) -> CompanyRead:
    return CompanyRead.model_validate(company).model_copy(update={"people_count": people})


def _domain(text: str | None) -> str | None:
    if not text:
        return None
    domain = normal_domain(text)
    if domain is None:
        message = "This is not a domain such as example.com."
        raise ValueInvalid(message, errors=[{"field": "domain", "message": message}])
    return domain

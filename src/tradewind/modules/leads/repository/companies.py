"""SQL of companies."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.pagination import SortColumn, fetch_page
from tradewind.modules.leads.models.companies import Company
from tradewind.modules.leads.models.people import Lead
from tradewind.modules.leads.repository.lists import search_query

SORTS: dict[str, tuple[Any, bool]] = {
    "name": (Company.sort_name, False),
    "created_at": (Company.created_at, False),
    "updated_at": (Company.updated_at, False),
    "domain": (Company.domain, True),
    "industry": (Company.industry, True),
    "country": (Company.country, True),
    "employee_count": (Company.employee_count, True),
    "annual_revenue_minor": (Company.annual_revenue_minor, True),
}


async def get(session: AsyncSession, company_id: UUID, *, lock: bool = False) -> Company | None:
    """The company, or None; deleted ones do not exist."""
    statement = select(Company).where(Company.id == company_id, Company.deleted_at.is_(None))
    return (await session.execute(statement.with_for_update() if lock else statement)).scalar_one_or_none()


async def purge(session: AsyncSession, before: datetime, limit: int) -> int:
    """Remove up to `limit` companies hidden before the moment, with what happened to them alone; returns how many."""
    gone = (
        await session.scalars(
            select(Company.id).where(Company.deleted_at < before).order_by(Company.deleted_at).limit(limit)
        )
    ).all()
    if gone:
        own = "DELETE FROM activities WHERE company_id = any(:ids) AND lead_id IS NULL AND deal_id IS NULL"
        await session.execute(text(own), {"ids": list(gone)})
        await session.execute(delete(Company).where(Company.id.in_(gone), Company.deleted_at.is_not(None)))
    return len(gone)


async def find(session: AsyncSession, *, name_key: str | None, domain: str | None = None) -> Company | None:
    """The oldest company of that name key or domain."""
    either: list[ColumnElement[bool]] = []
    if name_key:
        either.append(Company.name_key == name_key)
    if domain:
        either.append(Company.domain == domain)
    if not either:
        return None
    statement = select(Company).where(or_(*either), Company.deleted_at.is_(None)).order_by(Company.id).limit(1)
    return (await session.execute(statement)).scalar_one_or_none()


def filtered(
    *,
    q: str | None = None,
    country: str | None = None,
    industry: str | None = None,
    owner_id: UUID | None = None,
    tag: str | None = None,
) -> list[ColumnElement[bool]]:
    """Conditions of the list."""
    where: list[ColumnElement[bool]] = [Company.deleted_at.is_(None)]
    if (query := search_query(q)) is not None:
        match = text("companies.search @@ to_tsquery('simple', (:words)::text)")
        where.append(match.bindparams(words=query))  # type: ignore[arg-type]
    if country:
        where.append(Company.country == country)
    if industry:
        where.append(func.lower(Company.industry) == industry.lower())
    if owner_id:
        where.append(Company.owner_id == owner_id)
    if tag:
        where.append(Company.tags.contains([tag]))
    return where


async def sparse_page(
    session: AsyncSession,
    where: list[ColumnElement[bool]],
    names: tuple[str, ...],
    *,
    sort: str,
    cursor: str | None,
    limit: int,
) -> tuple[list[dict[str, Any]], str | None, str | None]:
    """One page of the named fields only: (rows, next cursor, previous cursor)."""
    statement = select().add_columns(*_selected(names)).where(*where)
    rows, following, preceding = await fetch_page(session, statement, _order(sort), cursor=cursor, limit=limit)
    return await _with_counts(session, [dict(row._mapping) for row in rows], names), following, preceding


async def sparse(session: AsyncSession, company_id: UUID, names: tuple[str, ...]) -> dict[str, Any] | None:
    """The named fields of a company, or None."""
    statement = select(*_selected(names)).where(Company.id == company_id, Company.deleted_at.is_(None))
    row = (await session.execute(statement)).first()
    return None if row is None else (await _with_counts(session, [dict(row._mapping)], names))[0]


def _selected(names: tuple[str, ...]) -> list[Any]:
    """The columns behind the names; `id` for counting people where that is asked for."""
    columns = dict.fromkeys("id" if name == "people_count" else name for name in names)
    return [getattr(Company, name) for name in columns]


async def _with_counts(
    session: AsyncSession, rows: list[dict[str, Any]], names: tuple[str, ...]
) -> list[dict[str, Any]]:
    if "people_count" in names:
        counts = await people_counts(session, [row["id"] for row in rows])
        return [row | {"people_count": counts.get(row["id"], 0)} for row in rows]
    return rows


async def page(
    session: AsyncSession, where: list[ColumnElement[bool]], *, sort: str, cursor: str | None, limit: int
) -> tuple[list[tuple[Company, int]], str | None, str | None]:
    """One page of (company, number of people): (rows, next cursor, previous cursor)."""
    statement = select(Company).where(*where)
    rows, following, preceding = await fetch_page(session, statement, _order(sort), cursor=cursor, limit=limit)
    counts = await people_counts(session, [row[0].id for row in rows])
    return [(row[0], counts.get(row[0].id, 0)) for row in rows], following, preceding


def _order(sort: str) -> list[SortColumn]:
    column, nullable = SORTS[sort.removeprefix("-")]
    descending = sort.startswith("-")
    return [
        SortColumn(sort.removeprefix("-"), column, descending, nullable),
        SortColumn("id", Company.id.expression, descending),
    ]


async def people_counts(session: AsyncSession, company_ids: list[UUID]) -> dict[UUID, int]:
    """How many people work for each company."""
    if not company_ids:
        return {}
    statement = (
        select(Lead.company_id, func.count())
        .where(Lead.company_id.in_(company_ids), Lead.deleted_at.is_(None))
        .group_by(Lead.company_id)
    )
    counts: dict[UUID, int] = {}
    for company_id, number in await session.execute(statement):
        if company_id is not None:
            counts[company_id] = number
    return counts


async def count(session: AsyncSession, where: list[ColumnElement[bool]], bound: int) -> int:
    """Number of companies, counted to `bound` + 1 at most."""
    some = select(Company.id).where(*where).limit(bound + 1).subquery()
    return await session.scalar(select(func.count()).select_from(some)) or 0


async def rename_people(session: AsyncSession, company_id: UUID, name: str | None) -> None:
    """Carry a company's name over to its people; None only cuts the link."""
    values: dict[str, Any] = {"company_id": None} if name is None else {"company_name": name}
    await session.execute(
        update(Lead).where(Lead.company_id == company_id).values(**values, updated_at=now(), version=Lead.version + 1)
    )

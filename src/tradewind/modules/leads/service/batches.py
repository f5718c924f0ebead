"""Many records at once, as the session's actor may see them: for readers that would otherwise ask once for each."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.leads import masking
from tradewind.modules.leads.repository import batches as repository
from tradewind.modules.leads.repository.companies import people_counts
from tradewind.modules.leads.schemas.companies import CompanyRead
from tradewind.modules.leads.schemas.deals import DealRead
from tradewind.modules.leads.schemas.timeline import ActivityRead
from tradewind.modules.leads.schemas.work import TaskRead


async def leads_by_id(session: AsyncSession, lead_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Rows of the list by id; what does not exist is left out."""
    rows = await masking.shown_all(session, await repository.leads(session, lead_ids))
    return {UUID(str(row["id"])): dict(row) for row in rows}


async def companies_by_id(session: AsyncSession, company_ids: Sequence[UUID]) -> dict[UUID, CompanyRead]:
    """Companies by id; what does not exist is left out."""
    found = await repository.companies(session, company_ids)
    counts = await people_counts(session, [company.id for company in found])
    reads = [
        CompanyRead.model_validate(company).model_copy(update={"people_count": counts.get(company.id, 0)})
        for company in found
    ]
    return {company.id: company for company in await masking.shown_records(session, reads, "company")}


async def deals_of_leads(session: AsyncSession, lead_ids: Sequence[UUID], *, limit: int) -> dict[UUID, list[DealRead]]:
    """The newest live deals of each lead."""
    rows = await repository.deals_of_leads(session, lead_ids, limit)
    return _grouped(await masking.shown_records(session, [DealRead.model_validate(row) for row in rows], "deal"))


async def deals_of_companies(
    session: AsyncSession, company_ids: Sequence[UUID], *, limit: int
) -> dict[UUID, list[DealRead]]:
    """The newest live deals of each company."""
    rows = await repository.deals_of_companies(session, company_ids, limit)
    shown = await masking.shown_records(session, [DealRead.model_validate(row) for row in rows], "deal")
    return _grouped(shown, "company_id")


async def leads_of_companies(
    session: AsyncSession, company_ids: Sequence[UUID], *, limit: int
) -> dict[UUID, list[dict[str, Any]]]:
    """The newest people of each company."""
    groups: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in await masking.shown_all(session, await repository.leads_of_companies(session, company_ids, limit)):
        groups[UUID(str(row["company_id"]))].append(dict(row))
    return groups


async def tasks_of_leads(session: AsyncSession, lead_ids: Sequence[UUID], *, limit: int) -> dict[UUID, list[TaskRead]]:
    """The open tasks of each lead that are due first."""
    rows = await repository.tasks_of_leads(session, lead_ids, limit)
    return _grouped([TaskRead.model_validate(row) for row in rows])


async def timelines_of_leads(
    session: AsyncSession, lead_ids: Sequence[UUID], *, limit: int
) -> dict[UUID, list[ActivityRead]]:
    """The newest entries of each lead's timeline."""
    rows = await repository.timelines_of_leads(session, lead_ids, limit)
    return _grouped([masking.shown_activity(session, ActivityRead.model_validate(dict(row))) for row in rows])


def _grouped(rows: Sequence[Any], by: str = "lead_id") -> dict[UUID, list[Any]]:
    groups: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, by)].append(row)
    return groups

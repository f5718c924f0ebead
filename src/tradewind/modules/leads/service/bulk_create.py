"""Many leads in one request: each item stands for itself."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.errors import AppError, Invalid
from tradewind.modules.leads.schemas.people import LeadBulkCreated, LeadBulkResult, LeadCreate
from tradewind.modules.leads.service.people import create_lead


async def create_leads(session: AsyncSession, items: list[LeadCreate]) -> LeadBulkCreated:
    """Add the leads, all in the request's transaction; an item that is refused leaves no trace and stops no other."""
    results: list[LeadBulkResult] = []
    for index, item in enumerate(items):
        try:
            async with session.begin_nested():
                row = await create_lead(session, item)
            results.append(LeadBulkResult(index=index, id=row["id"]))
        except AppError as refusal:
            given = refusal.errors if isinstance(refusal, Invalid) else []
            errors = [{"field": error["field"], "message": error["message"]} for error in given]
            results.append(LeadBulkResult(index=index, code=refusal.code, detail=refusal.detail, errors=errors))
    created = sum(result.id is not None for result in results)
    return LeadBulkCreated(created=created, failed=len(results) - created, results=results)

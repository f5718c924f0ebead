"""Routing in the background: the leads of an import batch by batch, and leads whose score a rule asks for."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.jobs import JobContext, Retry, job
from tradewind.kernel.schemas import Schema
from tradewind.modules.leads.repository import routing as repository
from tradewind.modules.leads.service.routing import needs_score, route_leads

_BATCH = 2000
_ATTEMPTS = 10
_LEAD_WAIT_SECONDS = 2
_IMPORT_WAIT_SECONDS = 15


class RouteLeads(Schema):
    """Which leads, at most a few."""

    lead_ids: list[UUID]


class RouteImport(Schema):
    """Which import."""

    import_id: UUID


@job("leads.route_leads", max_attempts=_ATTEMPTS)
async def route_scored_leads(context: JobContext, payload: RouteLeads) -> None:
    """Route new leads once they are scored; without a score after some tries, by what is known."""
    async with context.transaction() as session:
        if context.attempt < _ATTEMPTS and await repository.unscored(session, lead_ids=payload.lead_ids):
            raise Retry(_LEAD_WAIT_SECONDS, "The leads are not scored yet.")
        await route_leads(session, payload.lead_ids)


@job("leads.route_import", max_attempts=_ATTEMPTS)
async def route_import(context: JobContext, payload: RouteImport) -> None:
    """Each batch commits for itself; leads that have an owner are left alone, so a second run does no harm."""
    async with context.transaction() as session:
        if context.attempt < _ATTEMPTS and await _waits(session, payload.import_id):
            raise Retry(_IMPORT_WAIT_SECONDS, "The import is not scored yet.")
    last: UUID | None = None
    while True:
        async with context.transaction() as session:
            lead_ids = await repository.unowned_of_import(session, payload.import_id, last, _BATCH)
            if not lead_ids:
                return
            await route_leads(session, lead_ids)
        last = lead_ids[-1]


async def _waits(session: AsyncSession, import_id: UUID) -> bool:
    return await needs_score(session) and await repository.unscored(session, import_id=import_id)

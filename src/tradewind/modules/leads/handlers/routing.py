"""New leads are routed."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import subscriber
from tradewind.kernel.jobs import enqueue
from tradewind.modules.leads.events import LeadCreated, LeadsImported
from tradewind.modules.leads.jobs.routing import RouteImport, RouteLeads, route_import, route_scored_leads
from tradewind.modules.leads.repository import routing as repository
from tradewind.modules.leads.service.routing import needs_score, route_leads

_SCORED_WITHIN = timedelta(seconds=1)


@subscriber(LeadCreated)
async def route_new_lead(session: AsyncSession, event: LeadCreated) -> None:
    """Give the lead an owner, if it has none and a rule fits. Where a rule asks for the score, wait for it."""
    if await needs_score(session):
        payload = RouteLeads(lead_ids=[event.lead_id])
        await enqueue(session, route_scored_leads, payload, run_after=_SCORED_WITHIN)
    else:
        await route_leads(session, [event.lead_id])


@subscriber(LeadsImported)
async def route_imported_leads(session: AsyncSession, event: LeadsImported) -> None:
    """Route an import's leads in the background, if there are rules."""
    if event.created and await repository.rules(session, enabled=True):
        await enqueue(session, route_import, RouteImport(import_id=event.import_id))

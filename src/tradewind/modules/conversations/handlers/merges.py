"""Conversations follow leads that became one, and go back when they are several after all."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import subscriber
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.events_deals import LeadsMerged, LeadsUnmerged

_TABLES = {"conversations": "lead_id"}


@subscriber(LeadsMerged)
async def follow_merge(session: AsyncSession, event: LeadsMerged) -> None:
    """Conversations of the losers are the winner's."""
    await leads.follow_merge(session, event, _TABLES)


@subscriber(LeadsUnmerged)
async def follow_unmerge(session: AsyncSession, event: LeadsUnmerged) -> None:
    """Each gets back the conversations they held."""
    await leads.follow_unmerge(session, event, _TABLES)

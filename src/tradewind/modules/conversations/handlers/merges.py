"""Conversations follow leads that became one."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import subscriber
from tradewind.modules.conversations.repository import conversations as rows
from tradewind.modules.leads.events_deals import LeadsMerged


@subscriber(LeadsMerged)
async def follow_merge(session: AsyncSession, event: LeadsMerged) -> None:
    """Conversations of the losers are the winner's."""
    await rows.give_to_lead(session, event.loser_ids, event.winner_id)

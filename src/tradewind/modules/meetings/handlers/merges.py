"""Meetings follow leads that became one, and go back when they are several after all."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import subscriber
from tradewind.kernel.ownership import Tables, give_back, reassign
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.events_deals import LeadsMerged, LeadsUnmerged

_TABLES: Tables = {"meetings": "lead_id", "meeting_attendees": "lead_id", "meeting_waiting": "lead_id"}


@subscriber(LeadsMerged)
async def follow_merge(session: AsyncSession, event: LeadsMerged) -> None:
    """Meetings of the losers are the winner's."""
    if await leads.merge_stands(session, event.merge_id):
        moves = await reassign(session, _TABLES, event.winner_id, event.loser_ids)
        await leads.remember_moves(session, event.merge_id, moves)


@subscriber(LeadsUnmerged)
async def follow_unmerge(session: AsyncSession, event: LeadsUnmerged) -> None:
    """Each gets back the meetings they had."""
    moves = await leads.moves_of(session, event.merge_id, _TABLES)
    await give_back(session, _TABLES, event.winner_id, moves)

"""Messages and mails of people who become one, and who are two again after all."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import subscriber
from tradewind.modules.email import api as email
from tradewind.modules.leads import api
from tradewind.modules.leads.events_deals import LeadsMerged, LeadsUnmerged
from tradewind.modules.sending import api as sending

_TABLES = ("send_intents", "email_deliveries", "email_arrivals", "mail_engagements")


@subscriber(LeadsMerged)
async def follow_merge(session: AsyncSession, event: LeadsMerged) -> None:
    """Why the losers were written to, or not, and what they did then, is the winner's; caps count them together."""
    if not await api.merge_stands(session, event.merge_id):
        return
    messages = await sending.merge_people(session, into=event.winner_id, merged=event.loser_ids)
    mails = await email.follow_merge(session, event.winner_id, event.loser_ids)
    await api.remember_moves(session, event.merge_id, messages | mails)


@subscriber(LeadsUnmerged)
async def follow_unmerge(session: AsyncSession, event: LeadsUnmerged) -> None:
    """Each gets back what they were sent, and what they did with it."""
    moves = await api.moves_of(session, event.merge_id, _TABLES)
    await sending.part_people(session, holder=event.winner_id, moves=moves)
    await email.follow_unmerge(session, event.winner_id, moves)

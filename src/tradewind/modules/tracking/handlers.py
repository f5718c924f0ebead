"""Leads are merged, taken apart and purged; their visitors follow."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import subscriber
from tradewind.modules.email import api as email
from tradewind.modules.leads.events import LeadsPurged
from tradewind.modules.leads.events_deals import LeadsMerged, LeadsUnmerged
from tradewind.modules.tracking.service import following, mail_judging

email.provide_judge(mail_judging.judge)


@subscriber(LeadsMerged)
async def follow_merge(session: AsyncSession, event: LeadsMerged) -> None:
    """The losers' visitors are the winner's."""
    await following.merged(session, event.winner_id, event.loser_ids)


@subscriber(LeadsUnmerged)
async def follow_unmerge(session: AsyncSession, event: LeadsUnmerged) -> None:
    """Visitors go back to the lead whose address they were found by."""
    await following.unmerged(session, event.winner_id, event.loser_ids)


@subscriber(LeadsPurged)
async def forget_purged(session: AsyncSession, event: LeadsPurged) -> None:
    """What was collected of people who are gone for good goes too."""
    await following.purged(session, event.lead_ids)

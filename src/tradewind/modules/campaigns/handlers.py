"""News of people moves them through journeys."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import subscriber
from tradewind.modules.campaigns.service import entering, hearing
from tradewind.modules.campaigns.service.putting_in import JourneysOfLeads
from tradewind.modules.campaigns.service.score_followers import JourneysByScore
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.events import (
    ActivityRecorded,
    LeadCreated,
    LeadDeleted,
    LeadsChanged,
    LeadsImported,
    LeadsPurged,
    LeadUpdated,
    SegmentChanged,
)
from tradewind.modules.leads.events_deals import DealCreated, DealWon, LeadsDeleted, LeadsMerged, LeadsUnmerged
from tradewind.modules.scoring import contracts as scoring

leads.provide_journeys(JourneysOfLeads())
scoring.provide_journeys(JourneysByScore())


@subscriber(ActivityRecorded)
async def hear_activities(session: AsyncSession, event: ActivityRecorded) -> None:
    """What people do lets them enter, go on or leave."""
    await hearing.activities(session, event.lead_ids, event.kinds)


@subscriber(DealCreated)
async def hear_deal(session: AsyncSession, event: DealCreated) -> None:
    """A deal is what many campaigns are for."""
    if event.lead_id is not None:
        await hearing.activities(session, [event.lead_id], ["deal.created"])


@subscriber(DealWon)
async def hear_won_deal(session: AsyncSession, event: DealWon) -> None:
    """So is a deal that is won."""
    if event.lead_id is not None:
        await hearing.activities(session, [event.lead_id], ["deal.won"])


@subscriber(LeadCreated)
async def hear_new_lead(session: AsyncSession, event: LeadCreated) -> None:
    """A new person may be in an audience at once."""
    await hearing.changes(session, [event.lead_id])


@subscriber(LeadUpdated)
async def hear_updated_lead(session: AsyncSession, event: LeadUpdated) -> None:
    """A changed person may enter or leave."""
    await hearing.changes(session, [event.lead_id])


@subscriber(LeadsChanged)
async def hear_changed_leads(session: AsyncSession, event: LeadsChanged) -> None:
    """Many changed people may enter or leave."""
    await hearing.changes(session, event.lead_ids)


@subscriber(LeadsImported)
async def hear_import(session: AsyncSession, event: LeadsImported) -> None:
    """After an import all audiences are looked at."""
    await hearing.everybody(session)


@subscriber(SegmentChanged)
async def hear_segment(session: AsyncSession, event: SegmentChanged) -> None:
    """Another condition, other members: who listens to segments looks again."""
    await hearing.everybody(session, event.segment_id)


@subscriber(LeadsMerged)
async def hear_merge(session: AsyncSession, event: LeadsMerged) -> None:
    """Whoever is one now is in each journey once."""
    await hearing.merged(session, event.merge_id, event.winner_id, event.loser_ids)


@subscriber(LeadsUnmerged)
async def hear_parting(session: AsyncSession, event: LeadsUnmerged) -> None:
    """Whoever is not one after all is each in their own journeys."""
    await hearing.parted(session, event.merge_id, event.winner_id, event.loser_ids)


@subscriber(LeadDeleted)
async def hear_deletion(session: AsyncSession, event: LeadDeleted) -> None:
    """Who is deleted leaves all journeys."""
    await entering.end_for(session, [event.lead_id], "deleted")


@subscriber(LeadsDeleted)
async def hear_deletions(session: AsyncSession, event: LeadsDeleted) -> None:
    """Who is deleted leaves all journeys."""
    await entering.end_for(session, event.lead_ids, "deleted")


@subscriber(LeadsPurged)
async def hear_purge(session: AsyncSession, event: LeadsPurged) -> None:
    """Who is gone for good leaves no steps behind; enrolments went with the person."""
    await hearing.gone(session, event.lead_ids)

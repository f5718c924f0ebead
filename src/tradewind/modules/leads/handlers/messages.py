"""Messages of people who are deleted, or are gone for good: the send ledger knows people by their ids."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import subscriber
from tradewind.modules.leads.events import LeadDeleted, LeadsPurged
from tradewind.modules.leads.events_deals import LeadsDeleted
from tradewind.modules.sending import api as sending

_DELETED = "The lead was deleted."


@subscriber(LeadDeleted)
async def withdraw_from_deleted(session: AsyncSession, event: LeadDeleted) -> None:
    """Nothing more leaves to whom somebody deleted."""
    await sending.cancel(session, people=[event.lead_id], reason=_DELETED)


@subscriber(LeadsDeleted)
async def withdraw_from_all_deleted(session: AsyncSession, event: LeadsDeleted) -> None:
    """The same for many."""
    await sending.cancel(session, people=event.lead_ids, reason=_DELETED)


@subscriber(LeadsPurged)
async def forget_messages_of_purged(session: AsyncSession, event: LeadsPurged) -> None:
    """Addresses and contents go with the person; what was suppressed stays so."""
    await sending.forget_people(session, event.lead_ids)

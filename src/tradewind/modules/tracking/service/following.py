"""Visitors follow what happens to leads."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.leads import api as leads
from tradewind.modules.tracking.repository import following as repository
from tradewind.modules.tracking.repository import identities


async def merged(session: AsyncSession, winner_id: UUID, loser_ids: Sequence[UUID]) -> None:
    """The losers' visitors become the winner's; their timelines have moved with the leads."""
    await identities.lock(session, wait=True)
    await repository.give_leads(session, winner_id, loser_ids)


async def unmerged(session: AsyncSession, winner_id: UUID, loser_ids: Sequence[UUID]) -> None:
    """Visitors that were found by a former loser's address are that lead's again."""
    await identities.lock(session, wait=True)
    found = await leads.leads_by_email(session, await repository.emails_of(session, winner_id))
    back = {email: lead_id for email, lead_id in found.items() if lead_id in set(loser_ids)}
    if back:
        await repository.give_back(session, winner_id, back)


async def purged(session: AsyncSession, lead_ids: Sequence[UUID]) -> None:
    """Forget the visitors of leads that are gone for good."""
    await identities.lock(session, wait=True)
    await repository.forget(session, lead_ids)

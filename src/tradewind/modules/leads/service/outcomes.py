"""What deals and meetings say about a lead: won makes a customer, lost closes it unless another deal lives."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database.sight import seeing_everything
from tradewind.kernel.events import publish
from tradewind.modules.identity import api as identity
from tradewind.modules.leads.events import LeadsChanged
from tradewind.modules.leads.models.people import Lead
from tradewind.modules.leads.repository import deals as deal_rows


async def closed(session: AsyncSession, lead_id: UUID, *, won: bool, at: datetime) -> None:
    """A deal of the lead was closed. Won: customer. Lost: lost, if no other deal is open or won."""
    # The lead, or another deal of it, may be out of the actor's sight.
    async with seeing_everything(session):
        if won:
            await _settle(session, lead_id, converted=True, at=at)
        elif not await deal_rows.outcome_kinds(session, lead_id) & {"open", "won"}:
            await _settle(session, lead_id, converted=False, at=at)


async def recompute(session: AsyncSession, lead_id: UUID, at: datetime) -> None:
    """A closed deal was reopened, deleted, restored or given to another lead: judge anew from all deals."""
    async with seeing_everything(session):
        kinds = await deal_rows.outcome_kinds(session, lead_id)
        converted = True if "won" in kinds else None if "open" in kinds or not kinds else False
        await _settle(session, lead_id, converted=converted, at=at)


async def contacted(session: AsyncSession, lead_ids: Collection[UUID]) -> list[UUID]:
    """Leads that were new are in contact now; returns those that changed. Whoever is further on stays there."""
    async with seeing_everything(session):
        query = select(Lead).where(Lead.id.in_(lead_ids), Lead.status == "new", Lead.deleted_at.is_(None))
        found = list(await session.scalars(query.order_by(Lead.id).with_for_update()))
        for lead in found:
            lead.status = "contacted"
            lead.version += 1
        await session.flush()
        for lead in found:
            await identity.record(
                session, action="lead.updated", subject_type="lead", subject_id=lead.id,
                before={"status": "new"}, after={"status": "contacted"}, reason="A meeting was booked",
            )  # fmt: skip
        changed = [lead.id for lead in found]
        if changed:
            await publish(session, LeadsChanged(lead_ids=changed, changed=["status"]))
    return changed


async def _settle(session: AsyncSession, lead_id: UUID, *, converted: bool | None, at: datetime) -> None:
    query = select(Lead).where(Lead.id == lead_id).with_for_update().execution_options(populate_existing=True)
    lead = await session.scalar(query)
    if lead is None:
        return
    before = _facts(lead)
    if lead.converted != converted:
        lead.converted_at = None if converted is None else at
    lead.converted = converted
    if converted is not None:
        lead.status = "customer" if converted else "lost"
    elif lead.status in ("customer", "lost"):
        lead.status = "qualified"
    after = _facts(lead)
    if after == before:
        return
    lead.version += 1
    await session.flush()
    await identity.record(
        session,
        action="lead.outcome_changed",
        subject_type="lead",
        subject_id=lead_id,
        before=before,
        after=after,
        reason="Follows from the lead's deals",
    )
    await publish(session, LeadsChanged(lead_ids=[lead_id], changed=["status", "converted", "converted_at"]))


def _facts(lead: Lead) -> dict[str, Any]:
    return {"status": lead.status, "converted": lead.converted}

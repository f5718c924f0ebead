"""HTTP of what a person allows and refuses."""

from uuid import UUID

from tradewind.kernel.access import CurrentActor, Session, requires
from tradewind.kernel.routing import Router
from tradewind.modules.leads.schemas.consents import LeadConsentCreate, LeadConsents
from tradewind.modules.leads.service import consents

router = Router(tags=["Consents"])


@router.get("/leads/{lead_id:uuid}/consents", dependencies=[requires("privacy:read")])
async def read_lead_consents(session: Session, actor: CurrentActor, lead_id: UUID) -> LeadConsents:
    """Where a person stands for each purpose, with the ledger and its proofs."""
    actor.require("leads:read")
    return await consents.of_lead(session, lead_id)


@router.post("/leads/{lead_id:uuid}/consents", status_code=201, dependencies=[requires("privacy:write")])
async def note_lead_consent(
    session: Session, actor: CurrentActor, lead_id: UUID, data: LeadConsentCreate
) -> LeadConsents:
    """Note a consent or a withdrawal by hand, with what proves it."""
    actor.require("leads:read")
    return await consents.note(session, lead_id, data)

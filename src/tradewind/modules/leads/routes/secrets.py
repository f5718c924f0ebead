"""HTTP of encrypted custom values of leads."""

from uuid import UUID

from fastapi import Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.routing import Router
from tradewind.modules.leads.schemas.secrets import LeadSecretRead, LeadSecretShown, LeadSecretValue
from tradewind.modules.leads.service import secrets as service

router = Router(tags=["Encrypted fields"])
_PERSONAL = requires("leads:personal")


@router.get("/leads/{lead_id:uuid}/secrets", dependencies=[requires("leads:read")])
async def list_secrets(session: Session, lead_id: UUID) -> list[LeadSecretRead]:
    """The encrypted fields of a lead, and whether something is stored; never the values."""
    return [LeadSecretRead.model_validate(state) for state in await service.listed(session, lead_id)]


@router.post("/leads/{lead_id:uuid}/secrets/{field_id:uuid}/reveal", dependencies=[_PERSONAL])
async def reveal_secret(session: Session, response: Response, lead_id: UUID, field_id: UUID) -> LeadSecretShown:
    """One value in clear. Each look is recorded in the audit log."""
    response.headers["Cache-Control"] = "no-store"
    return LeadSecretShown(value=await service.reveal(session, lead_id, field_id))


@router.put("/leads/{lead_id:uuid}/secrets/{field_id:uuid}", dependencies=[requires("leads:write")])
async def set_secret(session: Session, lead_id: UUID, field_id: UUID, data: LeadSecretValue) -> LeadSecretRead:
    """Store a value encrypted, in place of a former one."""
    return LeadSecretRead.model_validate(await service.put(session, lead_id, field_id, data.value))


@router.delete("/leads/{lead_id:uuid}/secrets/{field_id:uuid}", status_code=204, dependencies=[requires("leads:write")])
async def remove_secret(session: Session, lead_id: UUID, field_id: UUID) -> None:
    """Forget a value."""
    await service.clear(session, lead_id, field_id)

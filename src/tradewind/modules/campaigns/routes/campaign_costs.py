"""HTTP of what campaigns cost besides their messages."""

from uuid import UUID

from tradewind.kernel.access import Session, requires
from tradewind.kernel.routing import Router
from tradewind.modules.campaigns.schemas.campaign_costs import (
    CostCreate,
    CostRead,
    CostsImport,
    CostsImported,
    CostUpdate,
)
from tradewind.modules.campaigns.service import campaign_costs as costs

router = Router(prefix="/campaigns/{campaign_id:uuid}/costs", tags=["Campaigns"])
READ = [requires("campaigns:read")]
WRITE = [requires("campaigns:write")]


@router.get("", dependencies=READ)
async def list_campaign_costs(session: Session, campaign_id: UUID) -> list[CostRead]:
    """Costs of a campaign, the newest day first."""
    return await costs.list_costs(session, campaign_id)


@router.post("", status_code=201, dependencies=WRITE)
async def add_campaign_cost(session: Session, campaign_id: UUID, data: CostCreate) -> CostRead:
    """Add money spent on a day."""
    return await costs.add_cost(session, campaign_id, data)


@router.post("/import", dependencies=WRITE)
async def import_campaign_costs(session: Session, campaign_id: UUID, data: CostsImport) -> CostsImported:
    """Add the lines of a CSV file, all or none; lines that were imported before are passed over."""
    return await costs.import_costs(session, campaign_id, data)


@router.patch("/{cost_id:uuid}", dependencies=WRITE)
async def update_campaign_cost(session: Session, campaign_id: UUID, cost_id: UUID, data: CostUpdate) -> CostRead:
    """Change a cost."""
    return await costs.update_cost(session, campaign_id, cost_id, data)


@router.delete("/{cost_id:uuid}", status_code=204, dependencies=WRITE)
async def remove_campaign_cost(session: Session, campaign_id: UUID, cost_id: UUID) -> None:
    """Take a cost away."""
    await costs.remove_cost(session, campaign_id, cost_id)

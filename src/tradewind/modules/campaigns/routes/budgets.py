"""HTTP of budgets that move between campaigns."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import tagged
from tradewind.kernel.routing import Router
from tradewind.modules.campaigns.schemas.budgets import (
    BudgetDecisionRead,
    BudgetPoolCreate,
    BudgetPoolRead,
    BudgetPoolUpdate,
)
from tradewind.modules.campaigns.service import budget_pools

router = Router(tags=["Campaign budgets"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]
READ = [requires("campaigns:read")]
# Whoever moves money may launch what spends it.
MOVE = [requires("campaigns:launch")]


@router.get("/budget-pools", dependencies=READ)
async def list_budget_pools(session: Session) -> list[BudgetPoolRead]:
    """All shared budgets with their campaigns, the oldest first."""
    return await budget_pools.list_pools(session)


@router.post("/budget-pools", status_code=201, dependencies=MOVE)
async def create_budget_pool(session: Session, data: BudgetPoolCreate, response: Response) -> BudgetPoolRead:
    """Let campaigns share a budget. In shadow mode nothing is bound by it."""
    return tagged(response, await budget_pools.create_pool(session, data))


@router.get("/budget-pools/{pool_id}", dependencies=READ)
async def read_budget_pool(session: Session, pool_id: UUID, response: Response) -> BudgetPoolRead:
    """A shared budget: what each campaign may spend, has spent and brought."""
    return tagged(response, await budget_pools.read_pool(session, pool_id))


@router.patch("/budget-pools/{pool_id}", dependencies=MOVE)
async def update_budget_pool(
    session: Session, pool_id: UUID, data: BudgetPoolUpdate, response: Response, if_match: IfMatch = None
) -> BudgetPoolRead:
    """Change a shared budget, its campaigns, their limits and locks."""
    return tagged(response, await budget_pools.update_pool(session, pool_id, data, if_match))


@router.delete("/budget-pools/{pool_id}", status_code=204, dependencies=MOVE)
async def delete_budget_pool(session: Session, pool_id: UUID, if_match: IfMatch = None) -> None:
    """Remove a shared budget with its decisions; its campaigns are bound by it no more."""
    await budget_pools.delete_pool(session, pool_id, if_match)


@router.get("/budget-pools/{pool_id}/decisions", dependencies=READ)
async def list_budget_decisions(
    session: Session, pool_id: UUID, limit: Annotated[int, Query(ge=1, le=100)] = 30
) -> list[BudgetDecisionRead]:
    """What was decided, from what, with which chances, and what else could have been; newest first."""
    return await budget_pools.list_decisions(session, pool_id, limit=limit)


@router.post("/budget-pools/{pool_id}/decisions", status_code=201, dependencies=MOVE)
async def decide_on_budget(session: Session, pool_id: UUID) -> BudgetDecisionRead:
    """Decide now instead of at night."""
    return await budget_pools.decide_now(session, pool_id)


@router.post("/budget-pools/{pool_id}/decisions/{decision_id}/undo", dependencies=MOVE)
async def undo_budget_decision(session: Session, pool_id: UUID, decision_id: UUID) -> BudgetDecisionRead:
    """Take back the last decision that moved money. Lock a campaign to keep the next one from moving its share."""
    return await budget_pools.undo(session, pool_id, decision_id)

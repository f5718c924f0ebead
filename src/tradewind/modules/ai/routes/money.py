"""HTTP of usage and budgets."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Header, Query, Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import tagged
from tradewind.kernel.pagination import Page
from tradewind.kernel.payload import Day
from tradewind.kernel.routing import Router
from tradewind.modules.ai.schemas import (
    BudgetCreate,
    BudgetRead,
    BudgetUpdate,
    CallRead,
    GroupBy,
    UsageRead,
)
from tradewind.modules.ai.service import budgets

router = Router(prefix="/ai", tags=["Models"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]


@router.get("/usage", dependencies=[requires("ai:read")])
async def read_model_usage(
    session: Session, group_by: GroupBy = "day", since: Day | None = None, until: Day | None = None
) -> UsageRead:
    """Calls, tokens and cost by day, feature, task, model, character or capability; the last 30 days by default."""
    return await budgets.usage(session, group_by=group_by, since=since, until=until)


@router.get("/calls", dependencies=[requires("ai:read")])
async def list_model_calls(
    session: Session,
    feature: Annotated[str | None, Query(max_length=60)] = None,
    outcome: Literal["ok", "failed", "cut", "cancelled"] | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(min_length=1, max_length=2048)] = None,
) -> Page[CallRead]:
    """Single attempts on models of the last ninety days, newest first. Texts are not kept."""
    return await budgets.calls(session, feature=feature, outcome=outcome, cursor=cursor, limit=limit)


@router.get("/budgets", dependencies=[requires("ai:read")])
async def list_model_budgets(session: Session) -> list[BudgetRead]:
    """All budgets and where they stand."""
    return await budgets.list_all(session)


@router.post("/budgets", status_code=201, dependencies=[requires("ai:write")])
async def create_model_budget(session: Session, data: BudgetCreate, response: Response) -> BudgetRead:
    """Add a budget. It tells people at 80 and 100 per cent and, if it stops, refuses calls that it cannot pay."""
    return tagged(response, await budgets.create(session, data))


@router.patch("/budgets/{budget_id:uuid}", dependencies=[requires("ai:write")])
async def update_model_budget(
    session: Session, budget_id: UUID, data: BudgetUpdate, response: Response, if_match: IfMatch = None
) -> BudgetRead:
    """Change a budget; it holds at once."""
    return tagged(response, await budgets.update(session, budget_id, data, if_match=if_match))


@router.delete("/budgets/{budget_id:uuid}", status_code=204, dependencies=[requires("ai:write")])
async def delete_model_budget(session: Session, budget_id: UUID, if_match: IfMatch = None) -> None:
    """Remove a budget."""
    await budgets.delete(session, budget_id, if_match=if_match)

"""HTTP of routing rules."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import etag
from tradewind.kernel.routing import Router
from tradewind.modules.leads.schemas.routing import (
    RoutingDecisionRead,
    RoutingOrder,
    RoutingRuleCreate,
    RoutingRuleRead,
    RoutingRuleUpdate,
    RoutingTry,
    RoutingTryResult,
)
from tradewind.modules.leads.service import routing, routing_rules

router = Router(prefix="/routing-rules", tags=["Routing"])


@router.get("", dependencies=[requires("leads:read")])
async def list_rules(session: Session) -> list[RoutingRuleRead]:
    """Rules in the order in which they are asked."""
    return await routing_rules.list_rules(session)


@router.post("", status_code=201, dependencies=[requires("routing:write")])
async def create_rule(session: Session, data: RoutingRuleCreate) -> RoutingRuleRead:
    """Add a rule."""
    return await routing_rules.create_rule(session, data)


@router.put("/order", dependencies=[requires("routing:write")])
async def reorder_rules(session: Session, data: RoutingOrder) -> list[RoutingRuleRead]:
    """Put the rules into a new order."""
    return await routing_rules.reorder_rules(session, data.rule_ids)


@router.post("/try", dependencies=[requires("leads:read")])
async def try_lead(session: Session, data: RoutingTry) -> RoutingTryResult:
    """Say who would get a lead and why, without giving it to anyone."""
    return await routing.try_lead(session, data.lead_id)


@router.get("/decisions", dependencies=[requires("leads:read")])
async def list_decisions(
    session: Session, lead_id: UUID | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> list[RoutingDecisionRead]:
    """The latest decisions, of one lead or of all."""
    return await routing.decisions(session, lead_id, limit)


@router.get("/{rule_id:uuid}", dependencies=[requires("leads:read")])
async def read_rule(session: Session, rule_id: UUID, response: Response) -> RoutingRuleRead:
    """One rule."""
    rule = await routing_rules.read_rule(session, rule_id)
    response.headers["ETag"] = etag(rule.version)
    return rule


@router.patch("/{rule_id:uuid}", dependencies=[requires("routing:write")])
async def update_rule(
    session: Session,
    rule_id: UUID,
    data: RoutingRuleUpdate,
    response: Response,
    if_match: Annotated[str | None, Header()] = None,
) -> RoutingRuleRead:
    """Change a rule."""
    rule = await routing_rules.update_rule(session, rule_id, data, if_match)
    response.headers["ETag"] = etag(rule.version)
    return rule


@router.delete("/{rule_id:uuid}", status_code=204, dependencies=[requires("routing:write")])
async def delete_rule(session: Session, rule_id: UUID) -> None:
    """Remove a rule."""
    await routing_rules.delete_rule(session, rule_id)

"""HTTP of security monitoring."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path, Query, status

from tradewind.kernel.access import Session, requires
from tradewind.kernel.pagination import Page
from tradewind.kernel.routing import Router
from tradewind.modules.security.schemas import (
    AlertRead,
    AlertUpdate,
    LockList,
    RuleList,
    RuleRead,
    RuleUpdate,
)
from tradewind.modules.security.service import alerts

router = Router(prefix="/security", tags=["Security monitoring"])


@router.get("/alerts", dependencies=[requires("security:read")])
async def list_security_alerts(
    session: Session,
    show: Annotated[Literal["open", "closed", "all"], Query(description="`open` includes acknowledged ones")] = "open",
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    cursor: Annotated[str | None, Query(min_length=1, max_length=2048)] = None,
) -> Page[AlertRead]:
    """Alerts, newest first."""
    is_closed = {"open": False, "closed": True, "all": None}[show]
    return await alerts.page(session, is_closed=is_closed, cursor=cursor, limit=limit)


@router.get("/alerts/{alert_id:uuid}", dependencies=[requires("security:read")])
async def read_security_alert(session: Session, alert_id: UUID) -> AlertRead:
    """One alert."""
    return await alerts.read(session, alert_id)


@router.patch("/alerts/{alert_id:uuid}", dependencies=[requires("security:write")])
async def handle_security_alert(session: Session, alert_id: UUID, data: AlertUpdate) -> AlertRead:
    """Acknowledge an alert, which goes on counting, or close it. If it happens after that, a new one is raised."""
    return await alerts.handle(session, alert_id, data)


@router.get("/rules", dependencies=[requires("security:read")])
async def list_security_rules(session: Session) -> RuleList:
    """All rules with their thresholds in this organisation."""
    return RuleList(items=await alerts.rules(session))


@router.patch("/rules/{rule}", dependencies=[requires("security:write", step_up=True)])
async def update_security_rule(
    session: Session, rule: Annotated[str, Path(max_length=64)], data: RuleUpdate
) -> RuleRead:
    """Change a rule, or switch it off or on."""
    return await alerts.change_rule(session, rule, data)


@router.get("/locks", dependencies=[requires("security:read")])
async def list_locked_accounts(session: Session) -> LockList:
    """Members whose accounts are locked after too many failures."""
    return LockList(items=await alerts.locks(session))


@router.delete(
    "/locks/{user_id:uuid}", status_code=status.HTTP_204_NO_CONTENT, dependencies=[requires("security:write")]
)
async def unlock_account(session: Session, user_id: UUID) -> None:
    """Let a member sign in again at once; their failures are forgotten."""
    await alerts.unlock(session, user_id)

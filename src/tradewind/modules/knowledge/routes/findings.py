"""HTTP of what the linter found."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, status

from tradewind.kernel.access import Session, requires
from tradewind.kernel.pagination import Page
from tradewind.kernel.routing import Router
from tradewind.modules.knowledge.linting.checks import Kind
from tradewind.modules.knowledge.schemas.answers import (
    FindingState,
    FindingSummary,
    FindingUpdate,
    KnowledgeFindingRead,
)
from tradewind.modules.knowledge.service import checking, findings

router = Router(prefix="/knowledge/findings", tags=["Findings"])


@router.get("", dependencies=[requires("knowledge:read")])
async def list_findings(
    session: Session,
    state: FindingState = "open",
    kind: Annotated[list[Kind] | None, Query(max_length=9)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    cursor: Annotated[str | None, Query(min_length=1, max_length=2048)] = None,
) -> Page[KnowledgeFindingRead]:
    """What is wrong in the knowledge base: contradictions, duplicates, what is out of date; the worst first."""
    return await findings.page(session, state=state, kinds=list(kind or ()), cursor=cursor, limit=limit)


@router.get("/summary", dependencies=[requires("knowledge:read")])
async def summarise_findings(session: Session) -> FindingSummary:
    """How many findings there are, and how current they are."""
    return await findings.summary(session)


@router.patch("/{finding_id:uuid}", dependencies=[requires("knowledge:write")])
async def handle_finding(session: Session, finding_id: UUID, data: FindingUpdate) -> KnowledgeFindingRead:
    """Dismiss a finding, saying why, or open it again. It stays dismissed until its texts change."""
    return await findings.change(session, finding_id, data)


@router.post("/check", status_code=status.HTTP_202_ACCEPTED, dependencies=[requires("knowledge:write")])
async def check_knowledge(session: Session) -> None:
    """Read now what has changed since the last check; it also happens by itself, and every night for everything."""
    await checking.ask(session)

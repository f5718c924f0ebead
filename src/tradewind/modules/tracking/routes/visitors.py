"""HTTP of visits and of what joined visitors."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from tradewind.kernel.access import Session, requires
from tradewind.modules.tracking.schemas.visits import VisitorMergeRead, VisitsRead
from tradewind.modules.tracking.service import merges, visits

router = APIRouter(tags=["Web visits"])


@router.get("/leads/{lead_id}/visits", dependencies=[requires("leads:read")])
async def visits_of(session: Session, lead_id: UUID, limit: Annotated[int, Query(ge=1, le=50)] = 10) -> VisitsRead:
    """How a lead came (first touch, path, last touch) and their newest sessions, with what programs probably did."""
    return await visits.visits_of(session, lead_id, limit=limit)


@router.get("/leads/{lead_id}/visitor-merges", dependencies=[requires("leads:read")])
async def merges_of(session: Session, lead_id: UUID) -> list[VisitorMergeRead]:
    """Browsers, user ids and addresses that were taken for this person's, and by what."""
    return await merges.merges_of(session, lead_id)


@router.post("/visitor-merges/{merge_id}/undo", dependencies=[requires("leads:write")])
async def undo(session: Session, merge_id: UUID) -> VisitorMergeRead:
    """Take two identifiers apart; history and timeline follow, and the same evidence joins them no more."""
    return await merges.undo(session, merge_id)

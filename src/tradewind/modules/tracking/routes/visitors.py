"""HTTP of visits and of what joined visitors."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from tradewind.kernel.access import Session, requires
from tradewind.kernel.jobs import start_run
from tradewind.kernel.routing import Router
from tradewind.modules.identity import api as identity
from tradewind.modules.tracking.jobs.reassessment import Reassess, reassess
from tradewind.modules.tracking.schemas.visits import ReassessmentStarted, VisitorMergeRead, VisitsRead
from tradewind.modules.tracking.service import merges, visits

router = Router(tags=["Web visits"])


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


@router.post("/visits/reassess", status_code=202, dependencies=[requires("sources:write")])
async def reassess_visits(session: Session) -> ReassessmentStarted:
    """Judge all events anew by today's rules and lists of networks; timelines, counts and scores follow."""
    title = "Tell people from programs anew"
    run_id = await start_run(session, reassess, Reassess(), title=title, for_everyone=True)
    await identity.record(session, action="visits.reassessed", subject_type="job_run", subject_id=run_id)
    return ReassessmentStarted(run_id=run_id)

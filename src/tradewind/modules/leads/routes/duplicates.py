"""HTTP of duplicates and merges."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from tradewind.kernel.access import Session, requires
from tradewind.kernel.routing import Router
from tradewind.modules.leads.schemas.merges import (
    DuplicateCandidate,
    DuplicateGroups,
    MatchedBy,
    MergeRead,
    MergeRequest,
)
from tradewind.modules.leads.service import duplicates as duplicates_service
from tradewind.modules.leads.service import merges as merges_service

router = Router(tags=["Duplicates"])


# Who compares addresses and numbers must be allowed to see them.
@router.get("/duplicates", dependencies=[requires("leads:personal")])
async def list_duplicates(
    session: Session,
    by: MatchedBy | None = None,
    cursor: Annotated[str | None, Query(min_length=1, max_length=2048)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> DuplicateGroups:
    """Groups of leads that share an e-mail, a phone number, or name and company."""
    return await duplicates_service.duplicate_groups(session, by=by, cursor=cursor, limit=limit)


@router.get("/leads/{lead_id}/duplicates", dependencies=[requires("leads:personal")])
async def duplicates_of(session: Session, lead_id: UUID) -> list[DuplicateCandidate]:
    """Leads that may be the same person, with reasons, surest first."""
    return await duplicates_service.duplicates_of(session, lead_id)


@router.get("/leads/{lead_id}/merges", dependencies=[requires("leads:read")])
async def merges_of(session: Session, lead_id: UUID) -> list[MergeRead]:
    """Merges this lead took part in, newest first."""
    return await merges_service.merges_of(session, lead_id)


@router.post("/leads/merge", status_code=201, dependencies=[requires("leads:write")])
async def merge(session: Session, data: MergeRequest) -> MergeRead:
    """Make one lead of several; the answer's id undoes it."""
    return await merges_service.merge(session, data.winner_id, data.loser_ids, data.fields)


@router.post("/merges/{merge_id}/undo", dependencies=[requires("leads:write")])
async def undo_merge(session: Session, merge_id: UUID) -> MergeRead:
    """Take a merge back; 409 with the reason when it no longer fits."""
    return await merges_service.undo_merge(session, merge_id)

"""HTTP of bulk actions."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from tradewind.kernel.access import Session, requires
from tradewind.kernel.jobs import start_run
from tradewind.kernel.routing import Router
from tradewind.modules.leads.jobs.bulk import RunBulk, run_bulk
from tradewind.modules.leads.models.bulk import BulkAction
from tradewind.modules.leads.schemas.bulk import BulkActionRead, BulkRequest
from tradewind.modules.leads.service import bulk as service

router = Router(tags=["Bulk actions"])


@router.post("/leads/bulk", status_code=202, dependencies=[requires("leads:write")])
async def start_bulk(session: Session, data: BulkRequest) -> BulkActionRead:
    """Start an action on many leads. It runs as a job: `run_id` shows progress and can be cancelled.

    Deleting, restoring and merging need leads:delete as well, segments need segments:write, journeys
    campaigns:launch. Of people who could not enter a journey, `result.refused` says how many why.
    """
    return await _started(session, await service.create(session, data))


@router.get("/bulk-actions", dependencies=[requires("leads:read")])
async def list_bulk_actions(session: Session, limit: Annotated[int, Query(ge=1, le=100)] = 25) -> list[BulkActionRead]:
    """The newest bulk actions with their counts."""
    return await service.latest(session, limit)


@router.get("/bulk-actions/{action_id}", dependencies=[requires("leads:read")])
async def read_bulk_action(session: Session, action_id: UUID) -> BulkActionRead:
    """One bulk action with its counts."""
    return await service.read(session, action_id)


@router.post("/bulk-actions/{action_id}/undo", status_code=202, dependencies=[requires("leads:delete")])
async def undo_bulk_action(session: Session, action_id: UUID) -> BulkActionRead:
    """Bring back the leads that a bulk deletion took."""
    return await _started(session, await service.create_undo(session, action_id))


async def _started(session: Session, action: BulkAction) -> BulkActionRead:
    run_id = await start_run(
        session,
        run_bulk,
        RunBulk(action_id=action.id),
        title=service.title_of(action),
        total=action.matched,
        subject=f"bulk:{action.id}",
    )
    return await service.attach_run(session, action, run_id)

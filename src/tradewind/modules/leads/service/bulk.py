"""Bulk actions: ordered over HTTP, carried out batch by batch in a job that can be watched, stopped and resumed."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import job_runs, realtime
from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import AppError
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.leads import enrolling
from tradewind.modules.leads.errors import SegmentNotFound
from tradewind.modules.leads.errors_deals import BulkActionNotFound, BulkInvalid, UndoImpossible
from tradewind.modules.leads.events import SegmentChanged
from tradewind.modules.leads.masking import hides
from tradewind.modules.leads.models.bulk import BulkAction
from tradewind.modules.leads.models.views import Segment
from tradewind.modules.leads.repository import bulk as repository
from tradewind.modules.leads.repository import lists, segments
from tradewind.modules.leads.schemas.bulk import BulkActionRead, BulkRequest
from tradewind.modules.leads.service.bulk_steps import merge_step, step
from tradewind.modules.leads.service.lists import select_people
from tradewind.modules.leads.service.owners import require_in_sight, require_owner
from tradewind.modules.leads.service.segments import refresh as refresh_segment

BATCH = 1000
_PERMISSIONS = {
    "delete": "leads:delete",
    "restore": "leads:delete",
    "merge_duplicates": "leads:delete",
    "add_to_segment": "segments:write",
    "remove_from_segment": "segments:write",
    "add_to_journey": "campaigns:launch",
}
_TITLES = {
    "tag": "Tag {count} leads",
    "untag": "Remove tags from {count} leads",
    "assign": "Assign {count} leads",
    "status": "Change the status of {count} leads",
    "add_to_segment": "Add {count} leads to a segment",
    "remove_from_segment": "Take {count} leads out of a segment",
    "add_to_journey": "Add {count} leads to a journey",
    "score": "Score {count} leads",
    "delete": "Delete {count} leads",
    "restore": "Restore {count} leads",
    "merge_duplicates": "Merge duplicates among {count} leads",
}


async def create(session: AsyncSession, data: BulkRequest) -> BulkAction:
    """Check and store the order; `title_of` names its run. Raises Forbidden, BulkInvalid, ConditionInvalid,
    SegmentNotFound, ValueInvalid (owner)."""
    actor = actor_of(session)
    assert actor.organisation_id is not None
    actor.require(_PERMISSIONS.get(data.action, "leads:write"))
    parameters = await _checked_parameters(session, data)
    if data.ids is not None:
        ids = sorted(set(data.ids))
        matched = len(ids)
        selection: dict[str, Any] = {}
    else:
        if data.action == "restore":
            raise BulkInvalid("Deleted leads are in no list: name them by ids, or undo the deletion.")
        chosen = await select_people(session, condition=data.filter, q=data.q, segment_id=data.segment_id)
        ids, matched = None, await lists.exact_total(session, chosen)
        segment_id = str(data.segment_id) if data.segment_id else None
        selection = {"filter": data.filter, "q": data.q, "segment_id": segment_id, "names_only": hides(session)}
    return await _store(session, data.action, parameters, selection, ids, matched)


async def create_undo(session: AsyncSession, action_id: UUID) -> BulkAction:
    """The order to bring back what a deletion took. Raises UndoImpossible with the reason, BulkActionNotFound."""
    actor_of(session).require("leads:delete")
    action = await _require(session, action_id, lock=True)
    if action.action != "delete":
        raise UndoImpossible("Only a deletion can be undone as a whole.")
    if (await _read(session, action)).state in ("queued", "running"):
        raise UndoImpossible("The deletion is still running. Cancel it or wait for its end.")
    if await repository.undo_of(session, action_id):
        raise UndoImpossible("This deletion has been undone already.")
    count = await repository.count_taken(session, action_id)
    if not count:
        raise UndoImpossible("This deletion took no leads.")
    return await _store(session, "restore", {}, {"undo_of": str(action_id)}, None, count, undo_of=action_id)


def title_of(action: BulkAction) -> str:
    """What the run is called."""
    title = "Undo: restore {count} leads" if action.undo_of else _TITLES[action.action]
    text = title.format(count=f"{action.matched:,}")
    return text.replace(" 1 leads", " 1 lead") if action.matched == 1 else text


async def attach_run(session: AsyncSession, action: BulkAction, run_id: UUID) -> BulkActionRead:
    """Link the order to its run."""
    action.run_id = run_id
    await session.flush()
    return await read(session, action.id)


async def read(session: AsyncSession, action_id: UUID) -> BulkActionRead:
    """One bulk action. Raises BulkActionNotFound."""
    return await _read(session, await _require(session, action_id))


async def latest(session: AsyncSession, limit: int) -> list[BulkActionRead]:
    """The newest bulk actions."""
    return [await _read(session, action) for action in await repository.latest(session, limit)]


async def run_batch(session: AsyncSession, action_id: UUID) -> BulkAction:
    """Carry out the next batch, and end the action if it was the last; its `state` tells.

    Progress and effect are in one transaction: a job that dies goes on after the last batch that was committed.
    """
    action = await _require(session, action_id, lock=True)
    if action.state not in ("queued", "running"):
        return action
    action.state = "running"
    if action.action == "merge_duplicates":
        more = await merge_step(session, action, await _selection(session, action))
    else:
        ids = await _next_ids(session, action)
        if ids:
            changed = await step(session, action, ids)
            action.cursor = ids[-1]
            action.done += len(ids)
            action.changed += changed
        more = len(ids) == BATCH
    if not more:
        await finish(session, action, "done")
    await session.flush()
    return action


async def stop(session: AsyncSession, action_id: UUID, state: str, error: str | None = None) -> None:
    """End an action early: cancelled or failed. What was done stays done."""
    action = await _require(session, action_id, lock=True)
    if action.state in ("queued", "running"):
        await finish(session, action, state, error)
        await session.flush()


async def finish(session: AsyncSession, action: BulkAction, state: str, error: str | None = None) -> None:
    """Close the books: counts, audit row, segment size, news for open browsers."""
    action.state, action.error, action.finished_at = state, error, now()
    if state == "done":
        # Leads named that do not exist, or no longer fit, count as skipped too.
        action.done = max(action.done, action.matched)
    action.skipped = max(action.done - action.changed, 0)
    counts = {key: getattr(action, key) for key in ("matched", "done", "changed", "skipped")}
    if action.action in ("add_to_segment", "remove_from_segment") and action.changed:
        segment_id = UUID(action.parameters["segment_id"])
        if await segments.get(session, segment_id) is not None:
            await refresh_segment(session, segment_id)
            await publish(session, SegmentChanged(segment_id=segment_id))
    if action.run_id:
        await job_runs.store_result(session, action.run_id, counts | action.result | {"bulk_action_id": str(action.id)})
    await identity.record(
        session,
        action=f"leads.bulk_{action.action}",
        subject_type="bulk_action",
        subject_id=action.id,
        after=counts
        | {"state": state, "parameters": action.parameters, "selection": action.selection, "result": action.result},
        reason=error,
    )
    await realtime.push(
        session,
        type="lead.updated",
        topic="leads",
        permission="leads:read",
        data={
            "ids": None,
            "changed": [action.action],
            "bulk_action_id": str(action.id),
            "count": action.changed,
            "state": state,
        },
    )


def is_final(failure: AppError) -> bool:
    """Whether trying again cannot help: anything the caller did, but not a database that is away."""
    return failure.status not in (429, 503)


async def _next_ids(session: AsyncSession, action: BulkAction) -> list[UUID]:
    if action.undo_of is not None:
        return await repository.batch_of_deletion(session, action.undo_of, action.cursor, BATCH)
    if action.ids is not None:
        return await repository.batch_of_ids(
            session, action.ids, action.cursor, BATCH, deleted=action.action == "restore"
        )
    chosen = await _selection(session, action)
    return await repository.batch_of_selection(session, chosen, action.created_at, action.cursor, BATCH)


async def _selection(session: AsyncSession, action: BulkAction) -> lists.Selection:
    if action.ids is not None:
        return repository.selection_of_ids(action.ids)
    wanted = action.selection
    segment_id = UUID(wanted["segment_id"]) if wanted["segment_id"] else None
    return await select_people(
        session, condition=wanted["filter"], q=wanted["q"], segment_id=segment_id,
        names_only=wanted.get("names_only", False),
    )  # fmt: skip


async def _checked_parameters(session: AsyncSession, data: BulkRequest) -> dict[str, Any]:
    given = data.parameters
    match data.action:
        case "tag" | "untag":
            if not given.tags:
                raise _missing("tags", "name at least one tag")
            return {"tags": given.tags}
        case "assign":
            if "owner_id" not in given.model_fields_set:
                raise _missing("owner_id", "name the new owner, or null for nobody")
            require_in_sight(session, given.owner_id, field="parameters.owner_id")
            name = await require_owner(session, given.owner_id) if given.owner_id else None
            return {"owner_id": str(given.owner_id) if given.owner_id else None, "owner_name": name}
        case "status":
            if not given.status:
                raise _missing("status", "name the new status")
            return {"status": given.status}
        case "add_to_segment" | "remove_from_segment":
            if not given.segment_id:
                raise _missing("segment_id", "name the segment")
            segment = await session.get(Segment, given.segment_id)
            if segment is None:
                raise SegmentNotFound()
            if segment.kind != "static":
                raise _missing("segment_id", f"“{segment.name}” finds its members by itself; choose a static segment")
            return {"segment_id": str(segment.id), "segment_name": segment.name}
        case "add_to_journey":
            if not given.journey_id:
                raise _missing("journey_id", "name the journey")
            name = await enrolling.journeys().name(session, given.journey_id)
            return {"journey_id": str(given.journey_id), "journey_name": name}
        case "merge_duplicates":
            return {"by": [by for by in ("email", "phone", "name") if by in given.by]}
    return {}


async def _store(
    session: AsyncSession,
    action: str,
    parameters: dict[str, Any],
    selection: dict[str, Any],
    ids: list[UUID] | None,
    matched: int,
    undo_of: UUID | None = None,
) -> BulkAction:
    actor = actor_of(session)
    assert actor.organisation_id is not None
    stored = BulkAction(
        id=new_id(),
        organisation_id=actor.organisation_id,
        action=action,
        parameters=parameters,
        selection=selection,
        ids=ids,
        matched=matched,
        undo_of=undo_of,
        created_by=actor.user_id,
    )
    session.add(stored)
    await session.flush()
    await identity.record(
        session,
        action="leads.bulk_ordered",
        subject_type="bulk_action",
        subject_id=stored.id,
        after={"action": action, "parameters": parameters, "selection": selection, "matched": matched},
    )
    return stored


async def _require(session: AsyncSession, action_id: UUID, *, lock: bool = False) -> BulkAction:
    action = await repository.action(session, action_id, lock=lock)
    if action is None:
        raise BulkActionNotFound("There is no such bulk action.")
    return action


async def _read(session: AsyncSession, action: BulkAction) -> BulkActionRead:
    values = {name: getattr(action, name) for name in BulkActionRead.model_fields if name != "undoable"}
    if action.state in ("queued", "running") and action.run_id:
        # A run can be cancelled before it is picked up, or die for good: then nobody else says so.
        state, error = await repository.run_state(session, action.run_id)
        if state in ("cancelled", "failed"):
            values |= {"state": state, "error": error}
    undoable = action.action == "delete" and values["state"] not in ("queued", "running") and action.changed > 0
    undoable = undoable and await repository.undo_of(session, action.id) is None
    return BulkActionRead(**values, undoable=undoable)


def _missing(field: str, message: str) -> BulkInvalid:
    return BulkInvalid(f"{field}: {message}.", errors=[{"field": f"parameters.{field}", "message": message}])

"""What one batch of each bulk action does."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.events import publish
from tradewind.modules.leads import enrolling
from tradewind.modules.leads.contracts import NewActivity
from tradewind.modules.leads.errors import SegmentNotFound
from tradewind.modules.leads.events import LeadsChanged
from tradewind.modules.leads.events_deals import LeadsDeleted, LeadsRestored
from tradewind.modules.leads.models.bulk import BulkAction
from tradewind.modules.leads.repository import bulk as repository
from tradewind.modules.leads.repository import duplicates, fields, segments
from tradewind.modules.leads.repository.lists import Selection
from tradewind.modules.leads.schemas.texts import MAX_TAGS
from tradewind.modules.leads.service.duplicates import is_shared_mailbox
from tradewind.modules.leads.service.merges import merge
from tradewind.modules.leads.service.timeline import record_activities

_GROUPS_A_STEP = 50
_LOSERS_A_MERGE = 20


async def step(session: AsyncSession, action: BulkAction, ids: Sequence[UUID]) -> int:
    """Do the action to these leads; returns how many it changed."""
    parameters, at = action.parameters, now()
    match action.action:
        case "tag":
            await fields.add_missing_tags(session, parameters["tags"])
            changed = await repository.tag(session, ids, parameters["tags"], at, MAX_TAGS)
            return await _told(session, changed, "tags")
        case "untag":
            return await _told(session, await repository.untag(session, ids, parameters["tags"], at), "tags")
        case "assign":
            return await _assign(session, ids, parameters)
        case "status":
            return await _set_status(session, ids, parameters["status"])
        case "add_to_segment":
            segment_id = UUID(parameters["segment_id"])
            if await segments.get(session, segment_id, lock=True) is None:
                raise SegmentNotFound("The segment was deleted meanwhile.")
            return len(await repository.join_segment(session, ids, segment_id, at))
        case "remove_from_segment":
            return len(await repository.leave_segment(session, ids, UUID(parameters["segment_id"])))
        case "add_to_journey":
            return await _put_in(session, action, ids)
        case "score":
            return await _told(session, list(ids), "score")
        case "delete":
            gone = await repository.delete(session, ids, at, action.id)
            await publish(session, LeadsDeleted(lead_ids=gone))
            return len(gone)
        case "restore":
            back = await repository.restore(session, ids, at)
            if back:
                await publish(session, LeadsRestored(lead_ids=back))
            return await _told(session, back, "deleted_at")
    raise AssertionError(action.action)


async def merge_step(session: AsyncSession, action: BulkAction, chosen: Selection) -> bool:
    """Merge the next groups of duplicates; False once there are none left. Its place is kept in `result`."""
    kinds: list[str] = action.parameters["by"]
    at = action.result.get("at") or {"by": kinds[0], "after": ""}
    rows = await repository.duplicate_groups(
        session, chosen, action.created_at, by=at["by"], after=at["after"], limit=_GROUPS_A_STEP
    )
    merges = action.result.get("merges", 0)
    for row in rows:
        if at["by"] == "email" and is_shared_mailbox(row["key"]):
            continue
        winner_id, loser_ids = await _winner_first(session, row["ids"])
        for start in range(0, len(loser_ids), _LOSERS_A_MERGE):
            await merge(session, winner_id, loser_ids[start : start + _LOSERS_A_MERGE], {})
            merges += 1
        action.changed += len(loser_ids)
    last = len(rows) < _GROUPS_A_STEP
    if not last:
        place = {"by": at["by"], "after": rows[-1]["key"]}
    elif at["by"] != kinds[-1]:
        place = {"by": kinds[kinds.index(at["by"]) + 1], "after": ""}
    else:
        place = None
    action.result = {"merges": merges, "at": place} if place else {"merges": merges}
    action.done = max(action.done, action.changed)
    return place is not None


async def _put_in(session: AsyncSession, action: BulkAction, ids: Sequence[UUID]) -> int:
    """Take a batch into a journey; why others were refused is counted in `result`."""
    journey_id = UUID(action.parameters["journey_id"])
    entered, refused = await enrolling.journeys().put_in(session, journey_id, ids, key=f"bulk:{action.id}")
    counted = Counter(action.result.get("refused", {})) + Counter(refused)
    action.result = {**action.result, "refused": dict(counted)}
    return entered


async def _winner_first(session: AsyncSession, ids: Sequence[UUID]) -> tuple[UUID, list[UUID]]:
    """The lead with the most filled in, the oldest among equals; and the others, oldest first."""
    rows = await duplicates.keys_of(session, list(ids))
    ordered = sorted(rows, key=lambda row: (-row.filled, row.created_at, row.id))
    winner = ordered[0].id
    return winner, [row.id for row in sorted(ordered[1:], key=lambda row: (row.created_at, row.id))]


async def _assign(session: AsyncSession, ids: Sequence[UUID], parameters: Mapping[str, Any]) -> int:
    owner_id = UUID(parameters["owner_id"]) if parameters["owner_id"] else None
    changed = await repository.assign(session, ids, owner_id, now())
    title = f"Assigned to {parameters['owner_name']}" if owner_id else "Owner removed"
    data = {"to": parameters["owner_id"], "reason": "bulk action"}
    await record_activities(
        session, [NewActivity(kind="lead.assigned", lead_id=lead_id, title=title, data=data) for lead_id in changed]
    )
    return await _told(session, changed, "owner_id")


async def _set_status(session: AsyncSession, ids: Sequence[UUID], status: str) -> int:
    former = await repository.set_status(session, ids, status, now())
    await record_activities(
        session,
        [
            NewActivity(
                kind="lead.status_changed",
                lead_id=lead_id,
                title=f"Status changed from {was} to {status}",
                data={"from": was, "to": status},
            )
            for lead_id, was in former.items()
        ],
    )
    return await _told(session, list(former), "status")


async def _told(session: AsyncSession, changed: list[UUID], field: str) -> int:
    if changed:
        await publish(session, LeadsChanged(lead_ids=changed, changed=[field]))
    return len(changed)

"""Making one lead of several, and taking that back."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.leads.contracts import NewActivity
from tradewind.modules.leads.errors import LeadNotFound
from tradewind.modules.leads.errors_deals import MergeImpossible, MergeInvalid, MergeNotFound, UndoImpossible
from tradewind.modules.leads.events import LeadsChanged
from tradewind.modules.leads.events_deals import LeadsMerged, LeadsUnmerged
from tradewind.modules.leads.models.merges import LeadMerge
from tradewind.modules.leads.models.people import Lead
from tradewind.modules.leads.repository import merges as repository
from tradewind.modules.leads.repository import people, timeline
from tradewind.modules.leads.schemas.merges import MergeRead
from tradewind.modules.leads.service import consents, merge_values
from tradewind.modules.leads.service.timeline import push_update, record_activities

_ALL = ["email", "phone", "status", "converted", "owner_id", "tags", "custom"]


async def merge(
    session: AsyncSession, winner_id: UUID, loser_ids: Sequence[UUID], fields: Mapping[str, UUID]
) -> MergeRead:
    """Move everything of the losers to the winner and hide them. `fields` maps a field to the lead it is taken from.

    Raises MergeImpossible (a lead merged or deleted already, or named twice), LeadNotFound, MergeInvalid.
    """
    actor = actor_of(session)
    assert actor.organisation_id is not None
    _check_request(winner_id, loser_ids, fields)
    before = await repository.lock_rows(session, [winner_id, *loser_ids])
    for lead_id in (winner_id, *loser_ids):
        _check_live(lead_id, before)
    at = now()
    losers = [before[lead_id] for lead_id in loser_ids]
    chosen = merge_values.chosen_rows(fields, before)
    row = merge_values.merged_row(before[winner_id], losers, chosen)
    row |= {"version": before[winner_id]["version"] + 1, "updated_at": at.isoformat()}
    merge_id, activity_id = new_id(), new_id()
    record = LeadMerge(
        id=merge_id,
        organisation_id=actor.organisation_id,
        winner_id=winner_id,
        loser_ids=list(loser_ids),
        fields={name: str(lead_id) for name, lead_id in fields.items()},
        before={str(lead_id): values for lead_id, values in before.items()},
        merged_by=actor.user_id,
        merged_at=at,
    )
    session.add(record)
    await session.flush()
    moved = {}
    for subject in repository.MOVING:
        moved[subject] = await repository.move_rows(
            session, subject, merge_id=merge_id, winner_id=winner_id, loser_ids=list(loser_ids)
        )
    moved["segments"] = await repository.join_segments(
        session, merge_id=merge_id, winner_id=winner_id, loser_ids=list(loser_ids)
    )
    await repository.write_row(session, winner_id, row)
    await repository.hide_losers(session, winner_id, list(loser_ids), at)
    if moved["notes"]:
        await people.refresh_notes_text(session, winner_id)
    spread = await consents.become_one(session, winner_id, before.values())
    await record_activities(session, [_activity(activity_id, winner_id, losers)])
    after = await repository.lock_rows(session, [winner_id, *loser_ids])
    record.after = {str(lead_id): values for lead_id, values in after.items()} | {
        "activity_id": str(activity_id), "wishes": to_jsonable_python(spread),
    }  # fmt: skip
    record.moved = moved
    await session.flush()
    await identity.record(
        session,
        action="lead.merged",
        subject_type="lead",
        subject_id=winner_id,
        before=_difference(before[winner_id], after[winner_id]),
        after=_difference(after[winner_id], before[winner_id])
        | {"merge_id": str(merge_id), "loser_ids": [str(lead_id) for lead_id in loser_ids], "moved": moved},
    )
    await publish(
        session,
        LeadsMerged(merge_id=merge_id, winner_id=winner_id, loser_ids=list(loser_ids)),
        LeadsChanged(lead_ids=[winner_id], changed=_ALL),
    )
    await push_update(session, winner_id, ["merged"])
    return await _read(session, merge_id)


async def undo_merge(session: AsyncSession, merge_id: UUID) -> MergeRead:
    """Give everything back: the leads as they were, what moved, segment membership.

    What was edited on the winner since stays and is named in `kept`. Raises UndoImpossible with the reason.
    """
    record = await repository.locked_merge(session, merge_id)
    if record is None:
        raise MergeNotFound("There is no such merge.")
    loser_ids = list(record.loser_ids)
    current = await repository.lock_rows(session, [record.winner_id, *loser_ids])
    await _check_undo(session, record, current)
    activity_id = UUID(record.after["activity_id"])
    # The entry tells of a state that ends here; the audit log keeps both the merge and its undo.
    await timeline.remove(session, activity_id)
    for subject in repository.MOVING:
        if record.moved.get(subject):
            await repository.move_back(session, subject, merge_id=merge_id, winner_id=record.winner_id)
    kept: list[str] = []
    for lead_id in (record.winner_id, *loser_ids):
        before, after = record.before[str(lead_id)], record.after[str(lead_id)]
        row, edited = merge_values.restored_row(before, after, current[lead_id])
        await repository.write_row(session, lead_id, row)
        if current[lead_id]["notes_text"] != after["notes_text"]:
            await people.refresh_notes_text(session, lead_id)
        kept += edited if lead_id == record.winner_id else []
    if record.moved.get("segments"):
        await repository.leave_segments(session, merge_id=merge_id, winner_id=record.winner_id)
    if "wishes" in record.after:
        await consents.become_several(session, record.winner_id, record.after["wishes"])
    record.undone_at = now()
    record.undone_by = actor_of(session).user_id
    await session.flush()
    winner_id = record.winner_id
    await identity.record(
        session,
        action="lead.merge_undone",
        subject_type="lead",
        subject_id=winner_id,
        after={"merge_id": str(merge_id), "restored": [str(lead_id) for lead_id in loser_ids], "kept": kept},
    )
    await publish(
        session,
        LeadsUnmerged(merge_id=merge_id, winner_id=winner_id, loser_ids=loser_ids),
        LeadsChanged(lead_ids=[winner_id, *loser_ids], changed=_ALL),
    )
    await push_update(session, winner_id, ["merged"])
    return (await _read(session, merge_id)).model_copy(update={"kept": kept})


async def merges_of(session: AsyncSession, lead_id: UUID) -> list[MergeRead]:
    """Merges in which this lead won or lost, newest first. Raises LeadNotFound."""
    if await session.get(Lead, lead_id) is None:
        raise LeadNotFound("There is no such lead.")
    return [MergeRead.model_validate(record) for record in await repository.merges_of(session, lead_id)]


async def _read(session: AsyncSession, merge_id: UUID) -> MergeRead:
    record = await repository.locked_merge(session, merge_id)
    return MergeRead.model_validate(record)


def _check_request(winner_id: UUID, loser_ids: Sequence[UUID], fields: Mapping[str, UUID]) -> None:
    if winner_id in loser_ids or len(set(loser_ids)) != len(loser_ids):
        raise MergeInvalid(
            "Each lead can take part once.", errors=[{"field": "loser_ids", "message": "names a lead twice"}]
        )
    unknown = merge_values.unknown_fields(list(fields))
    if unknown:
        raise MergeInvalid(
            f"“{unknown[0]}” is not a field that can be chosen.",
            errors=[{"field": f"fields.{name}", "message": "unknown field"} for name in unknown],
        )
    strangers = [name for name, lead_id in fields.items() if lead_id not in (winner_id, *loser_ids)]
    if strangers:
        raise MergeInvalid(
            f"The value of “{strangers[0]}” is to come from a lead that takes no part.",
            errors=[{"field": f"fields.{name}", "message": "not one of these leads"} for name in strangers],
        )


def _check_live(lead_id: UUID, rows: Mapping[UUID, dict[str, Any]]) -> None:
    row = rows.get(lead_id)
    if row is None:
        raise LeadNotFound("One of these leads does not exist.", extra={"lead_id": str(lead_id)})
    if row["deleted_at"] is not None:
        what = "was merged into another lead" if row["merged_into_id"] else "was deleted"
        raise MergeImpossible(
            f"{row['full_name'] or row['email'] or 'A lead'} {what} meanwhile.", extra={"lead_id": str(lead_id)}
        )


async def _check_undo(session: AsyncSession, record: LeadMerge, current: Mapping[UUID, dict[str, Any]]) -> None:
    if record.undone_at is not None:
        raise UndoImpossible("This merge has been undone already.")
    winner = current.get(record.winner_id)
    if winner is None or any(lead_id not in current for lead_id in record.loser_ids):
        raise UndoImpossible("One of the leads has been removed for good since.")
    if winner["merged_into_id"] is not None:
        raise UndoImpossible("The lead has since been merged into another one. Undo that merge first.")
    if winner["deleted_at"] is not None:
        raise UndoImpossible("The lead has since been deleted. Restore it first.")
    later = await repository.later_merge(session, record)
    if later is not None:
        raise UndoImpossible(
            "More leads have been merged into this one since. Undo that merge first.",
            extra={"merge_id": str(later.id)},
        )
    for lead_id in record.loser_ids:
        if current[lead_id]["merged_into_id"] != str(record.winner_id) or current[lead_id]["deleted_at"] is None:
            name = current[lead_id]["full_name"] or "One of the leads"
            raise UndoImpossible(f"{name} has been restored on its own since.")


def _activity(activity_id: UUID, winner_id: UUID, losers: Sequence[dict[str, Any]]) -> NewActivity:
    names = [row["full_name"] or row["email"] or row["phone"] or "a lead without a name" for row in losers]
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return NewActivity(id=activity_id, kind="lead.merged", lead_id=winner_id, title=f"Merged with {shown}")


def _difference(row: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    hidden = ("version", "updated_at", "notes_text")
    return {key: value for key, value in row.items() if key not in hidden and value != other[key]}

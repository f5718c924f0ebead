"""Segments: audiences by condition or by list."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.leads import masking
from tradewind.modules.leads.conditions import compile, references
from tradewind.modules.leads.errors import (
    AlreadyExists,
    ConditionInvalid,
    LimitReached,
    SegmentInUse,
    SegmentNotFound,
    ValueInvalid,
)
from tradewind.modules.leads.events import SegmentChanged
from tradewind.modules.leads.models.views import Segment
from tradewind.modules.leads.repository import lists
from tradewind.modules.leads.repository import segments as repository
from tradewind.modules.leads.repository.fields import fields_for
from tradewind.modules.leads.schemas.views import (
    PreviewLead,
    SegmentCreate,
    SegmentMembersChange,
    SegmentPreview,
    SegmentRead,
    SegmentUpdate,
)

MAX_SEGMENTS = 500
_SAMPLE = 10


async def list_segments(session: AsyncSession) -> list[SegmentRead]:
    """All segments by name."""
    return [await shown(session, segment) for segment in await repository.all_of(session)]


async def shown(session: AsyncSession, segment: Segment) -> SegmentRead:
    """A segment as the actor may see it: whoever sees only some leads is told how many of those are in it."""
    read = SegmentRead.model_validate(segment)
    if actor_of(session).visible_owners is None:
        return read
    member = {"field": "segment", "op": "in", "value": [str(segment.id)]}
    try:
        count = await lists.exact_total(session, await lists.selection(session, condition=member))
    except ConditionInvalid:
        count = None
    return read.model_copy(update={"member_count": count, "counted_at": now()})


async def read_segment(session: AsyncSession, segment_id: UUID) -> Segment:
    """One segment. Raises SegmentNotFound."""
    segment = await repository.get(session, segment_id)
    if segment is None:
        raise SegmentNotFound()
    return segment


async def create_segment(session: AsyncSession, data: SegmentCreate) -> Segment:
    """Add a segment and count it. Raises ConditionInvalid, ValueInvalid, AlreadyExists, LimitReached."""
    if await repository.count(session) >= MAX_SEGMENTS:
        raise LimitReached(f"There are {MAX_SEGMENTS} segments already.")
    if data.kind == "dynamic":
        if data.condition is None:
            raise _invalid("condition", "A dynamic segment needs a condition.")
        await _check(session, data.condition)
    elif data.condition is not None:
        raise _invalid("condition", "A static segment has members, no condition.")
    actor = actor_of(session)
    segment = Segment(
        id=new_id(),
        organisation_id=actor.organisation_id,
        created_by=actor.user_id,
        version=1,
        **data.model_dump(exclude={"member_ids"}),
    )
    await _save(session, segment)
    if data.kind == "static" and data.member_ids:
        await repository.add_members(session, segment.id, data.member_ids)
    await refresh_count(session, segment)
    await identity.record(
        session, action="segment.created", subject_type="segment", subject_id=segment.id,
        after=data.model_dump(exclude={"member_ids"}) | {"members": len(data.member_ids)},
    )  # fmt: skip
    await publish(session, SegmentChanged(segment_id=segment.id))
    return segment


async def update_segment(
    session: AsyncSession, segment_id: UUID, data: SegmentUpdate, *, if_match: str | None
) -> Segment:
    """Change a segment. Raises SegmentNotFound, PreconditionFailed, ConditionInvalid, AlreadyExists."""
    segment = await repository.get(session, segment_id, lock=True)
    if segment is None:
        raise SegmentNotFound()
    check_version(if_match, segment.version, SegmentRead.model_validate(segment).model_dump(mode="json"))
    values = data.model_dump(exclude_unset=True)
    if "condition" in values:
        if segment.kind == "static":
            raise _invalid("condition", "A static segment has members, no condition.")
        await _check(session, values["condition"], of=segment_id)
    changed = {name: value for name, value in values.items() if getattr(segment, name) != value}
    if not changed:
        return segment
    before = {name: getattr(segment, name) for name in changed}
    for name, value in changed.items():
        setattr(segment, name, value)
    segment.version += 1
    segment.updated_at = now()
    await _save(session, segment)
    if "condition" in changed:
        await refresh_count(session, segment)
    await identity.record(
        session, action="segment.updated", subject_type="segment", subject_id=segment_id,
        before=before, after=changed,
    )  # fmt: skip
    await publish(session, SegmentChanged(segment_id=segment_id))
    return segment


async def delete_segment(session: AsyncSession, segment_id: UUID, *, if_match: str | None) -> None:
    """Remove a segment; its leads stay. Raises SegmentNotFound, PreconditionFailed, SegmentInUse."""
    segment = await repository.get(session, segment_id, lock=True)
    if segment is None:
        raise SegmentNotFound()
    check_version(if_match, segment.version, SegmentRead.model_validate(segment).model_dump(mode="json"))
    for other in await repository.all_of(session):
        if other.id != segment_id and str(segment_id) in _named_segments(other.condition):
            raise SegmentInUse(f"The segment “{other.name}” refers to it.")
    await session.delete(segment)
    await session.flush()
    await identity.record(
        session, action="segment.deleted", subject_type="segment", subject_id=segment_id,
        before={"name": segment.name, "condition": segment.condition},
    )  # fmt: skip
    await publish(session, SegmentChanged(segment_id=segment_id))


async def change_members(session: AsyncSession, segment_id: UUID, data: SegmentMembersChange) -> Segment:
    """Add and remove members of a static segment; unknown leads are passed over.

    Raises SegmentNotFound, ValueInvalid for a dynamic one.
    """
    segment = await repository.get(session, segment_id, lock=True)
    if segment is None:
        raise SegmentNotFound()
    if segment.kind != "static":
        raise _invalid("add", "The members of a dynamic segment follow from its condition.")
    removed = await repository.remove_members(session, segment_id, data.remove) if data.remove else 0
    added = await repository.add_members(session, segment_id, data.add) if data.add else 0
    if added or removed:
        await refresh_count(session, segment)
        await identity.record(
            session, action="segment.members_changed", subject_type="segment", subject_id=segment_id,
            after={"added": added, "removed": removed},
        )  # fmt: skip
        await publish(session, SegmentChanged(segment_id=segment_id))
    return segment


async def preview(session: AsyncSession, condition: Mapping[str, Any]) -> SegmentPreview:
    """Count and some of the leads a condition holds for, newest first. Raises ConditionInvalid."""
    await _check(session, condition)
    chosen = await lists.selection(session, condition=condition)
    rows, _, _ = await lists.page(session, chosen, sort="-created_at", cursor=None, limit=_SAMPLE)
    count, exact = await lists.total(session, chosen, patient=True)
    sample = [PreviewLead.model_validate(dict(row)) for row in await masking.shown_all(session, rows)]
    return SegmentPreview(count=count, exact=exact, sample=sample)


async def refresh(session: AsyncSession, segment_id: UUID) -> Segment:
    """Count a segment anew. Raises SegmentNotFound."""
    segment = await repository.get(session, segment_id, lock=True)
    if segment is None:
        raise SegmentNotFound()
    await refresh_count(session, segment)
    return segment


async def refresh_count(session: AsyncSession, segment: Segment) -> None:
    """Store how many leads are in the segment now; None when its condition works no more.

    An actor who sees only some leads cannot count for all: then it is left to the handler of SegmentChanged.
    """
    await session.flush()
    if actor_of(session).visible_owners is not None:
        segment.counted_at = None
        await session.flush()
        return
    member = {"field": "segment", "op": "in", "value": [str(segment.id)]}
    try:
        segment.member_count = await lists.exact_total(session, await lists.selection(session, condition=member))
    except ConditionInvalid:
        # A field it names was archived: the segment stays, and says so when it is used.
        segment.member_count = None
    segment.counted_at = now()
    await session.flush()


async def _check(session: AsyncSession, condition: Mapping[str, Any], *, of: UUID | None = None) -> None:
    """Compile once for its errors; a segment may not lead back to itself."""
    if of is not None and str(of) in _named_segments(condition):
        raise _invalid("condition", "A segment cannot refer to itself.")
    fields = await fields_for(session, condition)
    compile(condition, fields)
    if of is not None and any(str(of) in _named_segments(row.condition) for row in fields.segments.values()):
        raise _invalid("condition", "A segment cannot refer to itself, not even through another.")


def _named_segments(condition: Mapping[str, Any] | None) -> set[str]:
    named: set[str] = set()
    for name, value in references(condition):
        if name == "segment":
            named |= {str(item).lower() for item in (value if isinstance(value, list) else [value])}
    return named


async def _save(session: AsyncSession, segment: Segment) -> None:
    name = segment.name
    try:
        async with session.begin_nested():
            session.add(segment)
    except IntegrityError as error:
        raise AlreadyExists(f"There is a segment “{name}” already.") from error


def _invalid(field: str, message: str) -> ValueInvalid:
    return ValueInvalid(message, errors=[{"field": field, "message": message}])

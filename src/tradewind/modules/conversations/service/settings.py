"""Queues with their members, and office hours: who answers, and when."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.conversations.errors import NameTaken, QueueNotFound, SettingsInvalid
from tradewind.modules.conversations.models.conversations import Conversation
from tradewind.modules.conversations.models.people import OfficeHours, Queue, QueueMember
from tradewind.modules.conversations.repository import people as repository
from tradewind.modules.conversations.schemas.conversations import PersonRef
from tradewind.modules.conversations.schemas.people import (
    OfficeHoursRead,
    OfficeHoursUpdate,
    QueueCreate,
    QueueRead,
    QueueUpdate,
)
from tradewind.modules.conversations.service import hours
from tradewind.modules.identity import api as identity

MAX_QUEUES = 100
_OWN = ("name", "assignment", "is_default", "first_reply_minutes", "next_reply_minutes", "email")


async def queues(session: AsyncSession) -> list[QueueRead]:
    """All queues by name."""
    return await _shown(session, await repository.queues(session))


async def read_queue(session: AsyncSession, queue_id: UUID) -> QueueRead:
    """One queue. Raises QueueNotFound."""
    return (await _shown(session, [await _queue(session, queue_id)]))[0]


async def create_queue(session: AsyncSession, data: QueueCreate) -> QueueRead:
    """Add a queue; the first is the default. Raises NameTaken, SettingsInvalid."""
    present = await repository.queues(session)
    if len(present) >= MAX_QUEUES:
        raise SettingsInvalid(f"There are up to {MAX_QUEUES} queues. Change or remove another one.")
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    queue = Queue(id=new_id(), organisation_id=organisation_id, **data.model_dump(exclude={"is_default", "member_ids"}))
    await _check_name(session, queue.id, queue.name)
    if data.is_default or not present:
        await _make_default(session, queue)
    session.add(queue)
    await _flush(session)
    await _set_members(session, queue, data.member_ids)
    await _record(session, "created", queue, after=_facts(queue) | {"member_ids": data.member_ids})
    return await read_queue(session, queue.id)


async def update_queue(session: AsyncSession, queue_id: UUID, data: QueueUpdate, if_match: str | None) -> QueueRead:
    """Change a queue. Raises QueueNotFound, PreconditionFailed, NameTaken, SettingsInvalid."""
    queue = await _queue(session, queue_id, lock=True)
    check_version(if_match, queue.version, (await read_queue(session, queue_id)).model_dump(mode="json"))
    before = _facts(queue)
    given = data.model_dump(exclude_unset=True)
    members = given.pop("member_ids", None)
    if given.pop("is_default", None) and not queue.is_default:
        await _make_default(session, queue)
    for name, value in given.items():
        if value is not None or name in ("first_reply_minutes", "next_reply_minutes", "email"):
            setattr(queue, name, value)
    await _check_name(session, queue.id, queue.name)
    queue.version += 1
    queue.updated_at = now()
    await _flush(session)
    if members is not None:
        await _set_members(session, queue, members)
    after = _facts(queue)
    changed = {name for name in after if after[name] != before[name]}
    told = {name: after[name] for name in changed} | ({"member_ids": members} if members is not None else {})
    await _record(session, "updated", queue, before={name: before[name] for name in changed}, after=told)
    return await read_queue(session, queue_id)


async def delete_queue(session: AsyncSession, queue_id: UUID, if_match: str | None) -> None:
    """Remove a queue; its conversations go to the default one, or to everyone. Raises as `update_queue`."""
    queue = await _queue(session, queue_id, lock=True)
    check_version(if_match, queue.version, (await read_queue(session, queue_id)).model_dump(mode="json"))
    others = [one for one in await repository.queues(session) if one.id != queue_id]
    default = next((one for one in others if one.is_default), others[0] if others else None)
    await repository.move_conversations(session, queue_id, default.id if default else None)
    await session.delete(queue)
    await session.flush()
    if default is not None and not default.is_default:
        default.is_default = True
        default.version += 1
    await _record(session, "deleted", queue, before=_facts(queue))


async def read_hours(session: AsyncSession) -> OfficeHoursRead:
    """Office hours, and whether they are on now."""
    found = OfficeHoursRead.model_validate(await hours.office_hours(session))
    presence = await hours.presence(session)
    return found.model_copy(update={"open_now": presence.open, "opens_at": presence.opens_at})


async def update_hours(session: AsyncSession, data: OfficeHoursUpdate, if_match: str | None) -> OfficeHoursRead:
    """Change office hours. Raises PreconditionFailed, SettingsInvalid when somebody else sets them first."""
    row = await repository.office_hours(session, lock=True) or await hours.office_hours(session)
    check_version(if_match, row.version, (await read_hours(session)).model_dump(mode="json"))
    before = _hour_facts(row)
    for name, value in data.model_dump(mode="json", exclude_unset=True).items():
        if value is not None or name == "holidays":
            setattr(row, name, value)
    row.version += 1
    row.updated_at = now()
    session.add(row)
    await _flush(session)
    after = _hour_facts(row)
    changed = {name for name in after if after[name] != before[name]}
    await identity.record(
        session,
        action="office_hours.updated",
        subject_type="office_hours",
        subject_id=row.id,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return await read_hours(session)


async def _queue(session: AsyncSession, queue_id: UUID, *, lock: bool = False) -> Queue:
    queue = await repository.queue(session, queue_id, lock=lock)
    if queue is None:
        raise QueueNotFound()
    return queue


async def _shown(session: AsyncSession, found: Sequence[Queue]) -> list[QueueRead]:
    ids = [one.id for one in found]
    names = {one.id: one.name for one in await identity.list_members(session)}
    people: dict[UUID, list[PersonRef]] = {}
    for one in await repository.members(session, ids):
        if one.user_id in names:
            people.setdefault(one.queue_id, []).append(PersonRef(id=one.user_id, name=names[one.user_id]))
    counted = select(Conversation.queue_id, func.count()).where(
        Conversation.state == "waiting", Conversation.queue_id.in_(ids)
    )
    waiting = {row[0]: row[1] for row in await session.execute(counted.group_by(Conversation.queue_id))}
    return [
        QueueRead.model_validate(
            {name: getattr(one, name) for name in (*_OWN, "id", "version", "created_at", "updated_at")}
            | {
                "members": sorted(people.get(one.id, []), key=lambda person: person.name),
                "waiting": waiting.get(one.id, 0),
            }
        )
        for one in found
    ]


async def _set_members(session: AsyncSession, queue: Queue, wanted: Sequence[UUID]) -> None:
    known = await identity.active_member_names(session, wanted)
    unknown = [one for one in wanted if one not in known]
    if unknown:
        message = "There is no such member, or they are not active any more."
        raise SettingsInvalid(message, errors=[{"field": "member_ids", "message": message}])
    present = {one.user_id for one in await repository.members(session, [queue.id])}
    await repository.remove_members(session, queue.id, [one for one in present if one not in known])
    for user_id in known.keys() - present:
        session.add(QueueMember(id=new_id(), organisation_id=queue.organisation_id, queue_id=queue.id, user_id=user_id))
    await session.flush()


async def _make_default(session: AsyncSession, queue: Queue) -> None:
    present = await repository.default_queue(session)
    if present is not None and present is not queue:
        present.is_default = False
        # The unique index holds per statement: the old default must be gone before the new one is set.
        await session.flush()
    queue.is_default = True


async def _check_name(session: AsyncSession, queue_id: UUID, name: str) -> None:
    if any(one.name.lower() == name.lower() and one.id != queue_id for one in await repository.queues(session)):
        raise _name_taken()


async def _flush(session: AsyncSession) -> None:
    try:
        await session.flush()
    except IntegrityError as failure:
        # Somebody else was faster between the check and the write.
        raise _name_taken() from failure


def _name_taken() -> NameTaken:
    return NameTaken("There is such a queue or setting already. Load again and change that one.")


def _facts(queue: Queue) -> dict[str, Any]:
    return {name: getattr(queue, name) for name in _OWN}


def _hour_facts(row: OfficeHours) -> dict[str, Any]:
    return {name: getattr(row, name) for name in OfficeHoursUpdate.model_fields}


async def _record(session: AsyncSession, action: str, queue: Queue, **facts: Any) -> None:
    await identity.record(
        session, action=f"inbox_queue.{action}", subject_type="inbox_queue", subject_id=queue.id, **facts
    )

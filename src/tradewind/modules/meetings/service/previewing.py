"""What an event type would offer with other settings: stored for a moment, asked, and taken back."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.meetings.models.event_types import EventTypeHost
from tradewind.modules.meetings.repository import event_types as repository
from tradewind.modules.meetings.schemas.event_types import HostWrite, SlotRead
from tradewind.modules.meetings.schemas.previewing import SlotPreview, SlotPreviewRequest
from tradewind.modules.meetings.service import event_types, explaining, slots


async def preview(session: AsyncSession, event_type_id: UUID, wanted: SlotPreviewRequest) -> SlotPreview:
    """Free times as if the settings were saved; nothing stays. Times are in UTC.

    The same code finds them as for visitors, so a preview cannot promise what is not offered later.
    Raises EventTypeNotFound, EventTypeInvalid, RangeInvalid.
    """
    async with session.begin_nested() as savepoint:
        await _apply(session, event_type_id, wanted)
        found = await slots.find_slots(session, event_type_id, start=wanted.start, end=wanted.end, length=wanted.length)
        later = None if found else await slots.next_slot(session, event_type_id, wanted.end, wanted.length)
        event_type = await event_types.require_event_type(session, event_type_id)
        minutes = slots.rules_of(event_type, wanted.length).length // 60
        answer = (
            await explaining.explain(session, event_type_id, wanted.at, length=wanted.length) if wanted.at else None
        )
        await savepoint.rollback()
    shown = [SlotRead.model_validate(slot) for slot in found]
    return SlotPreview(time_zone="UTC", length=minutes, slots=shown, next_at=later, answer=answer)


async def _apply(session: AsyncSession, event_type_id: UUID, wanted: SlotPreviewRequest) -> None:
    event_type = await event_types.require_event_type(session, event_type_id)
    values = event_types.stored_values(wanted.settings)
    for name, value in values.items():
        setattr(event_type, name, value)
    hosts = wanted.hosts
    if hosts is not None:
        rows = [
            EventTypeHost(event_type_id=event_type.id, organisation_id=event_type.organisation_id, **host.model_dump())
            for host in hosts
        ]
        await repository.replace_hosts(session, event_type.id, rows)
    elif values:
        stored = (await repository.hosts_of(session, [event_type.id]))[event_type.id]
        hosts = [
            HostWrite(user_id=one.user_id, weight=one.weight, priority=one.priority, schedule_id=one.schedule_id)
            for one in stored
        ]
    if hosts is not None:
        await event_types.check_sound(session, event_type, hosts)
        await session.flush()

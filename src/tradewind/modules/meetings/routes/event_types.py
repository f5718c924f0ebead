"""HTTP of event types, their hosts and free times."""

from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Header, Query, Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import tagged
from tradewind.kernel.payload import Moment
from tradewind.kernel.places import TimeZone
from tradewind.kernel.routing import Router
from tradewind.modules.meetings.schemas.event_types import (
    EventTypeCreate,
    EventTypeRead,
    EventTypeUpdate,
    HostsWrite,
    SlotExplanation,
    SlotList,
    SlotRead,
)
from tradewind.modules.meetings.service import event_types as service
from tradewind.modules.meetings.service import explaining, slots

router = Router(tags=["Event types"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]
Length = Annotated[int | None, Query(ge=5, le=1_440, description="Minutes; else the event type's first")]
READ, MANAGE = [requires("meetings:read")], [requires("meetings:manage")]


@router.get("/event-types", dependencies=READ)
async def list_event_types(session: Session) -> list[EventTypeRead]:
    """All event types, by title."""
    return await service.list_event_types(session)


@router.post("/event-types", status_code=201, dependencies=MANAGE)
async def create_event_type(session: Session, data: EventTypeCreate, response: Response) -> EventTypeRead:
    """Add an event type; without `hosts` you hold it yourself."""
    return tagged(response, await service.create_event_type(session, data))


@router.get("/event-types/{event_type_id}", dependencies=READ)
async def read_event_type(session: Session, event_type_id: UUID, response: Response) -> EventTypeRead:
    """One event type with its hosts."""
    return tagged(response, await service.read_event_type(session, event_type_id))


@router.patch("/event-types/{event_type_id}", dependencies=MANAGE)
async def update_event_type(
    session: Session, event_type_id: UUID, data: EventTypeUpdate, response: Response, if_match: IfMatch = None
) -> EventTypeRead:
    """Change an event type; meetings booked before stay as they are."""
    return tagged(response, await service.update_event_type(session, event_type_id, data, if_match))


@router.delete("/event-types/{event_type_id}", status_code=204, dependencies=MANAGE)
async def delete_event_type(session: Session, event_type_id: UUID, if_match: IfMatch = None) -> None:
    """Remove an event type; its page ends, its meetings stay."""
    await service.delete_event_type(session, event_type_id, if_match)


@router.put("/event-types/{event_type_id}/hosts", dependencies=MANAGE)
async def replace_event_type_hosts(
    session: Session, event_type_id: UUID, data: HostsWrite, response: Response, if_match: IfMatch = None
) -> EventTypeRead:
    """Give an event type other hosts, with weights, priorities and own hours."""
    return tagged(response, await service.replace_hosts(session, event_type_id, data, if_match))


@router.get("/event-types/{event_type_id}/slots", dependencies=READ)
async def list_slots(
    session: Session,
    event_type_id: UUID,
    start: Moment,
    end: Annotated[Moment, Query(description="At most 62 days after the start")],
    time_zone: TimeZone = "UTC",
    length: Length = None,
    lead_id: Annotated[UUID | None, Query(description="For whom: the lead's owner may come first")] = None,
    moving: Annotated[UUID | None, Query(description="A meeting that is to be moved: its time counts as free")] = None,
) -> SlotList:
    """Free times, each of which can be booked as shown."""
    found = await slots.find_slots(
        session, event_type_id, start=start, end=end, length=length, lead_id=lead_id, ignore_meeting=moving
    )
    minutes = slots.rules_of(await service.require_event_type(session, event_type_id), length).length // 60
    later = None if found else await slots.next_slot(session, event_type_id, end, length)
    zone = ZoneInfo(time_zone)
    shown = [
        SlotRead(
            starts_at=slot.starts_at.astimezone(zone),
            ends_at=slot.ends_at.astimezone(zone),
            host_ids=list(slot.host_ids),
            seats_left=slot.seats_left,
        )
        for slot in found
    ]
    return SlotList(time_zone=time_zone, length=minutes, slots=shown, next_at=later.astimezone(zone) if later else None)


@router.get("/event-types/{event_type_id}/explain", dependencies=READ)
async def explain_slot(session: Session, event_type_id: UUID, at: Moment, length: Length = None) -> SlotExplanation:
    """Why a time can be booked or not, host by host."""
    return await explaining.explain(session, event_type_id, at, length=length)

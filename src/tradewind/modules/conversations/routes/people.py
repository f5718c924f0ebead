"""HTTP of queues and office hours."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import etag, tagged
from tradewind.kernel.routing import Router
from tradewind.modules.conversations.schemas.people import (
    OfficeHoursRead,
    OfficeHoursUpdate,
    QueueCreate,
    QueueRead,
    QueueUpdate,
)
from tradewind.modules.conversations.service import settings as service

router = Router(tags=["Inbox settings"])
_READ, _MANAGE = [requires("conversations:read")], [requires("conversations:manage")]
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]


@router.get("/inbox-queues", dependencies=_READ)
async def list_queues(session: Session) -> list[QueueRead]:
    """All queues, by name."""
    return await service.queues(session)


@router.post("/inbox-queues", status_code=201, dependencies=_MANAGE)
async def create_queue(session: Session, data: QueueCreate, response: Response) -> QueueRead:
    """Add a queue."""
    return tagged(response, await service.create_queue(session, data))


@router.get("/inbox-queues/{queue_id:uuid}", dependencies=_READ)
async def read_queue(session: Session, queue_id: UUID, response: Response) -> QueueRead:
    """One queue with its members."""
    return tagged(response, await service.read_queue(session, queue_id))


@router.patch("/inbox-queues/{queue_id:uuid}", dependencies=_MANAGE)
async def update_queue(
    session: Session, queue_id: UUID, data: QueueUpdate, response: Response, if_match: IfMatch = None
) -> QueueRead:
    """Change a queue or its members."""
    return tagged(response, await service.update_queue(session, queue_id, data, if_match))


@router.delete("/inbox-queues/{queue_id:uuid}", status_code=204, dependencies=_MANAGE)
async def delete_queue(session: Session, queue_id: UUID, if_match: IfMatch = None) -> None:
    """Remove a queue; what waits in it goes to the default queue."""
    await service.delete_queue(session, queue_id, if_match)


@router.get("/office-hours", dependencies=_READ)
async def read_office_hours(session: Session, response: Response) -> OfficeHoursRead:
    """When people answer, what is promised, and whether they are there now."""
    found = await service.read_hours(session)
    response.headers["ETag"] = etag(found.version)
    return found


@router.patch("/office-hours", dependencies=_MANAGE)
async def update_office_hours(
    session: Session, data: OfficeHoursUpdate, response: Response, if_match: IfMatch = None
) -> OfficeHoursRead:
    """Change office hours and promises. Promises that run already keep their time."""
    found = await service.update_hours(session, data, if_match)
    response.headers["ETag"] = etag(found.version)
    return found

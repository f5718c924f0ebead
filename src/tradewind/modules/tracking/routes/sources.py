"""HTTP of sources and of their events as they arrive."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import tagged
from tradewind.kernel.limits import rate_limit
from tradewind.kernel.pagination import Page
from tradewind.kernel.routing import Router
from tradewind.modules.tracking.contracts import EventType
from tradewind.modules.tracking.schemas.sources import (
    EventDetail,
    EventRow,
    KeyRotation,
    Range,
    RejectionRead,
    SourceCreate,
    SourceRead,
    SourceUpdate,
    VolumesRead,
)
from tradewind.modules.tracking.service import debugger, sources

router = Router(prefix="/sources", tags=["Sources"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]
Cursor = Annotated[str | None, Query(min_length=1, max_length=2048)]
Limit = Annotated[int, Query(ge=1, le=100)]


@router.get("", dependencies=[requires("sources:read")])
async def list_sources(session: Session) -> list[SourceRead]:
    """All sources with their health and the volumes of the last 24 hours."""
    return await sources.list_all(session)


@router.post("", status_code=201, dependencies=[requires("sources:write", people=True)])
async def create_source(session: Session, data: SourceCreate, response: Response) -> SourceRead:
    """Add a source together with its write key."""
    return tagged(response, await sources.create(session, data))


@router.get("/{source_id:uuid}", dependencies=[requires("sources:read")])
async def read_source(session: Session, source_id: UUID, response: Response) -> SourceRead:
    """One source."""
    return tagged(response, await sources.read(session, source_id))


@router.patch("/{source_id:uuid}", dependencies=[requires("sources:write")])
async def update_source(
    session: Session, source_id: UUID, data: SourceUpdate, response: Response, if_match: IfMatch = None
) -> SourceRead:
    """Rename, enable or disable a source, change its sites or settings. The collector follows within seconds."""
    return tagged(response, await sources.update(session, source_id, data, if_match=if_match))


@router.delete("/{source_id:uuid}", status_code=204, dependencies=[requires("sources:write")])
async def delete_source(session: Session, source_id: UUID, if_match: IfMatch = None) -> None:
    """Remove a source and end its write key. What people did stays in their timelines."""
    await sources.delete(session, source_id, if_match=if_match)


@router.post("/{source_id:uuid}/key-rotations", status_code=201, dependencies=[requires("sources:write", people=True)])
async def rotate_write_key(session: Session, source_id: UUID, data: KeyRotation, response: Response) -> SourceRead:
    """Make a new write key. The old one works during the grace time, or ends at once."""
    return tagged(response, await sources.rotate_key(session, source_id, grace=timedelta(hours=data.grace_hours)))


@router.post(
    "/{source_id:uuid}/tail",
    status_code=204,
    dependencies=[requires("sources:read"), rate_limit("source_tail", "60/minute", key="actor")],
)
async def watch_source(session: Session, source_id: UUID) -> None:
    """Have arriving events told as `tracking.event` on the WebSocket for a minute; renew while somebody looks."""
    await sources.watch(session, source_id)


@router.get("/{source_id:uuid}/volumes", dependencies=[requires("sources:read")])
async def read_source_volumes(
    session: Session, source_id: UUID, range: Annotated[Range, Query()] = "24h"
) -> VolumesRead:
    """Accepted, likely bots, rejected and duplicates, by the hour or day, and by kind of event."""
    return await sources.volumes(session, source_id, range)


@router.get("/{source_id:uuid}/events", dependencies=[requires("sources:read")])
async def list_source_events(
    session: Session,
    source_id: UUID,
    type: EventType | None = None,
    name: Annotated[str | None, Query(max_length=200)] = None,
    likely_bot: bool | None = None,
    visitor: Annotated[str | None, Query(min_length=1, max_length=200, description="Part of a visitor's id")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[EventRow]:
    """Events accepted in the last seven days, newest first."""
    return await debugger.page(
        session, source_id, event_type=type, name=name, likely_bot=likely_bot, visitor=visitor, cursor=cursor,
        limit=limit,
    )  # fmt: skip


@router.get("/{source_id:uuid}/events/{event_id:uuid}", dependencies=[requires("sources:read")])
async def read_source_event(session: Session, source_id: UUID, event_id: UUID) -> EventDetail:
    """One event and what was understood of it."""
    return await debugger.detail(session, source_id, event_id)


@router.get("/{source_id:uuid}/rejections", dependencies=[requires("sources:read")])
async def list_source_rejections(
    session: Session,
    source_id: UUID,
    code: Annotated[str | None, Query(min_length=1, max_length=80)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[RejectionRead]:
    """Events that were not accepted, newest first, with the reason."""
    return await debugger.rejections(session, source_id, code=code, cursor=cursor, limit=limit)

"""HTTP of saved views and segments."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Response
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import etag
from tradewind.kernel.routing import Router
from tradewind.modules.leads.models.views import Segment
from tradewind.modules.leads.schemas.views import (
    SegmentCreate,
    SegmentMembersChange,
    SegmentPreview,
    SegmentPreviewRequest,
    SegmentRead,
    SegmentUpdate,
    ViewCreate,
    ViewEntity,
    ViewRead,
    ViewUpdate,
)
from tradewind.modules.leads.service import segments, views

router = Router()
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]


async def _tagged(session: AsyncSession, response: Response, segment: Segment) -> SegmentRead:
    response.headers["ETag"] = etag(segment.version)
    return await segments.shown(session, segment)


@router.get("/views", dependencies=[requires("leads:read")], tags=["Views"])
async def list_views(session: Session, entity: ViewEntity | None = None) -> list[ViewRead]:
    """Own and shared views."""
    return await views.list_views(session, entity)


# Everyone who sees the list may keep views of their own; sharing them is asked for by the service.
@router.post("/views", status_code=201, dependencies=[requires("leads:read", people=True)], tags=["Views"])
async def create_view(session: Session, data: ViewCreate, response: Response) -> ViewRead:
    """Save a view."""
    view = await views.create_view(session, data)
    response.headers["ETag"] = etag(view.version)
    return view


@router.patch("/views/{view_id:uuid}", dependencies=[requires("leads:read", people=True)], tags=["Views"])
async def update_view(
    session: Session, view_id: UUID, data: ViewUpdate, response: Response, if_match: IfMatch = None
) -> ViewRead:
    """Change a view of one's own, or a shared one with segments:write."""
    view = await views.update_view(session, view_id, data, if_match=if_match)
    response.headers["ETag"] = etag(view.version)
    return view


@router.delete(
    "/views/{view_id:uuid}", status_code=204, dependencies=[requires("leads:read", people=True)], tags=["Views"]
)
async def delete_view(session: Session, view_id: UUID, if_match: IfMatch = None) -> None:
    """Remove a view of one's own, or a shared one with segments:write."""
    await views.delete_view(session, view_id, if_match=if_match)


@router.get("/segments", dependencies=[requires("segments:read")], tags=["Segments"])
async def list_segments(session: Session) -> list[SegmentRead]:
    """All segments by name."""
    return await segments.list_segments(session)


@router.post("/segments", status_code=201, dependencies=[requires("segments:write")], tags=["Segments"])
async def create_segment(session: Session, data: SegmentCreate, response: Response) -> SegmentRead:
    """Add a segment."""
    return await _tagged(session, response, await segments.create_segment(session, data))


@router.post("/segments/preview", dependencies=[requires("segments:read")], tags=["Segments"])
async def preview_segment(session: Session, data: SegmentPreviewRequest) -> SegmentPreview:
    """How many leads a condition holds for, and some of them."""
    return await segments.preview(session, data.condition)


@router.get("/segments/{segment_id:uuid}", dependencies=[requires("segments:read")], tags=["Segments"])
async def read_segment(session: Session, segment_id: UUID, response: Response) -> SegmentRead:
    """One segment; its leads are GET /leads?segment_id=…"""
    return await _tagged(session, response, await segments.read_segment(session, segment_id))


@router.patch("/segments/{segment_id:uuid}", dependencies=[requires("segments:write")], tags=["Segments"])
async def update_segment(
    session: Session, segment_id: UUID, data: SegmentUpdate, response: Response, if_match: IfMatch = None
) -> SegmentRead:
    """Change a segment. With If-Match, 412 and the current state if someone else was faster."""
    return await _tagged(session, response, await segments.update_segment(session, segment_id, data, if_match=if_match))


@router.delete(
    "/segments/{segment_id:uuid}", status_code=204, dependencies=[requires("segments:write")], tags=["Segments"]
)
async def delete_segment(session: Session, segment_id: UUID, if_match: IfMatch = None) -> None:
    """Remove a segment; its leads stay."""
    await segments.delete_segment(session, segment_id, if_match=if_match)


@router.post("/segments/{segment_id:uuid}/members", dependencies=[requires("segments:write")], tags=["Segments"])
async def change_members(
    session: Session, segment_id: UUID, data: SegmentMembersChange, response: Response
) -> SegmentRead:
    """Add and remove members of a static segment."""
    return await _tagged(session, response, await segments.change_members(session, segment_id, data))


@router.post("/segments/{segment_id:uuid}/refresh", dependencies=[requires("segments:read")], tags=["Segments"])
async def refresh_segment(session: Session, segment_id: UUID, response: Response) -> SegmentRead:
    """Count a segment anew."""
    return await _tagged(session, response, await segments.refresh(session, segment_id))

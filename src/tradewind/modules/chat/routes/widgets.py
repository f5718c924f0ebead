"""HTTP of widgets, for members."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Header, Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import tagged
from tradewind.kernel.routing import Router
from tradewind.modules.chat.schemas.visitors import ChatConfig
from tradewind.modules.chat.schemas.widgets import (
    IdentitySecret,
    IdentitySecretRotation,
    WidgetCreate,
    WidgetPreview,
    WidgetRead,
    WidgetUpdate,
)
from tradewind.modules.chat.service import presenting, widgets

router = Router(prefix="/chat-widgets", tags=["Chat widgets"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]


@router.get("", dependencies=[requires("agents:read")])
async def list_chat_widgets(session: Session) -> list[WidgetRead]:
    """All chat widgets, and when a page last loaded each."""
    return await widgets.list_all(session)


@router.post("", status_code=201, dependencies=[requires("agents:write")])
async def create_chat_widget(session: Session, data: WidgetCreate, response: Response) -> WidgetRead:
    """Add a widget, with a public key for the website and a secret for its server."""
    return tagged(response, await widgets.create(session, data))


@router.post("/previews", dependencies=[requires("agents:read")])
async def preview_chat_widget(session: Session, data: WidgetPreview) -> ChatConfig:
    """What visitors would see with these settings; nothing is stored."""
    return await presenting.preview(session, data)


@router.get("/{widget_id:uuid}", dependencies=[requires("agents:read")])
async def read_chat_widget(session: Session, widget_id: UUID, response: Response) -> WidgetRead:
    """One widget."""
    return tagged(response, await widgets.read(session, widget_id))


@router.patch("/{widget_id:uuid}", dependencies=[requires("agents:write")])
async def update_chat_widget(
    session: Session, widget_id: UUID, data: WidgetUpdate, response: Response, if_match: IfMatch = None
) -> WidgetRead:
    """Change a widget. Pages follow when they are loaded next."""
    return tagged(response, await widgets.update(session, widget_id, data, if_match=if_match))


@router.delete("/{widget_id:uuid}", status_code=204, dependencies=[requires("agents:write")])
async def delete_chat_widget(session: Session, widget_id: UUID, if_match: IfMatch = None) -> None:
    """Remove a widget: pages that carry it show nothing. Conversations stay."""
    await widgets.delete(session, widget_id, if_match=if_match)


@router.get("/{widget_id:uuid}/identity-secret", dependencies=[requires("agents:write", people=True)])
async def read_identity_secret(session: Session, widget_id: UUID, response: Response) -> IdentitySecret:
    """The secret the site's server signs user ids with. Each look is in the audit log."""
    response.headers["Cache-Control"] = "no-store"
    return await widgets.identity_secret(session, widget_id)


@router.post(
    "/{widget_id:uuid}/identity-secret/rotations", status_code=201, dependencies=[requires("agents:write", people=True)]
)
async def rotate_identity_secret(
    session: Session, widget_id: UUID, data: IdentitySecretRotation, response: Response
) -> IdentitySecret:
    """Make a new secret. Signatures by the old one hold during the grace time, or end at once."""
    response.headers["Cache-Control"] = "no-store"
    return await widgets.rotate_secret(session, widget_id, grace=timedelta(hours=data.grace_hours))

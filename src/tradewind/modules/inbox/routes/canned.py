"""HTTP of canned replies."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import tagged
from tradewind.kernel.routing import Router
from tradewind.modules.inbox.schemas import (
    CannedReplyCreate,
    CannedReplyRead,
    CannedReplyRender,
    CannedReplyUpdate,
    RenderedRead,
    VariableRead,
)
from tradewind.modules.inbox.service import canned
from tradewind.modules.inbox.variables import VARIABLES

router = Router(tags=["Inbox"])
_READ, _WRITE = [requires("conversations:read")], [requires("conversations:write")]
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]
_ID = "/canned-replies/{canned_reply_id:uuid}"


@router.get("/canned-replies", dependencies=_READ)
async def list_canned_replies(session: Session) -> list[CannedReplyRead]:
    """Texts to answer with: everyone's, those of your queues, and your own."""
    return await canned.listed(session)


@router.get("/canned-replies/variables", dependencies=_READ)
async def list_variables() -> list[VariableRead]:
    """What canned replies may name."""
    return [VariableRead(name=name, label=label) for name, label in VARIABLES.items()]


@router.post("/canned-replies", status_code=201, dependencies=_WRITE)
async def create_canned_reply(session: Session, data: CannedReplyCreate, response: Response) -> CannedReplyRead:
    """Add a text of your own; for a queue or everyone it takes `conversations:manage`."""
    return tagged(response, await canned.create(session, data))


@router.get(_ID, dependencies=_READ)
async def read_canned_reply(session: Session, canned_reply_id: UUID, response: Response) -> CannedReplyRead:
    """One text."""
    return tagged(response, await canned.read(session, canned_reply_id))


@router.patch(_ID, dependencies=_WRITE)
async def update_canned_reply(
    session: Session, canned_reply_id: UUID, data: CannedReplyUpdate, response: Response, if_match: IfMatch = None
) -> CannedReplyRead:
    """Change a text."""
    return tagged(response, await canned.update(session, canned_reply_id, data, if_match))


@router.delete(_ID, status_code=204, dependencies=_WRITE)
async def delete_canned_reply(session: Session, canned_reply_id: UUID, if_match: IfMatch = None) -> None:
    """Remove a text."""
    await canned.delete(session, canned_reply_id, if_match)


@router.post(f"{_ID}/render", dependencies=_WRITE)
async def render_canned_reply(session: Session, canned_reply_id: UUID, data: CannedReplyRender) -> RenderedRead:
    """Fill in a text for a conversation. What is not known is named, and stays in the text as it was written."""
    return await canned.rendered(session, canned_reply_id, data.conversation_id)

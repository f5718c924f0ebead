"""HTTP of what was found out in a conversation."""

from uuid import UUID

from tradewind.kernel.access import Session, requires
from tradewind.kernel.routing import Router
from tradewind.modules.conversations.schemas.findings import FindingsRead
from tradewind.modules.conversations.service import findings as service

router = Router(tags=["Conversations"])


@router.get("/conversations/{conversation_id:uuid}/qualification", dependencies=[requires("conversations:read")])
async def read_qualification(session: Session, conversation_id: UUID) -> list[FindingsRead]:
    """What the visitor answered to the questions of flows, in their own words, and what it comes to; newest first."""
    return await service.of_conversation(session, conversation_id)

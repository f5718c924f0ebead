"""HTTP of the inbox: counts, who looks at what, and many conversations at once."""

from uuid import UUID

from tradewind.kernel.access import Session, requires
from tradewind.kernel.routing import Router
from tradewind.modules.inbox.schemas import BulkCreate, BulkRead, CountsRead, LookingRead, LookingWrite
from tradewind.modules.inbox.service import bulk, counts, presence

router = Router(tags=["Inbox"])
_READ, _WRITE = [requires("conversations:read")], [requires("conversations:write")]


@router.get("/inbox/counts", dependencies=_READ)
async def read_counts(session: Session) -> CountsRead:
    """How many conversations are in each place of the inbox, as far as you see them."""
    return await counts.read(session)


@router.get("/inbox/presence/{conversation_id:uuid}", dependencies=_READ)
async def read_presence(session: Session, conversation_id: UUID) -> list[LookingRead]:
    """Who looks at a conversation now."""
    return await presence.looking(session, conversation_id)


@router.post("/inbox/presence/{conversation_id:uuid}", dependencies=[requires("conversations:read", people=True)])
async def look(session: Session, conversation_id: UUID, data: LookingWrite | None = None) -> list[LookingRead]:
    """Say that you look at a conversation, or type in it; returns who does. The visitor sees that somebody types."""
    return await presence.look(session, conversation_id, typing=data.typing if data else False)


@router.delete(
    "/inbox/presence/{conversation_id:uuid}",
    status_code=204,
    dependencies=[requires("conversations:read", people=True)],
)
async def look_away(session: Session, conversation_id: UUID) -> None:
    """Say that you look at a conversation no more."""
    await presence.look_away(session, conversation_id)


@router.post("/conversations/bulk", dependencies=_WRITE)
async def do_with_many(session: Session, data: BulkCreate) -> BulkRead:
    """Assign, close, reopen, snooze or give back up to 200 conversations; each is done or refused by itself."""
    return await bulk.run(session, data)

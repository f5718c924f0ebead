"""The same thing done with many conversations: each under its own lock, done or refused by itself."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.errors import AppError
from tradewind.modules.conversations import api as conversations
from tradewind.modules.inbox.schemas import BulkCreate, BulkRead, Refused


async def run(session: AsyncSession, data: BulkCreate) -> BulkRead:
    """Do it with each, in the order of their ids, so that two such requests do not wait for each other.

    Raises SettingsInvalid for an assignee to whom none of them can be given.
    """
    if data.action == "assign":
        await conversations.check_assignee(session, data.assignee_id)
    done: list[UUID] = []
    refused: list[Refused] = []
    for conversation_id in sorted(set(data.conversation_ids)):
        try:
            async with session.begin_nested():
                await _one(session, conversation_id, data)
        except AppError as failure:
            refused.append(Refused(conversation_id=conversation_id, code=failure.code, detail=failure.detail))
        else:
            done.append(conversation_id)
    return BulkRead(done=done, refused=refused)


async def _one(session: AsyncSession, conversation_id: UUID, data: BulkCreate) -> None:
    match data.action:
        case "assign":
            await conversations.assign(session, conversation_id, assignee_id=data.assignee_id, queue_id=data.queue_id)
        case "close":
            await conversations.close(session, conversation_id, confirmed=data.confirmed)
        case "reopen":
            await conversations.reopen(session, conversation_id)
        case "hand_back":
            await conversations.hand_back(session, conversation_id)
        case "read":
            await conversations.mark_read(session, conversation_id)
        case "snooze":
            assert data.until is not None
            await conversations.snooze(session, conversation_id, data.until)

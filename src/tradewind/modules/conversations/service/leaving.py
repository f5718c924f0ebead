"""What becomes of a member's conversations when the member leaves."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.conversations.models.conversations import Conversation
from tradewind.modules.conversations.repository import people
from tradewind.modules.conversations.service import handover
from tradewind.modules.conversations.service.changing import changing


async def give_up(session: AsyncSession, user_id: UUID) -> None:
    """Take somebody out of all queues, and put back all that is assigned to them and open."""
    await people.leave_queues(session, user_id)
    assigned = select(Conversation.id).where(Conversation.assignee_id == user_id, Conversation.state != "closed")
    for conversation_id in (await session.scalars(assigned)).all():
        async with changing(session, conversation_id) as change:
            await handover.put_back(change)

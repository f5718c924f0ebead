"""Conversations of members who leave go back to their queues."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import subscriber
from tradewind.modules.conversations.service import leaving
from tradewind.modules.identity.events import MemberLeft


@subscriber(MemberLeft)
async def give_up_conversations(session: AsyncSession, event: MemberLeft) -> None:
    """Nobody is left with a person who is gone."""
    await leaving.give_up(session, event.user_id)

"""Prompts learn from what comes of conversations, whenever it becomes known."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import subscriber
from tradewind.modules.conversations.events import (
    ConversationClosed,
    ConversationRated,
    ConversationReopened,
    MessageJudged,
)
from tradewind.modules.conversations.service import outcomes
from tradewind.modules.meetings.events import MeetingBooked, MeetingCancelled


@subscriber(ConversationClosed)
async def learn_from_end(session: AsyncSession, event: ConversationClosed) -> None:
    """How it ended."""
    await outcomes.learn(session, event.conversation_id)


@subscriber(ConversationReopened)
async def learn_from_return(session: AsyncSession, event: ConversationReopened) -> None:
    """It has not ended after all."""
    await outcomes.learn(session, event.conversation_id)


@subscriber(ConversationRated)
async def learn_from_rating(session: AsyncSession, event: ConversationRated) -> None:
    """What the visitor thought of it."""
    await outcomes.learn(session, event.conversation_id)


@subscriber(MessageJudged)
async def learn_from_verdict(session: AsyncSession, event: MessageJudged) -> None:
    """What somebody thought of an answer."""
    await outcomes.learn(session, event.conversation_id)


@subscriber(MeetingBooked)
async def learn_from_booking(session: AsyncSession, event: MeetingBooked) -> None:
    """It led to a meeting."""
    if event.lead_id is not None:
        await outcomes.learn_of_lead(session, event.lead_id)


@subscriber(MeetingCancelled)
async def learn_from_cancellation(session: AsyncSession, event: MeetingCancelled) -> None:
    """The meeting it led to takes place no longer."""
    if event.lead_id is not None:
        await outcomes.learn_of_lead(session, event.lead_id)

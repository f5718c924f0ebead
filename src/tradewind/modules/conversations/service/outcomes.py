"""What comes of conversations goes back to the version of the prompt that the agent's model was given."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.ai import api as ai
from tradewind.modules.conversations.models.conversations import Conversation
from tradewind.modules.conversations.repository import conversations as rows
from tradewind.modules.conversations.repository import lists
from tradewind.modules.conversations.repository import outcomes as repository
from tradewind.modules.conversations.review.worth import Known, worth
from tradewind.modules.meetings import api as meetings

# A meeting that the lead books so long after the last word is still what the conversation led to.
BOOKS_WITHIN = timedelta(days=7)
_LATEST = 5


async def learn(session: AsyncSession, conversation_id: UUID) -> None:
    """Judge the version anew by all that is known of the conversation now; any number of times, in any order.

    A version with which no model answered in the end counts as not used.
    """
    if not await ai.taking_turns(session, conversation_id):
        return
    # Under its lock, so that of two who learn at once the later one knows everything.
    row = await rows.conversation(session, conversation_id, lock=True)
    if row is None:
        return
    if not await repository.is_modelled(session, conversation_id):
        if row.state == "closed":
            await ai.unused(session, conversation_id)
        return
    reward, because = worth(await _known(session, row))
    await ai.feedback(session, conversation_id, reward, because=because)


async def learn_of_lead(session: AsyncSession, lead_id: UUID) -> None:
    """As `learn`, for the lead's latest conversations."""
    for row in await rows.of_lead(session, lead_id, limit=_LATEST):
        await learn(session, row.id)


async def _known(session: AsyncSession, row: Conversation) -> Known:
    ratings = {one.kind: one.score for one in (await lists.ratings(session, [row.id])).get(row.id, ())}
    booked = row.lead_id is not None and await meetings.was_booked(
        session, row.lead_id, start=row.created_at, end=row.last_message_at + BOOKS_WITHIN
    )
    return Known(
        outcome=row.outcome if row.state == "closed" else None,  # pyright: ignore[reportArgumentType]
        booked=booked,
        csat=ratings.get("csat"),
        nps=ratings.get("nps"),
        thumbs=await repository.verdicts(session, row.id),
    )

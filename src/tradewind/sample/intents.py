"""Intents of the sample company: a set of its own to change and train, and messages that found no answer."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.intents import api as intents
from tradewind.modules.intents.schemas import IntentSetCreate
from tradewind.modules.intents.service import sets

UNANSWERED = (
    "do you rent out equipment for a weekend",
    "can I rent a machine instead of buying it",
    "is renting possible",
    "do you take old devices back",
    "can I trade in my old one",
    "what do you pay for a used device in exchange",
    "is there a test centre I can visit",
)


async def add_intents(session: AsyncSession) -> None:
    """Add the shipped set of sales and support topics, and the messages."""
    await sets.create(session, IntentSetCreate(template="sales_support"))
    for text in UNANSWERED:
        await intents.note_unanswered(session, text)

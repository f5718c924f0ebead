"""Intents of the sample company: a set of its own to change and train."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.intents.schemas import IntentSetCreate
from tradewind.modules.intents.service import sets


async def add_intents(session: AsyncSession) -> None:
    """Add the shipped set of sales and support topics."""
    await sets.create(session, IntentSetCreate(template="sales_support"))

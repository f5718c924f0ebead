"""How full each place of the inbox is."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.conversations import api as conversations
from tradewind.modules.inbox.schemas import CountsRead


async def read(session: AsyncSession) -> CountsRead:
    """Counts over the conversations that the caller sees."""
    return CountsRead.model_validate(await conversations.inbox_counts(session))

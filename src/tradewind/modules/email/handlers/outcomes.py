"""Mails settled by the ledger's word, which outlives a process that dies before it has kept its own."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import subscriber
from tradewind.modules.email.service import attempting
from tradewind.modules.sending.events import MessageNotSent, MessageSent


@subscriber(MessageSent)
async def settle_sent(session: AsyncSession, event: MessageSent) -> None:
    """These left."""
    await attempting.settle_told(session, event.messages)


@subscriber(MessageNotSent)
async def settle_not_sent(session: AsyncSession, event: MessageNotSent) -> None:
    """These will not leave any more."""
    await attempting.settle_told(session, event.messages)

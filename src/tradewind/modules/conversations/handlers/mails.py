"""Mails to people: a message left while nobody was there, and promises that were broken."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import subscriber
from tradewind.modules.conversations.events import MessageLeft, ReplyOverdue
from tradewind.modules.conversations.service import mailing


@subscriber(MessageLeft)
async def mail_message(session: AsyncSession, event: MessageLeft) -> None:
    """Mail the queue what the visitor left."""
    await mailing.tell_left(session, event.conversation_id, event.message_id)


@subscriber(ReplyOverdue)
async def mail_overdue(session: AsyncSession, event: ReplyOverdue) -> None:
    """Mail the assignee, else the queue, that somebody waits longer than was promised."""
    await mailing.tell_overdue(session, event.conversation_id, event.due_at)

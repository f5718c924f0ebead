"""E-mail as a channel of conversations: what people write comes in, what members answer goes out."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import subscriber
from tradewind.modules.conversations.events import MessageSent
from tradewind.modules.conversations.service import corresponding
from tradewind.modules.email.events import EmailReplied


@subscriber(EmailReplied)
async def take_mail(session: AsyncSession, event: EmailReplied) -> None:
    """Put what a person wrote into the conversation of its exchange; automatic answers are nobody's words."""
    if event.automatic:
        await corresponding.note_absence(session, event.arrival_id)
    else:
        await corresponding.take(session, event.arrival_id)


@subscriber(MessageSent)
async def mail_answer(session: AsyncSession, event: MessageSent) -> None:
    """Send what a member or the agent wrote to somebody who writes by mail."""
    if event.channel == "email":
        await corresponding.answer(session, event.conversation_id, event.message_id, event.sequence)

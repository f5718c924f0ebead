"""Mails about conversations to those who are to answer them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.conversations.models.conversations import Conversation
from tradewind.modules.conversations.repository import conversations as rows
from tradewind.modules.conversations.repository import people
from tradewind.modules.conversations.service.handover import WRITE
from tradewind.modules.email import api as email
from tradewind.modules.email.contracts import Mail, MailKind
from tradewind.modules.identity import api as identity
from tradewind.settings import get_settings


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a mail goes to; an address of a queue has no id."""

    email: str
    name: str
    id: UUID | None
    time_zone: str


async def tell_left(session: AsyncSession, conversation_id: UUID, message_id: UUID) -> None:
    """Mail what was left while nobody was there."""
    row = await rows.conversation(session, conversation_id)
    message = await rows.message(session, message_id)
    if row is None or message is None:
        return
    address = message.data.get("left_by", "")
    subject = f"Message left in conversation #{row.number}"
    body = f"While nobody was there, {address} wrote:\n\n{message.text}\n\nAnswer here:\n\n{{link}}"
    for one in await recipients(session, row):
        await _deliver(session, "conversation_left", row, one, subject, body)


async def tell_overdue(session: AsyncSession, conversation_id: UUID, due_at: datetime) -> None:
    """Mail that an answer is overdue, unless it came meanwhile."""
    row = await rows.conversation(session, conversation_id)
    if row is None or row.breached_at is None:
        return
    urgent = "Urgent: " if row.urgent else ""
    subject = f"{urgent}conversation #{row.number} waits for an answer".capitalize()
    for one in await recipients(session, row):
        when = f"{due_at.astimezone(ZoneInfo(one.time_zone)):%d %B, %H:%M}"
        body = f"An answer was promised until {when}, and the visitor still waits.\n\nAnswer here:\n\n{{link}}"
        await _deliver(session, "conversation_overdue", row, one, subject, body)


async def recipients(session: AsyncSession, row: Conversation) -> Sequence[Recipient]:
    """The assignee; else the queue's address, else its members, else everyone who may answer."""
    members = {one.id: one for one in await identity.list_members(session)}
    if row.assignee_id is not None and row.assignee_id in members:
        chosen = [members[row.assignee_id]]
    else:
        queue = await people.queue(session, row.queue_id) if row.queue_id else None
        if queue is not None and queue.email:
            zone = (await identity.get_organisation(session)).time_zone
            return [Recipient(queue.email, queue.name, None, zone)]
        of_queue = [one.user_id for one in await people.members(session, [queue.id])] if queue else []
        chosen = [members[one] for one in of_queue if one in members]
        chosen = chosen or [one for one in members.values() if WRITE in one.permissions]
    return [Recipient(one.email, one.name, one.id, one.time_zone) for one in chosen]


async def _deliver(
    session: AsyncSession, kind: MailKind, row: Conversation, to: Recipient, subject: str, body: str
) -> None:
    link = f"{get_settings().base_url}/inbox?conversation={row.id}"
    await email.deliver(session, Mail(kind, to.email, to.name, subject, f"Hello {to.name},\n\n{body}", link, to.id))

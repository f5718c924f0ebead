"""What is due by the clock. Each step looks again under the conversation's lock, so repeating it does no harm."""

from datetime import timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.conversations import lifecycle
from tradewind.modules.conversations.events import ReplyOverdue
from tradewind.modules.conversations.models.conversations import Conversation
from tradewind.modules.conversations.service import acting, hours
from tradewind.modules.conversations.service.changing import changing

Due = Literal["asleep", "overdue", "silent"]
_AT_ONCE = 200
_PROMISE = func.coalesce(Conversation.first_reply_due_at, Conversation.next_reply_due_at)


async def due(session: AsyncSession) -> dict[Due, list[UUID]]:
    """Conversations of the organisation for each step, the longest due first, so many at once."""
    at = now()
    silent_since = at - timedelta(hours=(await hours.office_hours(session)).close_after_hours)
    asleep = select(Conversation.id).where(Conversation.state == "snoozed", Conversation.snoozed_until <= at)
    overdue = select(Conversation.id).where(
        Conversation.state.in_(("waiting", "person")), Conversation.breached_at.is_(None), at >= _PROMISE
    )
    silent = select(Conversation.id).where(
        Conversation.state.in_(("agent", "person")),
        Conversation.waiting_since.is_(None),
        Conversation.last_message_at <= silent_since,
    )
    return {
        "asleep": list(await session.scalars(asleep.order_by(Conversation.snoozed_until).limit(_AT_ONCE))),
        "overdue": list(await session.scalars(overdue.order_by(_PROMISE).limit(_AT_ONCE))),
        "silent": list(await session.scalars(silent.order_by(Conversation.last_message_at).limit(_AT_ONCE))),
    }


async def wake(session: AsyncSession, conversation_id: UUID) -> None:
    """End a snooze whose time has come."""
    async with changing(session, conversation_id) as change:
        row = change.row
        if row.snoozed_until is not None and row.snoozed_until <= change.at:
            lifecycle.wake(row, change.handover, at=change.at)
            change.happened("woken")


async def tell_overdue(session: AsyncSession, conversation_id: UUID) -> None:
    """Tell once that the promise now running was broken."""
    async with changing(session, conversation_id) as change:
        row = change.row
        promised = row.first_reply_due_at or row.next_reply_due_at
        if row.state not in ("waiting", "person") or row.breached_at or promised is None or promised > change.at:
            return
        row.breached_at = change.at
        promise = "first_reply" if row.first_reply_due_at else "next_reply"
        change.happened("reply_overdue", promise=promise, due_at=promised.isoformat())
        change.tell(ReplyOverdue, promise=promise, due_at=promised, assignee_id=row.assignee_id, queue_id=row.queue_id)


async def end_in_silence(session: AsyncSession, conversation_id: UUID) -> None:
    """End a conversation in which nobody has spoken for long, and in which no visitor waits for a person."""
    silent_since = now() - timedelta(hours=(await hours.office_hours(session)).close_after_hours)
    async with changing(session, conversation_id) as change:
        row = change.row
        answered = row.state in ("agent", "person") and row.waiting_since is None
        if answered and row.last_message_at <= silent_since:
            await acting.end(change, confirmed=False, because="Nobody wrote any more")

"""Beginning and finding conversations, and what is known about them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.conversations import contracts
from tradewind.modules.conversations.contracts import TRIAL_CHANNELS, NewConversation
from tradewind.modules.conversations.errors import ConversationNotFound
from tradewind.modules.conversations.events import ConversationStarted, UrgencyRaised
from tradewind.modules.conversations.models.conversations import Conversation, Handover
from tradewind.modules.conversations.repository import conversations as rows
from tradewind.modules.conversations.service import texts, views
from tradewind.modules.conversations.service.changing import changing, push_changed

MAX_SUBJECT = 200


async def start(session: AsyncSession, new: NewConversation) -> contracts.Conversation:
    """Begin a conversation, or find the one begun with the same key."""
    if new.key is not None:
        await rows.one_at_a_time(session, f"conversation:{new.key}")
        known = await rows.by_start_key(session, new.key)
        if known is not None:
            return views.conversation(known)
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    row = Conversation(
        id=new_id(),
        organisation_id=organisation_id,
        number=await rows.next_number(session),
        channel=new.channel,
        agent_id=new.agent_id,
        agent_version_id=new.agent_version_id,
        lead_id=new.lead_id,
        lead_verified=new.lead_verified,
        visitor_key=new.visitor_key,
        start_key=new.key,
        subject=texts.clean(new.subject)[:MAX_SUBJECT],
        language=new.language,
        state="agent",
        queue_id=new.queue_id,
        memory=dict(new.memory),
        last_sequence=0,
        answered_through=0,
        visitor_read_through=0,
        urgent=False,
        opted_out=False,
        reopened=0,
        last_message_at=now(),
        version=1,
    )
    session.add(row)
    await session.flush()
    if row.channel not in TRIAL_CHANNELS:
        await publish(session, ConversationStarted(conversation_id=row.id, channel=row.channel, lead_id=row.lead_id))
    await push_changed(session, row)
    return views.conversation(row)


async def find(session: AsyncSession, conversation_id: UUID) -> contracts.Conversation:
    """A conversation. Raises ConversationNotFound."""
    row = await rows.conversation(session, conversation_id)
    if row is None:
        raise ConversationNotFound()
    return views.conversation(row)


async def of_visitor(
    session: AsyncSession, channel: str, visitor_key: str, *, limit: int
) -> list[contracts.Conversation]:
    """A visitor's conversations on a channel, newest first."""
    return [views.conversation(row) for row in await rows.of_visitor(session, channel, visitor_key, limit=limit)]


async def of_lead(session: AsyncSession, lead_id: UUID, *, limit: int) -> list[contracts.Conversation]:
    """A lead's conversations, newest first."""
    return [views.conversation(row) for row in await rows.of_lead(session, lead_id, limit=limit)]


async def link_lead(session: AsyncSession, conversation_id: UUID, lead_id: UUID, *, verified: bool) -> None:
    """Say whose conversation it is. `verified` is never taken back for the same lead. Raises ConversationNotFound."""
    async with changing(session, conversation_id) as change:
        row = change.row
        if row.lead_id == lead_id:
            row.lead_verified = row.lead_verified or verified
            return
        row.lead_id, row.lead_verified = lead_id, verified
        change.happened("lead_linked", lead_id=str(lead_id))


async def describe(session: AsyncSession, conversation_id: UUID, **facts: Any) -> None:
    """Set `language`, `subject`, `memory` or `agent_version_id`. Raises ConversationNotFound."""
    async with changing(session, conversation_id) as change:
        if "subject" in facts:
            facts["subject"] = texts.clean(facts["subject"])[:MAX_SUBJECT]
        for name in facts.keys() & {"language", "subject", "memory", "agent_version_id"}:
            setattr(change.row, name, facts[name])


async def raise_urgency(
    session: AsyncSession, conversation_id: UUID, reason: str, *, at_sequence: int | None = None
) -> bool:
    """Mark a conversation as urgent; False if it is already. `at_sequence`: the message that says so.

    Raises ConversationNotFound.
    """
    async with changing(session, conversation_id) as change:
        if change.row.urgent:
            return False
        change.row.urgent = True
        change.happened("urgent", reason=reason, at_sequence=at_sequence)
        change.tell(UrgencyRaised, reason=reason)
        return True


async def handovers(session: AsyncSession, conversation_id: UUID) -> Sequence[Handover]:
    """All hand-overs of a conversation that the actor sees, oldest first."""
    return await rows.handovers(session, conversation_id)

"""Rows of conversations, their messages and hand-overs."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.modules.conversations.lifecycle import OPEN_HANDOVERS
from tradewind.modules.conversations.models.conversations import Conversation, Handover, Message

_NUMBER = text("""
    INSERT INTO conversation_numbers (organisation_id, last) VALUES (:organisation_id, 1)
    ON CONFLICT (organisation_id) DO UPDATE SET last = conversation_numbers.last + 1 RETURNING last
""")
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


async def next_number(session: AsyncSession) -> int:
    """The number of the organisation's next conversation."""
    organisation_id = actor_of(session).organisation_id
    return (await session.execute(_NUMBER, {"organisation_id": organisation_id})).scalar_one()


async def one_at_a_time(session: AsyncSession, name: str) -> None:
    """Wait until no other transaction works on `name`, and keep others waiting until this one ends."""
    await session.execute(_ONE_AT_A_TIME, {"name": f"{actor_of(session).organisation_id}:{name}"})


async def conversation(session: AsyncSession, conversation_id: UUID, *, lock: bool = False) -> Conversation | None:
    """A conversation as it is now; `lock` keeps others from changing it until the transaction ends."""
    statement = select(Conversation).where(Conversation.id == conversation_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return await session.scalar(statement)


async def by_start_key(session: AsyncSession, key: str) -> Conversation | None:
    """The conversation that was begun with a key."""
    return await session.scalar(select(Conversation).where(Conversation.start_key == key))


async def of_visitor(session: AsyncSession, channel: str, visitor_key: str, *, limit: int) -> Sequence[Conversation]:
    """A visitor's conversations on a channel, newest first."""
    return (
        await session.scalars(
            select(Conversation)
            .where(Conversation.visitor_key == visitor_key, Conversation.channel == channel)
            .order_by(Conversation.id.desc())
            .limit(limit)
        )
    ).all()


async def of_lead(session: AsyncSession, lead_id: UUID, *, limit: int) -> Sequence[Conversation]:
    """A lead's conversations, newest first."""
    statement = select(Conversation).where(Conversation.lead_id == lead_id)
    return (await session.scalars(statement.order_by(Conversation.id.desc()).limit(limit))).all()


async def assignees(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, UUID | None]:
    """The assignee of each of these conversations that the session sees. Flushes nothing."""
    statement = select(Conversation.id, Conversation.assignee_id).where(Conversation.id.in_(ids))
    found = await (await session.connection()).execute(statement)
    return {row.id: row.assignee_id for row in found}


async def open_handover(session: AsyncSession, conversation_id: UUID) -> Handover | None:
    """The open hand-over of a conversation."""
    return await session.scalar(
        select(Handover).where(Handover.conversation_id == conversation_id, Handover.state.in_(OPEN_HANDOVERS))
    )


async def handovers(session: AsyncSession, conversation_id: UUID) -> Sequence[Handover]:
    """All hand-overs of a conversation, oldest first."""
    statement = select(Handover).where(Handover.conversation_id == conversation_id)
    return (await session.scalars(statement.order_by(Handover.requested_at, Handover.id))).all()


async def message(session: AsyncSession, message_id: UUID) -> Message | None:
    """One message."""
    return await session.scalar(select(Message).where(Message.id == message_id))


async def newest_event(session: AsyncSession, conversation_id: UUID, event: str) -> Message | None:
    """The last time that an event happened."""
    return await session.scalar(
        select(Message)
        .where(
            Message.conversation_id == conversation_id, Message.kind == "event", Message.data["event"].astext == event
        )
        .order_by(Message.sequence.desc())
        .limit(1)
    )


async def is_urgent_elsewhere(session: AsyncSession, lead_id: UUID, conversation_id: UUID) -> bool:
    """Whether another open conversation of the lead is urgent."""
    table = Conversation
    found = select(table.id).where(
        table.lead_id == lead_id, table.id != conversation_id, table.urgent, table.state != "closed"
    )
    return await session.scalar(found.limit(1)) is not None


async def message_by_key(session: AsyncSession, conversation_id: UUID, key: str) -> Message | None:
    """The message of a conversation with a key."""
    return await session.scalar(select(Message).where(Message.conversation_id == conversation_id, Message.key == key))


async def messages(
    session: AsyncSession,
    conversation_id: UUID,
    *,
    after: int = 0,
    before: int | None = None,
    kinds: Sequence[str] | None = None,
    limit: int = 200,
    newest: bool = False,
) -> list[Message]:
    """Messages with a sequence between `after` and `before`, both left out, in order; with `newest` the last ones."""
    statement = select(Message).where(Message.conversation_id == conversation_id, Message.sequence > after)
    if before is not None:
        statement = statement.where(Message.sequence < before)
    if kinds is not None:
        statement = statement.where(Message.kind.in_(kinds))
    order: Any = Message.sequence.desc() if newest else Message.sequence
    found = list((await session.scalars(statement.order_by(order).limit(limit))).all())
    return found[::-1] if newest else found


async def last_sequence_of(session: AsyncSession, conversation_id: UUID, *authors: str) -> int:
    """The sequence of the newest message said by one of these; 0 if there is none."""
    statement = select(func.max(Message.sequence)).where(
        Message.conversation_id == conversation_id, Message.author.in_(authors), Message.kind == "message"
    )
    return await session.scalar(statement) or 0

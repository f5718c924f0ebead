"""What is said: the visitor's messages taken once and in order, answers, notes, and what has been seen."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import realtime
from tradewind.kernel.database import actor_of
from tradewind.modules.conversations import contracts, lifecycle
from tradewind.modules.conversations.contracts import Author, MessageKind, Received, topic
from tradewind.modules.conversations.errors import ConversationNotFound, MessageInvalid, WrongState
from tradewind.modules.conversations.events import ConversationReopened, MessageReceived, MessageSent
from tradewind.modules.conversations.models.conversations import Message
from tradewind.modules.conversations.repository import conversations as rows
from tradewind.modules.conversations.service import handover, hours, texts, views, waking
from tradewind.modules.conversations.service.changing import Change, changing, note_change, owners_of
from tradewind.modules.identity import api as identity

MAX_KEY = 200


async def receive(
    session: AsyncSession,
    conversation_id: UUID,
    text: str,
    *,
    key: str,
    data: Mapping[str, Any] | None = None,
    language: str | None = None,
) -> Received:
    """Take a visitor's message: once per key, numbered under the conversation's lock; the right one is to answer it.

    A closed conversation goes on, a snoozed one wakes. Raises ConversationNotFound, MessageInvalid, ConversationFull.
    """
    said = texts.message_text(text)
    if not key or len(key) > MAX_KEY:
        raise MessageInvalid(f"The key of a message has 1 to {MAX_KEY} characters.")
    row = await rows.conversation(session, conversation_id, lock=True)
    if row is None:
        raise ConversationNotFound()
    known = await rows.message_by_key(session, conversation_id, key)
    if known is not None:
        return Received(message=views.message(known), conversation=views.conversation(row), repeated=True)
    async with changing(session, conversation_id) as change:
        message = change.say("visitor", said, data=dict(data or {}), key=key)
        row.last_visitor_at = change.at
        row.language = language or row.language
        change.tell(MessageReceived, message_id=message.id, sequence=message.sequence)
        if row.state == "closed":
            await resume(change)
        await _answer(change, message)
    return Received(message=views.message(message), conversation=views.conversation(row), repeated=False)


async def resume(change: Change) -> None:
    """Let a closed conversation go on; with whom it was last, if that was a person."""
    row = change.row
    with_person = row.assignee_id is not None
    lifecycle.reopen(row)
    change.happened("reopened")
    change.tell(ConversationReopened)
    if with_person:
        await handover.request(change, by="visitor", reason="The visitor came back")


async def _answer(change: Change, message: Message) -> None:
    row = change.row
    if lifecycle.wake(row, change.handover, at=change.at):
        change.happened("woken", because="The visitor wrote")
    if row.state == "agent":
        if row.channel == "simulation":
            # Whoever made the visitor up takes the agent's turns as well.
            return
        if row.agent_id is not None and not row.opted_out:
            await waking.take_turn(change.session, row.id, message.sequence)
            return
        reason = "The visitor wants no automated answers" if row.opted_out else "No agent answers here"
        await handover.request(change, by="visitor", reason=reason)
    elif row.state == "person" and row.waiting_since is None:
        row.waiting_since = change.at
        row.next_reply_due_at = await hours.due(change.session, row.queue_id, change.at, first=False)


async def send(
    session: AsyncSession,
    conversation_id: UUID,
    text: str,
    *,
    author: Author = "agent",
    kind: MessageKind = "message",
    data: Mapping[str, Any] | None = None,
    key: str | None = None,
) -> contracts.Message:
    """Say something as the agent or the system; once per key.

    Whether the agent may still speak is for its turn to judge, under the same lock. Raises ConversationNotFound.
    """
    async with changing(session, conversation_id) as change:
        if key is not None:
            known = await rows.message_by_key(session, conversation_id, key)
            if known is not None:
                return views.message(known)
        message = change.say(author, text, kind=kind, data=dict(data or {}), key=key)
        if kind == "message":
            change.tell(MessageSent, message_id=message.id, sequence=message.sequence, author=author)
    return views.message(message)


async def reply(
    session: AsyncSession,
    conversation_id: UUID,
    text: str,
    *,
    key: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> Message:
    """A member answers: takes the conversation over where the agent led it or it waited, and reopens a closed one.

    Raises ConversationNotFound, MessageInvalid, WrongState for who is no member.
    """
    said = texts.message_text(text)
    async with changing(session, conversation_id) as change:
        if key is not None and (known := await rows.message_by_key(session, conversation_id, key)):
            return known
        if change.row.state == "closed":
            lifecycle.reopen(change.row)
            change.happened("reopened")
            change.tell(ConversationReopened)
        member_id, name = await _member(session)
        await handover.join(change, member_id, name)
        message = change.say("member", said, data=dict(data or {}), key=key, member_id=member_id, member_name=name)
        row = change.row
        if change.handover is not None and change.handover.first_reply_at is None:
            change.handover.first_reply_at = change.at
        lifecycle.no_promises(row)
        row.answered_through = message.sequence
        change.tell(MessageSent, message_id=message.id, sequence=message.sequence, author="member")
        await note_change(session, change, "answered", after={"sequence": message.sequence})
    return message


async def note(
    session: AsyncSession,
    conversation_id: UUID,
    text: str,
    *,
    mentions: Sequence[UUID] = (),
    key: str | None = None,
) -> Message:
    """Add a note that only members see; once per key. Raises ConversationNotFound, MessageInvalid."""
    said = texts.message_text(text)
    named = await identity.active_member_names(session, mentions)
    member_id, name = await identity.person_behind(session)
    async with changing(session, conversation_id) as change:
        if key is not None and (known := await rows.message_by_key(session, conversation_id, key)):
            return known
        data = {"mentions": [str(one) for one in mentions if one in named]} if named else {}
        message = change.say("member", said, kind="note", data=data, key=key, member_id=member_id, member_name=name)
        await note_change(session, change, "noted", after={"sequence": message.sequence})
        for user_id in named:
            await realtime.push(
                session,
                type="conversation.mentioned",
                topic="conversations",
                permission="conversations:read",
                user_id=user_id,
                data={"conversation_id": conversation_id, "number": change.row.number, "by": name},
            )
    return message


async def seen_by_visitor(session: AsyncSession, conversation_id: UUID, through: int) -> None:
    """The visitor has seen all up to a sequence. Raises ConversationNotFound."""
    row = await rows.conversation(session, conversation_id, lock=True)
    if row is None:
        raise ConversationNotFound()
    through = min(through, row.last_sequence)
    if through <= row.visitor_read_through:
        return
    async with changing(session, conversation_id) as change:
        for message in await rows.messages(
            session, conversation_id, after=row.visitor_read_through, before=through + 1
        ):
            if message.author != "visitor" and message.kind == "message":
                message.seen_at = change.at
                message.delivered_at = message.delivered_at or change.at
        row.visitor_read_through = through


async def tell_typing(session: AsyncSession, conversation_id: UUID, *, author: Author, typing: bool = True) -> None:
    """Show the visitor that the agent or a member types, or members that the visitor does."""
    if author == "visitor":
        row = await rows.conversation(session, conversation_id)
        if row is None:
            raise ConversationNotFound()
        await realtime.push(
            session,
            type="conversation.typing",
            topic="conversations",
            permission="conversations:read",
            data={"conversation_id": conversation_id, "author": author, "typing": typing},
            owners=await owners_of(session, row),
        )
        return
    member = actor_of(session).name if author == "member" else ""
    await realtime.push_to_guests(
        session,
        type="typing",
        topic=topic(conversation_id),
        data={"author": author, "member_name": member, "typing": typing},
    )


async def _member(session: AsyncSession) -> tuple[UUID, str]:
    member_id, name = await identity.person_behind(session)
    if member_id is None:
        raise WrongState("Only a member can answer: this caller stands for none.")
    return member_id, name

"""What visitors do: say something, read on, ask for a person, rate; each on the conversation they are in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.errors import BadRequest
from tradewind.modules.chat.errors import MessageEmpty, MessageTooLong, NothingSaid
from tradewind.modules.chat.models.visitors import Visitor
from tradewind.modules.chat.plain_text import MAX_CHARACTERS, line, plain
from tradewind.modules.chat.schemas.visitors import (
    ChatMessage,
    ChatState,
    MessageList,
    MessageSend,
    MessageSent,
    PersonAsked,
    RatingGiven,
)
from tradewind.modules.chat.service import beginning
from tradewind.modules.chat.service.entering import Caller, proven_lead
from tradewind.modules.conversations import api as conversations
from tradewind.modules.conversations.contracts import Conversation, Message, NewConversation
from tradewind.modules.conversations.errors import ConversationNotFound

CHANNEL = "chat"
PAGE = 50
# A conversation that ended longer ago does not go on: a new one begins.
_GOES_ON = timedelta(days=7)
_HISTORY = 100


@dataclass(frozen=True, slots=True)
class History:
    """A part of what was said, in the order of time, and the cursor of what came before it."""

    conversation: Conversation | None
    messages: Sequence[Message]
    earlier: str | None


async def say(session: AsyncSession, found: Caller, data: MessageSend) -> MessageSent:
    """Take what the visitor says, once per key; the first words begin a conversation.

    `found` is locked. Raises MessageEmpty, MessageTooLong, and what conversations raise.
    """
    text = _said(data.text)
    visitor = found.visitor
    conversation = await present(session, visitor)
    facts: dict[str, Any] = {}
    if conversation is None:
        conversation = await _start(session, found, data.key)
        opener = beginning.opened(found.entered.widget.id, data.opener)
        facts |= {"opener": opener} if opener else {}
    visitor.page_url = data.page_url or visitor.page_url
    if visitor.page_url:
        facts["page_url"] = visitor.page_url
    if visitor.time_zone != "UTC":
        # UTC is also what stands there for whoever told none: the agent then takes the organisation's.
        facts["time_zone"] = visitor.time_zone
    if data.slot is not None:
        facts["slot"] = data.slot.isoformat()
    received = await conversations.receive(session, conversation.id, text, key=data.key, data=facts)
    return MessageSent(message=shown(received.message), conversation=await state_of(session, received.conversation))


async def send_file(session: AsyncSession, found: Caller, *, name: str, content: bytes, key: str) -> MessageSent:
    """Take a file as a message, once per key. `found` is locked. Raises what conversations raise."""
    conversation = await present(session, found.visitor) or await _start(session, found, key)
    received = await conversations.receive_file(session, conversation.id, name=name, content=content, key=key)
    return MessageSent(message=shown(received.message), conversation=await state_of(session, received.conversation))


async def present(session: AsyncSession, visitor: Visitor) -> Conversation | None:
    """The conversation that goes on when the visitor writes; None where a new one is to begin."""
    if visitor.conversation_id is None:
        return None
    conversation = await conversations.conversation(session, visitor.conversation_id)
    if conversation.closed_at is not None and conversation.closed_at < now() - _GOES_ON:
        return None
    return conversation


async def require_present(session: AsyncSession, visitor: Visitor) -> Conversation:
    """The visitor's conversation. Raises NothingSaid."""
    if visitor.conversation_id is None:
        raise NothingSaid("Say something first.")
    return await conversations.conversation(session, visitor.conversation_id)


async def require_own(session: AsyncSession, visitor: Visitor, conversation_id: UUID) -> None:
    """That a conversation is one of the visitor's. Raises ConversationNotFound."""
    conversation = await conversations.conversation(session, conversation_id)
    if (conversation.channel, conversation.visitor_key) != (CHANNEL, str(visitor.id)):
        raise ConversationNotFound()


async def history(session: AsyncSession, visitor: Visitor, cursor: str | None = None) -> History:
    """The newest of what was said, or with a cursor what came before, back over all visits. Raises BadRequest."""
    every = await conversations.conversations_of_visitor(session, CHANNEL, str(visitor.id), limit=_HISTORY)
    newest = next((one for one in every if one.id == visitor.conversation_id), None)
    place, before = 0, None
    if cursor is not None:
        place, before = _place(every, cursor)
    if not every:
        return History(newest, [], None)
    at = every[place]
    messages = await conversations.visitor_messages(session, at.id, before=before, limit=PAGE, newest=True)
    earlier = None
    if messages and messages[0].sequence > 1 and len(messages) >= PAGE:
        earlier = f"{at.id}.{messages[0].sequence}"
    elif place + 1 < len(every):
        earlier = f"{every[place + 1].id}.0"
    return History(newest, messages, earlier)


async def since(session: AsyncSession, visitor: Visitor, after: int) -> MessageList:
    """What the visitor's conversation holds past a sequence."""
    if visitor.conversation_id is None:
        return MessageList(conversation=None, messages=[], earlier=None)
    conversation = await conversations.conversation(session, visitor.conversation_id)
    found = await conversations.visitor_messages(session, conversation.id, after=after)
    return MessageList(
        conversation=await state_of(session, conversation), messages=[shown(one) for one in found], earlier=None
    )


async def ask_for_person(session: AsyncSession, found: Caller, data: PersonAsked) -> ChatState:
    """Call a person. With an address, leave the question for when somebody is there again.

    Raises MessageEmpty, MessageTooLong, and what conversations raise for an address that is none.
    """
    conversation = await present(session, found.visitor)
    if conversation is None:
        conversation = await _start(session, found, data.key)
    if data.email:
        await conversations.leave_message(
            session, conversation.id, email=data.email, text=_said(data.text), key=data.key, name=line(data.name)
        )
    else:
        await conversations.ask_for_person(session, conversation.id)
    return await state_of(session, await conversations.conversation(session, conversation.id))


async def rate(session: AsyncSession, visitor: Visitor, data: RatingGiven) -> ChatState:
    """Store what the visitor thought of it. Raises NothingSaid, RatingInvalid."""
    conversation = await require_present(session, visitor)
    await conversations.rate(session, conversation.id, kind=data.kind, score=data.score, comment=plain(data.comment))
    return await state_of(session, await conversations.conversation(session, conversation.id))


async def state_of(session: AsyncSession, conversation: Conversation) -> ChatState:
    """Where a conversation stands, as its visitor is told."""
    return ChatState(
        id=conversation.id,
        number=conversation.number,
        state=conversation.state,
        rated=await conversations.is_rated(session, conversation.id),
        read_through=conversation.visitor_read_through,
        last_sequence=conversation.last_sequence,
        growing=conversations.growing(conversation),
    )


def shown(message: Message) -> ChatMessage:
    """A message as its visitor sees it: of members, only the first name."""
    if message.kind == "note":
        raise AssertionError("notes never leave the inbox")
    return ChatMessage(
        id=message.id,
        conversation_id=message.conversation_id,
        sequence=message.sequence,
        author=message.author,
        name=first_name(message.member_name),
        kind=message.kind,
        text=message.text,
        data=dict(message.data),
        key=message.key if message.author == "visitor" else None,
        created_at=message.created_at,
        seen_at=message.seen_at,
    )


def first_name(name: str) -> str:
    """How visitors know a member."""
    return name.split(" ", 1)[0]


async def _start(session: AsyncSession, found: Caller, key: str) -> Conversation:
    visitor = found.visitor
    card = await conversations.agent_card(session, found.entered.widget.agent_id)
    proven = await proven_lead(session, visitor)
    conversation = await conversations.start(
        session,
        NewConversation(
            channel=CHANNEL,
            key=f"chat:{visitor.id}:{key}",
            visitor_key=str(visitor.id),
            agent_id=card.agent_id if card else None,
            lead_id=proven or visitor.lead_id,
            lead_verified=proven is not None,
            language=visitor.language,
        ),
    )
    visitor.conversation_id = conversation.id
    await session.flush()
    return conversation


def _said(text: str) -> str:
    if len(text) > MAX_CHARACTERS:
        raise MessageTooLong(
            f"A message may have up to {MAX_CHARACTERS:,} characters; this one has {len(text):,}. "
            "Send it in parts, or as a file."
        )
    said = plain(text)
    if not said:
        raise MessageEmpty("Write something.", errors=[{"field": "text", "message": "is empty"}])
    return said


def _place(every: Sequence[Conversation], cursor: str) -> tuple[int, int | None]:
    written, _, sequence = cursor.partition(".")
    try:
        wanted, before = UUID(written), int(sequence)
    except ValueError as error:
        raise BadRequest("This cursor was not made here.") from error
    for place, one in enumerate(every):
        if one.id == wanted:
            return place, before or None
    raise BadRequest("This cursor was not made here.")

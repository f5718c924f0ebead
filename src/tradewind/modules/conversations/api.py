"""What channels, the inbox and other modules may ask of conversations; frozen dataclasses in and out."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.modules.conversations.contracts import (
    AgentCard,
    Author,
    Begun,
    Conversation,
    Handover,
    Message,
    MessageKind,
    NewConversation,
    Outcome,
    Presence,
    RatingKind,
    Received,
    RequestedBy,
    StoredFile,
)
from tradewind.modules.conversations.contracts_trials import AgentState, TrialRecord
from tradewind.modules.conversations.engine.saying import kept, pieces
from tradewind.modules.conversations.engine.wording import say
from tradewind.modules.conversations.errors import ConversationNotFound
from tradewind.modules.conversations.errors_agents import AgentNotFound
from tradewind.modules.conversations.gates import register as gate
from tradewind.modules.conversations.repository import agents as agent_rows
from tradewind.modules.conversations.repository import conversations as rows
from tradewind.modules.conversations.repository import counts, people
from tradewind.modules.conversations.scanning import MAX_BYTES as MAX_FILE_BYTES
from tradewind.modules.conversations.service import (
    acting,
    agents,
    conversations,
    files,
    handover,
    hours,
    messages,
    offline,
    openers,
    ratings,
    trials,
    views,
)
from tradewind.modules.conversations.service.changing import owners_of as sight_of
from tradewind.modules.identity import api as identity

__all__ = [
    "MAX_FILE_BYTES",
    "AgentNotFound",
    "agent_card",
    "agent_names",
    "agent_state",
    "ask_for_person",
    "assign",
    "check_assignee",
    "close",
    "conversation",
    "conversations_of_lead",
    "conversations_of_visitor",
    "describe",
    "disclosure",
    "gate",
    "growing",
    "hand_back",
    "inbox_counts",
    "is_rated",
    "judge_message",
    "leave_message",
    "link_lead",
    "mark_read",
    "mark_seen",
    "open_file",
    "opt_out",
    "owners_of",
    "presence",
    "queue_ids",
    "raise_urgency",
    "rate",
    "receive",
    "receive_file",
    "reopen",
    "say_in_trial",
    "send",
    "snooze",
    "start",
    "start_trial",
    "tell_typing",
    "transcript",
    "visitor_messages",
    "what_came_of",
]


async def start(session: AsyncSession, new: NewConversation) -> Conversation:
    """Begin a conversation, or find the one begun with the same key. The session acts for the organisation."""
    return await conversations.start(session, new)


async def conversation(session: AsyncSession, conversation_id: UUID) -> Conversation:
    """A conversation as it is now. Raises ConversationNotFound."""
    return await conversations.find(session, conversation_id)


async def conversations_of_visitor(
    session: AsyncSession, channel: str, visitor_key: str, *, limit: int = 20
) -> list[Conversation]:
    """A visitor's conversations on a channel, closed ones too, newest first."""
    return await conversations.of_visitor(session, channel, visitor_key, limit=limit)


async def conversations_of_lead(session: AsyncSession, lead_id: UUID, *, limit: int = 20) -> list[Conversation]:
    """A lead's conversations on all channels, newest first."""
    return await conversations.of_lead(session, lead_id, limit=limit)


async def receive(
    session: AsyncSession,
    conversation_id: UUID,
    text: str,
    *,
    key: str,
    data: Mapping[str, Any] | None = None,
    language: str | None = None,
) -> Received:
    """Take a visitor's message, once per `key` (1–200 characters, the channel's own id of it).

    Once the session's transaction has committed, the message is not lost, and its answer comes: from the agent by a
    job, or from people. A closed conversation goes on. Raises ConversationNotFound, MessageInvalid, ConversationFull.
    """
    return await messages.receive(session, conversation_id, text, key=key, data=data, language=language)


async def receive_file(
    session: AsyncSession, conversation_id: UUID, *, name: str, content: bytes, key: str
) -> Received:
    """Take a visitor's file as a message, once per `key`. What it is, is told by its content, not by its name.

    Raises ConversationNotFound, FileTooLarge, FileRefused with the reason, TooManyFiles.
    """
    return await files.receive(session, conversation_id, name=name, content=content, key=key)


async def open_file(session: AsyncSession, conversation_id: UUID, file_id: UUID) -> tuple[StoredFile, Path]:
    """A file of a conversation and where its content lies. Raises FileNotFound."""
    file, path = await files.open_file(session, conversation_id, file_id)
    return views.file(file), path


async def visitor_messages(
    session: AsyncSession,
    conversation_id: UUID,
    *,
    after: int = 0,
    before: int | None = None,
    limit: int = 200,
    newest: bool = False,
) -> list[Message]:
    """What the visitor may see between two sequences, in order: messages, and events that concern them; never notes.

    With `newest` the last ones instead of the first. Raises ConversationNotFound.
    """
    if await rows.conversation(session, conversation_id) is None:
        raise ConversationNotFound()
    found = await rows.messages(
        session, conversation_id, after=after, before=before, kinds=("message", "event"), limit=limit, newest=newest
    )
    return [views.message(one) for one in found if views.for_visitor(one)]


async def send(
    session: AsyncSession,
    conversation_id: UUID,
    text: str,
    *,
    author: Author = "agent",
    kind: MessageKind = "message",
    data: Mapping[str, Any] | None = None,
    key: str | None = None,
) -> Message:
    """Say something to the visitor as the agent or the system, once per `key`. Raises ConversationNotFound."""
    return await messages.send(session, conversation_id, text, author=author, kind=kind, data=data, key=key)


def growing(conversation: Conversation) -> list[str]:
    """What the agent has said of an answer that is still being made, piece by piece; nothing of it is taken back."""
    return pieces(kept(conversation.saying))


async def mark_seen(session: AsyncSession, conversation_id: UUID, through: int) -> None:
    """The visitor has seen all up to a sequence. Raises ConversationNotFound."""
    await messages.seen_by_visitor(session, conversation_id, through)


async def tell_typing(session: AsyncSession, conversation_id: UUID, *, author: Author, typing: bool = True) -> None:
    """Show the visitor's open page that the agent or a member types, or members that the visitor does."""
    await messages.tell_typing(session, conversation_id, author=author, typing=typing)


async def link_lead(session: AsyncSession, conversation_id: UUID, lead_id: UUID, *, verified: bool) -> None:
    """Say whose conversation it is; `verified` if the visitor proved it. Raises ConversationNotFound."""
    await conversations.link_lead(session, conversation_id, lead_id, verified=verified)


async def describe(session: AsyncSession, conversation_id: UUID, **facts: Any) -> None:
    """Set `language`, `subject`, `memory` or `agent_version_id`. Raises ConversationNotFound."""
    await conversations.describe(session, conversation_id, **facts)


async def ask_for_person(
    session: AsyncSession,
    conversation_id: UUID,
    *,
    by: RequestedBy = "visitor",
    reason: str = "The visitor asked for a person",
    queue_id: UUID | None = None,
    urgent: bool = False,
) -> Handover:
    """Let a conversation wait for a person; what waits or is with one already stays so.

    The answer's state `offline` says that nobody is there: ask for an address and the question (`leave_message`).
    Raises ConversationNotFound, WrongState for a closed one, AlreadyHandedOver (by agent or policy, in a circle).
    """
    return await handover.ask_for_person(
        session, conversation_id, by=by, reason=reason, queue_id=queue_id, urgent=urgent
    )


async def leave_message(
    session: AsyncSession, conversation_id: UUID, *, email: str, text: str, key: str, name: str = ""
) -> Received:
    """The form for when nobody is there: the question is stored, waits for people, and is mailed to the queue.

    The address finds or makes a lead, who is not verified by it. Raises ConversationNotFound, MessageInvalid.
    """
    return await offline.leave_message(session, conversation_id, email=email, text=text, key=key, name=name)


async def presence(session: AsyncSession, queue_id: UUID | None = None) -> Presence:
    """Whether people answer now, and how fast they promise to."""
    return await hours.presence(session, queue_id)


async def raise_urgency(session: AsyncSession, conversation_id: UUID, reason: str) -> bool:
    """Mark a conversation as urgent; False if it is already. Raises ConversationNotFound."""
    return await conversations.raise_urgency(session, conversation_id, reason)


async def opt_out(session: AsyncSession, conversation_id: UUID) -> None:
    """The visitor wants people only: the agent leaves this conversation for good. Raises ConversationNotFound."""
    await acting.opt_out(session, conversation_id)


async def close(session: AsyncSession, conversation_id: UUID, *, confirmed: bool = False, because: str = "") -> Outcome:
    """End a conversation; `confirmed` only if the visitor said so. Raises ConversationNotFound, WrongState."""
    return await acting.close(session, conversation_id, confirmed=confirmed, because=because)


async def rate(
    session: AsyncSession, conversation_id: UUID, *, kind: RatingKind, score: int, comment: str = ""
) -> None:
    """Store the visitor's rating, the last of each kind: csat 1–5, nps 0–10.

    Raises ConversationNotFound, RatingInvalid.
    """
    await ratings.rate(session, conversation_id, kind=kind, score=score, comment=comment)


async def is_rated(session: AsyncSession, conversation_id: UUID) -> bool:
    """Whether the visitor has rated the conversation."""
    return await ratings.is_rated(session, conversation_id)


async def agent_names(session: AsyncSession) -> dict[UUID, str]:
    """Names of the organisation's agents by their ids, also of those that do not talk now."""
    return {one.id: one.name for one in await agent_rows.agents(session)}


async def agent_card(session: AsyncSession, agent_id: UUID | None) -> AgentCard | None:
    """How an agent presents itself, the default agent where none is named; None if there is none that talks."""
    found = await agents.published(session, agent_id)
    if found is None:
        return None
    settings = found.settings
    return AgentCard(
        agent_id=found.agent_id,
        name=found.name,
        language=settings.main_language,
        disclosure=settings.disclosure,
        greeting=settings.greeting,
    )


async def opener_to_show(session: AsyncSession, agent_id: UUID) -> Begun | None:
    """How an agent begins for a visitor who has not written; None where it has no openers.

    The first message then carries the fact `opener` with `key` and `propensity`, so that the agent learns from it.
    """
    return await openers.to_show(session, agent_id)


def disclosure(language: str) -> str:
    """That no person answers, in the engine's words; in English where it has none of the language."""
    return say("disclosure", language)


async def judge_message(session: AsyncSession, conversation_id: UUID, message_id: UUID, *, thumb: int | None) -> None:
    """Store the visitor's thumb (1, -1, or None to take it back) on a message of the agent.

    Raises MessageNotFound, also for a message of another conversation.
    """
    await ratings.judge_as_visitor(session, conversation_id, message_id, thumb=thumb)


async def assign(
    session: AsyncSession, conversation_id: UUID, *, assignee_id: UUID | None, queue_id: UUID | None
) -> None:
    """Give a conversation to a member, a queue, or (neither) to whoever comes first.

    Raises ConversationNotFound, QueueNotFound, SettingsInvalid, WrongState.
    """
    await acting.assign(session, conversation_id, assignee_id=assignee_id, queue_id=queue_id)


async def hand_back(session: AsyncSession, conversation_id: UUID) -> None:
    """Return a conversation to the agent. Raises ConversationNotFound, WrongState."""
    await acting.hand_back(session, conversation_id)


async def reopen(session: AsyncSession, conversation_id: UUID) -> None:
    """Let a closed conversation go on with the acting member. Raises ConversationNotFound, WrongState."""
    await acting.reopen(session, conversation_id)


async def snooze(session: AsyncSession, conversation_id: UUID, until: datetime) -> None:
    """Put a conversation away until then. Raises ConversationNotFound, WrongState, SettingsInvalid."""
    await acting.snooze(session, conversation_id, until)


async def mark_read(session: AsyncSession, conversation_id: UUID) -> None:
    """The acting member has read all of a conversation. Raises ConversationNotFound."""
    await acting.mark_read(session, conversation_id, None)


async def queue_ids(session: AsyncSession, *, of_member: UUID | None = None) -> list[UUID]:
    """The queues, or those that a member belongs to."""
    if of_member is not None:
        return await people.queue_ids_of(session, of_member)
    return [one.id for one in await people.queues(session)]


async def inbox_counts(session: AsyncSession) -> dict[str, Any]:
    """How many open conversations that the actor sees are in each place of the inbox."""
    me, _ = await identity.person_behind(session)
    return await counts.counts(session, me)


async def owners_of(session: AsyncSession, conversation_id: UUID) -> list[UUID | None] | None:
    """Whose sight a conversation is in, for live news of it; None if everyone's. Raises ConversationNotFound."""
    row = await rows.conversation(session, conversation_id)
    if row is None:
        raise ConversationNotFound()
    return await sight_of(session, row)


async def agent_state(session: AsyncSession, agent_id: UUID) -> AgentState:
    """An agent's draft as it stands now. Raises AgentNotFound."""
    return await trials.agent_state(session, agent_id)


async def start_trial(database: Database, actor: Actor, agent_id: UUID, *, subject: str) -> UUID:
    """Begin a trial with an agent's draft, in transactions of its own; returns the conversation's id."""
    return await trials.start(database, actor, agent_id, subject=subject)


async def say_in_trial(database: Database, actor: Actor, conversation_id: UUID, text: str, *, key: str) -> TrialRecord:
    """Say something as the visitor of a trial; returns what is stored once the agent has answered.

    Raises ConversationNotFound, MessageInvalid, and what the turn raises.
    """
    return await trials.say(database, actor, conversation_id, text, key=key)


async def transcript(session: AsyncSession, conversation_id: UUID, *, limit: int = 500) -> list[Message]:
    """What was said in a conversation, in order, without notes and events. Raises ConversationNotFound."""
    if await rows.conversation(session, conversation_id) is None:
        raise ConversationNotFound()
    found = await rows.messages(session, conversation_id, kinds=("message",), limit=limit)
    return [views.message(one) for one in found]


async def what_came_of(session: AsyncSession, conversation_id: UUID) -> TrialRecord:
    """What is stored of any conversation, as trials are judged by it. Raises ConversationNotFound."""
    return await trials.record(session, conversation_id)


async def check_assignee(session: AsyncSession, assignee_id: UUID | None) -> None:
    """That conversations can be given to this member. Raises SettingsInvalid."""
    await acting.check_assignee(session, assignee_id)

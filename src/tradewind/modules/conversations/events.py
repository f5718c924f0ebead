"""Facts about conversations that other modules and programs outside may act on. They carry ids, not texts.

Trials (channels `test` and `simulation`) publish nothing.
"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from tradewind.kernel.events import Event, Public

_READ = "conversations:read"


class ConversationFact(Event):
    """What every fact about a conversation says: which, on what channel, with whom."""

    conversation_id: UUID
    channel: str = Field(examples=["chat"])
    lead_id: UUID | None = None


class ConversationStarted(ConversationFact):
    """Somebody began a conversation."""

    name: ClassVar[str] = "conversations.conversation_started"
    public: ClassVar[Public | None] = Public("conversation.started", permission=_READ)


class MessageReceived(ConversationFact):
    """The visitor wrote something."""

    name: ClassVar[str] = "conversations.message_received"
    public: ClassVar[Public | None] = Public("conversation.message_received", permission=_READ)
    message_id: UUID
    sequence: int


class MessageLeft(ConversationFact):
    """While nobody was there the visitor left a question and an address to answer to."""

    name: ClassVar[str] = "conversations.message_left"
    public: ClassVar[Public | None] = Public("conversation.message_left", permission=_READ)
    message_id: UUID


class MessageSent(ConversationFact):
    """The agent or a member (`author`) answered the visitor: channels without an open socket deliver it."""

    name: ClassVar[str] = "conversations.message_sent"
    public: ClassVar[Public | None] = Public("conversation.message_sent", permission=_READ)
    message_id: UUID
    sequence: int
    author: str = Field(examples=["agent"])


class HandoverRequested(ConversationFact):
    """The visitor waits for a person; with `offline` nobody is there now. `due_at` is when an answer is promised."""

    name: ClassVar[str] = "conversations.handover_requested"
    public: ClassVar[Public | None] = Public("conversation.handover_requested", permission=_READ)
    handover_id: UUID
    queue_id: UUID | None = None
    reason: str = Field(examples=["The visitor asked for a person"])
    urgent: bool = False
    offline: bool = False
    due_at: datetime | None = None


class HandoverAccepted(ConversationFact):
    """A member took the conversation over; the agent is silent from now on."""

    name: ClassVar[str] = "conversations.handover_accepted"
    public: ClassVar[Public | None] = Public("conversation.handover_accepted", permission=_READ)
    handover_id: UUID
    member_id: UUID


class HandoverReturned(ConversationFact):
    """A member gave the conversation back to the agent."""

    name: ClassVar[str] = "conversations.handover_returned"
    public: ClassVar[Public | None] = Public("conversation.handover_returned", permission=_READ)
    handover_id: UUID


class ConversationAssigned(ConversationFact):
    """A conversation has another assignee or queue."""

    name: ClassVar[str] = "conversations.conversation_assigned"
    public: ClassVar[Public | None] = Public("conversation.assigned", permission=_READ)
    assignee_id: UUID | None = None
    queue_id: UUID | None = None
    by: UUID | None = None


class UrgencyRaised(ConversationFact):
    """A conversation was marked as urgent."""

    name: ClassVar[str] = "conversations.urgency_raised"
    public: ClassVar[Public | None] = Public("conversation.urgent", permission=_READ)
    reason: str = Field(examples=["Production is down"])


class ReplyOverdue(ConversationFact):
    """The promised time of the first or the next reply (`promise`) has passed without one."""

    name: ClassVar[str] = "conversations.reply_overdue"
    public: ClassVar[Public | None] = Public("conversation.reply_overdue", permission=_READ)
    promise: str = Field(examples=["first_reply"])
    due_at: datetime
    assignee_id: UUID | None = None
    queue_id: UUID | None = None


class ConversationClosed(ConversationFact):
    """A conversation ended: confirmed, abandoned, escalated or reopened before."""

    name: ClassVar[str] = "conversations.conversation_closed"
    public: ClassVar[Public | None] = Public("conversation.closed", permission=_READ)
    outcome: str = Field(examples=["confirmed"])
    reopened: int = 0


class ConversationReopened(ConversationFact):
    """A closed conversation goes on."""

    name: ClassVar[str] = "conversations.conversation_reopened"
    public: ClassVar[Public | None] = Public("conversation.reopened", permission=_READ)


class ConversationSummarised(ConversationFact):
    """The summary of a closed conversation is there."""

    name: ClassVar[str] = "conversations.conversation_summarised"
    public: ClassVar[Public | None] = Public("conversation.summarised", permission=_READ)


class ConversationRated(ConversationFact):
    """The visitor rated a conversation: csat 1 to 5, nps 0 to 10."""

    name: ClassVar[str] = "conversations.conversation_rated"
    public: ClassVar[Public | None] = Public("conversation.rated", permission=_READ)
    kind: str = Field(examples=["csat"])
    score: int


class MessageJudged(ConversationFact):
    """A message of the agent got a thumb (1 or -1), a correction, or both."""

    name: ClassVar[str] = "conversations.message_judged"
    message_id: UUID
    given_by: str = Field(examples=["visitor"])
    thumb: int | None = None
    corrected: bool = False

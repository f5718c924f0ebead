"""What channels, the inbox and other modules hand to conversations and get from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

Channel = Literal["chat", "email", "call", "social", "test", "simulation"]
State = Literal["agent", "waiting", "person", "snoozed", "closed"]
Author = Literal["visitor", "agent", "member", "system"]
MessageKind = Literal["message", "note", "event"]
Outcome = Literal["confirmed", "abandoned", "escalated", "reopened"]
HandoverState = Literal["waiting", "offline", "accepted", "returned", "expired", "ended"]
RequestedBy = Literal["agent", "visitor", "member", "policy"]
RatingKind = Literal["csat", "nps"]

# Channels whose conversations leave no trace outside: no timelines, no events to programs, no mails, no figures.
TRIAL_CHANNELS = frozenset({"test", "simulation"})
MAX_TEXT = 10_000


def topic(conversation_id: UUID) -> str:
    """The realtime topic that the conversation's visitor follows (`push_to_guests`)."""
    return f"conversation:{conversation_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConversation:
    """A conversation to begin. A repetition with the same `key` gets the first one.

    Without an agent the first message goes to people. `visitor_key` is the channel's own id of the visitor.
    `lead_verified`: the visitor proved to be the lead; otherwise what is known of the lead must not be told to them.
    """

    channel: Channel
    key: str | None = None
    visitor_key: str | None = None
    agent_id: UUID | None = None
    agent_version_id: UUID | None = None
    lead_id: UUID | None = None
    lead_verified: bool = False
    subject: str = ""
    language: str | None = None
    queue_id: UUID | None = None
    memory: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A conversation as it is now. `last_sequence` numbers its newest message, 0 before the first.

    `saying` is what the agent has said of an answer that is still being made (`api.growing`).
    """

    id: UUID
    number: int
    channel: Channel
    state: State
    agent_id: UUID | None
    agent_version_id: UUID | None
    lead_id: UUID | None
    lead_verified: bool
    visitor_key: str | None
    subject: str
    language: str | None
    assignee_id: UUID | None
    queue_id: UUID | None
    urgent: bool
    waiting_since: datetime | None
    last_sequence: int
    answered_through: int
    visitor_read_through: int
    last_message_at: datetime
    last_visitor_at: datetime | None
    opted_out: bool
    saying: Mapping[str, Any]
    memory: Mapping[str, Any]
    outcome: Outcome | None
    closed_at: datetime | None
    created_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One thing said, noted or done. Notes are for members only; events carry `data["event"]` and its facts."""

    id: UUID
    conversation_id: UUID
    sequence: int
    author: Author
    kind: MessageKind
    text: str
    data: Mapping[str, Any]
    key: str | None
    member_id: UUID | None
    member_name: str
    created_at: datetime
    delivered_at: datetime | None
    seen_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What became of a visitor's message; `repeated` if its key was known, and nothing was stored."""

    message: Message
    conversation: Conversation
    repeated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """A way to a person. `offline`: nobody is there now, the visitor should leave an address and the question."""

    id: UUID
    conversation_id: UUID
    state: HandoverState
    reason: str
    requested_by: RequestedBy
    requested_at: datetime
    due_at: datetime | None
    accepted_by: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Whether people answer now; else when they do next (None: not within a month). Minutes of the first promise."""

    open: bool
    opens_at: datetime | None
    first_reply_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file of a conversation; refused ones (`scan_reason` says why) hold no content."""

    id: UUID
    conversation_id: UUID
    message_id: UUID | None
    name: str
    media_type: str
    size_bytes: int
    scan: Literal["clean", "refused"]
    scan_reason: str


@dataclass(frozen=True, slots=True)
class Begun:
    """One of several ways to begin: its key, its words, and how likely it was chosen."""

    key: str
    text: str
    propensity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentCard:
    """How an agent presents itself before anything is said, in its main language."""

    agent_id: UUID
    name: str
    language: str
    disclosure: str
    greeting: str

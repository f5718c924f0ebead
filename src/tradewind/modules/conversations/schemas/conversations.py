"""HTTP shapes of conversations and what is said in them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from tradewind.kernel.payload import Flag, JsonObject, Moment, Whole, storable
from tradewind.kernel.schemas import Schema
from tradewind.modules.conversations.contracts import (
    MAX_TEXT,
    Author,
    Channel,
    HandoverState,
    MessageKind,
    Outcome,
    RequestedBy,
    State,
)

Text = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT), AfterValidator(storable)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(storable)]


class PersonRef(Schema):
    """A member."""

    id: UUID
    name: str = Field(examples=["Ada Byron"])


class LeadRef(Schema):
    """The lead of a conversation, as far as you see it; `verified` if the visitor proved to be it."""

    id: UUID
    name: str = Field(examples=["Grace Okafor"])
    company: str | None = Field(default=None, examples=["Harbour Bikes"])
    email: str | None = Field(default=None, examples=["grace@harbour.example"])
    verified: bool = False


class QueueRef(Schema):
    """A queue of the inbox."""

    id: UUID
    name: str = Field(examples=["Sales"])


class ConversationSummaryRead(Schema):
    """A conversation in the list.

    `due_at` is when an answer is promised, `overdue` whether that has passed. Without `leads:personal` texts are
    masked.
    """

    id: UUID
    number: int = Field(examples=[412])
    channel: Channel
    state: State
    subject: str
    preview: str = Field(description="The newest message in short")
    language: str | None = Field(examples=["en"])
    lead: LeadRef | None
    assignee: PersonRef | None
    queue: QueueRef | None
    agent_id: UUID | None
    urgent: bool
    unread: bool = Field(description="Whether something was said that you have not read")
    waiting_since: datetime | None
    due_at: datetime | None
    overdue: bool
    snoozed_until: datetime | None
    last_sequence: int
    last_message_at: datetime
    last_visitor_at: datetime | None
    outcome: Outcome | None
    reopened: int
    csat: int | None = Field(examples=[5])
    closed_at: datetime | None
    created_at: datetime
    version: int


class HandoverRead(Schema):
    """A way to a person, and what became of it."""

    model_config = ConfigDict(from_attributes=True)
    id: UUID
    state: HandoverState
    reason: str
    requested_by: RequestedBy
    requested_at: datetime
    due_at: datetime | None
    accepted_by: UUID | None
    accepted_at: datetime | None
    first_reply_at: datetime | None
    ended_at: datetime | None


class RatingRead(Schema):
    """What the visitor thought: csat 1 to 5, nps 0 to 10."""

    model_config = ConfigDict(from_attributes=True)
    kind: Literal["csat", "nps"]
    score: int
    comment: str
    rated_at: datetime


class ConversationSummary(Schema):
    """What a conversation was about. `by` says whether a model wrote it, or this machine took it from the texts."""

    text: str
    topics: list[str] = Field(examples=[["pricing", "demo"]])
    sentiment: Literal["positive", "neutral", "negative"]
    action_items: list[str]
    by: Literal["model", "local"]
    model: str | None = None


class ConversationFileRead(Schema):
    """A file somebody sent; a refused one has no content, and `scan_reason` says why."""

    model_config = ConfigDict(from_attributes=True)
    id: UUID
    message_id: UUID | None
    name: str
    media_type: str
    size_bytes: int
    scan: Literal["clean", "refused"]
    scan_reason: str


class ConversationRead(ConversationSummaryRead):
    """A conversation with all that hangs on it but its messages."""

    agent_version_id: UUID | None
    opted_out: bool = Field(description="Whether the visitor wants people only")
    visitor_read_through: int = Field(description="The newest message that the visitor has seen")
    closed_by: PersonRef | None
    growing: str = Field(description="What the agent has said of an answer that is not whole yet")
    summary: ConversationSummary | None
    handovers: list[HandoverRead]
    ratings: list[RatingRead]
    files: list[ConversationFileRead]


class VerdictRead(Schema):
    """What somebody thought of a message."""

    given_by: Literal["visitor", "member"]
    member_id: UUID | None
    thumb: int | None
    correction: str


class MessageRead(Schema):
    """One thing said, noted or done. Events say in `data.event` what happened; notes are seen by members only."""

    id: UUID
    sequence: int
    author: Author
    kind: MessageKind
    text: str
    data: dict[str, Any]
    key: str | None
    member: PersonRef | None
    feedback: list[VerdictRead]
    files: list[ConversationFileRead]
    created_at: datetime
    delivered_at: datetime | None
    seen_at: datetime | None


class ConversationReplyCreate(Schema):
    """An answer to the visitor; a repetition with the same `key` is stored once."""

    model_config = ConfigDict(extra="forbid")
    text: Text = Field(examples=["Good morning! I can help you with that."])
    key: Key | None = None
    data: JsonObject = Field(default={}, description="`canned_reply_id`, when it came from one")


class ConversationNoteCreate(Schema):
    """A note for other members; those mentioned are told. A repetition with the same `key` is stored once."""

    model_config = ConfigDict(extra="forbid")
    text: Text = Field(examples=["They asked for a discount last year, too."])
    key: Key | None = None
    mentions: list[UUID] = Field(default=[], max_length=20)


class AssignmentWrite(Schema):
    """Whom a conversation goes to: a member, a queue, both, or (neither) whoever comes first."""

    model_config = ConfigDict(extra="forbid")
    assignee_id: UUID | None = None
    queue_id: UUID | None = None


class CloseWrite(Schema):
    """How a conversation ended. `confirmed` only if the visitor said that they were served."""

    model_config = ConfigDict(extra="forbid")
    confirmed: Flag = False


class SnoozeWrite(Schema):
    """Until when a conversation is put away; it comes back earlier if the visitor writes."""

    model_config = ConfigDict(extra="forbid")
    until: Moment = Field(examples=["2026-03-02T08:00:00Z"])


class ReadWrite(Schema):
    """How far you have read; without a sequence all."""

    model_config = ConfigDict(extra="forbid")
    through: Annotated[Whole, Field(ge=0, le=1_000_000)] | None = None


class FeedbackWrite(Schema):
    """What you think of a message of the agent: a thumb, what should have stood there, or neither to take it back."""

    model_config = ConfigDict(extra="forbid")
    thumb: Literal[1, -1] | None = None
    correction: Annotated[str, StringConstraints(max_length=MAX_TEXT), AfterValidator(storable)] | None = None

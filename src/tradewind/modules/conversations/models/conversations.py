"""Tables of conversations: what was said, by whom, and what hangs on it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, SmallInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.classification import INTERNAL, PERSONAL, SENSITIVE
from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class Conversation(Base, TenantMixin, TimestampMixin, VersionMixin):
    """One conversation with a visitor on one channel; its messages are numbered by `last_sequence` under its lock."""

    __tablename__ = "conversations"

    number: Mapped[int] = mapped_column(BigInteger, info=INTERNAL)
    channel: Mapped[str] = mapped_column(info=INTERNAL)
    agent_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    agent_version_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    lead_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    # Whether the visitor proved to be the lead, instead of having named its address.
    lead_verified: Mapped[bool] = mapped_column(default=False, info=INTERNAL)
    visitor_key: Mapped[str | None] = mapped_column(info=INTERNAL)
    start_key: Mapped[str | None] = mapped_column(info=INTERNAL)
    subject: Mapped[str] = mapped_column(default="", info=SENSITIVE)
    language: Mapped[str | None] = mapped_column(info=INTERNAL)
    state: Mapped[str] = mapped_column(info=INTERNAL)
    assignee_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    queue_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    urgent: Mapped[bool] = mapped_column(default=False, info=INTERNAL)
    # Since when the visitor waits for a person; the promises that run, and when the one now due was broken.
    waiting_since: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    first_reply_due_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    next_reply_due_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    breached_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    snoozed_until: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    last_sequence: Mapped[int] = mapped_column(default=0, info=INTERNAL)
    answered_through: Mapped[int] = mapped_column(default=0, info=INTERNAL)
    visitor_read_through: Mapped[int] = mapped_column(default=0, info=INTERNAL)
    last_message_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)
    last_visitor_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    preview: Mapped[str] = mapped_column(default="", info=SENSITIVE)
    # The lease of whoever makes the agent's next answer.
    turn_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    turn_until: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    # The parts of the agent's answer that were shown, until the whole of it is a message.
    saying: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, info=SENSITIVE)
    opted_out: Mapped[bool] = mapped_column(default=False, info=INTERNAL)
    memory: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, info=SENSITIVE)
    outcome: Mapped[str | None] = mapped_column(info=INTERNAL)
    reopened: Mapped[int] = mapped_column(default=0, info=INTERNAL)
    closed_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    closed_by: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    summary: Mapped[dict[str, Any] | None] = mapped_column(JSONB, info=SENSITIVE)


class Message(Base, TenantMixin):
    """One thing said, noted or done in a conversation; never changed but for `delivered_at` and `seen_at`."""

    __tablename__ = "conversation_messages"

    conversation_id: Mapped[UUID] = mapped_column(info=INTERNAL)
    sequence: Mapped[int] = mapped_column(info=INTERNAL)
    author: Mapped[str] = mapped_column(info=INTERNAL)
    member_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    member_name: Mapped[str] = mapped_column(default="", info=INTERNAL)
    kind: Mapped[str] = mapped_column(default="message", info=INTERNAL)
    text: Mapped[str] = mapped_column(default="", info=SENSITIVE)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, info=SENSITIVE)
    key: Mapped[str | None] = mapped_column(info=INTERNAL)
    delivered_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    seen_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    created_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)


class ConversationFile(Base, TenantMixin):
    """A file the visitor or a member sent; the content lies on disk under `storage_key`."""

    __tablename__ = "conversation_files"

    conversation_id: Mapped[UUID] = mapped_column(info=INTERNAL)
    message_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    name: Mapped[str] = mapped_column(info=PERSONAL)
    media_type: Mapped[str] = mapped_column(info=INTERNAL)
    size_bytes: Mapped[int] = mapped_column(BigInteger, info=INTERNAL)
    sha256: Mapped[str] = mapped_column(info=INTERNAL)
    storage_key: Mapped[str] = mapped_column(info=INTERNAL)
    scan: Mapped[str] = mapped_column(info=INTERNAL)
    scan_reason: Mapped[str] = mapped_column(default="", info=INTERNAL)
    # What was read from it for the agent, or why nothing was; both None until it was looked at.
    content: Mapped[str | None] = mapped_column(info=SENSITIVE)
    unread: Mapped[str | None] = mapped_column(info=INTERNAL)
    created_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)


class Handover(Base, TenantMixin):
    """A visitor's way to a person: asked for, accepted, and ended; one of a conversation is open at a time."""

    __tablename__ = "handovers"

    conversation_id: Mapped[UUID] = mapped_column(info=INTERNAL)
    state: Mapped[str] = mapped_column(info=INTERNAL)
    reason: Mapped[str] = mapped_column(default="", info=INTERNAL)
    requested_by: Mapped[str] = mapped_column(info=INTERNAL)
    requested_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)
    at_sequence: Mapped[int] = mapped_column(info=INTERNAL)
    due_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    accepted_by: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    accepted_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    first_reply_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    ended_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)


class Rating(Base, TenantMixin):
    """What the visitor thought of it: CSAT 1 to 5, or NPS 0 to 10; the last word counts."""

    __tablename__ = "conversation_ratings"

    conversation_id: Mapped[UUID] = mapped_column(info=INTERNAL)
    kind: Mapped[str] = mapped_column(info=INTERNAL)
    score: Mapped[int] = mapped_column(SmallInteger, info=INTERNAL)
    comment: Mapped[str] = mapped_column(default="", info=SENSITIVE)
    channel: Mapped[str] = mapped_column(info=INTERNAL)
    rated_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)


class Feedback(Base, TenantMixin, TimestampMixin):
    """Whether one message was good, and what should have stood there."""

    __tablename__ = "message_feedback"

    message_id: Mapped[UUID] = mapped_column(info=INTERNAL)
    given_by: Mapped[str] = mapped_column(info=INTERNAL)
    member_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    thumb: Mapped[int | None] = mapped_column(SmallInteger, info=INTERNAL)
    correction: Mapped[str] = mapped_column(default="", info=SENSITIVE)

"""Mails as other modules see them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

MailKind = Literal[
    "verify_email",
    "address_in_use",
    "reset_password",
    "account_locked",
    "factors_changed",
    "invitation",
    "webhook_disabled",
    "webhook_paused",
    "security_alert",
    "model_budget",
    "send_approval",
    "calendar_reconnect",
    "meeting_requested",
    "meeting_booked",
    "meeting_moved",
    "meeting_cancelled",
    "meeting_reminder",
    "meeting_missed",
    "meeting_host",
    "waiting_list",
    "urgent_message",
    "conversation_left",
    "conversation_overdue",
    "confirm_consent",
    "template_test",
]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that comes with a mail; `content_type` as in MIME, parameters included."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to deliver. `{link}` in the body is replaced by `link`; `html` says the same with formatting."""

    kind: MailKind
    to_email: str
    to_name: str
    subject: str
    body: str
    link: str | None = None
    recipient_id: UUID | None = None
    attachments: tuple[Attachment, ...] = ()
    html: str | None = None


@dataclass(frozen=True, slots=True)
class DeliveredMail:
    """A mail as the sink keeps it."""

    id: UUID
    kind: str
    to_email: str
    to_name: str
    subject: str
    body: str
    link: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a person wrote by mail, in answer to the message `message_id` where that is known.

    `thread` is the same for all mails of one exchange.
    """

    id: UUID
    thread: str
    from_address: str
    from_name: str
    subject: str
    text: str
    person_id: UUID | None
    message_id: UUID | None


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail that left or was about to: its subject, and what it was sent for."""

    subject: str
    campaign_id: UUID | None
    journey_id: UUID | None
    step_key: str | None

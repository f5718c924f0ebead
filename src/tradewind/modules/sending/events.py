"""Facts about messages; a batch an event."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from tradewind.kernel.events import Event
from tradewind.kernel.schemas import Schema


class MessageFact(Schema):
    """One message of a batch, with where it came from. `reasons` are ids of rules, or the provider's words."""

    intent_id: UUID
    channel: str
    purpose: str
    person_id: UUID | None
    campaign_id: UUID | None
    journey_id: UUID | None
    step_key: str | None
    at: datetime
    state: str
    reasons: list[str] = []
    facts: dict[str, Any] = {}


class MessageSent(Event):
    """Messages left, or were found to have left."""

    name: ClassVar[str] = "sending.message_sent"
    messages: list[MessageFact]


class MessageNotSent(Event):
    """Messages will not leave: blocked, refused, cancelled or expired."""

    name: ClassVar[str] = "sending.message_not_sent"
    messages: list[MessageFact]


class ApprovalRequested(Event):
    """Messages of a campaign or journey wait for a person's agreement."""

    name: ClassVar[str] = "sending.approval_requested"
    approval_id: UUID


class ApprovalDecided(Event):
    """Somebody agreed or refused; `subject_id` is the campaign or journey."""

    name: ClassVar[str] = "sending.approval_decided"
    approval_id: UUID
    subject_id: UUID
    approved: bool


class StopChanged(Event):
    """A kill switch was thrown or lifted; `scope` organisation, channel, campaign or journey."""

    name: ClassVar[str] = "sending.stop_changed"
    scope: str
    subject: str
    active: bool

"""Tables of webhooks: an event becomes one message, a delivery for each endpoint, and attempts to deliver it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, SmallInteger
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin
from tradewind.kernel.sealing import Sealed

SECRET = Sealed("webhooks.secret")


class Endpoint(TenantMixin, TimestampMixin, VersionMixin, Base):
    """A receiver. `audit_position` is the place in the audit chain up to which rows were cut into messages."""

    __tablename__ = "webhook_endpoints"

    url: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    event_types: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    format: Mapped[str] = mapped_column(default="standard")
    in_order: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="active")
    disabled_reason: Mapped[str | None]
    secret_sealed: Mapped[str] = mapped_column(SECRET)
    previous_secret_sealed: Mapped[str | None] = mapped_column(SECRET)
    previous_secret_until: Mapped[datetime | None]
    audit_position: Mapped[int | None]
    failures_in_row: Mapped[int] = mapped_column(default=0)
    rest_until: Mapped[datetime | None]
    last_success_at: Mapped[datetime | None]
    last_failure_at: Mapped[datetime | None]
    keeper_id: Mapped[UUID | None]
    keeper_name: Mapped[str] = mapped_column(default="")
    created_by: Mapped[UUID | None]
    created_by_name: Mapped[str] = mapped_column(default="")


class Message(TenantMixin, Base):
    """What happened, once, whoever hears of it. Its id is the event's."""

    __tablename__ = "webhook_messages"

    type: Mapped[str]
    type_version: Mapped[int] = mapped_column(SmallInteger)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    occurred_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Delivery(TenantMixin, Base):
    """A message on its way to one endpoint. `due_at`: next attempt, or end of the lease while sending."""

    __tablename__ = "webhook_deliveries"

    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_endpoints.id", ondelete="CASCADE"))
    message_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_messages.id", ondelete="CASCADE"))
    type: Mapped[str]
    state: Mapped[str] = mapped_column(default="waiting")
    due_at: Mapped[datetime | None]
    step: Mapped[int] = mapped_column(SmallInteger, default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    first_attempt_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    last_status: Mapped[int | None] = mapped_column(SmallInteger)
    last_error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Attempt(TenantMixin, Base):
    """One request and how it was answered."""

    __tablename__ = "webhook_attempts"

    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_endpoints.id", ondelete="CASCADE"))
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_deliveries.id", ondelete="CASCADE"))
    started_at: Mapped[datetime]
    duration_ms: Mapped[int]
    format: Mapped[str]
    signature: Mapped[str]
    status: Mapped[int | None] = mapped_column(SmallInteger)
    error: Mapped[str | None]
    answer: Mapped[str] = mapped_column(default="")
    retry_after_seconds: Mapped[int | None]

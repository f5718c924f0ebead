"""Collected events, the batches they arrived in, and what was refused."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.database import Base, TenantMixin


class Event(TenantMixin, Base):
    """One event as it arrived; partitioned by month of `received_at`, unique per organisation by `message_key`.

    `message_key` is the MD5 of `message_id`. `occurred_at` is corrected by the sender's clock skew. `received_at` is
    the same for all events written together. `human` is the probability (0 to 1) that a person caused it.
    """

    __tablename__ = "events"

    source_id: Mapped[UUID]
    type: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    message_id: Mapped[str]
    message_key: Mapped[UUID]
    anonymous_id: Mapped[str | None]
    user_id: Mapped[str | None]
    previous_id: Mapped[str | None]
    group_id: Mapped[str | None]
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(primary_key=True)
    ip: Mapped[str | None]
    user_agent: Mapped[str | None]
    url: Mapped[str | None]
    path: Mapped[str | None]
    title: Mapped[str | None]
    referrer: Mapped[str | None]
    properties: Mapped[dict] = mapped_column(default=dict)
    context: Mapped[dict] = mapped_column(default=dict)
    human: Mapped[float] = mapped_column(default=1.0)
    human_reasons: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)


class EventBatch(TenantMixin, Base):
    """Events written together that wait to be processed: those of `received_at` with ids from first to last."""

    __tablename__ = "event_batches"

    received_at: Mapped[datetime]
    first_id: Mapped[UUID]
    last_id: Mapped[UUID]
    events: Mapped[int]
    # Could not be processed; each night it is tried again.
    set_aside_at: Mapped[datetime | None]


class EventRejection(TenantMixin, Base):
    """An event that could not be accepted, with the reason; equal ones that came together are one row.

    `payload` is the beginning of what was sent, at most 4 KB. The newest 1,000 of a source are kept.
    """

    __tablename__ = "event_rejections"

    source_id: Mapped[UUID] = mapped_column(ForeignKey("tracking_sources.id", ondelete="CASCADE"))
    received_at: Mapped[datetime]
    code: Mapped[str]
    detail: Mapped[str]
    message_id: Mapped[str | None]
    type: Mapped[str | None]
    name: Mapped[str | None]
    payload: Mapped[str]
    occurrences: Mapped[int] = mapped_column(default=1)

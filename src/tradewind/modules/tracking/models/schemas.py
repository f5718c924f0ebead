"""What events look like: as seen, as planned, where the two differ, and how many there are."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class EventSchema(TenantMixin, TimestampMixin, VersionMixin, Base):
    """One kind of event of a source: a track by its name, each other type as a whole.

    `rules` of a planned one say what its properties must be; see `schemas.registry.PropertyRule`.
    """

    __tablename__ = "event_schemas"

    source_id: Mapped[UUID] = mapped_column(ForeignKey("tracking_sources.id", ondelete="CASCADE"))
    type: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    planned: Mapped[bool] = mapped_column(default=False)
    rules: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    events: Mapped[int] = mapped_column(default=0)
    first_seen_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]


class EventProperty(TenantMixin, Base):
    """A property as seen: how often with which type, and examples, which are masked where they tell of a person."""

    __tablename__ = "event_properties"

    schema_id: Mapped[UUID] = mapped_column(ForeignKey("event_schemas.id", ondelete="CASCADE"))
    path: Mapped[str]
    types: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict)
    events: Mapped[int] = mapped_column(default=0)
    examples: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    personal: Mapped[bool] = mapped_column(default=False)
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class EventViolation(TenantMixin, Base):
    """How events differed from the plan, counted."""

    __tablename__ = "event_violations"

    schema_id: Mapped[UUID] = mapped_column(ForeignKey("event_schemas.id", ondelete="CASCADE"))
    code: Mapped[str]
    property: Mapped[str] = mapped_column(default="")
    detail: Mapped[str]
    occurrences: Mapped[int]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    last_event_id: Mapped[UUID]

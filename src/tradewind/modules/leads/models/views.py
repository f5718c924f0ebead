"""Saved views of lists, and segments (audiences)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class SavedView(TenantMixin, TimestampMixin, VersionMixin, Base):
    """A list's filter, sort and columns under a name; `shared` shows it to the whole organisation."""

    __tablename__ = "saved_views"

    owner_id: Mapped[UUID | None]
    name: Mapped[str]
    shared: Mapped[bool] = mapped_column(default=False)
    entity: Mapped[str] = mapped_column(default="lead")
    state: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    position: Mapped[int] = mapped_column(default=0)


class Segment(TenantMixin, TimestampMixin, VersionMixin, Base):
    """An audience: `dynamic` by condition, `static` by a list of members."""

    __tablename__ = "segments"

    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    kind: Mapped[str]
    condition: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    member_count: Mapped[int | None]
    counted_at: Mapped[datetime | None]
    created_by: Mapped[UUID | None]


class SegmentMember(TenantMixin, Base):
    """A lead in a static segment."""

    __tablename__ = "segment_members"
    id = None  # type: ignore[assignment]  # the pair is the key

    segment_id: Mapped[UUID] = mapped_column(ForeignKey("segments.id", ondelete="CASCADE"), primary_key=True)
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"), primary_key=True)
    added_at: Mapped[datetime] = mapped_column(default=now)

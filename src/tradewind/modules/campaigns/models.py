"""Tables of journeys. What moves by the thousand (enrolments, their steps) is read and written by plain SQL."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.classification import INTERNAL
from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class Journey(TenantMixin, TimestampMixin, VersionMixin, Base):
    """A journey people work on. `draft` is a JourneyDraft; people follow published versions, never the draft."""

    __tablename__ = "journeys"

    name: Mapped[str] = mapped_column(info=INTERNAL)
    description: Mapped[str] = mapped_column(default="", info=INTERNAL)
    state: Mapped[str] = mapped_column(default="draft", info=INTERNAL)
    draft: Mapped[dict[str, Any]] = mapped_column(JSONB, info=INTERNAL)
    published_version_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    campaign_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    launched_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    # Events before it enrol nobody: of the launch, or of the end of a pause.
    hears_since: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    # By trigger: whose audience was taken stock of, and which appointment was kept last.
    swept: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, info=INTERNAL)
    created_by: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    deleted_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)


class JourneyVersion(TenantMixin, Base):
    """A graph as it was published; never changed."""

    __tablename__ = "journey_versions"

    journey_id: Mapped[UUID] = mapped_column(ForeignKey("journeys.id", ondelete="CASCADE"), info=INTERNAL)
    number: Mapped[int] = mapped_column(info=INTERNAL)
    draft: Mapped[dict[str, Any]] = mapped_column(JSONB, info=INTERNAL)
    note: Mapped[str] = mapped_column(default="", info=INTERNAL)
    published_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)
    published_by: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    published_by_name: Mapped[str] = mapped_column(default="", info=INTERNAL)


class JourneyRehearsal(TenantMixin, Base):
    """A rehearsal of a draft; `fingerprint` is of what was rehearsed, `report` what came of it."""

    __tablename__ = "journey_rehearsals"

    journey_id: Mapped[UUID] = mapped_column(ForeignKey("journeys.id", ondelete="CASCADE"), info=INTERNAL)
    run_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    mode: Mapped[str] = mapped_column(info=INTERNAL)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB, info=INTERNAL)
    program: Mapped[dict[str, Any]] = mapped_column(JSONB, info=INTERNAL)
    fingerprint: Mapped[str] = mapped_column(info=INTERNAL)
    state: Mapped[str] = mapped_column(default="running", info=INTERNAL)
    passed: Mapped[bool | None] = mapped_column(info=INTERNAL)
    report: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), info=INTERNAL)
    created_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)
    created_by_name: Mapped[str] = mapped_column(default="", info=INTERNAL)
    finished_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)

"""Tables of flows, their versions, and what runs through them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Identity
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.classification import INTERNAL, SENSITIVE
from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class QualificationFlow(TenantMixin, TimestampMixin, VersionMixin, Base):
    """A flow people work on. `draft` is a FlowDefinition; runs follow the published version, never the draft."""

    __tablename__ = "qualification_flows"

    name: Mapped[str] = mapped_column(info=INTERNAL)
    key: Mapped[str] = mapped_column(info=INTERNAL)
    description: Mapped[str] = mapped_column(default="", info=INTERNAL)
    active: Mapped[bool] = mapped_column(default=True, info=INTERNAL)
    published_version_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    draft: Mapped[dict[str, Any]] = mapped_column(JSONB, info=INTERNAL)
    deleted_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)


class QualificationFlowVersion(TenantMixin, Base):
    """A definition as it was published; never changed."""

    __tablename__ = "qualification_flow_versions"

    flow_id: Mapped[UUID] = mapped_column(ForeignKey("qualification_flows.id", ondelete="CASCADE"), info=INTERNAL)
    number: Mapped[int] = mapped_column(info=INTERNAL)
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB, info=INTERNAL)
    note: Mapped[str] = mapped_column(default="", info=INTERNAL)
    published_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)
    published_by: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    published_by_name: Mapped[str] = mapped_column(default="", info=INTERNAL)


class QualificationRun(TenantMixin, TimestampMixin, Base):
    """One visitor's way through a version. `attempts` counts by question how often it was put without success."""

    __tablename__ = "qualification_runs"

    flow_version_id: Mapped[UUID] = mapped_column(
        ForeignKey("qualification_flow_versions.id", ondelete="CASCADE"), info=INTERNAL
    )
    subject: Mapped[str] = mapped_column(info=INTERNAL)
    subject_id: Mapped[UUID] = mapped_column(info=INTERNAL)
    lead_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    language: Mapped[str] = mapped_column(default="en", info=INTERNAL)
    state: Mapped[str] = mapped_column(default="running", info=INTERNAL)
    score: Mapped[int | None] = mapped_column(info=INTERNAL)
    outcome: Mapped[str | None] = mapped_column(info=INTERNAL)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, info=INTERNAL)
    attempts: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict, info=INTERNAL)
    trial: Mapped[bool] = mapped_column(default=False, info=INTERNAL)
    # The draft as a trial of it goes, where it is another than the version.
    definition: Mapped[dict[str, Any] | None] = mapped_column(JSONB, info=INTERNAL)
    lead_verified: Mapped[bool] = mapped_column(default=False, info=INTERNAL)
    finished_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)


class QualificationAnswer(TenantMixin, Base):
    """What was said about a question; a correction is another row, and the newest one (`place`) counts."""

    __tablename__ = "qualification_answers"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("qualification_runs.id", ondelete="CASCADE"), info=INTERNAL)
    place: Mapped[int] = mapped_column(Identity(), info=INTERNAL)
    question_key: Mapped[str] = mapped_column(info=INTERNAL)
    value: Mapped[Any] = mapped_column(JSONB(none_as_null=True), info=SENSITIVE)
    quote: Mapped[str] = mapped_column(default="", info=SENSITIVE)
    message_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    state: Mapped[str] = mapped_column(info=INTERNAL)
    at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)


class QualificationAlarm(TenantMixin, Base):
    """That a subject was called urgent: people are alarmed once."""

    __tablename__ = "qualification_alarms"

    subject: Mapped[str] = mapped_column(info=INTERNAL)
    subject_id: Mapped[UUID] = mapped_column(info=INTERNAL)
    raised_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)

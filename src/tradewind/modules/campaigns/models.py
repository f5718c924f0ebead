"""Tables of journeys and campaigns. What moves by the thousand (enrolments, their steps) is for plain SQL."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
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
    # By split: the variant that everybody gets from a moment on, and who said so.
    chosen: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, info=INTERNAL)
    # By trigger: whose audience was taken stock of, and which appointment was kept last.
    swept: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, info=INTERNAL)
    created_by: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    deleted_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)


class Campaign(TenantMixin, TimestampMixin, VersionMixin, Base):
    """A campaign. `draft` is a CampaignDraft; `composed` the fingerprint of the journey last composed from it."""

    __tablename__ = "campaigns"

    name: Mapped[str] = mapped_column(info=INTERNAL)
    description: Mapped[str] = mapped_column(default="", info=INTERNAL)
    state: Mapped[str] = mapped_column(default="draft", info=INTERNAL)
    draft: Mapped[dict[str, Any]] = mapped_column(JSONB, info=INTERNAL)
    journey_id: Mapped[UUID | None] = mapped_column(ForeignKey("journeys.id", ondelete="SET NULL"), info=INTERNAL)
    composed: Mapped[str] = mapped_column(default="", info=INTERNAL)
    starts_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    ends_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    launched_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    ended_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    # Why a start at its time did not work.
    trouble: Mapped[str] = mapped_column(default="", info=INTERNAL)
    created_by: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    deleted_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)


class CampaignCost(TenantMixin, Base):
    """Money spent on a campaign besides its messages; `line_key` makes an imported line known again."""

    __tablename__ = "campaign_costs"

    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), info=INTERNAL)
    day: Mapped[date] = mapped_column(info=INTERNAL)
    amount_minor: Mapped[int] = mapped_column(BigInteger, info=INTERNAL)
    currency: Mapped[str] = mapped_column(info=INTERNAL)
    channel: Mapped[str] = mapped_column(default="", info=INTERNAL)
    note: Mapped[str] = mapped_column(default="", info=INTERNAL)
    source: Mapped[str] = mapped_column(default="manual", info=INTERNAL)
    line_key: Mapped[str | None] = mapped_column(info=INTERNAL)
    created_by: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    created_by_name: Mapped[str] = mapped_column(default="", info=INTERNAL)
    created_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)


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

"""Pipelines, their stages, deals and the history of their moves."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.classification import INTERNAL
from tradewind.kernel.clock import now
from tradewind.kernel.database.models import Base, TenantMixin, TimestampMixin, VersionMixin


class Pipeline(TenantMixin, TimestampMixin, VersionMixin, Base):
    """A way deals take from first talk to won or lost."""

    __tablename__ = "pipelines"

    name: Mapped[str]
    currency: Mapped[str] = mapped_column(default="EUR")
    is_default: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    archived_at: Mapped[datetime | None]


class Stage(TenantMixin, TimestampMixin, Base):
    """One column of a pipeline; `kind` is open, won or lost; `probability` 0–1 weighs its amounts."""

    __tablename__ = "stages"

    pipeline_id: Mapped[UUID] = mapped_column(ForeignKey("pipelines.id", ondelete="CASCADE"))
    name: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    probability: Mapped[float] = mapped_column(default=0.0)
    kind: Mapped[str] = mapped_column(default="open")


class Deal(TenantMixin, TimestampMixin, VersionMixin, Base):
    """A chance to sell: amount in minor units of `currency`, on one stage of one pipeline."""

    __tablename__ = "deals"

    name: Mapped[str] = mapped_column(info=INTERNAL)
    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("leads.id", ondelete="SET NULL"), info=INTERNAL)
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("companies.id", ondelete="SET NULL"), info=INTERNAL)
    pipeline_id: Mapped[UUID] = mapped_column(ForeignKey("pipelines.id"), info=INTERNAL)
    stage_id: Mapped[UUID] = mapped_column(ForeignKey("stages.id"), info=INTERNAL)
    amount_minor: Mapped[int | None] = mapped_column(BigInteger, info=INTERNAL)
    currency: Mapped[str] = mapped_column(info=INTERNAL)
    close_date: Mapped[date | None] = mapped_column(info=INTERNAL)
    owner_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    lost_reason: Mapped[str | None] = mapped_column(info=INTERNAL)
    stage_entered_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)
    closed_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    custom: Mapped[dict] = mapped_column(default=dict, info=INTERNAL)
    import_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    position: Mapped[float] = mapped_column(default=0.0, info=INTERNAL)
    created_by: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    deleted_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)


class DealStageChange(TenantMixin, Base):
    """One move of a deal, with what it was worth then; names are kept because stages may go."""

    __tablename__ = "deal_stage_changes"

    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deals.id", ondelete="CASCADE"))
    from_stage_id: Mapped[UUID | None] = mapped_column(ForeignKey("stages.id", ondelete="SET NULL"))
    from_stage_name: Mapped[str | None]
    to_stage_id: Mapped[UUID | None] = mapped_column(ForeignKey("stages.id", ondelete="SET NULL"))
    to_stage_name: Mapped[str]
    from_kind: Mapped[str | None]
    to_kind: Mapped[str]
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str]
    lost_reason: Mapped[str | None]
    seconds_in_stage: Mapped[float | None]
    changed_by: Mapped[UUID | None]
    changed_by_name: Mapped[str] = mapped_column(default="")
    changed_at: Mapped[datetime] = mapped_column(default=now)

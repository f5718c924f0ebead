"""Tables of scoring."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import REAL, ForeignKey, LargeBinary, SmallInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, deferred, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class ScoringModel(TenantMixin, Base):
    """One trained model; `kind` is the key of its setup, and at most one of a kind is the champion.

    `report`: what the card shows beside `metrics`; `holdout`: held-out predictions; `reference`: what the training
    leads looked like, against which `health` compares newer ones.
    """

    __tablename__ = "scoring_models"

    kind: Mapped[str] = mapped_column(default="conversion")
    version: Mapped[int]
    algorithm: Mapped[str]
    status: Mapped[str] = mapped_column(default="candidate")
    status_reason: Mapped[str] = mapped_column(default="")
    rows: Mapped[int]
    positives: Mapped[int]
    metrics: Mapped[dict[str, Any]] = mapped_column(JSONB)
    card: Mapped[dict[str, Any]] = mapped_column(JSONB)
    artefact: Mapped[bytes] = deferred(mapped_column(LargeBinary), raiseload=True)
    trained_at: Mapped[datetime]
    trained_by: Mapped[str] = mapped_column(default="")
    promoted_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    report: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    holdout: Mapped[bytes | None] = deferred(mapped_column(LargeBinary), raiseload=True)
    reference: Mapped[dict[str, Any]] = deferred(mapped_column(JSONB, default=dict), raiseload=True)
    health: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class LeadScoreRow(TenantMixin, Base):
    """A score a lead has or had; the newest row of a lead and a setup is the one in force.

    `since`: when the lead first had this score; `scored_at`: when it was last found to hold.
    """

    __tablename__ = "lead_scores"

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"))
    model_id: Mapped[UUID | None] = mapped_column(ForeignKey("scoring_models.id"))
    setup: Mapped[str] = mapped_column(default="conversion")
    kind: Mapped[str]
    score: Mapped[int | None] = mapped_column(SmallInteger)
    probability: Mapped[float | None] = mapped_column(REAL)
    band: Mapped[str | None]
    contributions: Mapped[dict[str, Any]] = mapped_column(JSONB)
    since: Mapped[datetime | None]
    scored_at: Mapped[datetime]


class ScoringSetup(TenantMixin, TimestampMixin, VersionMixin, Base):
    """One score an organisation keeps: `settings` as its API shape; `plan` and `learned_points` follow from them."""

    __tablename__ = "scoring_setups"

    key: Mapped[str]
    is_primary: Mapped[bool] = mapped_column(default=False)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB)
    plan: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    learned_points: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class ScoringPreview(TenantMixin, Base):
    """A change thought through: what would happen if `proposal` took over."""

    __tablename__ = "scoring_previews"

    setup_key: Mapped[str]
    setup_version: Mapped[int]
    proposal: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(default="running")
    run_id: Mapped[UUID | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    error: Mapped[str | None]
    created_by_name: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    published_at: Mapped[datetime | None]


class ScoringEvaluation(TenantMixin, Base):
    """Uploaded files on which the product's scorer is tried."""

    __tablename__ = "scoring_evaluations"

    name: Mapped[str]
    options: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(default="running")
    run_id: Mapped[UUID | None]
    train_file: Mapped[bytes | None] = deferred(mapped_column(LargeBinary), raiseload=True)
    test_file: Mapped[bytes | None] = deferred(mapped_column(LargeBinary), raiseload=True)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    scores: Mapped[bytes | None] = deferred(mapped_column(LargeBinary), raiseload=True)
    error: Mapped[str | None]
    created_by_name: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)

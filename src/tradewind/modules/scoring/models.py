"""Tables of scoring."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import REAL, ForeignKey, LargeBinary, SmallInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, deferred, mapped_column

from tradewind.kernel.database import Base, TenantMixin


class ScoringModel(TenantMixin, Base):
    """One trained model; at most one a kind is the champion that scores leads."""

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


class LeadScoreRow(TenantMixin, Base):
    """A score a lead has or had; the newest row of a lead is the one in force."""

    __tablename__ = "lead_scores"

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"))
    model_id: Mapped[UUID | None] = mapped_column(ForeignKey("scoring_models.id"))
    kind: Mapped[str]
    score: Mapped[int | None] = mapped_column(SmallInteger)
    probability: Mapped[float | None] = mapped_column(REAL)
    band: Mapped[str | None]
    contributions: Mapped[dict[str, Any]] = mapped_column(JSONB)
    scored_at: Mapped[datetime]

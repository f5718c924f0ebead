"""Tables of budgets that several campaigns share."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.classification import INTERNAL
from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class BudgetPool(TenantMixin, TimestampMixin, VersionMixin, Base):
    """Money a period that campaigns share; `mode` says whether shares move, or only what would move is noted."""

    __tablename__ = "budget_pools"

    name: Mapped[str] = mapped_column(info=INTERNAL)
    amount_microusd: Mapped[int] = mapped_column(BigInteger, info=INTERNAL)
    period: Mapped[str] = mapped_column(info=INTERNAL)
    mode: Mapped[str] = mapped_column(info=INTERNAL)
    floor: Mapped[float] = mapped_column(info=INTERNAL)
    created_by: Mapped[UUID | None] = mapped_column(info=INTERNAL)


class BudgetMember(TenantMixin, Base):
    """A campaign of a pool, its limits and its present share of the whole amount."""

    __tablename__ = "budget_members"

    pool_id: Mapped[UUID] = mapped_column(ForeignKey("budget_pools.id", ondelete="CASCADE"), info=INTERNAL)
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), info=INTERNAL)
    min_share: Mapped[float] = mapped_column(default=0.0, info=INTERNAL)
    max_share: Mapped[float] = mapped_column(default=1.0, info=INTERNAL)
    locked: Mapped[bool] = mapped_column(default=False, info=INTERNAL)
    share: Mapped[float] = mapped_column(default=0.0, info=INTERNAL)


class BudgetDecision(TenantMixin, Base):
    """A decision on shares with all that it rests on (`facts`); never changed, but for that somebody took it back."""

    __tablename__ = "budget_decisions"

    pool_id: Mapped[UUID] = mapped_column(ForeignKey("budget_pools.id", ondelete="CASCADE"), info=INTERNAL)
    day: Mapped[date] = mapped_column(info=INTERNAL)
    decided_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)
    mode: Mapped[str] = mapped_column(info=INTERNAL)
    origin: Mapped[str] = mapped_column(default="daily", info=INTERNAL)
    moved: Mapped[bool] = mapped_column(default=False, info=INTERNAL)
    reason: Mapped[str] = mapped_column(default="", info=INTERNAL)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, info=INTERNAL)
    actor_name: Mapped[str] = mapped_column(default="", info=INTERNAL)
    undone_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    undone_by_name: Mapped[str] = mapped_column(default="", info=INTERNAL)

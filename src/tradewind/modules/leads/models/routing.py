"""Rules that give new leads an owner, and each decision they took."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database.models import Base, TenantMixin, TimestampMixin, VersionMixin


class RoutingRule(TenantMixin, TimestampMixin, VersionMixin, Base):
    """First rule (by `position`) whose condition holds decides. `members`: [{user_id, weight}].

    `rotation` counts the turns taken; a turn is only taken under a lock on the row.
    """

    __tablename__ = "routing_rules"

    name: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    enabled: Mapped[bool] = mapped_column(default=True)
    condition: Mapped[dict | None] = mapped_column(JSONB(none_as_null=True))
    strategy: Mapped[str]
    members: Mapped[list] = mapped_column(JSONB, default=list)
    rotation: Mapped[int] = mapped_column(BigInteger, default=0)
    last_owner_id: Mapped[UUID | None]


class RoutingDecision(TenantMixin, Base):
    """Who got a lead, by which rule, and why in words."""

    __tablename__ = "routing_decisions"

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"))
    rule_id: Mapped[UUID | None] = mapped_column(ForeignKey("routing_rules.id", ondelete="SET NULL"))
    rule_name: Mapped[str]
    strategy: Mapped[str]
    owner_id: Mapped[UUID]
    owner_name: Mapped[str]
    reason: Mapped[str]
    decided_at: Mapped[datetime] = mapped_column(default=now)

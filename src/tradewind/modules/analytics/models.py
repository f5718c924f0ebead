"""Tables of analytics: notifications, the stored figures of the dashboard, and metrics people defined."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database.models import Base, TenantMixin, TimestampMixin, VersionMixin


class Notification(TenantMixin, Base):
    """Something one person should know; `dedupe_key` makes telling it twice harmless."""

    __tablename__ = "notifications"

    user_id: Mapped[UUID]
    kind: Mapped[str]
    title: Mapped[str]
    body: Mapped[str] = mapped_column(default="")
    subject_type: Mapped[str | None]
    subject_id: Mapped[UUID | None]
    dedupe_key: Mapped[str]
    read_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class DashboardFigures(TenantMixin, Base):
    """An organisation's figures as last computed, and what that cost."""

    __tablename__ = "dashboard_figures"

    figures: Mapped[dict]
    took_ms: Mapped[float]
    computed_at: Mapped[datetime]


class CustomMetric(TenantMixin, TimestampMixin, VersionMixin, Base):
    """A metric people defined: count, sum or average over the rows of an entity that meet a condition on leads."""

    __tablename__ = "custom_metrics"

    key: Mapped[str]
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    entity: Mapped[str]
    aggregation: Mapped[str]
    measure: Mapped[str | None]
    condition: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    created_by: Mapped[UUID | None]

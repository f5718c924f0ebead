"""Tables of analytics: notifications and the stored figures of the dashboard."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database.models import Base, TenantMixin


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

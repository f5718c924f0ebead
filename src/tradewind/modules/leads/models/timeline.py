"""What happened to a record, from every channel."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin


class Activity(TenantMixin, Base):
    """One thing that happened, e.g. kind `email.opened`; never changed, except the text of a note."""

    __tablename__ = "activities"

    lead_id: Mapped[UUID | None]
    company_id: Mapped[UUID | None]
    deal_id: Mapped[UUID | None]
    kind: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    body: Mapped[str] = mapped_column(default="")
    occurred_at: Mapped[datetime]
    actor_kind: Mapped[str] = mapped_column(default="system")
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(default="")
    source: Mapped[str | None]
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)

"""What happened to a record, from every channel."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import REAL
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.classification import INTERNAL, PERSONAL, SENSITIVE
from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin


class Activity(TenantMixin, Base):
    """One thing that happened, e.g. kind `email.opened`; never changed, except the text of a note.

    `human` is the probability that a person did it, where that is in question.
    """

    __tablename__ = "activities"

    lead_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    company_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    deal_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    kind: Mapped[str] = mapped_column(info=INTERNAL)
    title: Mapped[str] = mapped_column(default="", info=PERSONAL)
    body: Mapped[str] = mapped_column(default="", info=SENSITIVE)
    occurred_at: Mapped[datetime] = mapped_column(info=INTERNAL)
    actor_kind: Mapped[str] = mapped_column(default="system", info=INTERNAL)
    actor_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    actor_name: Mapped[str] = mapped_column(default="", info=INTERNAL)
    source: Mapped[str | None] = mapped_column(info=INTERNAL)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, info=SENSITIVE)
    human: Mapped[float | None] = mapped_column(REAL, info=INTERNAL)
    created_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)

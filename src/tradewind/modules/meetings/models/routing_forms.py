"""Tables of routing forms."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.classification import INTERNAL, SENSITIVE
from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class RoutingForm(TenantMixin, TimestampMixin, VersionMixin, Base):
    """Questions whose answers decide where somebody goes: the first rule that fits, else the fallback."""

    __tablename__ = "routing_forms"

    slug: Mapped[str]
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    rules: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    fallback: Mapped[dict[str, Any]] = mapped_column(JSONB)
    active: Mapped[bool] = mapped_column(default=True)
    deleted_at: Mapped[datetime | None]


class RoutingAnswer(TenantMixin, Base):
    """What somebody answered, where that led and why; `rule` is the name of the rule, None for the fallback."""

    __tablename__ = "routing_answers"

    form_id: Mapped[UUID] = mapped_column(ForeignKey("routing_forms.id", ondelete="CASCADE"), info=INTERNAL)
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, info=SENSITIVE)
    rule: Mapped[str | None] = mapped_column(info=INTERNAL)
    target: Mapped[dict[str, Any]] = mapped_column(JSONB, info=INTERNAL)
    reason: Mapped[str] = mapped_column(info=INTERNAL)
    answered_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)

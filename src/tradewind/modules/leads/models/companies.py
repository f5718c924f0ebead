"""Companies that people work for."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Computed, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.classification import INTERNAL
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class Company(TenantMixin, TimestampMixin, VersionMixin, Base):
    """One company; `name_key` and `domain` group people, revenue is in minor units."""

    __tablename__ = "companies"

    name: Mapped[str] = mapped_column(info=INTERNAL)
    name_key: Mapped[str] = mapped_column(info=INTERNAL)
    domain: Mapped[str | None] = mapped_column(info=INTERNAL)
    industry: Mapped[str | None] = mapped_column(info=INTERNAL)
    size_band: Mapped[str | None] = mapped_column(info=INTERNAL)
    employee_count: Mapped[int | None] = mapped_column(info=INTERNAL)
    annual_revenue_minor: Mapped[int | None] = mapped_column(BigInteger, info=INTERNAL)
    country: Mapped[str | None] = mapped_column(info=INTERNAL)
    city: Mapped[str | None] = mapped_column(info=INTERNAL)
    website: Mapped[str | None] = mapped_column(info=INTERNAL)
    custom: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, info=INTERNAL)
    enrichment: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, info=INTERNAL)
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, info=INTERNAL)
    owner_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    import_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    deleted_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    created_by: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    # The column `search` (tsvector) is left out: only SQL reads it.
    sort_name: Mapped[str] = mapped_column(Computed("lower(name)"), info=INTERNAL)

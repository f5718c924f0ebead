"""Companies that people work for."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Computed, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class Company(TenantMixin, TimestampMixin, VersionMixin, Base):
    """One company; `name_key` and `domain` group people, revenue is in minor units."""

    __tablename__ = "companies"

    name: Mapped[str]
    name_key: Mapped[str]
    domain: Mapped[str | None]
    industry: Mapped[str | None]
    size_band: Mapped[str | None]
    employee_count: Mapped[int | None]
    annual_revenue_minor: Mapped[int | None] = mapped_column(BigInteger)
    country: Mapped[str | None]
    city: Mapped[str | None]
    website: Mapped[str | None]
    custom: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    enrichment: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    owner_id: Mapped[UUID | None]
    import_id: Mapped[UUID | None]
    deleted_at: Mapped[datetime | None]
    created_by: Mapped[UUID | None]
    # The column `search` (tsvector) is left out: only SQL reads it.
    sort_name: Mapped[str] = mapped_column(Computed("lower(name)"))

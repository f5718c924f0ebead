"""People who may buy (leads)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import REAL, Computed, ForeignKey, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class Lead(TenantMixin, TimestampMixin, VersionMixin, Base):
    """One person. `score` is 0–100, `score_probability` 0–1; `converted` is the outcome, None while open."""

    __tablename__ = "leads"

    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    full_name: Mapped[str] = mapped_column(default="")
    email: Mapped[str | None]
    email_key: Mapped[str | None]
    phone: Mapped[str | None]
    phone_key: Mapped[str | None]
    job_title: Mapped[str | None]
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("companies.id", ondelete="SET NULL"))
    company_name: Mapped[str | None]
    status: Mapped[str] = mapped_column(default="new")
    source: Mapped[str | None]
    country: Mapped[str | None]
    region: Mapped[str | None]
    city: Mapped[str | None]
    language: Mapped[str | None]
    time_zone: Mapped[str | None]
    website: Mapped[str | None]
    owner_id: Mapped[UUID | None]
    score: Mapped[int | None] = mapped_column(SmallInteger)
    score_probability: Mapped[float | None] = mapped_column(REAL)
    score_band: Mapped[str | None]
    score_kind: Mapped[str | None]
    score_model_id: Mapped[UUID | None]
    scored_at: Mapped[datetime | None]
    converted: Mapped[bool | None]
    converted_at: Mapped[datetime | None]
    first_seen_at: Mapped[datetime | None]
    last_activity_at: Mapped[datetime | None]
    do_not_email: Mapped[bool] = mapped_column(default=False)
    do_not_call: Mapped[bool] = mapped_column(default=False)
    custom: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    enrichment: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    import_id: Mapped[UUID | None]
    import_row: Mapped[int | None]
    external_id: Mapped[str | None]
    notes_text: Mapped[str | None]
    merged_into_id: Mapped[UUID | None]
    deleted_at: Mapped[datetime | None]
    created_by: Mapped[UUID | None]
    # The column `search` (tsvector) is left out: only SQL reads it.
    sort_name: Mapped[str | None] = mapped_column(Computed("nullif(lower(full_name), '')"))

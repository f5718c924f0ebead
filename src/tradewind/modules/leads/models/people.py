"""People who may buy (leads)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import REAL, Computed, ForeignKey, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.classification import CONTACT, EMAIL, INTERNAL, PERSONAL, PHONE, SENSITIVE
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class Lead(TenantMixin, TimestampMixin, VersionMixin, Base):
    """One person. `score` is 0–100, `score_probability` 0–1; `converted` is the outcome, None while open."""

    __tablename__ = "leads"

    first_name: Mapped[str | None] = mapped_column(info=PERSONAL)
    last_name: Mapped[str | None] = mapped_column(info=PERSONAL)
    full_name: Mapped[str] = mapped_column(default="", info=PERSONAL)
    email: Mapped[str | None] = mapped_column(info=EMAIL)
    email_key: Mapped[str | None] = mapped_column(info=EMAIL)
    phone: Mapped[str | None] = mapped_column(info=PHONE)
    phone_key: Mapped[str | None] = mapped_column(info=PHONE)
    job_title: Mapped[str | None] = mapped_column(info=PERSONAL)
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("companies.id", ondelete="SET NULL"), info=INTERNAL)
    company_name: Mapped[str | None] = mapped_column(info=PERSONAL)
    status: Mapped[str] = mapped_column(default="new", info=INTERNAL)
    source: Mapped[str | None] = mapped_column(info=INTERNAL)
    country: Mapped[str | None] = mapped_column(info=PERSONAL)
    region: Mapped[str | None] = mapped_column(info=CONTACT)
    city: Mapped[str | None] = mapped_column(info=CONTACT)
    language: Mapped[str | None] = mapped_column(info=PERSONAL)
    time_zone: Mapped[str | None] = mapped_column(info=PERSONAL)
    website: Mapped[str | None] = mapped_column(info=CONTACT)
    owner_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    score: Mapped[int | None] = mapped_column(SmallInteger, info=INTERNAL)
    score_probability: Mapped[float | None] = mapped_column(REAL, info=INTERNAL)
    score_band: Mapped[str | None] = mapped_column(info=INTERNAL)
    score_kind: Mapped[str | None] = mapped_column(info=INTERNAL)
    score_model_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    scored_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    score_fit: Mapped[int | None] = mapped_column(SmallInteger, info=INTERNAL)
    score_engagement: Mapped[int | None] = mapped_column(SmallInteger, info=INTERNAL)
    converted: Mapped[bool | None] = mapped_column(info=INTERNAL)
    converted_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    first_seen_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    last_activity_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    do_not_email: Mapped[bool] = mapped_column(default=False, info=PERSONAL)
    do_not_call: Mapped[bool] = mapped_column(default=False, info=PERSONAL)
    custom: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, info=INTERNAL)
    enrichment: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, info=CONTACT)
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, info=INTERNAL)
    import_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    import_row: Mapped[int | None] = mapped_column(info=INTERNAL)
    external_id: Mapped[str | None] = mapped_column(info=PERSONAL)
    notes_text: Mapped[str | None] = mapped_column(info=SENSITIVE)
    merged_into_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    deleted_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    created_by: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    # The column `search` (tsvector) is left out: only SQL reads it.
    sort_name: Mapped[str | None] = mapped_column(Computed("nullif(lower(full_name), '')"), info=PERSONAL)

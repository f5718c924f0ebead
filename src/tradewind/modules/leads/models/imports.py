"""Imports of lead files."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin


class LeadImport(TenantMixin, Base):
    """One file on its way in. `rows_done` is the checkpoint a restarted run goes on from.

    `state`: uploaded → ready → running → done | failed | cancelled → undoing → undone.
    """

    __tablename__ = "lead_imports"

    name: Mapped[str]
    origin: Mapped[str] = mapped_column(default="upload")
    state: Mapped[str] = mapped_column(default="uploaded")
    sha256: Mapped[str]
    size_bytes: Mapped[int]
    storage_key: Mapped[str]
    layout: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    header: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))
    notes: Mapped[list[str]] = mapped_column(JSONB, default=list)
    suggestions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    plan: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    rows_total: Mapped[int | None]
    rows_done: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict)
    warnings: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict)
    problem: Mapped[str | None]
    run_id: Mapped[UUID | None]
    undo_run_id: Mapped[UUID | None]
    undo_counts: Mapped[dict[str, int] | None] = mapped_column(JSONB(none_as_null=True))
    created_by: Mapped[UUID | None]
    created_by_name: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]

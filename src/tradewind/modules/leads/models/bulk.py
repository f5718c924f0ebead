"""Bulk actions: one change to many leads, run as a job."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKey
from sqlalchemy import UUID as SqlUuid  # noqa: N811
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database.models import Base, TenantMixin


class BulkAction(TenantMixin, Base):
    """The order, and how far it got: `cursor` is the last lead handled, so a restarted job goes on there.

    `state`: queued, running, done, cancelled, failed. `selection`: {ids} or {filter, q, segment_id}.
    """

    __tablename__ = "bulk_actions"

    action: Mapped[str]
    parameters: Mapped[dict] = mapped_column(default=dict)
    selection: Mapped[dict] = mapped_column(default=dict)
    ids: Mapped[list[UUID] | None] = mapped_column(ARRAY(SqlUuid(as_uuid=True)))
    state: Mapped[str] = mapped_column(default="queued")
    run_id: Mapped[UUID | None]
    cursor: Mapped[UUID | None]
    matched: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict] = mapped_column(default=dict)
    error: Mapped[str | None]
    undo_of: Mapped[UUID | None] = mapped_column(ForeignKey("bulk_actions.id", ondelete="SET NULL"))
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]


class BulkActionLead(TenantMixin, Base):
    """A lead that a deletion took, so that exactly these come back on undo."""

    __tablename__ = "bulk_action_leads"

    action_id: Mapped[UUID] = mapped_column(ForeignKey("bulk_actions.id", ondelete="CASCADE"))
    lead_id: Mapped[UUID]

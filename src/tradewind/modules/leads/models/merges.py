"""Merges of duplicate leads, stored so that each can be taken back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UUID as SqlUuid  # noqa: N811
from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database.models import Base, TenantMixin


class LeadMerge(TenantMixin, Base):
    """`before` and `after`: {lead id: whole row} of winner and losers around the merge."""

    __tablename__ = "lead_merges"

    winner_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"))
    loser_ids: Mapped[list[UUID]] = mapped_column(ARRAY(SqlUuid(as_uuid=True)))
    fields: Mapped[dict] = mapped_column(default=dict)
    before: Mapped[dict] = mapped_column(default=dict)
    after: Mapped[dict] = mapped_column(default=dict)
    moved: Mapped[dict] = mapped_column(default=dict)
    merged_by: Mapped[UUID | None]
    merged_at: Mapped[datetime] = mapped_column(default=now)
    undone_by: Mapped[UUID | None]
    undone_at: Mapped[datetime | None]


class LeadMergeMove(TenantMixin, Base):
    """One row that changed hands in a merge: `row_id` of `subject` belonged to `from_lead_id`.

    For segment memberships `row_id` is the segment; `kept` holds the loser's own row, `added` says whether
    the winner became a member by this merge.
    """

    __tablename__ = "lead_merge_moves"

    merge_id: Mapped[UUID] = mapped_column(ForeignKey("lead_merges.id", ondelete="CASCADE"))
    subject: Mapped[str]
    row_id: Mapped[UUID]
    from_lead_id: Mapped[UUID]
    kept: Mapped[dict | None] = mapped_column(JSONB(none_as_null=True))
    added: Mapped[bool] = mapped_column(default=False)

"""What people add to a record: notes, tasks and files."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class Note(TenantMixin, TimestampMixin, VersionMixin, Base):
    """Free text on a record; `activity_id` is its entry in the timeline."""

    __tablename__ = "notes"

    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"))
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"))
    deal_id: Mapped[UUID | None]
    body: Mapped[str]
    author_id: Mapped[UUID | None]
    author_name: Mapped[str] = mapped_column(default="")
    activity_id: Mapped[UUID | None]
    deleted_at: Mapped[datetime | None]


class Task(TenantMixin, TimestampMixin, VersionMixin, Base):
    """Something to do; open while `done_at` is None."""

    __tablename__ = "tasks"

    title: Mapped[str]
    body: Mapped[str] = mapped_column(default="")
    due_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[UUID | None]
    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"))
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"))
    deal_id: Mapped[UUID | None]
    assignee_id: Mapped[UUID | None]
    priority: Mapped[str] = mapped_column(default="normal")
    created_by: Mapped[UUID | None]


class File(TenantMixin, Base):
    """A stored file; the content lies on disk under `storage_key`, shared by files of the same content."""

    __tablename__ = "files"

    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"))
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"))
    deal_id: Mapped[UUID | None]
    name: Mapped[str]
    media_type: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    storage_key: Mapped[str]
    uploaded_by: Mapped[UUID | None]
    uploaded_by_name: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)

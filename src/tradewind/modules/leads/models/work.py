"""What people add to a record: notes, tasks and files."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.classification import INTERNAL, PERSONAL, SENSITIVE
from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class Note(TenantMixin, TimestampMixin, VersionMixin, Base):
    """Free text on a record; `activity_id` is its entry in the timeline."""

    __tablename__ = "notes"

    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"), info=INTERNAL)
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"), info=INTERNAL)
    deal_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    body: Mapped[str] = mapped_column(info=SENSITIVE)
    author_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    author_name: Mapped[str] = mapped_column(default="", info=INTERNAL)
    activity_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    deleted_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)


class Task(TenantMixin, TimestampMixin, VersionMixin, Base):
    """Something to do; open while `done_at` is None."""

    __tablename__ = "tasks"

    title: Mapped[str] = mapped_column(info=INTERNAL)
    body: Mapped[str] = mapped_column(default="", info=INTERNAL)
    due_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    done_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    done_by: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"), info=INTERNAL)
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"), info=INTERNAL)
    deal_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    assignee_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    priority: Mapped[str] = mapped_column(default="normal", info=INTERNAL)
    created_by: Mapped[UUID | None] = mapped_column(info=INTERNAL)


class File(TenantMixin, Base):
    """A stored file; the content lies on disk under `storage_key`, shared by files of the same content."""

    __tablename__ = "files"

    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"), info=INTERNAL)
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"), info=INTERNAL)
    deal_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    name: Mapped[str] = mapped_column(info=PERSONAL)
    media_type: Mapped[str] = mapped_column(info=INTERNAL)
    size_bytes: Mapped[int] = mapped_column(BigInteger, info=INTERNAL)
    sha256: Mapped[str] = mapped_column(info=INTERNAL)
    storage_key: Mapped[str] = mapped_column(info=INTERNAL)
    uploaded_by: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    uploaded_by_name: Mapped[str] = mapped_column(default="", info=INTERNAL)
    created_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)

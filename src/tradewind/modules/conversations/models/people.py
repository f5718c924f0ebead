"""Tables of who answers, and when: queues with their members, office hours."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.classification import INTERNAL
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class Queue(Base, TenantMixin, TimestampMixin, VersionMixin):
    """A queue of the inbox; promises in minutes of office hours, None where the organisation's hold."""

    __tablename__ = "inbox_queues"

    name: Mapped[str] = mapped_column(info=INTERNAL)
    assignment: Mapped[str] = mapped_column(default="manual", info=INTERNAL)
    is_default: Mapped[bool] = mapped_column(default=False, info=INTERNAL)
    first_reply_minutes: Mapped[int | None] = mapped_column(info=INTERNAL)
    next_reply_minutes: Mapped[int | None] = mapped_column(info=INTERNAL)
    # Where word of new waiting conversations goes; without it to the queue's members.
    email: Mapped[str | None] = mapped_column(info=INTERNAL)


class QueueMember(Base, TenantMixin):
    """A member of a queue; `last_assigned_at` decides whose turn it is."""

    __tablename__ = "inbox_queue_members"

    queue_id: Mapped[UUID] = mapped_column(info=INTERNAL)
    user_id: Mapped[UUID] = mapped_column(info=INTERNAL)
    last_assigned_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)


class OfficeHours(Base, TenantMixin, TimestampMixin, VersionMixin):
    """When people answer and what is promised: at most one row an organisation."""

    __tablename__ = "office_hours"

    time_zone: Mapped[str] = mapped_column(info=INTERNAL)
    weekly: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, info=INTERNAL)
    overrides: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, info=INTERNAL)
    holidays: Mapped[dict[str, Any] | None] = mapped_column(JSONB, info=INTERNAL)
    first_reply_minutes: Mapped[int] = mapped_column(info=INTERNAL)
    next_reply_minutes: Mapped[int] = mapped_column(info=INTERNAL)
    close_after_hours: Mapped[int] = mapped_column(info=INTERNAL)

"""The audit log and the hash chain over it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import BYTEA, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin


class AuditRow(Base, TenantMixin):
    """One write or automated decision. The application may insert and read, never change."""

    __tablename__ = "audit_log"

    occurred_at: Mapped[datetime] = mapped_column(default=now)
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    ip: Mapped[str | None]
    request_id: Mapped[str | None]
    action: Mapped[str]
    subject_type: Mapped[str | None]
    subject_id: Mapped[str | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    reason: Mapped[str | None]
    row_digest: Mapped[bytes] = mapped_column(BYTEA)


class AuditLink(Base, TenantMixin):
    """A row's place in the chain; written by the database itself. `id` is the audit row's id."""

    __tablename__ = "audit_chain"

    sequence: Mapped[int]
    row_digest: Mapped[bytes] = mapped_column(BYTEA)
    hash: Mapped[bytes] = mapped_column(BYTEA)

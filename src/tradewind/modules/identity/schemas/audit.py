"""Shapes of the audit log."""

from datetime import datetime
from typing import Any
from uuid import UUID

from tradewind.kernel.schemas import Schema


class AuditRead(Schema):
    """One row; `sequence` and `hash` are its place in the chain, null for the instant before it is chained."""

    id: UUID
    occurred_at: datetime
    actor_kind: str
    actor_id: UUID | None
    actor_name: str
    ip: str | None
    request_id: str | None
    action: str
    subject_type: str | None
    subject_id: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str | None
    sequence: int | None
    hash: str | None


class AuditVerification(Schema):
    """Whether the chain holds; `head_hash` can be noted to detect a cut-off tail later."""

    intact: bool
    rows: int
    head_sequence: int
    head_hash: str
    broken_row: UUID | None
    broken_sequence: int | None
    reason: str | None

"""Tables of questions asked and of what the linter found; see migration 0027. Embeddings are read by SQL alone."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, SmallInteger
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class Gap(TenantMixin, TimestampMixin, VersionMixin, Base):
    """Something people ask that nothing answers; `question` is one of its askings. `scope`: the widest that asked."""

    __tablename__ = "knowledge_gaps"

    question: Mapped[str]
    language: Mapped[str] = mapped_column(default="en")
    scope: Mapped[str] = mapped_column(default="public")
    state: Mapped[str] = mapped_column(default="open")
    reason: Mapped[str] = mapped_column(default="")
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("knowledge_documents.id", ondelete="SET NULL"))
    handled_by: Mapped[UUID | None]
    handled_by_name: Mapped[str] = mapped_column(default="")
    handled_at: Mapped[datetime | None]


class AskedQuestion(TenantMixin, Base):
    """A question with what was answered. Addresses and numbers in it are masked before it is stored.

    `citations` and `passages` are what was shown then; `dropped` the claims of a model that no passage supports.
    """

    __tablename__ = "knowledge_questions"

    channel: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    language: Mapped[str]
    question: Mapped[str]
    outcome: Mapped[str]
    answer: Mapped[str]
    answered_by: Mapped[str]
    answerable: Mapped[float] = mapped_column(default=0.0)
    citations: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    passages: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    dropped: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    duration_ms: Mapped[int] = mapped_column(default=0)
    asked_by: Mapped[UUID | None]
    gap_id: Mapped[UUID | None] = mapped_column(ForeignKey("knowledge_gaps.id", ondelete="SET NULL"))
    thumb: Mapped[int | None] = mapped_column(SmallInteger)
    correction: Mapped[str] = mapped_column(default="")
    judged_by: Mapped[UUID | None]
    judged_by_name: Mapped[str] = mapped_column(default="")
    judged_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Finding(TenantMixin, Base):
    """Something wrong in the knowledge base. It goes when its texts change; dismissed, it stays so until then."""

    __tablename__ = "knowledge_findings"

    kind: Mapped[str]
    severity: Mapped[str]
    fingerprint: Mapped[str]
    document_id: Mapped[UUID] = mapped_column(ForeignKey("knowledge_documents.id", ondelete="CASCADE"))
    other_document_id: Mapped[UUID | None] = mapped_column(ForeignKey("knowledge_documents.id", ondelete="CASCADE"))
    passage: Mapped[str]
    other_passage: Mapped[str] = mapped_column(default="")
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    state: Mapped[str] = mapped_column(default="open")
    reason: Mapped[str] = mapped_column(default="")
    handled_by: Mapped[UUID | None]
    handled_by_name: Mapped[str] = mapped_column(default="")
    handled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)

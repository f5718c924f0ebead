"""Tables of knowledge. Triggers keep the scope and expiry of documents and chunks true; see migration 0025."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, deferred, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class Source(TenantMixin, TimestampMixin, VersionMixin, Base):
    """Where documents come from: a collection of pairs, articles or files, or a site. See `schemas.sources` for
    `settings`."""

    __tablename__ = "knowledge_sources"

    kind: Mapped[str]
    name: Mapped[str]
    scope: Mapped[str]
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    status: Mapped[str] = mapped_column(default="ready")
    error: Mapped[str | None]
    expires_at: Mapped[datetime | None]
    last_indexed_at: Mapped[datetime | None]
    next_crawl_at: Mapped[datetime | None]
    run_id: Mapped[UUID | None]
    created_by: Mapped[UUID | None]
    deleted_at: Mapped[datetime | None]


class Document(TenantMixin, TimestampMixin, VersionMixin, Base):
    """A text as Markdown: a page, a file, an article, or a pair (`title` asks, `content` answers).

    `key` is what it is within its source (the address of a page, the name of a file, the question of a pair).
    `own_scope` is what it asks for, `scope` the narrower of that and its source's.
    """

    __tablename__ = "knowledge_documents"

    source_id: Mapped[UUID] = mapped_column(ForeignKey("knowledge_sources.id", ondelete="CASCADE"))
    key: Mapped[str | None]
    title: Mapped[str]
    url: Mapped[str | None]
    scope: Mapped[str] = mapped_column(server_default=FetchedValue(), server_onupdate=FetchedValue())
    own_scope: Mapped[str | None]
    language: Mapped[str | None]
    content: Mapped[str] = deferred(mapped_column(default=""))
    content_hash: Mapped[str] = mapped_column(default="")
    current_version: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(default="pending")
    error: Mapped[str | None]
    warnings: Mapped[list[str]] = mapped_column(JSONB, default=list)
    file: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    fetched: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    expires_at: Mapped[datetime | None]
    reviewed_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]


class DocumentVersion(TenantMixin, Base):
    """What a document said after one change, by number from 1."""

    __tablename__ = "knowledge_versions"

    document_id: Mapped[UUID] = mapped_column(ForeignKey("knowledge_documents.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str]
    content: Mapped[str] = deferred(mapped_column())
    author_id: Mapped[UUID | None]
    author_name: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)


class Draft(TenantMixin, TimestampMixin, VersionMixin, Base):
    """What an article will say once it is published; all editors share it."""

    __tablename__ = "knowledge_drafts"

    document_id: Mapped[UUID] = mapped_column(ForeignKey("knowledge_documents.id", ondelete="CASCADE"))
    title: Mapped[str]
    content: Mapped[str]
    author_id: Mapped[UUID | None]
    author_name: Mapped[str] = mapped_column(default="")


class CrawledPage(TenantMixin, Base):
    """An address that a crawl (`run_id`) came across, and what became of it."""

    __tablename__ = "knowledge_pages"

    source_id: Mapped[UUID] = mapped_column(ForeignKey("knowledge_sources.id", ondelete="CASCADE"))
    run_id: Mapped[UUID]
    url: Mapped[str]
    depth: Mapped[int]
    position: Mapped[int] = mapped_column(server_default=FetchedValue())
    state: Mapped[str] = mapped_column(default="waiting")
    reason: Mapped[str | None]
    document_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Chunk(TenantMixin, Base):
    """A passage of a document; its embedding is read and written by SQL alone."""

    __tablename__ = "knowledge_chunks"

    document_id: Mapped[UUID] = mapped_column(ForeignKey("knowledge_documents.id", ondelete="CASCADE"))
    source_id: Mapped[UUID] = mapped_column(ForeignKey("knowledge_sources.id", ondelete="CASCADE"))
    ordinal: Mapped[int]
    heading: Mapped[str] = mapped_column(default="")
    content: Mapped[str]
    scope: Mapped[str]
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)

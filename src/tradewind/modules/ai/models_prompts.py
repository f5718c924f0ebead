"""Tables of prompts, and of what may go to models."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKey, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class Prompt(TenantMixin, TimestampMixin, VersionMixin, Base):
    """A prompt of the organisation, or its changes to one of the product (version 0 is then the product's own).

    `latest` is the number of the newest version, `published` of the one in use; null while none is.
    """

    __tablename__ = "ai_prompts"

    key: Mapped[str]
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    task: Mapped[str]
    latest: Mapped[int] = mapped_column(default=0)
    published: Mapped[int | None]


class PromptVersion(TenantMixin, Base):
    """A saved version; it never changes."""

    __tablename__ = "ai_prompt_versions"

    prompt_id: Mapped[UUID] = mapped_column(ForeignKey("ai_prompts.id", ondelete="CASCADE"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    note: Mapped[str] = mapped_column(default="")
    created_by_name: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)


class PromptTest(TenantMixin, TimestampMixin, Base):
    """Values for the variables, and what the answer must then be like."""

    __tablename__ = "ai_prompt_tests"

    prompt_id: Mapped[UUID] = mapped_column(ForeignKey("ai_prompts.id", ondelete="CASCADE"))
    name: Mapped[str]
    inputs: Mapped[dict[str, Any]] = mapped_column(JSONB)
    expectations: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


class PromptRun(TenantMixin, Base):
    """All tests of a prompt, run once with one version and one model."""

    __tablename__ = "ai_prompt_runs"

    prompt_id: Mapped[UUID] = mapped_column(ForeignKey("ai_prompts.id", ondelete="CASCADE"))
    number: Mapped[int]
    model: Mapped[str]
    passed: Mapped[int]
    failed: Mapped[int]
    results: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    run_by_name: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)


class Policy(TenantMixin, TimestampMixin, VersionMixin, Base):
    """Which personal data is replaced on its way to models, and which topics answers keep to."""

    __tablename__ = "ai_policies"

    redacted_kinds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    exempt_connections: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    phone_region: Mapped[str | None]
    topics: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)

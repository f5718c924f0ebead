"""Tables of agents: drafts, what was published, and what each turn proposed and was allowed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import REAL, BigInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.classification import INTERNAL, SENSITIVE
from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class Agent(Base, TenantMixin, TimestampMixin, VersionMixin):
    """Who answers first. `draft` is what people change; what talks is the published version."""

    __tablename__ = "agents"

    name: Mapped[str] = mapped_column(info=INTERNAL)
    active: Mapped[bool] = mapped_column(default=True, info=INTERNAL)
    is_default: Mapped[bool] = mapped_column(default=False, info=INTERNAL)
    published_version_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    draft: Mapped[dict[str, Any]] = mapped_column(JSONB, info=INTERNAL)
    deleted_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)


class AgentVersion(Base, TenantMixin):
    """Settings as they were published; never changed. `gate` says what was checked before."""

    __tablename__ = "agent_versions"

    agent_id: Mapped[UUID] = mapped_column(info=INTERNAL)
    number: Mapped[int] = mapped_column(info=INTERNAL)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB, info=INTERNAL)
    published_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)
    published_by: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    gate: Mapped[dict[str, Any] | None] = mapped_column(JSONB, info=INTERNAL)


class AgentTurn(Base, TenantMixin):
    """One turn: what was proposed by whom, each action's verdict with rule and reason, and what it cost.

    A dropped turn said nothing. `afterwards` is what the agent is in the middle of, for the next turn.
    """

    __tablename__ = "agent_turns"

    conversation_id: Mapped[UUID] = mapped_column(info=INTERNAL)
    message_sequence: Mapped[int] = mapped_column(info=INTERNAL)
    version_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    outcome: Mapped[str] = mapped_column(info=INTERNAL)
    dropped_because: Mapped[str | None] = mapped_column(info=INTERNAL)
    language: Mapped[str | None] = mapped_column(info=INTERNAL)
    proposed: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, info=SENSITIVE)
    decisions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, info=SENSITIVE)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, info=SENSITIVE)
    retrieved: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, info=INTERNAL)
    afterwards: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, info=SENSITIVE)
    made_by: Mapped[str] = mapped_column(info=INTERNAL)
    model: Mapped[str | None] = mapped_column(info=INTERNAL)
    fell_back_because: Mapped[str | None] = mapped_column(info=INTERNAL)
    cost_microusd: Mapped[int] = mapped_column(BigInteger, default=0, info=INTERNAL)
    duration_ms: Mapped[int] = mapped_column(info=INTERNAL)
    overhead_ms: Mapped[int] = mapped_column(info=INTERNAL)
    variant: Mapped[str | None] = mapped_column(info=INTERNAL)
    propensity: Mapped[float | None] = mapped_column(REAL, info=INTERNAL)
    created_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)

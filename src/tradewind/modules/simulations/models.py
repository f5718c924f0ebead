"""Tables of suites, their cases, runs and results."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.classification import INTERNAL, SENSITIVE
from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class Suite(Base, TenantMixin, TimestampMixin, VersionMixin):
    """Visitors to try an agent with, each `repetitions` times. A `gate` keeps a draft from talking before it passes."""

    __tablename__ = "simulation_suites"

    agent_id: Mapped[UUID] = mapped_column(info=INTERNAL)
    name: Mapped[str] = mapped_column(info=INTERNAL)
    repetitions: Mapped[int] = mapped_column(default=3, info=INTERNAL)
    gate: Mapped[bool] = mapped_column(default=False, info=INTERNAL)


class Case(Base, TenantMixin, TimestampMixin, VersionMixin):
    """One simulated visitor and what must be true at the end; made from a real conversation, it names that."""

    __tablename__ = "simulation_cases"

    suite_id: Mapped[UUID] = mapped_column(ForeignKey("simulation_suites.id", ondelete="CASCADE"), info=INTERNAL)
    place: Mapped[int] = mapped_column(Identity(always=True), info=INTERNAL)
    name: Mapped[str] = mapped_column(info=INTERNAL)
    visitor: Mapped[dict[str, Any]] = mapped_column(JSONB, info=SENSITIVE)
    checks: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, info=INTERNAL)
    critical: Mapped[bool] = mapped_column(default=True, info=INTERNAL)
    conversation_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)


class Run(Base, TenantMixin):
    """One trial of a draft (`fingerprint`) and of its flow's (`flow_fingerprint`), with all cases as they were then."""

    __tablename__ = "simulation_runs"

    suite_id: Mapped[UUID] = mapped_column(ForeignKey("simulation_suites.id", ondelete="CASCADE"), info=INTERNAL)
    fingerprint: Mapped[str] = mapped_column(info=INTERNAL)
    flow_fingerprint: Mapped[str | None] = mapped_column(info=INTERNAL)
    repetitions: Mapped[int] = mapped_column(info=INTERNAL)
    cases: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, info=SENSITIVE)
    state: Mapped[str] = mapped_column(default="queued", info=INTERNAL)
    problem: Mapped[str] = mapped_column(default="", info=INTERNAL)
    total: Mapped[int] = mapped_column(info=INTERNAL)
    passed: Mapped[int] = mapped_column(default=0, info=INTERNAL)
    failed: Mapped[int] = mapped_column(default=0, info=INTERNAL)
    pass_k: Mapped[float | None] = mapped_column(info=INTERNAL)
    pass_low: Mapped[float | None] = mapped_column(info=INTERNAL)
    pass_high: Mapped[float | None] = mapped_column(info=INTERNAL)
    cost_microusd: Mapped[int] = mapped_column(BigInteger, default=0, info=INTERNAL)
    started_by: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    started_by_name: Mapped[str] = mapped_column(default="", info=INTERNAL)
    job_run_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    created_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)
    finished_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)


class Result(Base, TenantMixin):
    """What came of one conversation of a run; `failures` are the checks that were not met."""

    __tablename__ = "simulation_results"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("simulation_runs.id", ondelete="CASCADE"), info=INTERNAL)
    case_id: Mapped[UUID] = mapped_column(info=INTERNAL)
    attempt: Mapped[int] = mapped_column(info=INTERNAL)
    conversation_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    passed: Mapped[bool] = mapped_column(info=INTERNAL)
    failures: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, info=SENSITIVE)
    turns: Mapped[int] = mapped_column(info=INTERNAL)
    duration_ms: Mapped[int] = mapped_column(info=INTERNAL)
    cost_microusd: Mapped[int] = mapped_column(BigInteger, default=0, info=INTERNAL)
    created_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)

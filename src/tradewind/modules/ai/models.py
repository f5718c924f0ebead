"""Tables of ai: connections with their models, routes over these, calls and what they cost, budgets."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Date, ForeignKey, MetaData, SmallInteger, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin
from tradewind.kernel.sealing import Sealed

KEY = Sealed("ai.provider_key")


class Connection(TenantMixin, TimestampMixin, VersionMixin, Base):
    """An account with a provider, or a server that speaks like one. `key_hint` is how the key ends."""

    __tablename__ = "ai_connections"

    provider: Mapped[str]
    label: Mapped[str]
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    key_sealed: Mapped[str | None] = mapped_column(KEY)
    key_hint: Mapped[str] = mapped_column(default="")
    enabled: Mapped[bool] = mapped_column(default=True)
    tested_at: Mapped[datetime | None]
    test_code: Mapped[str | None]
    test_detail: Mapped[str | None]
    created_by_name: Mapped[str] = mapped_column(default="")


class Model(TenantMixin, TimestampMixin, VersionMixin, Base):
    """A model of a connection that the organisation uses for one capability; prices are what somebody entered."""

    __tablename__ = "ai_models"

    connection_id: Mapped[UUID] = mapped_column(ForeignKey("ai_connections.id", ondelete="CASCADE"))
    capability: Mapped[str]
    name: Mapped[str]
    enabled: Mapped[bool] = mapped_column(default=True)
    context_tokens: Mapped[int | None]
    input_price: Mapped[int | None] = mapped_column(BigInteger)
    output_price: Mapped[int | None] = mapped_column(BigInteger)
    call_price: Mapped[int | None] = mapped_column(BigInteger)


class Route(TenantMixin, TimestampMixin, VersionMixin, Base):
    """Which models answer for a capability: of all the organisation, of a task, of a character, or of both."""

    __tablename__ = "ai_routes"

    capability: Mapped[str]
    task: Mapped[str | None]
    character_id: Mapped[UUID | None]


class RouteStep(TenantMixin, Base):
    """A model of a route; the next one is asked where it fails."""

    __tablename__ = "ai_route_steps"

    route_id: Mapped[UUID] = mapped_column(ForeignKey("ai_routes.id", ondelete="CASCADE"))
    model_id: Mapped[UUID] = mapped_column(ForeignKey("ai_models.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(SmallInteger)
    timeout_seconds: Mapped[float]
    first_token_seconds: Mapped[float]


class Call(TenantMixin, Base):
    """One attempt on a model. Its connection may be gone. `estimated`: the provider told no tokens."""

    __tablename__ = "ai_calls"

    at: Mapped[datetime]
    capability: Mapped[str]
    task: Mapped[str | None]
    feature: Mapped[str]
    character_id: Mapped[UUID | None]
    connection_id: Mapped[UUID | None]
    provider: Mapped[str]
    model: Mapped[str]
    input_tokens: Mapped[int]
    output_tokens: Mapped[int]
    cached_tokens: Mapped[int]
    estimated: Mapped[bool] = mapped_column(default=False)
    cost_microusd: Mapped[int | None] = mapped_column(BigInteger)
    latency_ms: Mapped[int]
    first_token_ms: Mapped[int | None]
    outcome: Mapped[str]
    reason: Mapped[str | None]


class Budget(TenantMixin, TimestampMixin, VersionMixin, Base):
    """What may be spent in a day or month (UTC) by the organisation, a feature, a character, or both."""

    __tablename__ = "ai_budgets"

    name: Mapped[str]
    feature: Mapped[str | None]
    character_id: Mapped[UUID | None]
    period: Mapped[str]
    limit_microusd: Mapped[int] = mapped_column(BigInteger)
    stops: Mapped[bool] = mapped_column(default=True)


# Roll-ups and counters have no id of their own, and nobody holds them as objects.
_UNMAPPED = MetaData()
USAGE_DAYS = Table(
    "ai_usage_days",
    _UNMAPPED,
    Column("day", Date),
    *(Column(name, Text) for name in ("capability", "task", "feature", "provider", "model")),
    Column("character_id", Uuid),
    *(
        Column(name, BigInteger)
        for name in (
            "calls",
            "failures",
            "unpriced",
            "input_tokens",
            "output_tokens",
            "cached_tokens",
            "cost_microusd",
            "latency_ms",
        )
    ),
)

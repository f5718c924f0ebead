"""Tables of the send ledger and its guardrails."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, LargeBinary
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin
from tradewind.kernel.sealing import Sealed

ADDRESS = Sealed("sending.address")


class Policy(Base, TenantMixin, TimestampMixin, VersionMixin):
    """A guardrail of the organisation, or how it wants one of the built-in ones of the same key."""

    __tablename__ = "sending_policies"

    key: Mapped[str]
    rule: Mapped[str]
    name: Mapped[str]
    mode: Mapped[str]
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB)


class Stop(Base, TenantMixin):
    """A kill switch that is thrown. `subject` is a channel or an id, empty for the whole organisation."""

    __tablename__ = "sending_stops"

    scope: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    created_by: Mapped[UUID | None]
    created_by_name: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)


class Approval(Base, TenantMixin):
    """A campaign or journey whose messages wait for a person, or what the person said."""

    __tablename__ = "send_approvals"

    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    tier: Mapped[str]
    audience_size: Mapped[int]
    sender: Mapped[str | None]
    reasons: Mapped[list[Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(default="waiting")
    note: Mapped[str] = mapped_column(default="")
    requested_at: Mapped[datetime] = mapped_column(default=now)
    decided_by: Mapped[UUID | None]
    decided_by_name: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]


class Intent(Base, TenantMixin):
    """A message: what is to be said to whom, whether it may leave and why, and what became of it.

    `lane_id` is the campaign, else the journey, else nil: lanes take turns. `exposed_at` is set right before the moment
    after which nobody could know whether it left; `attempt_id` names the attempt whose word counts. `broken_off` is how
    many attempts in a row ended without a word.
    """

    __tablename__ = "send_intents"

    key: Mapped[str]
    channel: Mapped[str]
    purpose: Mapped[str]
    priority: Mapped[str]
    person_id: Mapped[UUID | None]
    contact_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    address_sealed: Mapped[str | None] = mapped_column(ADDRESS)
    time_zone: Mapped[str | None]
    country: Mapped[str | None]
    campaign_id: Mapped[UUID | None]
    journey_id: Mapped[UUID | None]
    lane_id: Mapped[UUID]
    step_key: Mapped[str | None]
    sender: Mapped[str | None]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    decision: Mapped[dict[str, Any]] = mapped_column(JSONB)
    shadow: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    state: Mapped[str]
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime]
    approval_id: Mapped[UUID | None] = mapped_column(ForeignKey("send_approvals.id"))
    attempt_id: Mapped[UUID | None]
    attempts: Mapped[int] = mapped_column(default=0)
    broken_off: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    exposed_at: Mapped[datetime | None]
    reconcile_at: Mapped[datetime | None]
    reconciled: Mapped[int] = mapped_column(default=0)
    provider: Mapped[str | None]
    provider_message_id: Mapped[str | None]
    cost_microusd: Mapped[int] = mapped_column(BigInteger, default=0)
    outcome: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)
    sent_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

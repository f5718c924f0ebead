"""Tables of security monitoring."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, FetchedValue, SmallInteger
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin


class SecurityEvent(Base, TenantMixin):
    """Something that rules look at; never changed. `position` orders the events of an organisation.

    `quantity` counts rows of exports and refused requests; `local_at` is the member's own time.
    """

    __tablename__ = "security_events"

    position: Mapped[int] = mapped_column(BigInteger, server_default=FetchedValue())
    kind: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[UUID]
    ip: Mapped[str | None]
    network: Mapped[str | None]
    device: Mapped[str | None]
    local_at: Mapped[datetime | None]
    quantity: Mapped[int] = mapped_column(default=1)
    occurred_at: Mapped[datetime]


class RuleSettings(Base, TenantMixin):
    """How an organisation wants a rule, where it differs from the product's default."""

    __tablename__ = "security_rules"

    rule: Mapped[str]
    enabled: Mapped[bool]
    threshold: Mapped[int]
    window_minutes: Mapped[int]
    severity: Mapped[str]
    hours_from: Mapped[int | None] = mapped_column(SmallInteger)
    hours_to: Mapped[int | None] = mapped_column(SmallInteger)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class Alert(Base, TenantMixin):
    """What a rule found about a member or key. One that is not closed counts on, up to event `last_position`."""

    __tablename__ = "security_alerts"

    rule: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[UUID]
    subject_name: Mapped[str] = mapped_column(default="")
    severity: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    occurrences: Mapped[int] = mapped_column(BigInteger)
    why: Mapped[str]
    networks: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    last_position: Mapped[int] = mapped_column(BigInteger)
    told_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")
    handled_by: Mapped[UUID | None]
    handled_by_name: Mapped[str] = mapped_column(default="")
    handled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)

"""Tables of meetings, of who takes part, and of people who wait for a time."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.classification import EMAIL, INTERNAL, PERSONAL, PHONE, SENSITIVE
from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class Meeting(Base, TenantMixin, TimestampMixin, VersionMixin):
    """An appointment, or time held for one. Its hosts are those of its claims, live or not.

    `held_by` is the key that held the time, or else the member.
    """

    __tablename__ = "meetings"

    event_type_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    uid: Mapped[str] = mapped_column(info=INTERNAL)
    sequence: Mapped[int] = mapped_column(default=0, info=INTERNAL)
    title: Mapped[str] = mapped_column(info=INTERNAL)
    starts_at: Mapped[datetime] = mapped_column(info=INTERNAL)
    ends_at: Mapped[datetime] = mapped_column(info=INTERNAL)
    state: Mapped[str] = mapped_column(info=INTERNAL)
    held_until: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    source: Mapped[str] = mapped_column(info=INTERNAL)
    lead_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    location: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, info=INTERNAL)
    join_url: Mapped[str | None] = mapped_column(info=INTERNAL)
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, info=SENSITIVE)
    assigned_because: Mapped[str] = mapped_column(default="", info=INTERNAL)
    owner_assigned: Mapped[bool] = mapped_column(default=False, info=INTERNAL)
    booked_by: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    held_by: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    cancelled_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    cancelled_by: Mapped[str | None] = mapped_column(info=INTERNAL)
    cancel_reason: Mapped[str | None] = mapped_column(info=SENSITIVE)
    no_show_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    confirmed_by_attendee_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    ended_recorded_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    idempotency_key: Mapped[str | None] = mapped_column(info=INTERNAL)


class Attendee(Base, TenantMixin):
    """Somebody outside who takes part in a meeting: one booking, found again by its `booking_key`.

    `campaign` is what the address by which they came to the page named as its campaign.
    """

    __tablename__ = "meeting_attendees"

    meeting_id: Mapped[UUID] = mapped_column(info=INTERNAL)
    name: Mapped[str] = mapped_column(info=PERSONAL)
    email: Mapped[str] = mapped_column(info=EMAIL)
    phone: Mapped[str | None] = mapped_column(info=PHONE)
    time_zone: Mapped[str] = mapped_column(default="UTC", info=INTERNAL)
    language: Mapped[str] = mapped_column(default="en", info=INTERNAL)
    status: Mapped[str] = mapped_column(default="accepted", info=INTERNAL)
    no_show: Mapped[bool] = mapped_column(default=False, info=INTERNAL)
    lead_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    seat: Mapped[int] = mapped_column(default=1, info=INTERNAL)
    booking_key: Mapped[str | None] = mapped_column(info=INTERNAL)
    campaign: Mapped[str | None] = mapped_column(info=INTERNAL)
    created_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)


class Waiting(Base, TenantMixin):
    """Somebody who takes a time of an event type between two moments, should one become free."""

    __tablename__ = "meeting_waiting"

    event_type_id: Mapped[UUID] = mapped_column(info=INTERNAL)
    state: Mapped[str] = mapped_column(default="waiting", info=INTERNAL)
    name: Mapped[str] = mapped_column(info=PERSONAL)
    email: Mapped[str] = mapped_column(info=EMAIL)
    phone: Mapped[str | None] = mapped_column(info=PHONE)
    time_zone: Mapped[str] = mapped_column(info=INTERNAL)
    language: Mapped[str] = mapped_column(info=INTERNAL)
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, info=SENSITIVE)
    length: Mapped[int] = mapped_column(info=INTERNAL)
    wanted_from: Mapped[datetime] = mapped_column(info=INTERNAL)
    wanted_until: Mapped[datetime] = mapped_column(info=INTERNAL)
    lead_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    offered_meeting_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    offer_expires_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    created_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)

"""What can be booked, by whom it is held, and when hosts can be met."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Identity, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class AvailabilitySchedule(TenantMixin, TimestampMixin, VersionMixin, Base):
    """Weekly hours in one time zone, exceptions by date, and public holidays; shared where `user_id` is None.

    `weekly`: `{days: [1–7, ISO], start, end}`; `overrides`: `{date, ranges: [{start, end}]}`, closed without ranges;
    times are `HH:MM` up to `24:00`. `holidays`: `{country, subdivision}`.
    """

    __tablename__ = "availability_schedules"

    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str]
    time_zone: Mapped[str]
    is_default: Mapped[bool] = mapped_column(default=False)
    weekly: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    overrides: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    holidays: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class EventType(TenantMixin, TimestampMixin, VersionMixin, Base):
    """A kind of meeting people can book: all durations are minutes; the first of `lengths` is the default.

    `cancellation_notice`: after that, links in mails no longer cancel. `reminders`: minutes before the start.
    `booked_stage_id`: where a booking moves the lead's open deal, if that is forwards.
    """

    __tablename__ = "event_types"

    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    slug: Mapped[str]
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    lengths: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=lambda: [30])
    colour: Mapped[str] = mapped_column(default="#228be6")
    location: Mapped[dict[str, Any]] = mapped_column(JSONB, default=lambda: {"kind": "jitsi", "value": None})
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    assignment: Mapped[str] = mapped_column(default="single")
    lead_owner_first: Mapped[bool] = mapped_column(default=False)
    buffer_before: Mapped[int] = mapped_column(default=0)
    buffer_after: Mapped[int] = mapped_column(default=0)
    minimum_notice: Mapped[int] = mapped_column(default=120)
    window_kind: Mapped[str] = mapped_column(default="rolling")
    window_days: Mapped[int] = mapped_column(default=60)
    window_start: Mapped[date | None]
    window_end: Mapped[date | None]
    increment: Mapped[int] = mapped_column(default=30)
    seats: Mapped[int] = mapped_column(default=1)
    limit_per_day: Mapped[int | None]
    limit_per_week: Mapped[int | None]
    requires_confirmation: Mapped[bool] = mapped_column(default=False)
    cancellation_notice: Mapped[int] = mapped_column(default=0)
    cancellation_policy: Mapped[str] = mapped_column(default="")
    reminders: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=lambda: [1440, 60])
    hidden: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    schedule_id: Mapped[UUID | None] = mapped_column(ForeignKey("availability_schedules.id", ondelete="SET NULL"))
    booked_stage_id: Mapped[UUID | None] = mapped_column(ForeignKey("stages.id", ondelete="SET NULL"))
    deleted_at: Mapped[datetime | None]


class EventTypeHost(TenantMixin, Base):
    """A member who holds meetings of an event type; `schedule_id`: hours for this event type alone.

    `weight`: share of the meetings under round robin; `priority` 0–4, higher is asked first.
    """

    __tablename__ = "event_type_hosts"

    id = None  # type: ignore[assignment]  # the pair is the key
    event_type_id: Mapped[UUID] = mapped_column(ForeignKey("event_types.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    weight: Mapped[int] = mapped_column(default=100)
    priority: Mapped[int] = mapped_column(default=2)
    schedule_id: Mapped[UUID | None] = mapped_column(ForeignKey("availability_schedules.id", ondelete="SET NULL"))


class MeetingClaim(TenantMixin, Base):
    """What a meeting takes of a host's time; all that finding free slots knows of meetings.

    `starts_at`–`ends_at` is the meeting itself; buffers (minutes) keep other meetings away and may overlap each
    other. A hold ends by itself at `held_until`. `host_number` is filled in by the database.
    """

    __tablename__ = "meeting_claims"

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"))
    event_type_id: Mapped[UUID | None] = mapped_column(ForeignKey("event_types.id", ondelete="SET NULL"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    host_number: Mapped[int] = mapped_column(BigInteger, default=0)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    buffer_before: Mapped[int] = mapped_column(default=0)
    buffer_after: Mapped[int] = mapped_column(default=0)
    seats_taken: Mapped[int] = mapped_column(default=1)
    held_until: Mapped[datetime | None]
    live: Mapped[bool] = mapped_column(default=True)


class BusyTime(TenantMixin, Base):
    """A span in which a host's calendar holds something else than our meetings."""

    __tablename__ = "busy_times"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    calendar_id: Mapped[UUID | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    title: Mapped[str] = mapped_column(default="")
    uid: Mapped[str] = mapped_column(default="")
    source: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)

"""Tables of calendars: vendors' apps, connections, calendars, copies of meetings in them, rooms, feeds."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin
from tradewind.kernel.sealing import Sealed

APP_SECRET = Sealed("meetings.calendar_app")
SECRET = Sealed("meetings.calendar_secret")
TOKEN = Sealed("meetings.calendar_token")
VERIFIER = Sealed("meetings.calendar_verifier")


class CalendarApp(TenantMixin, TimestampMixin, VersionMixin, Base):
    """The organisation's own OAuth app at a vendor. `tenant` is Microsoft's directory."""

    __tablename__ = "calendar_apps"

    vendor: Mapped[str]
    client_id: Mapped[str]
    secret_sealed: Mapped[str] = mapped_column(APP_SECRET)
    tenant: Mapped[str] = mapped_column(default="common")


class CalendarConnection(TenantMixin, TimestampMixin, VersionMixin, Base):
    """A host's account. `secret` is a password or a refresh token, `token` the access token of the hour."""

    __tablename__ = "calendar_connections"

    user_id: Mapped[UUID]
    kind: Mapped[str]
    label: Mapped[str]
    account: Mapped[str] = mapped_column(default="")
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    secret_sealed: Mapped[str | None] = mapped_column(SECRET)
    token_sealed: Mapped[str | None] = mapped_column(TOKEN)
    token_expires_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(default="active")
    problem: Mapped[str | None]


class Calendar(TenantMixin, TimestampMixin, Base):
    """A calendar of a connection. `synced_at`: when its busy times were last known to be right."""

    __tablename__ = "calendars"

    user_id: Mapped[UUID]
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("calendar_connections.id", ondelete="CASCADE"))
    remote_id: Mapped[str]
    name: Mapped[str]
    colour: Mapped[str | None]
    time_zone: Mapped[str | None]
    writable: Mapped[bool] = mapped_column(default=False)
    is_primary: Mapped[bool] = mapped_column(default=False)
    reads_busy: Mapped[bool] = mapped_column(default=False)
    takes_meetings: Mapped[bool] = mapped_column(default=False)
    sync_token: Mapped[str | None]
    window_end: Mapped[datetime | None]
    state_number: Mapped[int] = mapped_column(BigInteger, default=0)
    checked_at: Mapped[datetime | None]
    synced_at: Mapped[datetime | None]
    problem: Mapped[str | None]
    skipped: Mapped[int] = mapped_column(default=0)
    truncated: Mapped[bool] = mapped_column(default=False)
    channel_id: Mapped[str | None]
    channel_resource: Mapped[str | None]
    channel_expires_at: Mapped[datetime | None]


class CalendarCopy(TenantMixin, TimestampMixin, Base):
    """A meeting in a host's calendar, as last seen there; `fingerprint` is of what was written.

    A row without `remote_id` is an intent: the vendor may have the event already.
    """

    __tablename__ = "calendar_copies"

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"))
    calendar_id: Mapped[UUID] = mapped_column(ForeignKey("calendars.id", ondelete="CASCADE"))
    remote_id: Mapped[str | None]
    etag: Mapped[str | None]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    fingerprint: Mapped[str] = mapped_column(default="")
    problem: Mapped[str | None]


class MeetingRoom(TenantMixin, TimestampMixin, Base):
    """A room for one meeting at a vendor that is no calendar; without `reference` it may exist already."""

    __tablename__ = "meeting_rooms"

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"))
    connection_id: Mapped[UUID | None] = mapped_column(ForeignKey("calendar_connections.id", ondelete="SET NULL"))
    kind: Mapped[str]
    reference: Mapped[str | None]
    join_url: Mapped[str | None]
    fingerprint: Mapped[str] = mapped_column(default="")
    problem: Mapped[str | None]


class CalendarAuthorisation(TenantMixin, Base):
    """A sign-in at a vendor under way; `connection_id` where an old connection is renewed."""

    __tablename__ = "calendar_authorisations"

    user_id: Mapped[UUID]
    vendor: Mapped[str]
    connection_id: Mapped[UUID | None] = mapped_column(ForeignKey("calendar_connections.id", ondelete="CASCADE"))
    verifier_sealed: Mapped[str] = mapped_column(VERIFIER)
    expires_at: Mapped[datetime]


class CalendarFeed(TenantMixin, Base):
    """A host's meetings as a calendar to subscribe to; its id is part of the address, so a new one ends the old."""

    __tablename__ = "calendar_feeds"

    user_id: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(default=now)

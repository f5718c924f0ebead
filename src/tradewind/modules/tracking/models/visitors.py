"""Who visited: visitors, what they are known by, what joined that, and their sessions and touches."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin


class Visitor(TenantMixin, Base):
    """Somebody behind one or more identifiers. `lead_email` is the address by which the lead was found."""

    __tablename__ = "visitors"

    lead_id: Mapped[UUID | None]
    lead_email: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class VisitorIdentifier(TenantMixin, Base):
    """What a visitor is known by, from `since` to before `until`: a shared browser belongs to several in turn.

    `kind`: anonymous (a browser or device), user (the site's own id), email.
    """

    __tablename__ = "visitor_identifiers"

    visitor_id: Mapped[UUID] = mapped_column(ForeignKey("visitors.id", ondelete="CASCADE"))
    kind: Mapped[str]
    value: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class VisitorLink(TenantMixin, Base):
    """Two identifiers that evidence joined, once each; while `undone_at` is set it joins nothing.

    `how`: identify, form, alias, mail_click, or event (an event that carries a browser and a user id).
    """

    __tablename__ = "visitor_links"

    left_kind: Mapped[str]
    left_value: Mapped[str]
    right_kind: Mapped[str]
    right_value: Mapped[str]
    how: Mapped[str]
    first_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[UUID | None]
    undone_by_name: Mapped[str | None]


class VisitorMark(TenantMixin, Base):
    """From `at` on, a browser was used by whoever has this user id or address; only changes are kept."""

    __tablename__ = "visitor_marks"

    anonymous_id: Mapped[str]
    at: Mapped[datetime]
    kind: Mapped[str]
    value: Mapped[str]


class VisitorSession(TenantMixin, Base):
    """Events of one device without a pause of 30 minutes. `human_events` of them are probably a person's."""

    __tablename__ = "visitor_sessions"

    device_kind: Mapped[str]
    device: Mapped[str]
    started_at: Mapped[datetime]
    last_at: Mapped[datetime]
    events: Mapped[int]
    pages: Mapped[int]
    human_events: Mapped[int]
    user_agent: Mapped[str | None]


class VisitorTouch(TenantMixin, Base):
    """What brought somebody: the start of a session, or the first event of a campaign within it.

    `signature` tells campaigns apart (empty where there is none); `channel` as in `channels`.
    """

    __tablename__ = "visitor_touches"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("visitor_sessions.id", ondelete="CASCADE"))
    device_kind: Mapped[str]
    device: Mapped[str]
    at: Mapped[datetime]
    signature: Mapped[str]
    channel: Mapped[str]
    utm_source: Mapped[str | None]
    utm_medium: Mapped[str | None]
    utm_campaign: Mapped[str | None]
    utm_term: Mapped[str | None]
    utm_content: Mapped[str | None]
    click_ids: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    referrer_host: Mapped[str | None]
    landing_path: Mapped[str | None]

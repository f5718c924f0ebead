"""Tables of mail templates, and of what recipients did with the mails."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import REAL, ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.classification import CONTACT, INTERNAL
from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class MailTemplate(TenantMixin, TimestampMixin, VersionMixin, Base):
    """A mail people work on. `draft` is a MailContent; what is sent follows the published version, never the draft."""

    __tablename__ = "mail_templates"

    name: Mapped[str] = mapped_column(info=INTERNAL)
    description: Mapped[str] = mapped_column(default="", info=INTERNAL)
    purpose: Mapped[str] = mapped_column(default="marketing", info=INTERNAL)
    draft: Mapped[dict[str, Any]] = mapped_column(JSONB, info=INTERNAL)
    published_version_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    archived_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)


class MailTemplateVersion(TenantMixin, Base):
    """A content as it was published; never changed."""

    __tablename__ = "mail_template_versions"

    template_id: Mapped[UUID] = mapped_column(ForeignKey("mail_templates.id", ondelete="CASCADE"), info=INTERNAL)
    number: Mapped[int] = mapped_column(info=INTERNAL)
    purpose: Mapped[str] = mapped_column(info=INTERNAL)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB, info=INTERNAL)
    note: Mapped[str] = mapped_column(default="", info=INTERNAL)
    published_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)
    published_by: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    published_by_name: Mapped[str] = mapped_column(default="", info=INTERNAL)


class MailSettings(TenantMixin, TimestampMixin, VersionMixin, Base):
    """What all mails of an organisation have in common; an organisation without a row has the defaults.

    `tracking_purpose` is the purpose whose consent counts where tracking asks for one. `sites` are the hosts on which
    a click tells whose browser it is.
    """

    __tablename__ = "mail_settings"

    company_name: Mapped[str] = mapped_column(default="", info=INTERNAL)
    postal_address: Mapped[str] = mapped_column(default="", info=INTERNAL)
    track_clicks: Mapped[str] = mapped_column(default="always", info=INTERNAL)
    track_opens: Mapped[str] = mapped_column(default="off", info=INTERNAL)
    tracking_purpose: Mapped[str] = mapped_column(default="", info=INTERNAL)
    sites: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, info=INTERNAL)


class MailEngagement(TenantMixin, Base):
    """A click on a link, or a picture that was loaded. `network` is the address cut to /24 or /48.

    `human` is the probability (0–1) that a person did it, None until it was judged; `browser` the visitor's browser
    that came with the click.
    """

    __tablename__ = "mail_engagements"

    kind: Mapped[str] = mapped_column(info=INTERNAL)
    message_id: Mapped[UUID] = mapped_column(info=INTERNAL)
    person_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    version_id: Mapped[UUID] = mapped_column(info=INTERNAL)
    link: Mapped[int | None] = mapped_column(info=INTERNAL)
    links: Mapped[int] = mapped_column(default=0, info=INTERNAL)
    url: Mapped[str | None] = mapped_column(info=CONTACT)
    rendered_at: Mapped[datetime] = mapped_column(info=INTERNAL)
    at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)
    user_agent: Mapped[str] = mapped_column(default="", info=CONTACT)
    network: Mapped[str] = mapped_column(default="", info=CONTACT)
    human: Mapped[float | None] = mapped_column(REAL, info=INTERNAL)
    browser: Mapped[str | None] = mapped_column(info=CONTACT)


class MailLinkCheck(TenantMixin, Base):
    """What was found at an address; `dead` only where it is sure that nothing is there."""

    __tablename__ = "mail_link_checks"

    address: Mapped[str] = mapped_column(info=INTERNAL)
    status: Mapped[int | None] = mapped_column(info=INTERNAL)
    problem: Mapped[str] = mapped_column(default="", info=INTERNAL)
    dead: Mapped[bool] = mapped_column(default=False, info=INTERNAL)
    checked_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)

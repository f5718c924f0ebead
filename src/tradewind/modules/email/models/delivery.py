"""Tables of senders, domains, and what became of mails."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.classification import CONTACT, EMAIL, INTERNAL, PERSONAL
from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin
from tradewind.kernel.sealing import Sealed

DOMAIN_KEY = Sealed("email.domain_key")
SECRETS = Sealed("email.sender_secrets")
ADDRESS = Sealed("email.delivery_address")


class EmailDomain(TenantMixin, TimestampMixin, VersionMixin, Base):
    """A domain that mails come from. `checks` is what DNS said last, `aligned` whether receivers can verify us."""

    __tablename__ = "email_domains"

    domain: Mapped[str] = mapped_column(info=INTERNAL)
    selector: Mapped[str] = mapped_column(info=INTERNAL)
    private_key_sealed: Mapped[str] = mapped_column(DOMAIN_KEY, info=INTERNAL)
    public_key: Mapped[str] = mapped_column(info=INTERNAL)
    checks: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, info=INTERNAL)
    aligned: Mapped[bool] = mapped_column(default=False, info=INTERNAL)
    checked_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)


class EmailSender(TenantMixin, TimestampMixin, VersionMixin, Base):
    """An address that mails come from, and how they leave.

    `door` is the unguessable part of the address its vendor posts to. `warmup_from` is the first day of the ramp,
    `domain_limits` mails a minute by receiving domain. A broken sender rests until `broken_until`, or until a person
    looks at it; facts before `resumed_at` do not count against it any more.
    """

    __tablename__ = "email_senders"

    name: Mapped[str] = mapped_column(info=INTERNAL)
    address: Mapped[str] = mapped_column(info=INTERNAL)
    reply_to: Mapped[str] = mapped_column(default="", info=INTERNAL)
    bounce_address: Mapped[str] = mapped_column(default="", info=INTERNAL)
    adapter: Mapped[str] = mapped_column(info=INTERNAL)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, info=INTERNAL)
    secrets_sealed: Mapped[str | None] = mapped_column(SECRETS, info=INTERNAL)
    door: Mapped[str] = mapped_column(info=INTERNAL)
    is_default: Mapped[bool] = mapped_column(default=False, info=INTERNAL)
    rotates: Mapped[bool] = mapped_column(default=True, info=INTERNAL)
    state: Mapped[str] = mapped_column(default="active", info=INTERNAL)
    problem: Mapped[str | None] = mapped_column(info=INTERNAL)
    daily_limit: Mapped[int | None] = mapped_column(info=INTERNAL)
    warmup_from: Mapped[date | None] = mapped_column(info=INTERNAL)
    domain_limits: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict, info=INTERNAL)
    broken_until: Mapped[datetime | None] = mapped_column(info=INTERNAL)
    resumed_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)


class EmailDelivery(TenantMixin, Base):
    """A mail that left or was about to; its id is the send intent's. Of people who are gone there is no address."""

    __tablename__ = "email_deliveries"

    sender_id: Mapped[UUID | None] = mapped_column(ForeignKey("email_senders.id", ondelete="SET NULL"), info=INTERNAL)
    person_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    campaign_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    journey_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    step_key: Mapped[str | None] = mapped_column(info=INTERNAL)
    purpose: Mapped[str] = mapped_column(info=INTERNAL)
    address_sealed: Mapped[str | None] = mapped_column(ADDRESS, info=EMAIL)
    domain: Mapped[str] = mapped_column(info=INTERNAL)
    subject: Mapped[str] = mapped_column(default="", info=CONTACT)
    conversation_key: Mapped[str | None] = mapped_column(info=INTERNAL)
    provider: Mapped[str] = mapped_column(info=INTERNAL)
    provider_message_id: Mapped[str | None] = mapped_column(info=INTERNAL)
    status: Mapped[str] = mapped_column(default="sending", info=INTERNAL)
    bounce: Mapped[str] = mapped_column(default="none", info=INTERNAL)
    code: Mapped[str] = mapped_column(default="", info=INTERNAL)
    reason: Mapped[str] = mapped_column(default="", info=CONTACT)
    created_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)
    settled_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)


class EmailFact(TenantMixin, Base):
    """What somebody outside said of a mail. `source` and `key` name it, so that a repetition is known."""

    __tablename__ = "email_facts"

    delivery_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("email_deliveries.id", ondelete="CASCADE"), info=INTERNAL
    )
    sender_id: Mapped[UUID | None] = mapped_column(ForeignKey("email_senders.id", ondelete="SET NULL"), info=INTERNAL)
    source: Mapped[str] = mapped_column(info=INTERNAL)
    key: Mapped[str] = mapped_column(info=INTERNAL)
    kind: Mapped[str] = mapped_column(info=INTERNAL)
    hard: Mapped[bool] = mapped_column(default=False, info=INTERNAL)
    address_hash: Mapped[bytes | None] = mapped_column(info=INTERNAL)
    code: Mapped[str] = mapped_column(default="", info=INTERNAL)
    reason: Mapped[str] = mapped_column(default="", info=CONTACT)
    at: Mapped[datetime] = mapped_column(info=INTERNAL)
    created_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)


MAILBOX_PASSWORD = Sealed("email.mailbox_password")
TEXT = Sealed("email.arrival_text")


class EmailMailbox(TenantMixin, TimestampMixin, VersionMixin, Base):
    """A way in; `door` is part of the address that takes raw mails. `last_uid` is how far an IMAP folder
    was read, valid while the server's `uid_validity` holds."""

    __tablename__ = "email_mailboxes"

    name: Mapped[str] = mapped_column(info=INTERNAL)
    kind: Mapped[str] = mapped_column(info=INTERNAL)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, info=INTERNAL)
    password_sealed: Mapped[str | None] = mapped_column(MAILBOX_PASSWORD, info=INTERNAL)
    door: Mapped[str] = mapped_column(info=INTERNAL)
    uid_validity: Mapped[int | None] = mapped_column(info=INTERNAL)
    last_uid: Mapped[int] = mapped_column(default=0, info=INTERNAL)
    active: Mapped[bool] = mapped_column(default=True, info=INTERNAL)
    problem: Mapped[str | None] = mapped_column(info=INTERNAL)
    read_at: Mapped[datetime | None] = mapped_column(info=INTERNAL)


class EmailArrival(TenantMixin, Base):
    """A mail that came in, told apart by `key`. Of what people wrote the text is kept, of reports what they mean."""

    __tablename__ = "email_arrivals"

    mailbox_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("email_mailboxes.id", ondelete="SET NULL"), info=INTERNAL
    )
    key: Mapped[str] = mapped_column(info=INTERNAL)
    kind: Mapped[str] = mapped_column(info=INTERNAL)
    message_id: Mapped[str] = mapped_column(default="", info=INTERNAL)
    in_reply_to: Mapped[str] = mapped_column(default="", info=INTERNAL)
    from_address: Mapped[str] = mapped_column(default="", info=EMAIL)
    from_name: Mapped[str] = mapped_column(default="", info=PERSONAL)
    subject: Mapped[str] = mapped_column(default="", info=CONTACT)
    text_sealed: Mapped[str | None] = mapped_column(TEXT, info=CONTACT)
    delivery_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("email_deliveries.id", ondelete="SET NULL"), info=INTERNAL
    )
    person_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    thread: Mapped[str] = mapped_column(default="", info=INTERNAL)
    bounce: Mapped[str] = mapped_column(default="none", info=INTERNAL)
    code: Mapped[str] = mapped_column(default="", info=INTERNAL)
    reason: Mapped[str] = mapped_column(default="", info=CONTACT)
    created_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)

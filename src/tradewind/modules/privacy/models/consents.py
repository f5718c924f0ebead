"""Tables of consents: the organisation's key, purposes, contact points, the ledger and what holds now."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.classification import INTERNAL, SENSITIVE
from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin
from tradewind.kernel.sealing import Sealed

KEY = Sealed("privacy.key")
ADDRESS = Sealed("privacy.address")


class PrivacyKey(TenantMixin, Base):
    """The key under which an organisation's contact points are hashed and its links made (32 bytes, sealed)."""

    __tablename__ = "privacy_keys"

    key_sealed: Mapped[str] = mapped_column(KEY)
    created_at: Mapped[datetime]


class Purpose(TenantMixin, TimestampMixin, VersionMixin, Base):
    """What messages may be about. `translations`: language → {name, text}. `listed`: shown on the preference page."""

    __tablename__ = "consent_purposes"

    key: Mapped[str]
    name: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    translations: Mapped[dict[str, dict[str, str]]] = mapped_column(JSONB, default=dict)
    requires: Mapped[str]
    double_opt_in: Mapped[bool] = mapped_column(default=False)
    listed: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)
    archived_at: Mapped[datetime | None]


class ContactPointRow(TenantMixin, Base):
    """How a hash reads. Sealed; gone once the person is forgotten."""

    __tablename__ = "contact_points"

    contact_hash: Mapped[bytes]
    address_sealed: Mapped[str] = mapped_column(ADDRESS)
    created_at: Mapped[datetime] = mapped_column(default=now)


class ConsentRecord(TenantMixin, Base):
    """One line of the ledger; never changed."""

    __tablename__ = "consent_records"

    contact_hash: Mapped[bytes] = mapped_column(info=INTERNAL)
    channel: Mapped[str] = mapped_column(info=INTERNAL)
    purpose: Mapped[str] = mapped_column(info=INTERNAL)
    state: Mapped[str] = mapped_column(info=INTERNAL)
    basis: Mapped[str] = mapped_column(info=INTERNAL)
    source: Mapped[str] = mapped_column(info=INTERNAL)
    proof: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, info=SENSITIVE)
    person_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    origin_id: Mapped[UUID | None] = mapped_column(info=INTERNAL)
    actor_name: Mapped[str] = mapped_column(default="", info=INTERNAL)
    at: Mapped[datetime] = mapped_column(info=INTERNAL)
    recorded_at: Mapped[datetime] = mapped_column(default=now, info=INTERNAL)


class CurrentConsent(TenantMixin, Base):
    """What holds now for a contact point and a purpose: written with the ledger, in one statement."""

    __tablename__ = "consent_current"

    contact_hash: Mapped[bytes]
    channel: Mapped[str]
    purpose: Mapped[str]
    state: Mapped[str]
    basis: Mapped[str]
    source: Mapped[str]
    at: Mapped[datetime]


class Confirmation(TenantMixin, Base):
    """A consent that waits for the click in a mail."""

    __tablename__ = "consent_confirmations"

    contact_hash: Mapped[bytes]
    channel: Mapped[str]
    purpose: Mapped[str]
    language: Mapped[str]
    person_id: Mapped[UUID | None]
    proof: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    requested_at: Mapped[datetime]
    mailed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]

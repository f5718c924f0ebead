"""Single sign-on: connections, proven domains, linked identities, sign-ins under way and past ones."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import BYTEA, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin
from tradewind.kernel.sealing import Sealed

CLIENT_SECRET = Sealed("identity.sso_secret")
JOURNEY_SECRETS = Sealed("identity.sso_request")


class SsoConnection(Base, TenantMixin, TimestampMixin, VersionMixin):
    """A trusted identity provider. `settings` differ by `kind`, and so does what is sealed by the vault.

    It is the client secret of OIDC and our private key of SAML.
    """

    __tablename__ = "sso_connections"

    kind: Mapped[str]
    name: Mapped[str]
    enabled: Mapped[bool] = mapped_column(default=False)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    secret_sealed: Mapped[str | None] = mapped_column(CLIENT_SECRET)
    creates_users: Mapped[bool] = mapped_column(default=True)
    default_role: Mapped[str]
    role_rules: Mapped[list[dict[str, str]]] = mapped_column(JSONB, default=list)


class SsoDomain(Base, TenantMixin):
    """An e-mail domain the organisation claims; it counts once proven, and then for one organisation only."""

    __tablename__ = "sso_domains"

    domain: Mapped[str]
    connection_id: Mapped[UUID | None] = mapped_column(ForeignKey("sso_connections.id", ondelete="SET NULL"))
    dns_value: Mapped[str]
    proof: Mapped[str | None]
    proven_at: Mapped[datetime | None]
    required: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)


class SsoLink(Base, TenantMixin):
    """Which user an identity of a provider is."""

    __tablename__ = "sso_links"

    connection_id: Mapped[UUID] = mapped_column(ForeignKey("sso_connections.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    issuer: Mapped[str]
    subject: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime] = mapped_column(default=now)


class SsoRequest(Base, TenantMixin):
    """A sign-in on its way to the provider and back; `answer` holds what a checked SAML assertion said."""

    __tablename__ = "sso_requests"

    connection_id: Mapped[UUID] = mapped_column(ForeignKey("sso_connections.id", ondelete="CASCADE"))
    purpose: Mapped[str]
    state_hash: Mapped[bytes] = mapped_column(BYTEA)
    browser_hash: Mapped[bytes] = mapped_column(BYTEA)
    secrets_sealed: Mapped[str] = mapped_column(JOURNEY_SECRETS)
    next_path: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    used_at: Mapped[datetime | None]


class SsoAssertion(Base, TenantMixin):
    """A SAML assertion that was accepted; kept until it would expire, so that it is not accepted again."""

    __tablename__ = "sso_assertions"

    connection_id: Mapped[UUID] = mapped_column(ForeignKey("sso_connections.id", ondelete="CASCADE"))
    assertion_hash: Mapped[bytes] = mapped_column(BYTEA)
    expires_at: Mapped[datetime]


class SsoAttempt(Base, TenantMixin):
    """How a sign-in ended, and why; the newest of each connection are kept."""

    __tablename__ = "sso_attempts"

    connection_id: Mapped[UUID] = mapped_column(ForeignKey("sso_connections.id", ondelete="CASCADE"))
    purpose: Mapped[str]
    occurred_at: Mapped[datetime] = mapped_column(default=now)
    code: Mapped[str]
    reason: Mapped[str]
    email: Mapped[str | None]
    subject: Mapped[str | None]
    user_id: Mapped[UUID | None]
    role: Mapped[str | None]
    ip: Mapped[str | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)

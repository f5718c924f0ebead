"""Sessions, refresh tokens, signing keys and the memory of failed sign-ins."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database import Base
from tradewind.kernel.sealing import Sealed

PRIVATE_KEY = Sealed("identity.signing_key")
SSO_HANDLE = Sealed("identity.sso_session")
# Ways of signing in that satisfy an organisation which requires a second factor.
STRONG = frozenset({"totp", "recovery_code", "passkey", "sso"})


class UserSession(Base):
    """One sign-in on one device: the family of refresh tokens that descend from it.

    `methods` are all that were proven in it; `authenticated_at` is the last proof of any kind, `strong_at` the last
    by second factor, passkey or single sign-on. What begins with `sso_` is the session that an identity provider has.
    """

    __tablename__ = "user_sessions"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    active_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    device: Mapped[str] = mapped_column(default="")
    user_agent: Mapped[str] = mapped_column(default="")
    ip: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime] = mapped_column(default=now)
    methods: Mapped[list[str]] = mapped_column(ARRAY(Text))
    authenticated_at: Mapped[datetime] = mapped_column(default=now)
    strong_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None]
    sso_connection_id: Mapped[UUID | None] = mapped_column(ForeignKey("sso_connections.id", ondelete="SET NULL"))
    sso_subject: Mapped[str | None]
    sso_session: Mapped[str | None]
    sso_handle_sealed: Mapped[str | None] = mapped_column(SSO_HANDLE)


class RefreshToken(Base):
    """One refresh token; valid for a single use. A second use means that it was copied."""

    __tablename__ = "refresh_tokens"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("user_sessions.id", ondelete="CASCADE"))
    user_id: Mapped[UUID]
    token_hash: Mapped[bytes] = mapped_column(BYTEA)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SigningKey(Base):
    """A key pair for access tokens; `id` is the `kid`, the private half is sealed by the vault."""

    __tablename__ = "signing_keys"

    public_pem: Mapped[str]
    private_sealed: Mapped[str] = mapped_column(PRIVATE_KEY)
    created_at: Mapped[datetime] = mapped_column(default=now)
    retired_at: Mapped[datetime | None]


class LoginThrottle(Base):
    """Failed sign-ins of one address (hashed), whether or not an account has it."""

    __tablename__ = "login_throttles"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    failures: Mapped[int]
    window_started_at: Mapped[datetime]
    locks: Mapped[int]
    locked_until: Mapped[datetime | None]

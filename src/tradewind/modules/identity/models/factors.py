"""What a person proves themselves with besides the password, and the short-lived challenges of signing in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database import Base
from tradewind.kernel.sealing import Sealed

TOTP_SECRET = Sealed("identity.totp")


class TotpFactor(Base):
    """An authenticator app; a draft until a first code confirms it. `last_step` is the newest time step used."""

    __tablename__ = "totp_factors"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    secret_sealed: Mapped[str] = mapped_column(TOTP_SECRET)
    last_step: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)
    confirmed_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class Passkey(Base):
    """A WebAuthn credential. `synced` ones are backed up by their maker, so that a lost device loses nothing."""

    __tablename__ = "passkeys"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    credential_id: Mapped[bytes] = mapped_column(BYTEA)
    public_key: Mapped[bytes] = mapped_column(BYTEA)
    sign_count: Mapped[int]
    name: Mapped[str]
    transports: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    synced: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """One of ten codes for the day the phone is lost; works once."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    code_hash: Mapped[bytes] = mapped_column(BYTEA)
    created_at: Mapped[datetime] = mapped_column(default=now)
    used_at: Mapped[datetime | None]


class AuthChallenge(Base):
    """An unfinished proof, for one purpose and, where known, one user and session. `nonce` is what a passkey signs."""

    __tablename__ = "auth_challenges"

    token_hash: Mapped[bytes] = mapped_column(BYTEA)
    purpose: Mapped[str]
    user_id: Mapped[UUID | None]
    session_id: Mapped[UUID | None]
    wanted_organisation_id: Mapped[UUID | None]
    nonce: Mapped[bytes] = mapped_column(BYTEA)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

"""Organisations, users and what ties them together."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import BYTEA, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class Organisation(Base, TimestampMixin, VersionMixin):
    """A tenant."""

    __tablename__ = "organisations"

    name: Mapped[str]
    slug: Mapped[str]
    is_sample: Mapped[bool] = mapped_column(default=False)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    second_factor_required: Mapped[bool] = mapped_column(default=False)
    time_zone: Mapped[str] = mapped_column(default="UTC")
    currency: Mapped[str] = mapped_column(default="EUR")


class User(Base, TimestampMixin):
    """A person. Belongs to no tenant; an organisation sees only the people who are its members.

    Several unverified users may carry one address; at most one verified user does.
    """

    __tablename__ = "users"

    email: Mapped[str]
    email_key: Mapped[str]
    name: Mapped[str]
    email_verified_at: Mapped[datetime | None]
    locale: Mapped[str] = mapped_column(default="en")
    time_zone: Mapped[str] = mapped_column(default="UTC")
    preferences: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


class UserPassword(Base):
    """The Argon2id hash of a user's password, apart from the profile so that nobody else can read it."""

    __tablename__ = "user_passwords"

    id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    password_hash: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(default=now)
    # False for the random one of a person whom a provider brought: nobody knows it, a reset link replaces it.
    chosen: Mapped[bool] = mapped_column(default=True)


class Membership(Base, TenantMixin, TimestampMixin):
    """A user's place in an organisation. Removed members stay as rows, so that old work keeps its names."""

    __tablename__ = "memberships"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    role: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    removed_at: Mapped[datetime | None]
    # An administrator whom the demand for single sign-on does not bind.
    keeps_password: Mapped[bool] = mapped_column(default=False)


class Invitation(Base, TenantMixin):
    """An offer to join; the token's hash is set when the mail is written."""

    __tablename__ = "invitations"

    email: Mapped[str]
    email_key: Mapped[str]
    role: Mapped[str]
    token_hash: Mapped[bytes | None] = mapped_column(BYTEA)
    invited_by: Mapped[UUID | None]
    invited_by_name: Mapped[str]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class OneTimeToken(Base):
    """A link sent by mail: verifies an address or resets a password, once."""

    __tablename__ = "one_time_tokens"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    purpose: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(BYTEA)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)

"""Assistants that act for people: registered clients, grants, refresh tokens."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin


class OAuthClient(Base):
    """A program that registered itself. Belongs to nobody: what it claims is unproven until a person grants it."""

    __tablename__ = "oauth_clients"

    name: Mapped[str]
    redirect_uris: Mapped[list[str]] = mapped_column(ARRAY(Text))
    client_uri: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_granted_at: Mapped[datetime | None]


class OAuthGrant(Base, TenantMixin):
    """One consent of one person in one organisation: first an authorisation code, then the family of its tokens."""

    __tablename__ = "oauth_grants"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    client_id: Mapped[UUID]
    client_name: Mapped[str]
    redirect_host: Mapped[str]
    redirect_uri: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    resource: Mapped[str]
    code_hash: Mapped[bytes] = mapped_column(BYTEA)
    code_challenge: Mapped[str]
    code_expires_at: Mapped[datetime]
    code_used_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None]


class OAuthRefreshToken(Base, TenantMixin):
    """A refresh token of a grant; valid for a single use. A second use means that it was copied."""

    __tablename__ = "oauth_refresh_tokens"

    grant_id: Mapped[UUID] = mapped_column(ForeignKey("oauth_grants.id", ondelete="CASCADE"))
    token_hash: Mapped[bytes] = mapped_column(BYTEA)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

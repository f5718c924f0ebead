"""Provisioning by SCIM: tokens, people and groups as the identity provider knows them, rules, past requests."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import BYTEA, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.clock import now
from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class ScimToken(Base, TenantMixin):
    """What an identity provider signs in with; only the hash of it is kept, and its last characters as a hint."""

    __tablename__ = "scim_tokens"

    name: Mapped[str]
    hint: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(BYTEA)
    created_by_name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class ScimPerson(Base, TenantMixin):
    """A member under the id and names the identity provider uses; every member has one once it asks.

    `attributes` are what it sent beyond userName, externalId and active. `provisioned_at` is None until it has written.
    """

    __tablename__ = "scim_people"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    user_name: Mapped[str]
    user_name_key: Mapped[str]
    external_id: Mapped[str | None]
    attributes: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    active_unassigned: Mapped[bool] = mapped_column(default=False)
    provisioned_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)


class ScimGroup(Base, TenantMixin, TimestampMixin, VersionMixin):
    """A group of the identity provider."""

    __tablename__ = "scim_groups"

    display_name: Mapped[str]
    display_name_key: Mapped[str]
    external_id: Mapped[str | None]
    attributes: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


class ScimSettings(Base, TenantMixin, VersionMixin):
    """Which groups give which role: `rules` is a list of {group, role}, the first that fits counts."""

    __tablename__ = "scim_settings"

    default_role: Mapped[str]
    rules: Mapped[list[dict[str, str]]] = mapped_column(JSONB, default=list)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class ScimRequestLog(Base, TenantMixin):
    """A request of the identity provider and how it ended; the newest of each organisation are kept."""

    __tablename__ = "scim_requests"

    token_name: Mapped[str]
    method: Mapped[str]
    path: Mapped[str]
    status: Mapped[int]
    detail: Mapped[str | None]
    milliseconds: Mapped[int]
    occurred_at: Mapped[datetime] = mapped_column(default=now)

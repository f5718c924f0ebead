"""Roles an organisation makes for itself, and its teams."""

from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from tradewind.kernel.database import Base, TenantMixin, TimestampMixin, VersionMixin


class CustomRole(TenantMixin, TimestampMixin, VersionMixin, Base):
    """A role beside the built-in ones. Memberships and invitations hold its `key`, which never changes."""

    __tablename__ = "custom_roles"

    key: Mapped[str]
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    permissions: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    lead_visibility: Mapped[str] = mapped_column(default="all")


class Team(TenantMixin, TimestampMixin, VersionMixin, Base):
    """People who see each other's leads, where their role says so."""

    __tablename__ = "teams"

    name: Mapped[str]


class TeamMember(TenantMixin, Base):
    """A person in a team; a person may be in several."""

    __tablename__ = "team_members"
    id = None  # type: ignore[assignment]  # the pair is the key

    team_id: Mapped[UUID] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)

"""Shapes of the organisation, its members, invitations and first steps."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from tradewind.kernel.payload import Flag, JsonObject
from tradewind.kernel.places import Currency, TimeZone
from tradewind.kernel.schemas import Schema
from tradewind.modules.identity.schemas.fields import Email, Line


class OrganisationRead(Schema):
    """The organisation."""

    id: UUID
    name: str = Field(examples=["Fernweh Bikes"])
    slug: str
    is_sample: bool
    time_zone: str = Field(description="Whose days and hours count", examples=["Europe/Berlin"])
    currency: str = Field(description="What new pipelines are counted in, ISO 4217", examples=["EUR"])
    settings: dict[str, Any]
    version: int
    created_at: datetime


class OrganisationUpdate(Schema):
    """Changes; `settings` are merged, a null removes a key."""

    name: Line | None = Field(default=None, examples=["Fernweh Bikes"])
    time_zone: TimeZone | None = Field(default=None, examples=["Europe/Berlin"])
    currency: Currency | None = Field(default=None, examples=["EUR"])
    settings: JsonObject | None = None


class MemberRead(Schema):
    """A person in the organisation; `id` is the user's id, as owners and assignees hold it."""

    id: UUID
    name: str = Field(examples=["Mira Lindqvist"])
    email: str
    email_verified: bool
    role: str
    active: bool
    joined_at: datetime


class MemberList(Schema):
    """All members by name."""

    items: list[MemberRead]


class MemberUpdate(Schema):
    """Another role, or deactivation."""

    role: Line | None = None
    active: Flag | None = None


class InvitationCreate(Schema):
    """Whom to invite, and as what."""

    email: Email
    role: Line


class InvitationRead(Schema):
    """An open invitation."""

    id: UUID
    email: str
    role: str
    invited_by_name: str
    created_at: datetime
    expires_at: datetime
    expired: bool


class InvitationList(Schema):
    """Open invitations, newest first."""

    items: list[InvitationRead]


class OnboardingStep(Schema):
    """One of the first steps."""

    key: str
    title: str
    description: str
    link: str
    done: bool


class Onboarding(Schema):
    """The first steps and how many are done."""

    steps: list[OnboardingStep]
    done: int
    total: int

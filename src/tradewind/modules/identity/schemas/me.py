"""Shapes of the signed-in person."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from tradewind.kernel.payload import JsonObject
from tradewind.kernel.schemas import Schema
from tradewind.modules.identity.permissions import LeadVisibility
from tradewind.modules.identity.schemas.fields import Line, Password


class UserRead(Schema):
    """A person, as they see themselves."""

    id: UUID
    name: str = Field(examples=["Mira Lindqvist"])
    email: str
    email_verified: bool
    locale: str
    time_zone: str
    preferences: dict[str, Any]


class MyOrganisation(Schema):
    """An organisation the person works in."""

    id: UUID
    name: str = Field(examples=["Fernweh Bikes"])
    slug: str
    is_sample: bool
    role: str


class MeRead(Schema):
    """Who is signed in, where, and what they may do there."""

    user: UserRead
    organisation: MyOrganisation
    organisations: list[MyOrganisation]
    role: str
    role_label: str
    permissions: list[str]
    must_add_second_factor: bool = Field(description="The organisation requires one; nothing else works until then.")
    lead_visibility: LeadVisibility


class MeUpdate(Schema):
    """Changes of the own profile; `preferences` are merged, a null removes a key."""

    name: Line | None = Field(default=None, examples=["Mira Lindqvist"])
    locale: Annotated[str | None, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)] = None
    time_zone: Annotated[str | None, StringConstraints(max_length=64)] = None
    preferences: JsonObject | None = None


class PasswordChange(Schema):
    """A new password, knowing the present one."""

    current_password: Password
    new_password: Password


class OrganisationSwitch(Schema):
    """Work in another of one's organisations."""

    organisation_id: UUID


class OrganisationSwitched(Schema):
    """The new place of work; `access_token` only for callers that use tokens."""

    organisation_id: UUID
    access_expires_at: datetime
    access_token: str | None = None


class SessionRead(Schema):
    """A sign-in on a device."""

    id: UUID
    device: str
    user_agent: str
    ip: str | None
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    methods: list[str]
    current: bool


class SessionsEnded(Schema):
    """How many sessions were ended."""

    ended: int

"""Shapes of user provisioning: tokens, rules, and what identity providers have done."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from tradewind.kernel.payload import Whole
from tradewind.kernel.schemas import Schema
from tradewind.modules.identity.schemas.fields import Line


class ProvisioningTokenCreate(Schema):
    """A name to know the token by, and for how many days it is valid."""

    name: Line = Field(examples=["Directory sync"])
    valid_days: Annotated[Whole, Field(ge=1, le=730)] = 365


class ProvisioningTokenRead(Schema):
    """A token; `hint` is its last four characters."""

    id: UUID
    name: str = Field(examples=["Directory sync"])
    hint: str
    created_by_name: str
    created_at: datetime
    expires_at: datetime
    expired: bool
    last_used_at: datetime | None


class ProvisioningTokenCreated(ProvisioningTokenRead):
    """A fresh token with its clear text, which is shown this once."""

    token: str


class ProvisioningTokenList(Schema):
    """Tokens that are not revoked, newest first."""

    items: list[ProvisioningTokenRead]


class ProvisioningRule(Schema):
    """People in the group with this name get this role."""

    group: Line
    role: Line


class ProvisioningSettingsUpdate(Schema):
    """All rules in their order: the first that fits gives the role, `default_role` where none does."""

    default_role: Line
    rules: Annotated[list[ProvisioningRule], Field(max_length=100)]


class ProvisioningSettingsRead(ProvisioningSettingsUpdate):
    """The rules and the address for the identity provider."""

    endpoint_url: str
    version: int


class ProvisionedPerson(Schema):
    """Someone the identity provider manages; `user_name` is what it calls them."""

    user_id: UUID
    name: str
    email: str
    user_name: str
    external_id: str | None
    role: str
    active: bool
    groups: list[str]
    changed_at: datetime


class ProvisionedGroup(Schema):
    """A group of the identity provider."""

    id: UUID
    name: str
    members: int
    changed_at: datetime


class ProvisioningRequest(Schema):
    """A request of the identity provider and how it ended."""

    id: UUID
    occurred_at: datetime
    token_name: str
    method: str
    path: str
    status: int
    detail: str | None
    milliseconds: int


class ProvisioningOverview(Schema):
    """Whom and what identity providers manage, latest change first, and their last requests."""

    people: list[ProvisionedPerson]
    people_total: int
    groups: list[ProvisionedGroup]
    groups_total: int
    requests: list[ProvisioningRequest]

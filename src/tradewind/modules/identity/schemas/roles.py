"""Shapes of roles and teams."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from tradewind.kernel.schemas import Schema
from tradewind.modules.identity.schemas.fields import Line, Text

Visibility = Annotated[
    Literal["all", "team", "own"],
    Field(description="Whose leads, deals and tasks the role shows: everyone's, those of the own teams, or the own"),
]
PermissionKey = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[a-z_]+:[a-z_]+$")]
People = Annotated[list[UUID], Field(max_length=1_000, description="Ids of members of the organisation")]


class PermissionRead(Schema):
    """A permission, what it allows, the area it belongs to, and the permissions it cannot be without."""

    key: str
    description: str
    area: str
    needs: list[str]


class RoleRead(Schema):
    """A role and its permissions; built-in ones have no id and never change."""

    id: UUID | None
    version: int | None
    built_in: bool
    key: str
    label: str = Field(examples=["Sales assistant"])
    description: str
    permissions: list[str]
    lead_visibility: Visibility
    members: int
    invitations: int


class RoleMatrix(Schema):
    """Who may do what."""

    permissions: list[PermissionRead]
    roles: list[RoleRead]


class RoleCreate(Schema):
    """A new role, made of permissions; nobody can include what they do not hold themselves."""

    model_config = ConfigDict(extra="forbid")

    name: Line = Field(examples=["Sales assistant"])
    description: Text = ""
    permissions: list[PermissionKey] = Field(max_length=200)
    lead_visibility: Visibility = "all"


class RoleUpdate(Schema):
    """What to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Line | None = Field(default=None, examples=["Sales assistant"])
    description: Text | None = None
    permissions: list[PermissionKey] | None = Field(default=None, max_length=200)
    lead_visibility: Visibility | None = None


class TeamRead(Schema):
    """A team and the ids of its members."""

    id: UUID
    version: int
    name: str = Field(examples=["Team South"])
    member_ids: list[UUID]


class TeamList(Schema):
    """All teams by name."""

    items: list[TeamRead]


class TeamCreate(Schema):
    """A new team."""

    model_config = ConfigDict(extra="forbid")

    name: Line = Field(examples=["Team South"])
    member_ids: People = Field(default_factory=list)


class TeamUpdate(Schema):
    """What to change; what is left out stays. `member_ids` are all members from now on."""

    model_config = ConfigDict(extra="forbid")

    name: Line | None = Field(default=None, examples=["Team South"])
    member_ids: People | None = None

"""HTTP shapes of API keys."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from tradewind.kernel.payload import Flag, Moment, Whole
from tradewind.kernel.schemas import Schema
from tradewind.modules.identity.schemas.fields import Line

Kind = Literal["secret", "signed", "publishable"]
Scope = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[a-z_]+:[a-z_]+$")]
Network = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]
Origin = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$")]


class ApiKeyCreate(Schema):
    """A key to make. Kinds: `secret` is sent as bearer, `signed` signs requests, `publishable` is for browsers."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Billing import", "scopes": ["leads:read", "leads:write"]}]}
    )

    name: Line = Field(examples=["Nightly sync"])
    kind: Kind = "secret"
    test: Flag = Field(False, description="What a test key starts never leaves this installation.")
    scopes: list[Scope] = Field(
        default_factory=list, max_length=200, description="Permissions, each of which you hold yourself."
    )
    expires_at: Moment | None = Field(None, description="At most five years ahead; never, if left out.")
    allowed_networks: list[Network] = Field(
        default_factory=list, max_length=50, description="Addresses or networks (CIDR); everywhere, if empty."
    )
    allowed_origins: list[Origin] = Field(
        default_factory=list, max_length=50, description="Sites that may use a publishable key."
    )
    requests_per_minute: Whole | None = Field(
        None, ge=1, le=1_000_000, description="Counts where it is lower than the installation's own limit."
    )


class ApiKeyRead(Schema):
    """A key. `shown` is its beginning, the id of a signed key, or the whole of a publishable one."""

    id: UUID
    name: str = Field(examples=["Nightly sync"])
    kind: Kind
    test: bool
    shown: str
    scopes: list[str]
    effective_scopes: list[str] = Field(description="What the key may do now: no more than its creator may.")
    allowed_networks: list[str]
    allowed_origins: list[str]
    requests_per_minute: int | None
    expires_at: datetime | None
    created_by: UUID
    created_by_name: str
    created_at: datetime
    last_used_at: datetime | None = Field(description="To the minute.")
    last_used_ip: str | None
    revoked_at: datetime | None
    revoked_by_name: str | None
    status: Literal["active", "expired", "revoked", "creator_inactive", "creator_unprotected"]


class ApiKeyCreated(ApiKeyRead):
    """A key just made, with its secret."""

    secret: str = Field(description="Shown this once. Of a publishable key it is no secret.")


class ApiKeyList(Schema):
    """All keys; revoked ones last."""

    items: list[ApiKeyRead]
    grantable: list[str] = Field(description="Scopes that you may give a key.")


class CurrentKey(Schema):
    """The key a request came with."""

    id: UUID
    name: str = Field(examples=["Nightly sync"])
    kind: Kind
    test: bool
    organisation_id: UUID
    scopes: list[str] = Field(description="What the key may do now.")
    expires_at: datetime | None

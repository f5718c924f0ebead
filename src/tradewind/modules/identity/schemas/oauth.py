"""Shapes of connecting assistants."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from tradewind.kernel.schemas import Schema

_Text = Annotated[str, StringConstraints(max_length=512, pattern=r"^[^\x00-\x1f\x7f]*$")]
_Long = Annotated[str, StringConstraints(max_length=2048, pattern=r"^[^\x00-\x1f\x7f]*$")]


class ConnectionRequest(Schema):
    """The parameters of a client's link to the consent page, as they came."""

    model_config = ConfigDict(extra="forbid")

    client_id: _Text
    redirect_uri: _Text
    response_type: _Text = ""
    code_challenge: _Text = ""
    code_challenge_method: _Text = ""
    scope: _Long | None = None
    state: _Long | None = None
    resource: _Long | None = None


class ConnectionDecision(ConnectionRequest):
    """What the person decided; `scopes` is their choice of those asked for."""

    decision: Literal["allow", "deny"]
    scopes: list[_Text] = Field(default_factory=list, max_length=10)


class ScopeRead(Schema):
    """One thing an assistant may be allowed."""

    scope: str
    label: str
    writes: bool


class ConnectionOffer(Schema):
    """What a program asks for. Its name is its own claim; `host` is where the person's answer is sent."""

    client_name: str
    client_uri: str | None
    host: str
    organisation_name: str
    scopes: list[ScopeRead]


class ConnectionAnswer(Schema):
    """Where to send the browser."""

    redirect_to: str


class AssistantRead(Schema):
    """A connected assistant."""

    id: UUID
    name: str
    host: str
    scopes: list[ScopeRead]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime = Field(description="When it ends if it is not used until then")


class ClientMetadata(Schema):
    """A program that registers itself (RFC 7591 §2); other members are ignored."""

    client_name: str | None = Field(default=None, max_length=500)
    redirect_uris: list[str] = Field(default_factory=list, max_length=50)
    client_uri: str | None = Field(default=None, max_length=2048)
    scope: str | None = Field(default=None, max_length=2048)


class ClientRead(Schema):
    """A registered program (RFC 7591 §3.2.1). It holds no secret: PKCE binds each connection."""

    client_id: UUID
    client_id_issued_at: int
    client_name: str
    redirect_uris: list[str]
    client_uri: str | None = None
    scope: str
    grant_types: list[str] = ["authorization_code", "refresh_token"]
    response_types: list[str] = ["code"]
    token_endpoint_auth_method: Literal["none"] = "none"  # noqa: S105 - the absence of one


class TokenRead(Schema):
    """Tokens of an assistant (RFC 6749 §5.1)."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a kind, not a secret
    expires_in: int
    refresh_token: str
    scope: str


class OAuthError(Schema):
    """A refusal (RFC 6749 §5.2)."""

    error: str
    error_description: str

"""Shapes of single sign-on."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from tradewind.kernel.payload import Flag
from tradewind.kernel.schemas import Schema
from tradewind.modules.identity.schemas.fields import Email, Line

Printable = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Url = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=2000, pattern=r"^https?://[^\x00-\x20\x7f]+$"),
    Field(examples=["https://login.example.com"]),
]
Metadata = Annotated[str, StringConstraints(min_length=1, max_length=256 * 1024, pattern=r"^[^\x00]+$")]
Certificate = Annotated[str, StringConstraints(min_length=1, max_length=16 * 1024)]
NextPath = Annotated[
    str, StringConstraints(max_length=500, pattern=r"^/([^/\\\x00-\x1f\x7f][^\x00-\x1f\x7f]*)?$"), Field(examples=["/"])
]


class RoleRule(Schema):
    """Members of the provider's group get the role; the first rule that fits counts."""

    group: Printable
    role: Line


class OidcChange(Schema):
    """An OpenID Connect provider. A null secret removes it; without the field it stays."""

    issuer: Url | None = None
    client_id: Printable | None = None
    client_secret: Annotated[str | None, StringConstraints(max_length=2000, pattern=r"^[^\x00-\x1f\x7f]*$")] = None
    scopes: Printable | None = None
    groups_claim: Printable | None = None
    signs_out: Flag | None = Field(default=None, description="Who signs out here is sent to sign out there, too")


class SamlChange(Schema):
    """A SAML 2.0 provider: its metadata as text or by address, or its three values one by one."""

    metadata_xml: Metadata | None = None
    metadata_url: Url | None = None
    entity_id: Printable | None = None
    sso_url: Url | None = None
    slo_url: Url | None = None
    certificates: Annotated[list[Certificate] | None, Field(max_length=10)] = None
    email_attribute: Printable | None = None
    name_attribute: Printable | None = None
    groups_attribute: Printable | None = None
    signs_requests: Flag | None = Field(default=None, description="Sign the requests that people are sent with")
    signs_out: Flag | None = Field(default=None, description="Who signs out here is sent to sign out there, too")
    new_key: Flag | None = Field(default=None, description="Make a new key; the provider then needs our metadata anew")


class ConnectionValues(Schema):
    """What can be set of a connection."""

    enabled: Flag | None = None
    oidc: OidcChange | None = None
    saml: SamlChange | None = None
    creates_users: Flag | None = None
    default_role: Line | None = None
    role_rules: Annotated[list[RoleRule] | None, Field(max_length=200)] = None


class ConnectionUpdate(ConnectionValues):
    """Changes of a connection."""

    name: Line | None = Field(default=None, examples=["Company directory"])


class ConnectionCreate(ConnectionValues):
    """A new connection; it is switched off until `enabled` says otherwise."""

    kind: Literal["oidc", "saml"]
    name: Line = Field(examples=["Company directory"])


class OidcRead(Schema):
    """An OpenID Connect provider; the secret is never shown."""

    issuer: str
    client_id: str
    has_secret: bool
    scopes: str
    groups_claim: str
    signs_out: bool


class CertificateRead(Schema):
    """A certificate of a SAML provider."""

    subject: str
    fingerprint: str = Field(description="SHA-256, hexadecimal")
    expires_at: datetime


class SamlRead(Schema):
    """A SAML 2.0 provider."""

    entity_id: str
    sso_url: str
    certificates: list[CertificateRead]
    metadata_url: str | None
    email_attribute: str | None
    name_attribute: str | None
    groups_attribute: str | None
    signs_requests: bool
    slo_url: str | None
    signs_out: bool
    our_certificate: CertificateRead | None = Field(description="Of the key that signs requests and opens assertions")


class OurSide(Schema):
    """What to enter at the provider."""

    redirect_uri: str | None = Field(description="OIDC: redirect URI")
    acs_url: str | None = Field(description="SAML: assertion consumer service (POST)")
    logged_out_uri: str | None = Field(description="OIDC: post-logout redirect URI")
    back_channel_uri: str | None = Field(description="OIDC: back-channel logout URI")
    slo_url: str | None = Field(description="SAML: single logout service (redirect)")
    entity_id: str | None = Field(description="SAML: entity id (audience); also the address of our metadata")


class ConnectionRead(Schema):
    """A trusted identity provider."""

    id: UUID
    version: int
    kind: Literal["oidc", "saml"]
    name: str = Field(examples=["Company directory"])
    enabled: bool
    oidc: OidcRead | None
    saml: SamlRead | None
    ours: OurSide
    creates_users: bool
    default_role: str
    role_rules: list[RoleRule]
    linked_people: int
    sign_in_path: str
    created_at: datetime


class DomainCreate(Schema):
    """A domain to claim."""

    domain: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=253)]
    connection_id: UUID | None = None


class DomainUpdate(Schema):
    """Through which connection people of the domain sign in, and whether they must."""

    connection_id: UUID | None = None
    required: Flag | None = None


class DomainProof(Schema):
    """`dns`: by the TXT record. `administrator`: by the caller's own confirmed address in the domain."""

    proof: Literal["dns", "administrator"]


class DomainRead(Schema):
    """A claimed domain; it counts once `proof` is set."""

    id: UUID
    domain: str
    connection_id: UUID | None
    record_name: str
    record_value: str
    proof: Literal["dns", "administrator"] | None
    proven_at: datetime | None
    required: bool


class AdministratorRead(Schema):
    """An administrator, and whether they may go on using a password where single sign-on is required."""

    id: UUID
    name: str
    email: str
    keeps_password: bool


class SsoRead(Schema):
    """Everything about single sign-on in the organisation."""

    connections: list[ConnectionRead]
    domains: list[DomainRead]
    administrators: list[AdministratorRead]


class PasswordKeepers(Schema):
    """The administrators who keep their password."""

    user_ids: Annotated[list[UUID], Field(max_length=200)]


class FindingRead(Schema):
    """One thing a check looked at."""

    level: Literal["ok", "warning", "error"]
    text: str


class CheckRead(Schema):
    """What a check found."""

    findings: list[FindingRead]


class AttemptRead(Schema):
    """How a sign-in, test or sign-out ended. `code` is signed_in, created, tested, signed_out, or what was wrong."""

    id: UUID
    purpose: Literal["sign_in", "test", "sign_out"]
    occurred_at: datetime
    code: str
    reason: str
    email: str | None
    subject: str | None
    user_id: UUID | None
    role: str | None
    ip: str | None
    details: dict[str, Any]


class AttemptList(Schema):
    """The last sign-ins and tests of a connection, newest first."""

    items: list[AttemptRead]


class LinkRead(Schema):
    """A member and the identity they have at the provider."""

    id: UUID
    user_id: UUID
    name: str
    email: str
    subject: str
    last_used_at: datetime


class LinkList(Schema):
    """Linked people, last seen first."""

    items: list[LinkRead]


class SsoStart(Schema):
    """Begin a sign-in by the domain of an address, or at a connection."""

    email: Email | None = None
    connection_id: UUID | None = None
    next: NextPath = "/"


class SsoStarted(Schema):
    """Where to send the browser."""

    url: str


class EndedSessions(Schema):
    """What a provider's sign-out ended."""

    ended: int

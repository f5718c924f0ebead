"""What a provider says about a person, in one shape for OIDC and SAML."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from tradewind.modules.identity.errors_sso import SsoRefused
from tradewind.settings import Settings

CALLBACK_PATH = "/api/v1/auth/sso/oidc/callback"
ACS_PATH = "/api/v1/auth/sso/saml/acs"
METADATA_PATH = "/api/v1/auth/sso/saml/metadata"
LOGGED_OUT_PATH = "/login"
BACK_CHANNEL_PATH = "/api/v1/auth/sso/oidc/back-channel"
SLO_PATH = "/api/v1/auth/sso/saml/logout"
FINISH_PATH = "/api/v1/auth/sso/finish"
_MAX_GROUPS = 2000
_MAX_TEXT = 500


@dataclass(frozen=True, slots=True)
class Site:
    """This installation as providers see it, and whether providers may live in private networks."""

    base_url: str
    local_providers: bool

    @classmethod
    def of(cls, settings: Settings) -> "Site":
        """From the settings of the process."""
        return cls(settings.base_url, settings.local_identity_providers)

    @property
    def redirect_uri(self) -> str:
        """Where OIDC providers send people back to."""
        return self.base_url + CALLBACK_PATH

    @property
    def acs_url(self) -> str:
        """Where SAML providers send their answers to."""
        return self.base_url + ACS_PATH

    @property
    def logged_out_url(self) -> str:
        """Where OIDC providers send people back to after they signed out there."""
        return self.base_url + LOGGED_OUT_PATH

    def back_channel_url(self, connection_id: UUID) -> str:
        """Where the OIDC provider of a connection tells that somebody signed out."""
        return f"{self.base_url}{BACK_CHANNEL_PATH}?connection={connection_id}"

    def slo_url(self, connection_id: UUID) -> str:
        """Where the SAML provider of a connection sends requests and answers about signing out."""
        return f"{self.base_url}{SLO_PATH}?connection={connection_id}"

    def entity_id(self, connection_id: UUID) -> str:
        """Our name towards the SAML provider of a connection; also the address of our metadata."""
        return f"{self.base_url}{METADATA_PATH}?connection={connection_id}"


@dataclass(frozen=True, slots=True)
class ProviderSession:
    """The provider's side of a session: what it calls that (`sid`, SessionIndex), and what ends it there.

    `handle` is the ID token of OIDC, or NameID, its format and qualifiers of SAML.
    """

    name: str | None
    handle: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderIdentity:
    """A person as the provider vouches for them; everything here comes from a verified token or assertion.

    `email_verified` is None where the provider does not say. `claims` is for people to look at.
    """

    issuer: str
    subject: str
    email: str | None
    email_verified: bool | None
    name: str | None
    groups: tuple[str, ...]
    claims: dict[str, Any]
    session: ProviderSession | None = None

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self) | {"groups": list(self.groups)}

    @classmethod
    def from_plain(cls, value: dict[str, Any]) -> "ProviderIdentity":
        """The inverse of `plain`."""
        session = value.get("session")
        changed = {"groups": tuple(value["groups"]), "session": ProviderSession(**session) if session else None}
        return cls(**{**value, **changed})


def subject_of(value: Any) -> str:
    """A usable subject, or SsoRefused."""
    if not isinstance(value, str) or not value.strip() or len(value) > _MAX_TEXT or "\x00" in value:
        raise SsoRefused("The provider did not say who this is: the subject is missing or unusable.", "no_subject")
    return value


def text_of(value: Any) -> str | None:
    """A text claim without control characters; the first one of a list; None for anything else."""
    if isinstance(value, list) and value:
        value = value[0]
    if not isinstance(value, str):
        return None
    return "".join(c for c in value if c.isprintable()).strip()[:_MAX_TEXT] or None


def groups_of(value: Any) -> tuple[str, ...]:
    """Group names from a list or a single text; what is no text is left out."""
    listed = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(item for item in listed if isinstance(item, str) and 0 < len(item) <= _MAX_TEXT))[
        :_MAX_GROUPS
    ]


def claim_at(claims: dict[str, Any], path: str) -> Any:
    """A claim by its name, or by a dotted path into objects (`realm_access.roles`); None if it is not there."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found

"""Where programs learn how to connect: metadata of the protected resource (RFC 9728) and of our server (RFC 8414)."""

from typing import Any

from fastapi import Request

from tradewind.kernel.access import public
from tradewind.kernel.routing import Router
from tradewind.modules.identity.assistant_authenticator import RESOURCE_PATH, resource_of
from tradewind.modules.identity.service.oauth_scopes import SCOPES
from tradewind.settings import Settings

router = Router(base="", tags=["Assistants"])
SCOPE_TEXT = " ".join(SCOPES)
_RESOURCE = "/.well-known/oauth-protected-resource"
_SERVER = "/.well-known/oauth-authorization-server"


def resource_metadata_url(settings: Settings) -> str:
    """Address of the resource's metadata: the well-known part goes between host and path (RFC 9728 §3.1)."""
    return f"{settings.base_url}{_RESOURCE}{RESOURCE_PATH}"


@router.get(_RESOURCE, include_in_schema=False, dependencies=[public("metadata for programs")])
@router.get(f"{_RESOURCE}{RESOURCE_PATH}", dependencies=[public("metadata for programs")])
async def read_resource_metadata(request: Request) -> dict[str, Any]:
    """What the endpoint of assistants demands (RFC 9728)."""
    settings: Settings = request.app.state.settings
    return {
        "resource": resource_of(settings),
        "resource_name": "Tradewind",
        "authorization_servers": [settings.base_url],
        "scopes_supported": list(SCOPES),
        "bearer_methods_supported": ["header"],
    }


@router.get(_SERVER, include_in_schema=False, dependencies=[public("metadata for programs")])
@router.get(f"{_SERVER}{RESOURCE_PATH}", dependencies=[public("metadata for programs")])
async def read_server_metadata(request: Request) -> dict[str, Any]:
    """How to register, ask a person, and get tokens (RFC 8414)."""
    base = request.app.state.settings.base_url
    tokens = f"{base}/api/v1/auth/oauth"
    return {
        "issuer": base,
        "authorization_endpoint": f"{base}/oauth/authorize",
        "token_endpoint": f"{tokens}/token",
        "registration_endpoint": f"{tokens}/register",
        "revocation_endpoint": f"{tokens}/revoke",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
    }

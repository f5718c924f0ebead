"""Connecting assistants: consent and connected ones for people, registration and tokens for programs (OAuth 2.1)."""

from typing import Any, Literal
from urllib.parse import parse_qsl
from uuid import UUID

import orjson
from fastapi import Request, Response, status
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from tradewind.kernel.access import Session, public, signed_in
from tradewind.kernel.limits import rate_limit
from tradewind.kernel.routing import Router
from tradewind.modules.identity.assistant_authenticator import claims_of_access_token, resource_of
from tradewind.modules.identity.errors_oauth import OAuthRefused
from tradewind.modules.identity.schemas.oauth import (
    AssistantRead,
    ClientMetadata,
    ClientRead,
    ConnectionAnswer,
    ConnectionDecision,
    ConnectionOffer,
    ConnectionRequest,
    OAuthError,
    ScopeRead,
    TokenRead,
)
from tradewind.modules.identity.service import oauth_clients, oauth_grants, organisations
from tradewind.modules.identity.service.oauth_scopes import READ_ONLY, SCOPES

router = Router(tags=["Assistants"])
_MAX_BODY = 16 * 1024
_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": OAuthError, "description": "Refused, in the words of OAuth"},
    413: {"model": OAuthError, "description": "The body is too large"},
}


def _form(*, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    schema = {
        "type": "object",
        "required": list(required),
        "properties": {name: {"type": "string"} for name in (*required, *optional)},
    }
    return {"requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}}


@router.post("/me/assistants/requests", dependencies=[signed_in()])
async def read_connection_request(session: Session, request: Request, data: ConnectionRequest) -> ConnectionOffer:
    """What a program that wants to be connected asks for, to be shown before a person decides."""
    checked = await oauth_grants.check(session, _request(data), resource=resource_of(request.app.state.settings))
    return ConnectionOffer(
        client_name=checked.client.name,
        client_uri=checked.client.client_uri,
        host=oauth_clients.display_host(data.redirect_uri),
        organisation_name=(await organisations.current(session)).name,
        scopes=_scopes(checked.scopes),
    )


@router.post("/me/assistants", dependencies=[signed_in(), rate_limit("connect-assistant", "60/hour", key="actor")])
async def decide_connection(session: Session, request: Request, data: ConnectionDecision) -> ConnectionAnswer:
    """Connect an assistant, or refuse to; answers where to send the browser. Only for a person in a session."""
    settings = request.app.state.settings
    asked, resource, issuer = _request(data), resource_of(settings), settings.base_url
    if data.decision == "deny":
        target = await oauth_grants.deny(session, asked, resource=resource, issuer=issuer)
    else:
        target = await oauth_grants.approve(session, asked, data.scopes, resource=resource, issuer=issuer)
    return ConnectionAnswer(redirect_to=target)


@router.get("/me/assistants", dependencies=[signed_in()])
async def list_assistants(session: Session) -> list[AssistantRead]:
    """Assistants that act for me in this organisation, newest first."""
    return [
        AssistantRead(
            id=grant.id,
            name=grant.client_name,
            host=grant.redirect_host,
            scopes=_scopes(grant.scopes),
            created_at=grant.created_at,
            last_used_at=grant.last_used_at,
            expires_at=grant.expires_at,
        )
        for grant in await oauth_grants.listed(session)
    ]


@router.delete("/me/assistants/{assistant_id:uuid}", status_code=status.HTTP_204_NO_CONTENT, dependencies=[signed_in()])
async def disconnect_assistant(session: Session, assistant_id: UUID) -> None:
    """Disconnect an assistant; its tokens end at once."""
    await oauth_grants.disconnect(session, assistant_id)


@router.post(
    "/auth/oauth/register",
    status_code=status.HTTP_201_CREATED,
    response_model=ClientRead,
    responses=_REFUSALS,
    dependencies=[public("programs register before anyone knows them"), rate_limit("oauth-register", "30/hour")],
    openapi_extra={"requestBody": {"content": {"application/json": {"schema": ClientMetadata.model_json_schema()}}}},
)
async def register_client(session: Session, request: Request) -> Response:
    """Register a program (RFC 7591). It gets no secret and no rights; unused registrations lapse after a day."""
    try:
        data = ClientMetadata.model_validate(orjson.loads(await _body(request)))
        client = await oauth_clients.register(
            session, name=data.client_name, redirect_uris=data.redirect_uris, client_uri=data.client_uri
        )
    except (orjson.JSONDecodeError, ValidationError):
        return _refusal(OAuthRefused("invalid_client_metadata", "This is not client metadata of RFC 7591 in JSON."))
    except OAuthRefused as refused:
        return _refusal(refused)
    known = ClientRead(
        client_id=client.id,
        client_id_issued_at=int(client.created_at.timestamp()),
        client_name=client.name,
        redirect_uris=client.redirect_uris,
        client_uri=client.client_uri,
        scope=" ".join(SCOPES),
    )
    return _plain(known.model_dump(mode="json", exclude_none=True), status.HTTP_201_CREATED)


@router.post(
    "/auth/oauth/token",
    response_model=TokenRead,
    responses=_REFUSALS,
    dependencies=[public("the code or refresh token is the credential"), rate_limit("oauth-token", "240/minute")],
    openapi_extra=_form(
        required=("grant_type", "client_id"),
        optional=("code", "code_verifier", "redirect_uri", "refresh_token", "resource", "scope"),
    ),
)
async def create_assistant_token(session: Session, request: Request) -> Response:
    """Trade an authorisation code or a refresh token for tokens (RFC 6749 §4.1.3 and §6, with PKCE)."""
    issuer = request.app.state.settings.base_url
    try:
        form = await _parameters(request)
        if form.get("grant_type") == "authorization_code":
            found = await oauth_grants.redeem(
                session, code=_named(form, "code"), verifier=_named(form, "code_verifier"),
                redirect_uri=form.get("redirect_uri"), client_id=_named(form, "client_id"),
                resource=form.get("resource"), issuer=issuer,
            )  # fmt: skip
        elif form.get("grant_type") == "refresh_token":
            found = await oauth_grants.refresh(
                session, token=_named(form, "refresh_token"), client_id=_named(form, "client_id"),
                resource=form.get("resource"), issuer=issuer,
            )  # fmt: skip
        else:
            found = OAuthRefused("unsupported_grant_type", "Use authorization_code or refresh_token.")
    except OAuthRefused as refused:
        found = refused
    if isinstance(found, OAuthRefused):
        return _refusal(found)
    tokens = TokenRead(
        access_token=found.access_token,
        expires_in=found.expires_in,
        refresh_token=found.refresh_token,
        scope=" ".join(found.scopes),
    )
    return _plain(tokens.model_dump(), status.HTTP_200_OK)


@router.post(
    "/auth/oauth/revoke",
    responses=_REFUSALS,
    dependencies=[public("the token is the credential"), rate_limit("oauth-token", "240/minute")],
    openapi_extra=_form(required=("token", "client_id"), optional=("token_type_hint",)),
)
async def revoke_assistant_token(session: Session, request: Request) -> Response:
    """End the connection a token belongs to (RFC 7009); the same answer for unknown tokens."""
    try:
        form = await _parameters(request)
        token, client_id = _named(form, "token"), _named(form, "client_id")
    except OAuthRefused as refused:
        return _refusal(refused)
    claims = await claims_of_access_token(request.app.state.authenticator, token)
    await oauth_grants.revoke_token(session, token=token, client_id=client_id, claims=claims)
    return _plain({}, status.HTTP_200_OK)


def _request(data: ConnectionRequest) -> oauth_grants.AuthorizationRequest:
    return oauth_grants.AuthorizationRequest(**data.model_dump(exclude={"decision", "scopes"}))


def _scopes(scopes: list[str]) -> list[ScopeRead]:
    return [
        ScopeRead(scope=key, label=label, writes=key not in READ_ONLY)
        for key, label in oauth_grants.scope_labels(scopes)
    ]


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BODY:
            raise OAuthRefused("invalid_request", f"The body may have {_MAX_BODY} bytes.")
    return bytes(body)


async def _parameters(request: Request) -> dict[str, str]:
    """The form's parameters; repeated ones are refused (RFC 6749 §3.2)."""
    refused = OAuthRefused("invalid_request", "Send application/x-www-form-urlencoded, each parameter once.")
    if not request.headers.get("content-type", "").lower().startswith("application/x-www-form-urlencoded"):
        raise refused
    try:
        pairs = parse_qsl((await _body(request)).decode(), max_num_fields=20)
    except ValueError:
        raise refused from None
    if len(dict(pairs)) != len(pairs):
        raise refused
    return dict(pairs)


def _named(form: dict[str, str], name: Literal["code", "code_verifier", "client_id", "refresh_token", "token"]) -> str:
    value = form.get(name)
    if not value:
        raise OAuthRefused("invalid_request", f"The parameter {name} is missing.")
    return value


def _refusal(refused: OAuthRefused) -> Response:
    return _plain({"error": refused.error, "error_description": refused.detail}, refused.status)


def _plain(content: dict[str, Any], status_code: int) -> Response:
    return JSONResponse(content, status_code=status_code, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})

"""Assistants that act for a person: consent, exchange of codes and refresh tokens, revocation (OAuth 2.1, PKCE only).

A grant is born with its authorisation code. Its tokens die with it: by revocation, when a code or refresh token is
used twice, when its giver is no longer an active member.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import Forbidden
from tradewind.modules.identity import authenticator
from tradewind.modules.identity.errors_oauth import AssistantNotFound, ConnectionRequestInvalid, OAuthRefused
from tradewind.modules.identity.models.oauth import OAuthClient, OAuthGrant, OAuthRefreshToken
from tradewind.modules.identity.repository import oauth as repository
from tradewind.modules.identity.service import audit, oauth_clients, oauth_tokens
from tradewind.modules.identity.service.acting import as_user, become
from tradewind.modules.identity.service.oauth_scopes import SCOPES, known_scopes
from tradewind.modules.identity.service.secrets import digest, new_secret

log = structlog.get_logger(__name__)
CODE_LIFETIME = timedelta(minutes=5)
UNUSED_LIFETIME = timedelta(days=30)
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What a client's link to the consent page says, as it says it (RFC 6749 §4.1.1, RFC 7636, RFC 8707)."""

    client_id: str
    redirect_uri: str
    response_type: str
    code_challenge: str
    code_challenge_method: str
    scope: str | None
    state: str | None
    resource: str | None


@dataclass(frozen=True, slots=True)
class CheckedRequest:
    """A request that may be shown to a person."""

    client: OAuthClient
    scopes: list[str]


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a client gets for a code or a refresh token."""

    access_token: str
    refresh_token: str
    expires_in: int
    scopes: list[str]


async def check(session: AsyncSession, request: AuthorizationRequest, *, resource: str) -> CheckedRequest:
    """Judge a request before a person sees it. Raises ConnectionRequestInvalid, in words for that person.

    No failure leads back to the client: an error that redirects would let anyone use us as a redirector.
    """
    client = await oauth_clients.find(session, request.client_id)
    if client is None:
        raise ConnectionRequestInvalid(
            "The program is not registered here, or its registration has lapsed. Start the connection again in it."
        )
    if request.redirect_uri not in client.redirect_uris:
        raise ConnectionRequestInvalid("The program asks to be answered at an address it did not register.")
    if request.response_type != "code":
        raise ConnectionRequestInvalid("The program asks for something else than an authorisation code.")
    if request.code_challenge_method != "S256" or not _CHALLENGE.fullmatch(request.code_challenge):
        raise ConnectionRequestInvalid("The program does not protect the connection with PKCE (S256).")
    if request.resource is not None and not same_resource(request.resource, resource):
        raise ConnectionRequestInvalid(f"The program asks for access to {request.resource[:200]}, which is not here.")
    return CheckedRequest(client, known_scopes(request.scope))


async def approve(
    session: AsyncSession, request: AuthorizationRequest, scopes: Sequence[str], *, resource: str, issuer: str
) -> str:
    """Grant the signed-in person's choice of the scopes asked for; returns where to send the browser.

    Raises ConnectionRequestInvalid, Forbidden for a caller who is no person in a session.
    """
    actor = actor_of(session)
    if actor.kind != "user" or actor.session_id is None or actor.user_id is None or actor.organisation_id is None:
        raise Forbidden("Only a person who is signed in can connect an assistant.", code="kernel.people_only")
    checked = await check(session, request, resource=resource)
    granted = [key for key in checked.scopes if key in scopes]
    if not granted or len(granted) != len(set(scopes)):
        raise ConnectionRequestInvalid("Choose from what the program asks for.")
    code = new_secret()
    grant = OAuthGrant(
        organisation_id=actor.organisation_id,
        user_id=actor.user_id,
        client_id=checked.client.id,
        client_name=checked.client.name,
        redirect_host=oauth_clients.display_host(request.redirect_uri),
        redirect_uri=request.redirect_uri,
        scopes=granted,
        resource=resource,
        code_hash=digest(code),
        code_challenge=request.code_challenge,
        code_expires_at=now() + CODE_LIFETIME,
        expires_at=now() + UNUSED_LIFETIME,
    )
    session.add(grant)
    checked.client.last_granted_at = now()
    await session.flush()
    await audit.record(
        session, action="assistant.connected", subject_type="assistant", subject_id=grant.id,
        after={"client": grant.client_name, "host": grant.redirect_host, "scopes": granted},
    )  # fmt: skip
    return _answer(request, code=code, issuer=issuer)


async def deny(session: AsyncSession, request: AuthorizationRequest, *, resource: str, issuer: str) -> str:
    """Where to send the browser after a no. Raises ConnectionRequestInvalid."""
    await check(session, request, resource=resource)
    return _answer(request, error="access_denied", issuer=issuer)


async def redeem(
    session: AsyncSession, *, code: str, verifier: str, redirect_uri: str | None, client_id: str,
    resource: str | None, issuer: str,
) -> Tokens | OAuthRefused:  # fmt: skip
    """Trade an authorisation code for tokens. It works once; a second use ends the grant: someone has a copy.

    Refusals are returned, not raised, because the revocation must be committed.
    """
    refused = OAuthRefused("invalid_grant", "The code is not valid: it was used, has ended, or is another client's.")
    grant = await _grant_of(session, "code", code, client_id)
    if grant is None:
        return refused
    if grant.code_used_at is not None:
        return await _revoke_copied(session, grant, "authorisation code used twice", refused)
    # Used up by any attempt, so that a stolen code cannot be tried with many verifiers.
    grant.code_used_at = now()
    wrong_target = resource is not None and not same_resource(resource, grant.resource)
    if (
        grant.code_expires_at <= now()
        or (redirect_uri is not None and redirect_uri != grant.redirect_uri)
        or not _proves(verifier, grant.code_challenge)
        or wrong_target
    ):
        await _revoke(session, grant, "authorisation code not proven")
        return OAuthRefused("invalid_target", "The code is for another resource.") if wrong_target else refused
    if await repository.live_grant(session, grant.id) is None:
        return refused
    return await _issue(session, grant, issuer=issuer)


async def refresh(
    session: AsyncSession, *, token: str, client_id: str, resource: str | None, issuer: str
) -> Tokens | OAuthRefused:
    """Trade a refresh token for new tokens. A token used before ends the grant. Refusals are returned."""
    refused = OAuthRefused("invalid_grant", "The refresh token is not valid any more; connect again.")
    grant = await _grant_of(session, "refresh", token, client_id)
    if grant is None or grant.revoked_at is not None:
        return refused
    presented = await repository.refresh_token(session, digest(token))
    if presented is None:
        return refused
    if presented.used_at is not None:
        return await _revoke_copied(session, grant, "refresh token used twice", refused)
    if resource is not None and not same_resource(resource, grant.resource):
        return OAuthRefused("invalid_target", "The refresh token is for another resource.")
    if presented.expires_at <= now() or await repository.live_grant(session, grant.id) is None:
        return refused
    presented.used_at = now()
    return await _issue(session, grant, issuer=issuer)


async def revoke_token(
    session: AsyncSession, *, token: str, client_id: str, claims: oauth_tokens.Claims | None
) -> None:
    """End the grant of a token (RFC 7009). Unknown tokens, and those of other clients, are no failure.

    `claims` are those of a verified access token; without them `token` is taken for a refresh token.
    """
    if claims is None:
        grant = await _grant_of(session, "refresh", token, client_id)
    else:
        await become(session, as_user(claims.user_id, claims.organisation_id))
        grant = await repository.lock_grant(session, claims.grant_id)
        grant = grant if grant is not None and str(grant.client_id) == client_id else None
    if grant is not None and grant.revoked_at is None:
        await _revoke(session, grant, "disconnected by the assistant")


async def listed(session: AsyncSession) -> Sequence[OAuthGrant]:
    """The acting person's live grants in their organisation, newest first."""
    user_id = actor_of(session).user_id
    return await repository.grants_of_user(session, user_id) if user_id else []


async def disconnect(session: AsyncSession, grant_id: UUID) -> None:
    """End one of the acting person's grants. Raises AssistantNotFound."""
    user_id = actor_of(session).user_id
    reason = "revoked by the user"
    name = await repository.revoke(session, grant_id, user_id=user_id, reason=reason) if user_id else None
    if name is None:
        raise AssistantNotFound()
    await authenticator.forget_sessions_at_commit(session, user_id=user_id)
    await audit.record(
        session, action="assistant.disconnected", subject_type="assistant", subject_id=grant_id,
        before={"client": name}, reason=reason,
    )  # fmt: skip


def same_resource(asked: str, resource: str) -> bool:
    """Whether two resource indicators are the same, a trailing slash and the case of scheme and host aside."""
    return _normal(asked) == _normal(resource)


def scope_labels(scopes: Sequence[str]) -> list[tuple[str, str]]:
    """(scope, what it allows in words)."""
    return [(key, SCOPES[key].label) for key in scopes if key in SCOPES]


async def _grant_of(session: AsyncSession, kind: str, secret: str, client_id: str) -> OAuthGrant | None:
    """The locked grant of a secret presented by its own client; the transaction then acts for its giver."""
    found = await repository.find_grant(session, kind, digest(secret))
    if found is None:
        return None
    await become(session, as_user(found.user_id, found.organisation_id))
    grant = await repository.lock_grant(session, found.grant_id)
    return grant if grant is not None and str(grant.client_id) == client_id else None


async def _issue(session: AsyncSession, grant: OAuthGrant, *, issuer: str) -> Tokens:
    grant.expires_at = now() + UNUSED_LIFETIME
    grant.last_used_at = now()
    secret = new_secret()
    session.add(
        OAuthRefreshToken(
            organisation_id=grant.organisation_id, grant_id=grant.id, token_hash=digest(secret),
            expires_at=grant.expires_at,
        )
    )  # fmt: skip
    await session.flush()
    access_token = await oauth_tokens.issue(session, grant, issuer=issuer)
    return Tokens(access_token, secret, int(oauth_tokens.LIFETIME.total_seconds()), grant.scopes)


async def _revoke(session: AsyncSession, grant: OAuthGrant, reason: str) -> None:
    await become(session, as_user(grant.user_id, grant.organisation_id, grant.client_name))
    grant.revoked_at, grant.revoked_reason = now(), reason
    await session.flush()
    await authenticator.forget_sessions_at_commit(session, user_id=grant.user_id)
    await audit.record(
        session, action="assistant.disconnected", subject_type="assistant", subject_id=grant.id,
        before={"client": grant.client_name}, reason=reason,
    )  # fmt: skip


async def _revoke_copied(session: AsyncSession, grant: OAuthGrant, reason: str, refused: OAuthRefused) -> OAuthRefused:
    if grant.revoked_at is None:
        await _revoke(session, grant, reason)
        log.warning("assistant.copied_secret", grant_id=str(grant.id), user_id=str(grant.user_id), reason=reason)
    return refused


def _proves(verifier: str, challenge: str) -> bool:
    if not _VERIFIER.fullmatch(verifier):
        return False
    computed = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return hmac.compare_digest(computed, challenge)


def _answer(request: AuthorizationRequest, *, issuer: str, code: str | None = None, error: str | None = None) -> str:
    """The redirect URI with the answer, `state` as it came, and the issuer (RFC 9207)."""
    parts = urlsplit(request.redirect_uri)
    answer = {"code": code, "error": error, "state": request.state, "iss": issuer}
    query = parse_qsl(parts.query, keep_blank_values=True) + [(k, v) for k, v in answer.items() if v is not None]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _normal(resource: str) -> str:
    try:
        parts = urlsplit(resource)
    except ValueError:
        return resource
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path.rstrip("/"), parts.query, parts.fragment))

"""Access tokens of assistants: RS256 JSON Web Tokens (RFC 9068) for one resource, valid while their grant is."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.identity.errors import InvalidToken
from tradewind.modules.identity.models.oauth import OAuthGrant
from tradewind.modules.identity.service.signing_keys import key_ring

LIFETIME = timedelta(hours=1)
_ALGORITHM = "RS256"
_TYPE = "at+jwt"
_CLAIMS = ("iss", "aud", "sub", "org", "gid", "client_id", "iat", "exp")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says."""

    user_id: UUID
    organisation_id: UUID
    grant_id: UUID
    expires_at: datetime


async def issue(session: AsyncSession, grant: OAuthGrant, *, issuer: str) -> str:
    """A signed token for the grant's resource."""
    pair = await key_ring.signing_key(session)
    issued_at = now()
    payload = {
        "iss": issuer,
        "aud": grant.resource,
        "sub": str(grant.user_id),
        "org": str(grant.organisation_id),
        "gid": str(grant.id),
        "client_id": str(grant.client_id),
        "scope": " ".join(grant.scopes),
        "iat": int(issued_at.timestamp()),
        "exp": int((issued_at + LIFETIME).timestamp()),
    }
    headers = {"kid": pair.kid, "typ": _TYPE}
    return jwt.encode(payload, pair.private, algorithm=_ALGORITHM, headers=headers)


def verify(token: str, key: rsa.RSAPublicKey, *, issuer: str, resource: str) -> Claims:
    """Check type, signature, issuer, audience and times. Raises InvalidToken."""
    try:
        if jwt.get_unverified_header(token).get("typ") != _TYPE:
            raise InvalidToken("This is not an access token of an assistant.")
        payload: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[_ALGORITHM],
            audience=resource,
            issuer=issuer,
            # The end is checked below, against the product's own clock.
            options={"require": list(_CLAIMS), "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
        claims = Claims(
            UUID(payload["sub"]),
            UUID(payload["org"]),
            UUID(payload["gid"]),
            datetime.fromtimestamp(payload["exp"], UTC),
        )
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError, OverflowError, OSError):
        raise InvalidToken("The token is not valid here.") from None
    check_times(claims)
    return claims


def check_times(claims: Claims) -> None:
    """Raise InvalidToken if the token has ended."""
    if claims.expires_at <= now():
        raise InvalidToken("The token has ended; refresh it.", code="identity.token_expired")

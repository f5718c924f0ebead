"""Access tokens: RS256 JSON Web Tokens that live 15 minutes and name user, organisation, role and session."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.identity.errors import InvalidToken
from tradewind.modules.identity.service.signing_keys import key_ring

LIFETIME = timedelta(minutes=15)
ISSUER = "tradewind"
AUDIENCE = "tradewind-api"
_ALGORITHM = "RS256"
_MAX_LENGTH = 4096
_CLAIMS = ("sub", "org", "role", "sid", "iat", "exp", "aud", "iss")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says."""

    user_id: UUID
    organisation_id: UUID
    session_id: UUID
    role: str
    expires_at: datetime


async def issue(
    session: AsyncSession, *, user_id: UUID, organisation_id: UUID, session_id: UUID, role: str
) -> tuple[str, datetime]:
    """A signed token and when it ends."""
    pair = await key_ring.signing_key(session)
    issued_at = now()
    expires_at = issued_at + LIFETIME
    payload = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(user_id),
        "org": str(organisation_id),
        "role": role,
        "sid": str(session_id),
        "iat": int(issued_at.timestamp()),
        "exp": int(expires_at.timestamp()),
    }
    return jwt.encode(payload, pair.private, algorithm=_ALGORITHM, headers={"kid": pair.kid}), expires_at


def key_id(token: str) -> str:
    """The `kid` a token claims; nothing is verified yet. Raises InvalidToken."""
    if len(token) > _MAX_LENGTH:
        raise InvalidToken("The token is too long.")
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        raise InvalidToken("This is not a token of ours.") from None
    kid = header.get("kid")
    if header.get("alg") != _ALGORITHM or not isinstance(kid, str) or len(kid) > 64:
        raise InvalidToken("The token is signed in a way that is not accepted.")
    return kid


def verify(token: str, key: rsa.RSAPublicKey) -> Claims:
    """Check signature, issuer, audience and times. Raises InvalidToken."""
    try:
        payload: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[_ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            # The end is checked below, against the product's own clock.
            options={"require": list(_CLAIMS), "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
        expires_at = datetime.fromtimestamp(payload["exp"], UTC)
        claims = Claims(
            UUID(payload["sub"]), UUID(payload["org"]), UUID(payload["sid"]), str(payload["role"]), expires_at
        )
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError, OverflowError, OSError):
        raise InvalidToken("The token is not valid.") from None
    check_times(claims)
    return claims


def check_times(claims: Claims) -> None:
    """Raise InvalidToken if the token has ended."""
    if claims.expires_at <= now():
        raise InvalidToken("The token has ended; refresh it.", code="identity.token_expired")

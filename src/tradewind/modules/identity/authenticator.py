"""Who is calling: credentials → actor, from memory in all but the first request of a session or key.

A session's or key's state is read again after at most STATE_SECONDS, so one revoked elsewhere ends within that time;
revoked through this process it ends at once. Open WebSockets are told, and end at once wherever they are.
"""

import hmac
from dataclasses import replace
from functools import partial
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from tradewind.kernel import realtime
from tradewind.kernel.access import Actor
from tradewind.kernel.crypto import get_vault
from tradewind.kernel.database import Database
from tradewind.kernel.errors import Unauthorised
from tradewind.modules.identity.errors import CsrfFailed, InvalidToken, SecondFactorRequired, SessionEnded
from tradewind.modules.identity.errors_keys import ManyCredentials
from tradewind.modules.identity.key_authenticator import KeyAuthenticator, key_states
from tradewind.modules.identity.models.sessions import STRONG
from tradewind.modules.identity.remembered import Recent, States
from tradewind.modules.identity.repository import sessions as repository
from tradewind.modules.identity.service import access_tokens, recent_proof
from tradewind.modules.identity.service.acting import as_user
from tradewind.modules.identity.service.key_format import looks_like_key
from tradewind.modules.identity.service.signing_keys import key_ring
from tradewind.modules.identity.signed_requests import is_signed

ACCESS_COOKIE = "tw_access"
REFRESH_COOKIE = "tw_refresh"
CSRF_COOKIE = "tw_csrf"
CSRF_HEADER = "x-csrf-token"
KEY_HEADER = "x-api-key"
AUTH_PATH = "/api/v1/auth"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_StateKey = tuple[UUID, UUID]  # session, organisation
session_states: States[_StateKey, Actor | None] = States()


async def forget_sessions_at_commit(session: AsyncSession, *, user_id: UUID | None = None) -> None:
    """Once `session` commits, this process reads all sessions and API keys anew: roles or sessions have changed.

    Open connections of all processes ask at once whether they may go on: those of one user, else the organisation's.
    """
    forget_all()
    event.listen(session.sync_session, "after_commit", lambda _: forget_all(), once=True)
    await realtime.tell_access_changed(session, user_id=user_id)


def forget_all() -> None:
    """Read the state of every session and API key again on its next request."""
    session_states.forget_all()
    key_states.forget_all()


class SessionAuthenticator:
    """The kernel's `Authenticator` on access tokens, by header or cookie."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._claims: Recent[str, access_tokens.Claims] = Recent()
        self._keys = KeyAuthenticator(database)

    async def authenticate(self, token: str, *, ip: str | None = None) -> Actor:
        """Actor of an access token or API key. Raises Unauthorised; Forbidden where the key is not meant for this."""
        return await (self._keys.bearer(token, ip=ip) if looks_like_key(token) else self._session(token))

    async def _session(self, token: str) -> Actor:
        claims = self._claims.get(token)
        if claims is None:
            claims = await self._verify(token)
            self._claims.put(token, claims)
        else:
            access_tokens.check_times(claims)
        actor = await self._actor(claims)
        if actor is None:
            raise SessionEnded("Sign in again: this session was closed, or you are no longer a member.")
        return actor

    def forget(self) -> None:
        """Ask the database again for everybody's rights."""
        forget_all()

    async def require_recent(self, actor: Actor) -> None:
        """Raise Forbidden unless the actor is a person whose session was proven in the last minutes."""
        await recent_proof.require(self._database, actor)

    async def authenticate_request(self, request: Request) -> Actor:
        """Actor by signature, bearer token or key, else by cookie with CSRF check, else anonymous.

        Raises Unauthorised, and Forbidden where a key is not meant for this.
        """
        request_id = getattr(request.state, "request_id", None)
        ip = request.client.host if request.client else None
        stated = await self._by_headers(request, ip)
        if stated is not None:
            return replace(stated, request_id=request_id, ip=ip)
        anonymous = Actor.anonymous(request_id=request_id, ip=ip)
        cookie = request.cookies.get(ACCESS_COOKIE)
        if not cookie:
            return anonymous
        try:
            actor = await self._session(cookie)
        except Unauthorised:
            # A stale cookie must not stand in the way of signing in again.
            return anonymous
        if request.method not in _SAFE_METHODS and request.scope["type"] == "http":
            if request.url.path.startswith(AUTH_PATH):
                if not csrf_is_right(request, actor.session_id):
                    return anonymous
            else:
                check_csrf(request, actor.session_id)
        return replace(actor, request_id=request_id, ip=ip)

    async def _by_headers(self, request: Request, ip: str | None) -> Actor | None:
        """The actor that the headers state; None where they state nobody."""
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        token = credentials.strip() if scheme.lower() == "bearer" else None
        key = request.headers.get(KEY_HEADER)
        signed = is_signed(request.scope)
        if (token is not None) + (key is not None) + signed > 1:
            raise ManyCredentials("Send a signature, an Authorization header or X-API-Key, and only one of them.")
        if signed:
            return await self._keys.signed(request, ip=ip)
        if key is not None:
            return await self._keys.bearer(key.strip(), ip=ip)
        return None if token is None else await self.authenticate(token, ip=ip)

    async def _verify(self, token: str) -> access_tokens.Claims:
        kid = access_tokens.key_id(token)
        key = key_ring.known_public_key(kid)
        if key is None and key_ring.may_ask(kid):
            async with self._database.transaction(Actor.system()) as session:
                key = await key_ring.public_key(session, kid)
        if key is None:
            raise InvalidToken("The token is signed with a key that is not ours.")
        return access_tokens.verify(token, key)

    async def _actor(self, claims: access_tokens.Claims) -> Actor | None:
        read = partial(self._read, claims)
        actor = await session_states.get((claims.session_id, claims.organisation_id), read)
        # A second factor may just have been added through another process: a barrier is never remembered.
        return actor if actor is None or actor.barrier is None else await read()

    async def _read(self, claims: access_tokens.Claims) -> Actor | None:
        async with self._database.transaction(as_user(claims.user_id, claims.organisation_id)) as session:
            found = await repository.live_session(session, claims.session_id, claims.organisation_id)
        if found is None:
            return None
        lacks_factor = found.second_factor_required and not STRONG.intersection(found.methods)
        return Actor(
            kind="user",
            organisation_id=claims.organisation_id,
            user_id=claims.user_id,
            session_id=claims.session_id,
            role=found.role,
            permissions=frozenset() if lacks_factor else found.permissions,
            name=found.name,
            barrier=SecondFactorRequired if lacks_factor else None,
            visible_owners=found.visible_owners,
        )


def csrf_token(session_id: UUID) -> str:
    """The value a session's `tw_csrf` cookie has, and that writes must repeat in a header."""
    return get_vault().keyed_hash(session_id.bytes, "identity.csrf").hex()


def csrf_is_right(request: Request, session_id: UUID | None) -> bool:
    """Whether the request repeats the session's CSRF token in its header."""
    given = request.headers.get(CSRF_HEADER, "")
    if session_id is None or not given.isascii():
        return False
    known = (h.hex() for h in get_vault().keyed_hashes(session_id.bytes, "identity.csrf"))
    return any(hmac.compare_digest(given, candidate) for candidate in known)


def check_csrf(request: Request, session_id: UUID | None) -> None:
    """Raise CsrfFailed unless the request proves that the web app sent it."""
    if not csrf_is_right(request, session_id):
        raise CsrfFailed("Repeat the value of the cookie tw_csrf in the header X-CSRF-Token.")

"""Who is calling: access token or cookie → actor, from memory in all but the first request of a session.

A session's state is read again after at most STATE_SECONDS, so a session revoked elsewhere ends within that time;
one revoked through this process ends at once.
"""

import asyncio
import hmac
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.crypto import get_vault
from tradewind.kernel.database import Database
from tradewind.kernel.errors import Unauthorised
from tradewind.modules.identity.errors import CsrfFailed, InvalidToken, SessionEnded
from tradewind.modules.identity.permissions import permissions_of
from tradewind.modules.identity.repository import sessions as repository
from tradewind.modules.identity.service import access_tokens
from tradewind.modules.identity.service.acting import as_user
from tradewind.modules.identity.service.signing_keys import key_ring

ACCESS_COOKIE = "tw_access"
REFRESH_COOKIE = "tw_refresh"
CSRF_COOKIE = "tw_csrf"
CSRF_HEADER = "x-csrf-token"
AUTH_PATH = "/api/v1/auth"
STATE_SECONDS = 2
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_REMEMBERED = 20_000

K = TypeVar("K")
V = TypeVar("V")


class _Recent(Generic[K, V]):
    """A dictionary that forgets the least recently used entry when it is full."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._entries: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
        return entry

    def put(self, key: K, value: V) -> None:
        self._entries[key] = value
        self._entries.move_to_end(key)
        if len(self._entries) > self._size:
            self._entries.popitem(last=False)

    def drop(self, key: K) -> None:
        self._entries.pop(key, None)

    def clear(self) -> None:
        self._entries.clear()

    def __len__(self) -> int:
        return len(self._entries)


@dataclass(frozen=True, slots=True)
class _State:
    actor: Actor | None
    read_at: datetime


_StateKey = tuple[UUID, UUID]  # session, organisation


class SessionStates:
    """What this process remembers of live sessions."""

    def __init__(self) -> None:
        self.states: _Recent[_StateKey, _State] = _Recent(_REMEMBERED)
        self.reading: dict[_StateKey, asyncio.Lock] = {}

    def forget_all(self) -> None:
        """Read every session again on its next request."""
        self.states.clear()


session_states = SessionStates()


def forget_sessions_at_commit(session: AsyncSession) -> None:
    """Once `session` commits, this process reads all session states anew: roles or sessions have changed."""
    session_states.forget_all()
    event.listen(session.sync_session, "after_commit", lambda _: session_states.forget_all(), once=True)


class SessionAuthenticator:
    """The kernel's `Authenticator` on access tokens, by header or cookie."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._claims: _Recent[str, access_tokens.Claims] = _Recent(_REMEMBERED)

    async def authenticate(self, token: str, *, ip: str | None = None) -> Actor:
        """Actor of an access token. Raises Unauthorised."""
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

    async def authenticate_request(self, request: Request) -> Actor:
        """Actor by `Authorization: Bearer`, else by cookie with CSRF check, else anonymous. Raises Unauthorised."""
        request_id = getattr(request.state, "request_id", None)
        ip = request.client.host if request.client else None
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            actor = await self.authenticate(credentials.strip())
            return replace(actor, request_id=request_id, ip=ip)
        anonymous = Actor.anonymous(request_id=request_id, ip=ip)
        cookie = request.cookies.get(ACCESS_COOKIE)
        if not cookie:
            return anonymous
        try:
            actor = await self.authenticate(cookie)
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
        key = (claims.session_id, claims.organisation_id)
        state = session_states.states.get(key)
        if state is None or not _is_fresh(state):
            lock = session_states.reading.setdefault(key, asyncio.Lock())
            try:
                async with lock:
                    state = session_states.states.get(key)
                    if state is None or not _is_fresh(state):
                        state = await self._read(claims)
                        session_states.states.put(key, state)
            finally:
                session_states.reading.pop(key, None)
        return state.actor

    async def _read(self, claims: access_tokens.Claims) -> _State:
        read_at = now()
        async with self._database.transaction(as_user(claims.user_id, claims.organisation_id)) as session:
            found = await repository.live_session(session, claims.session_id, claims.organisation_id)
        if found is None:
            return _State(None, read_at)
        actor = Actor(
            kind="user",
            organisation_id=claims.organisation_id,
            user_id=claims.user_id,
            session_id=claims.session_id,
            role=found.role,
            permissions=permissions_of(found.role),
            name=found.name,
        )
        return _State(actor, read_at)


def _is_fresh(state: _State) -> bool:
    return abs(now() - state.read_at) < timedelta(seconds=STATE_SECONDS)


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

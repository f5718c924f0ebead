"""API keys → actor: by bearer, by signature, and publishable keys for the endpoints that collect events.

A key acts for nobody but itself: its actor has no user. It may do what its scopes say, as far as its creator's
present role allows; when the creator is deactivated or leaves, or lacks the second factor that the organisation
requires, it stops (publishable keys, which read nothing, go on).
"""

import ipaddress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from uuid import UUID

from starlette.requests import Request

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.crypto import get_vault
from tradewind.kernel.database import Database
from tradewind.kernel.events import publish
from tradewind.modules.identity import signed_requests
from tradewind.modules.identity.errors_keys import (
    KeyAddressRefused,
    KeyCreatorInactive,
    KeyCreatorUnprotected,
    KeyExpired,
    KeyMistyped,
    KeyNotPublishable,
    KeyOriginRefused,
    KeyPublishable,
    KeyRevoked,
    KeyUnknown,
    SignatureExpired,
    SignatureReplayed,
    SignatureWrong,
)
from tradewind.modules.identity.events import ApiKeyUsed
from tradewind.modules.identity.models.api_keys import SIGNING_SECRET
from tradewind.modules.identity.remembered import Recent, States
from tradewind.modules.identity.repository import api_keys as repository
from tradewind.modules.identity.repository import factors, roles
from tradewind.modules.identity.service import key_format
from tradewind.modules.identity.service.key_rules import (
    HASH_PURPOSE,
    effective,
    is_active,
    normal_origin,
)

TOUCH_EVERY = timedelta(minutes=1)
_WINDOW = timedelta(seconds=signed_requests.WINDOW_SECONDS)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(slots=True)
class KeyState:
    """What this process knows of a key."""

    actor: Actor
    kind: str
    expires_at: datetime | None
    networks: tuple[Network, ...]
    origins: frozenset[str]
    signing_secret: str | None
    revoked: bool
    creator_active: bool
    creator_unprotected: bool
    last_used_at: datetime | None


_Place = tuple[UUID, UUID]  # key, organisation
key_states: States[_Place, KeyState | None] = States()
# Which key a secret is never changes; where it hangs on an older master key, its hash under the newest stands beside.
# Addresses a key was used from today, so that each is told once.
_addresses_told: Recent[tuple[UUID, str, date], bool] = Recent()
_places: Recent[bytes, tuple[_Place, bytes | None]] = Recent()


class KeyAuthenticator:
    """Recognises API keys; asks the database for a key's first request and then every two seconds at most."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def bearer(self, token: str, *, ip: str | None) -> Actor:
        """Actor of a secret key. Raises Unauthorised or Forbidden, naming what is wrong with the key."""
        state, rehash = await self._by_secret(token)
        if state.kind == "publishable":
            raise KeyPublishable("It may be seen by anyone, so it reads nothing and calls nothing else.")
        return await self._admitted(state, ip, rehash=rehash)

    async def signed(self, request: Request, *, ip: str | None) -> Actor:
        """Actor of a signed request; its nonce is used up. Raises Unauthorised or Forbidden."""
        signature = signed_requests.read(request.scope)
        moment = now()
        if abs(moment - signature.signed_at) > _WINDOW:
            clock = int(moment.timestamp())
            raise SignatureExpired(f"It is {clock} here; X-Tradewind-Timestamp must be within 300 seconds of that.")
        organisation_id = await self._organisation_of(signature.key_id)
        state = await self._state((signature.key_id, organisation_id)) if organisation_id else None
        if state is None or state.signing_secret is None:
            raise KeyUnknown("X-Tradewind-Key names no key for signed requests.")
        if not signature.fits(state.signing_secret):
            raise SignatureWrong(
                "It must be made over method, path?query, timestamp, nonce and body hash, each on its line."
            )
        actor = await self._admitted(state, ip)
        await self._use_up(signature, actor)
        return actor

    async def publishable(self, token: str, *, origin: str | None, ip: str | None) -> Actor:
        """Actor of a key that may only write events. Raises Unauthorised or Forbidden.

        Servers send no `origin`; where a browser does, it must be one of the key's sites.
        """
        state, rehash = await self._by_secret(token)
        if state.kind != "publishable":
            raise KeyNotPublishable("This is a secret key. Keep it out of web pages, and revoke it if it was in one.")
        if origin is not None and not _is_among(origin, state.origins):
            raise KeyOriginRefused("Add the site to the key's allowed origins.")
        return await self._admitted(state, ip, rehash=rehash)

    async def _by_secret(self, token: str) -> tuple[KeyState, bytes | None]:
        if token.startswith(key_format.SIGNING):
            raise KeyMistyped("This is a signing secret: it signs requests and is never sent.")
        if not key_format.is_intact(token):
            raise KeyMistyped("A character is wrong or missing: its checksum does not fit. Copy the key again.")
        known = get_vault().keyed_hash(token, HASH_PURPOSE)
        found = _places.get(known)
        if found is None:
            found = await self._find(token, known)
            _places.put(known, found)
        place, rehash = found
        state = await self._state(place)
        if state is None:
            raise KeyUnknown("Check that it belongs to this installation.")
        return state, rehash

    async def _find(self, token: str, newest: bytes) -> tuple[_Place, bytes | None]:
        hashes = get_vault().keyed_hashes(token, HASH_PURPOSE)
        async with self._database.transaction(Actor.system()) as session:
            found = await repository.find(session, hashes)
        if found is None:
            raise KeyUnknown("Check that it belongs to this installation.")
        return (found.key_id, found.organisation_id), None if found.secret_hash == newest else newest

    async def _organisation_of(self, key_id: UUID) -> UUID | None:
        known = _places.get(key_id.bytes)
        if known is not None:
            return known[0][1]
        async with self._database.transaction(Actor.system()) as session:
            organisation_id = await repository.organisation_of(session, key_id)
        if organisation_id is not None:
            _places.put(key_id.bytes, ((key_id, organisation_id), None))
        return organisation_id

    async def _state(self, place: _Place) -> KeyState | None:
        return await key_states.get(place, partial(self._read, place))

    async def _read(self, place: _Place) -> KeyState | None:
        key_id, organisation_id = place
        async with self._database.transaction(Actor.system(organisation_id)) as session:
            key = await repository.key(session, key_id)
            if key is None:
                return None
            permissions, visible_owners = await roles.standing_of(session, organisation_id, key.created_by)
            unprotected = await factors.unprotected(session, [key.created_by])
        sealed = key.signing_secret_sealed
        actor = Actor(
            kind="api_key",
            organisation_id=organisation_id,
            key_id=key_id,
            permissions=effective(key.scopes, permissions),
            visible_owners=visible_owners,
            name=key.name,
            test=key.test,
            requests_per_minute=key.requests_per_minute,
        )
        return KeyState(
            actor=actor,
            kind=key.kind,
            expires_at=key.expires_at,
            networks=tuple(ipaddress.ip_network(network) for network in key.allowed_networks),
            origins=frozenset(key.allowed_origins),
            signing_secret=SIGNING_SECRET.open_text(key_id, sealed) if sealed else None,
            revoked=key.revoked_at is not None,
            creator_active=is_active(visible_owners),
            creator_unprotected=bool(unprotected),
            last_used_at=key.last_used_at,
        )

    async def _admitted(self, state: KeyState, ip: str | None, *, rehash: bytes | None = None) -> Actor:
        moment = now()
        if state.revoked:
            raise KeyRevoked("Make a new key.")
        if state.expires_at is not None and state.expires_at <= moment:
            raise KeyExpired(f"It ended on {state.expires_at:%Y-%m-%d %H:%M} UTC. Make a new key.")
        # A website goes on sending when whoever set it up has left: its key reads nothing, so nobody's rights live on.
        if not state.creator_active and state.kind != "publishable":
            raise KeyCreatorInactive("A key ends with its creator's membership. Let an active member make a new one.")
        if state.creator_unprotected and state.kind != "publishable":
            raise KeyCreatorUnprotected("It works again once its maker has added a second factor.")
        if state.networks and not _is_within(ip, state.networks):
            raise KeyAddressRefused(f"The address {ip} is not among the key's allowed addresses.")
        if state.last_used_at is None or moment - state.last_used_at >= TOUCH_EVERY:
            await self._touch(state, ip, moment, rehash)
        await self._tell_address(state.actor, ip, moment)
        return state.actor

    async def _tell_address(self, actor: Actor, ip: str | None, moment: datetime) -> None:
        assert actor.key_id is not None
        told = (actor.key_id, ip or "", moment.date())
        if ip is None or _addresses_told.get(told):
            return
        _addresses_told.put(told, True)
        async with self._database.transaction(Actor.system(actor.organisation_id)) as session:
            await publish(session, ApiKeyUsed(key_id=actor.key_id, key_name=actor.name, ip=ip))

    async def _touch(self, state: KeyState, ip: str | None, moment: datetime, rehash: bytes | None) -> None:
        """Note the use, in a transaction of its own; requests that come meanwhile need not."""
        state.last_used_at = moment
        assert state.actor.key_id is not None
        renewed = (rehash, get_vault().newest_key_id) if rehash else None
        async with self._database.transaction(Actor.system(state.actor.organisation_id)) as session:
            await repository.touch(session, state.actor.key_id, ip=ip, every=TOUCH_EVERY, rehash=renewed)

    async def _use_up(self, signature: signed_requests.Signature, actor: Actor) -> None:
        assert actor.organisation_id is not None
        async with self._database.transaction(Actor.system(actor.organisation_id)) as session:
            fresh = await repository.remember_nonce(
                session, signature.key_id, signature.nonce,
                organisation_id=actor.organisation_id, until=signature.signed_at + _WINDOW,
            )  # fmt: skip
        if not fresh:
            raise SignatureReplayed("X-Tradewind-Nonce was used before. Make a new nonce and sign again.")


async def verify_publishable(database: Database, token: str, *, origin: str | None, ip: str | None) -> Actor:
    """See `identity.api.verify_publishable_key`."""
    if not key_format.looks_like_key(token):
        raise KeyMistyped("A publishable key begins with tw_pub_.")
    actor = await KeyAuthenticator(database).publishable(token, origin=origin, ip=ip)
    return replace(actor, ip=ip)


def _is_among(origin: str, origins: frozenset[str]) -> bool:
    try:
        return normal_origin(origin) in origins
    except ValueError:
        return False


def _is_within(ip: str | None, networks: tuple[Network, ...]) -> bool:
    address = _address(ip or "")
    return address is not None and any(address in network for network in networks)


@lru_cache(maxsize=4096)
def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text.split("%", 1)[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address

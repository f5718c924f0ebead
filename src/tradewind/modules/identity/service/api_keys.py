"""API keys: creating (the secret is shown once), listing and revoking."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.crypto import get_vault
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import FieldError, Invalid
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import authenticator
from tradewind.modules.identity.errors_keys import KeyNotFound, TooManyKeys
from tradewind.modules.identity.models.api_keys import SIGNING_SECRET, ApiKey
from tradewind.modules.identity.permissions import PERMISSIONS
from tradewind.modules.identity.repository import api_keys as repository
from tradewind.modules.identity.repository import factors, roles
from tradewind.modules.identity.service import audit, key_format
from tradewind.modules.identity.service.key_rules import (
    HASH_PURPOSE,
    NEVER_SCOPES,
    PUBLISHABLE_SCOPES,
    effective,
    is_active,
    normal_network,
    normal_origin,
)

MAX_KEYS = 200
MAX_LISTED = 500
LONGEST = timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A key to create. A publishable one `for_servers` needs no site: browsers may not use it then."""

    name: str
    kind: Literal["secret", "signed", "publishable"] = "secret"
    test: bool = False
    scopes: Sequence[str] = ()
    expires_at: datetime | None = None
    allowed_networks: Sequence[str] = ()
    allowed_origins: Sequence[str] = ()
    requests_per_minute: int | None = None
    for_servers: bool = False


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made. `secret` is clear text, cannot be read again, and must not be stored."""

    key: ApiKey
    secret: str


Status = Literal["active", "expired", "revoked", "creator_inactive", "creator_unprotected"]


@dataclass(frozen=True, slots=True)
class ListedKey:
    """A key and what its creator may do and see now (see `repository.roles.standing_of`)."""

    key: ApiKey
    permissions: frozenset[str]
    visible_owners: frozenset[UUID] | None
    unprotected: bool = False

    @property
    def scopes(self) -> frozenset[str]:
        """What the key may do now."""
        return effective(self.key.scopes, self.permissions)

    @property
    def status(self) -> Status:
        """Whether the key works, or why not."""
        if self.key.revoked_at is not None:
            return "revoked"
        if self.key.expires_at is not None and self.key.expires_at <= now():
            return "expired"
        if self.key.kind == "publishable":
            return "active"
        if not is_active(self.visible_owners):
            return "creator_inactive"
        return "creator_unprotected" if self.unprotected else "active"


async def create(session: AsyncSession, draft: Draft) -> NewKey:
    """Make a key for the session's organisation in the name of its user. Raises Invalid, TooManyKeys."""
    actor = actor_of(session)
    assert actor.organisation_id is not None
    assert actor.user_id is not None
    networks, origins = _checked(draft, actor.permissions)
    if await repository.count_live(session) >= MAX_KEYS:
        raise TooManyKeys(f"There may be {MAX_KEYS} keys; revoke some that are not used.")
    key_id = new_id()
    secret = key_format.generate(_prefix(draft))
    signs = draft.kind == "signed"
    key = ApiKey(
        id=key_id,
        organisation_id=actor.organisation_id,
        kind=draft.kind,
        test=draft.test,
        name=draft.name,
        shown=secret if draft.kind == "publishable" else str(key_id) if signs else key_format.recognisable(secret),
        secret_hash=None if signs else get_vault().keyed_hash(secret, HASH_PURPOSE),
        hash_key_id=None if signs else get_vault().newest_key_id,
        signing_secret_sealed=SIGNING_SECRET.seal(key_id, secret) if signs else None,
        scopes=sorted(PUBLISHABLE_SCOPES if draft.kind == "publishable" else set(draft.scopes)),
        allowed_networks=networks,
        allowed_origins=origins,
        requests_per_minute=draft.requests_per_minute,
        expires_at=draft.expires_at,
        created_by=actor.user_id,
        created_by_name=actor.name,
    )
    session.add(key)
    await session.flush()
    await audit.record(
        session, action="api_key.created", subject_type="api_key", subject_id=key_id,
        after={
            "name": key.name, "kind": key.kind, "test": key.test, "scopes": key.scopes,
            "expires_at": key.expires_at, "allowed_networks": networks, "allowed_origins": origins,
            "requests_per_minute": key.requests_per_minute,
        },
    )  # fmt: skip
    return NewKey(key, secret)


async def listed(session: AsyncSession) -> list[ListedKey]:
    """Keys of the organisation, newest first, revoked ones last."""
    keys = await repository.newest(session, limit=MAX_LISTED)
    standings = {
        user_id: await roles.standing_of(session, organisation_id, user_id)
        for organisation_id, user_id in {(key.organisation_id, key.created_by) for key in keys}
    }
    unprotected = await factors.unprotected(session, standings)
    return [ListedKey(key, *standings[key.created_by], key.created_by in unprotected) for key in keys]


async def revoke(session: AsyncSession, key_id: UUID) -> None:
    """End a key: at once in this process, within the state's two seconds in others. Raises KeyNotFound.

    A second revocation changes nothing.
    """
    key = await repository.locked(session, key_id)
    if key is None:
        raise KeyNotFound()
    if key.revoked_at is not None:
        return
    key.revoked_at, key.revoked_by_name = now(), actor_of(session).name
    await session.flush()
    await authenticator.forget_sessions_at_commit(session)
    await audit.record(
        session, action="api_key.revoked", subject_type="api_key", subject_id=key_id, before={"name": key.name}
    )


async def current(session: AsyncSession) -> ApiKey:
    """The key that the session acts for. Raises KeyNotFound where it acts for a person."""
    key_id = actor_of(session).key_id
    found = await repository.key(session, key_id) if key_id else None
    if found is None:
        raise KeyNotFound("You are signed in as a person, not by an API key.")
    return found


def _prefix(draft: Draft) -> str:
    if draft.kind == "secret":
        return key_format.TEST if draft.test else key_format.LIVE
    return key_format.SIGNING if draft.kind == "signed" else key_format.PUBLISHABLE


def _checked(draft: Draft, permissions: frozenset[str]) -> tuple[list[str], list[str]]:
    """Networks and origins in normal form. Raises Invalid, naming every field that is wrong."""
    errors: list[FieldError] = []
    networks = _normalised("allowed_networks", draft.allowed_networks, normal_network, errors)
    origins = normal_origins(draft.allowed_origins, errors)
    if draft.expires_at is not None and not now() < draft.expires_at <= now() + LONGEST:
        errors.append({"field": "expires_at", "message": "must lie ahead, by five years at most"})
    if draft.kind == "publishable":
        if draft.scopes and set(draft.scopes) != PUBLISHABLE_SCOPES:
            errors.append({"field": "scopes", "message": "a publishable key only sends events; leave this out"})
        if draft.test:
            errors.append({"field": "test", "message": "publishable keys have no test mode"})
        if not draft.allowed_origins and not draft.for_servers:
            errors.append({"field": "allowed_origins", "message": "name the sites that may use the key"})
    else:
        errors += _scope_errors(draft.scopes, permissions)
        if origins:
            errors.append({"field": "allowed_origins", "message": "only publishable keys are for browsers"})
    if errors:
        raise Invalid("The key was not made: some values are not valid.", errors=errors)
    return networks, origins


def _scope_errors(scopes: Sequence[str], permissions: frozenset[str]) -> list[FieldError]:
    if not scopes:
        return [{"field": "scopes", "message": "choose at least one"}]
    beyond = sorted(set(scopes) - (permissions - NEVER_SCOPES))
    if not beyond:
        return []
    if unknown := [scope for scope in beyond if scope not in PERMISSIONS]:
        return [{"field": "scopes", "message": f"there is no such permission: {', '.join(unknown)}"}]
    return [{"field": "scopes", "message": f"you cannot give what you may not do yourself: {', '.join(beyond)}"}]


def normal_origins(origins: Sequence[str], errors: list[FieldError]) -> list[str]:
    """Sites in normal form, each once; what is none is added to `errors`."""
    return _normalised("allowed_origins", origins, normal_origin, errors)


def _normalised(field: str, values: Sequence[str], normal: Callable[[str], str], errors: list[FieldError]) -> list[str]:
    found: dict[str, None] = {}
    for place, value in enumerate(values):
        try:
            found[normal(value)] = None
        except ValueError as problem:
            errors.append({"field": f"{field}.{place}", "message": f"“{value}” {problem}"})
    return list(found)

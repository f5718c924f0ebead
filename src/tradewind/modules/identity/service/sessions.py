"""Sessions: opening, rotation of refresh tokens with detection of copies, revocation, organisation switch."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import AppError
from tradewind.kernel.events import publish
from tradewind.modules.identity import authenticator
from tradewind.modules.identity.errors import (
    NoOrganisation,
    OrganisationNotFound,
    RefreshReused,
    SessionEnded,
    SessionNotFound,
)
from tradewind.modules.identity.errors_sso import SsoRequired
from tradewind.modules.identity.events import RefreshTokenReused, SessionContinued, SignedIn
from tradewind.modules.identity.models import RefreshToken, UserSession
from tradewind.modules.identity.models.sessions import STRONG
from tradewind.modules.identity.repository import accounts as account_repository
from tradewind.modules.identity.repository import organisations as organisation_repository
from tradewind.modules.identity.repository import sessions as repository
from tradewind.modules.identity.repository import single_sign_on as single_sign_on_repository
from tradewind.modules.identity.service import access_tokens, audit
from tradewind.modules.identity.service.acting import as_user, become
from tradewind.modules.identity.service.secrets import digest, new_secret

log = structlog.get_logger(__name__)
REFRESH_LIFETIME = timedelta(days=7)
_MAX_USER_AGENT = 300


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a client holds after signing in."""

    access_token: str
    access_expires_at: datetime
    refresh_token: str
    refresh_expires_at: datetime
    session_id: UUID
    user_id: UUID
    organisation_id: UUID


async def start(
    session: AsyncSession,
    user_id: UUID,
    *,
    organisation_id: UUID | None = None,
    user_agent: str = "",
    methods: Sequence[str] = ("password",),
) -> Tokens:
    """Open a session for a user whose identity is established; the transaction then acts for them.

    `methods` says how: `password`, `totp`, `recovery_code`, `passkey`, `sso`. Without `organisation_id` it opens
    where the user was last. Raises NoOrganisation, SsoRequired.
    """
    await become(session, as_user(user_id))
    if "sso" not in methods and await single_sign_on_repository.is_required(session, user_id):
        raise SsoRequired("Your organisation asks its people to use single sign-on.")
    mine = await organisation_repository.organisations_of_user(session, user_id)
    roles = {row.id: row.role for row in mine}
    if organisation_id is None:
        recent = await repository.sessions_of_user(session, user_id)
        organisation_id = next(
            (s.active_organisation_id for s in recent if s.active_organisation_id in roles),
            next(iter(roles), None),
        )
    if organisation_id not in roles:
        raise NoOrganisation()
    user = await account_repository.user(session, user_id)
    actor = await become(session, as_user(user_id, organisation_id, user.name if user else ""))
    added = UserSession(
        user_id=user_id,
        active_organisation_id=organisation_id,
        device=_device(user_agent),
        user_agent=_printable(user_agent),
        ip=actor.ip,
        methods=list(methods),
        strong_at=now() if STRONG.intersection(methods) else None,
        expires_at=now() + REFRESH_LIFETIME,
    )
    session.add(added)
    await session.flush()
    await audit.record(
        session, action="session.started", subject_type="session", subject_id=added.id,
        after={"device": added.device, "methods": added.methods},
    )  # fmt: skip
    time_zone = user.time_zone if user else "UTC"
    await publish(session, SignedIn(user_id=user_id, device=added.device, time_zone=time_zone, ip=actor.ip))
    return await _issue(session, added, roles[organisation_id])


async def refresh(session: AsyncSession, token: str, *, user_agent: str = "") -> Tokens | AppError:
    """Trade a refresh token for a new pair. A token used before ends the whole session: someone has a copy.

    Refusals are returned, not raised, because the revocation must be committed.
    """
    ended = SessionEnded("Sign in again.")
    found = await repository.find_refresh(session, digest(token))
    if found is None:
        return ended
    await become(session, as_user(found.user_id))
    family = await repository.lock_session(session, found.session_id)
    presented = await repository.refresh_token(session, found.token_id)
    if family is None or presented is None or family.revoked_at is not None:
        return ended
    if presented.used_at is not None:
        return await _revoke_copied(session, family, user_agent)
    if presented.expires_at <= now():
        return ended
    mine = {r.id: r.role for r in await organisation_repository.organisations_of_user(session, found.user_id)}
    if family.active_organisation_id not in mine:
        if not mine:
            return ended
        family.active_organisation_id = next(iter(mine))
    presented.used_at = now()
    family.last_used_at = now()
    family.expires_at = now() + REFRESH_LIFETIME
    family.ip = actor_of(session).ip or family.ip
    actor = await become(session, as_user(found.user_id, family.active_organisation_id))
    user = await account_repository.user(session, found.user_id)
    time_zone = user.time_zone if user else "UTC"
    await publish(session, SessionContinued(user_id=found.user_id, time_zone=time_zone, ip=actor.ip))
    return await _issue(session, family, mine[family.active_organisation_id])


async def switch_organisation(session: AsyncSession, organisation_id: UUID) -> tuple[str, datetime, UUID]:
    """Let the acting user's session work in another of their organisations: `(access token, its end, session)`.

    Raises OrganisationNotFound for one the user does not belong to.
    """
    actor = actor_of(session)
    assert actor.user_id is not None
    family = await repository.lock_session(session, actor.session_id) if actor.session_id else None
    if family is None:
        raise SessionNotFound()
    mine = {r.id: r.role for r in await organisation_repository.organisations_of_user(session, actor.user_id)}
    if organisation_id not in mine:
        raise OrganisationNotFound()
    family.active_organisation_id = organisation_id
    await session.flush()
    token, expires_at = await access_tokens.issue(
        session, user_id=actor.user_id, organisation_id=organisation_id, session_id=family.id,
        role=mine[organisation_id],
    )  # fmt: skip
    return token, expires_at, family.id


async def listed(session: AsyncSession) -> Sequence[UserSession]:
    """Live sessions of the acting user, last used first."""
    user_id = actor_of(session).user_id
    return await repository.sessions_of_user(session, user_id) if user_id else []


async def revoke(session: AsyncSession, session_id: UUID, reason: str = "revoked by the user") -> None:
    """End one session of the acting user. Raises SessionNotFound."""
    user_id = actor_of(session).user_id
    if user_id is None or not await repository.revoke(session, user_id, only=session_id, reason=reason):
        raise SessionNotFound()
    await authenticator.forget_sessions_at_commit(session, user_id=user_id)
    await audit.record(session, action="session.revoked", subject_type="session", subject_id=session_id, reason=reason)


async def revoke_others(session: AsyncSession) -> int:
    """End all sessions of the acting user but the present one; returns how many."""
    actor = actor_of(session)
    assert actor.user_id is not None
    ended = await repository.revoke(session, actor.user_id, but=actor.session_id, reason="revoked by the user")
    await authenticator.forget_sessions_at_commit(session, user_id=actor.user_id)
    for session_id in ended:
        await audit.record(session, action="session.revoked", subject_type="session", subject_id=session_id)
    return len(ended)


async def log_out(session: AsyncSession, refresh_token: str | None) -> repository.AtProvider | None:
    """End the session of the refresh token, or else of the caller. Unknown tokens are no failure.

    Returns the session that an identity provider has beside it, if there is one.
    """
    actor = actor_of(session)
    session_id = actor.session_id
    found = await repository.find_refresh(session, digest(refresh_token)) if refresh_token else None
    if found is not None:
        await become(session, as_user(found.user_id, found.organisation_id))
        session_id = found.session_id
    if session_id is None:
        return None
    try:
        await revoke(session, session_id, "signed out")
    except SessionNotFound:
        return None
    return await repository.at_provider(session, session_id)


async def _issue(session: AsyncSession, family: UserSession, role: str) -> Tokens:
    secret = new_secret()
    session.add(
        RefreshToken(
            session_id=family.id, user_id=family.user_id, token_hash=digest(secret), expires_at=family.expires_at
        )
    )
    await session.flush()
    access_token, access_expires_at = await access_tokens.issue(
        session, user_id=family.user_id, organisation_id=family.active_organisation_id, session_id=family.id,
        role=role,
    )  # fmt: skip
    return Tokens(
        access_token, access_expires_at, secret, family.expires_at, family.id, family.user_id,
        family.active_organisation_id,
    )  # fmt: skip


async def _revoke_copied(session: AsyncSession, family: UserSession, user_agent: str) -> AppError:
    await become(session, as_user(family.user_id, family.active_organisation_id))
    await repository.revoke(session, family.user_id, only=family.id, reason="refresh token used twice")
    await authenticator.forget_sessions_at_commit(session, user_id=family.user_id)
    await audit.record(
        session, action="session.refresh_reused", subject_type="session", subject_id=family.id,
        after={"device": _device(user_agent)}, reason="A refresh token was used twice: the session was closed.",
    )  # fmt: skip
    await publish(session, RefreshTokenReused(user_id=family.user_id, session_id=family.id, ip=actor_of(session).ip))
    log.warning("session.refresh_reused", session_id=str(family.id), user_id=str(family.user_id))
    return RefreshReused("A copy of this session was used elsewhere. Sign in again and check your devices.")


def _printable(user_agent: str) -> str:
    return "".join(c for c in user_agent[:_MAX_USER_AGENT] if c.isprintable())


_BROWSERS = (
    (r"Edg/", "Edge"),
    (r"OPR/", "Opera"),
    (r"Firefox/", "Firefox"),
    (r"Chrome/", "Chrome"),
    (r"Safari/", "Safari"),
)
_SYSTEMS = (
    (r"iPhone|iPad", "iOS"),
    (r"Android", "Android"),
    (r"Windows", "Windows"),
    (r"Mac OS X", "macOS"),
    (r"Linux", "Linux"),
)


def _device(user_agent: str) -> str:
    """Words for a session list, e.g. `Firefox on Linux`, or the program's own name."""
    browser = next((name for pattern, name in _BROWSERS if re.search(pattern, user_agent)), None)
    system = next((name for pattern, name in _SYSTEMS if re.search(pattern, user_agent)), None)
    if browser:
        return f"{browser} on {system}" if system else browser
    return _printable(user_agent).split("/")[0][:40] or "Unknown device"

"""Signing in: by password and second factor, or by passkey alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import AppError
from tradewind.kernel.events import Event
from tradewind.modules.identity.errors import (
    InvalidEmail,
    NoOrganisation,
    PasskeyRefused,
    WrongCredentials,
    WrongFactor,
)
from tradewind.modules.identity.events import AccountLocked, LoginFailed
from tradewind.modules.identity.repository import accounts as account_repository
from tradewind.modules.identity.repository import factors as factor_repository
from tradewind.modules.identity.service import (
    account_log,
    addresses,
    challenges,
    factors,
    operations,
    passkeys,
    passwords,
    recent_proof,
    sessions,
    throttle,
)
from tradewind.modules.identity.service.acting import as_user, become
from tradewind.modules.identity.service.sessions import Tokens


@dataclass(frozen=True, slots=True)
class FactorNeeded:
    """The password was right; a session opens only with a second factor. `options` are for a passkey."""

    token: str
    methods: list[recent_proof.Method]
    expires_at: datetime
    options: dict[str, Any] | None


async def by_password(
    session: AsyncSession, *, email: str, password: str, user_agent: str = ""
) -> Tokens | FactorNeeded | AppError:
    """Sign in by password; the session then acts for the user.

    A refusal is returned, not raised, because its traces (failure count, lock, audit row) must be committed.
    """
    try:
        _, key = addresses.normalise(email)
    except InvalidEmail:
        key = email[:320].casefold()
    locked = await throttle.check(session, key)
    if locked is not None:
        return locked
    candidates = await account_repository.candidates(session, key) if "\x00" not in key else []
    match = await passwords.first_match(password, [candidate.password_hash for candidate in candidates])
    if match is None:
        locked = await throttle.count_failure(session, key)
        operations.note_failure(key, actor_of(session).ip, has_account=bool(candidates))
        for candidate in candidates:
            await record_failure(session, candidate, is_locked=locked is not None)
        return locked or WrongCredentials("Check both and try again, or reset your password.")
    candidate = candidates[match]
    await throttle.clear(session, key)
    if not candidate.organisation_ids:
        return NoOrganisation("You are no longer a member of any organisation. Ask to be invited again.")
    await become(session, as_user(candidate.user_id))
    await _refresh_hash(session, candidate, password)
    return await after_password(session, candidate.user_id, user_agent=user_agent)


async def after_password(
    session: AsyncSession, user_id: UUID, *, organisation_id: UUID | None = None, user_agent: str = ""
) -> Tokens | FactorNeeded:
    """A session for a user whose password was right, or the challenge of their second factor if they have one."""
    await become(session, as_user(user_id))
    usable = await recent_proof.factor_methods(session, user_id)
    if not usable:
        return await sessions.start(session, user_id, organisation_id=organisation_id, user_agent=user_agent)
    challenge = await challenges.create(session, "second_factor", user_id=user_id, organisation_id=organisation_id)
    options = None
    if "passkey" in usable and passkeys.relying_party() is not None:
        options = passkeys.request_options(challenge.nonce, await factor_repository.passkeys(session, user_id))
    return FactorNeeded(challenge.token, usable, challenge.expires_at, options)


async def by_second_factor(
    session: AsyncSession, *, token: str, proof: factors.Proof, user_agent: str = ""
) -> Tokens | AppError:
    """Finish a sign-in that the password began. Raises ChallengeEnded; other refusals are returned."""
    challenge = await challenges.attempt(session, token, "second_factor")
    assert challenge.user_id is not None
    await become(session, as_user(challenge.user_id))
    user = await factors.acting_user(session)
    if proof.method not in await recent_proof.factor_methods(session, user.id):
        return WrongFactor("You have no second factor of this kind.")
    refusal = await factors.check(session, user, proof, challenge.nonce)
    if refusal is not None:
        return refusal
    await challenges.spend(session, challenge)
    return await sessions.start(
        session, user.id, organisation_id=challenge.wanted_organisation_id, user_agent=user_agent,
        methods=("password", proof.method),
    )  # fmt: skip


async def start_passkey(session: AsyncSession) -> tuple[challenges.Challenge, dict[str, Any]]:
    """Challenge and browser options for a sign-in by passkey alone; the same for everybody."""
    challenge = await challenges.create(session, "passkey_login")
    return challenge, passkeys.request_options(challenge.nonce)


async def by_passkey(
    session: AsyncSession, *, token: str, credential: dict[str, Any], user_agent: str = ""
) -> Tokens | AppError:
    """Sign in by a passkey alone: it is possession and, by PIN or biometrics, knowledge or being, at once.

    Raises ChallengeEnded; other refusals are returned. An unknown passkey is refused like a forged one.
    """
    challenge = await challenges.attempt(session, token, "passkey_login")
    await challenges.spend(session, challenge)
    user_id = await passkeys.owner(session, credential)
    if user_id is None:
        return PasskeyRefused("This passkey is not known here, or could not be verified.")
    await become(session, as_user(user_id))
    user = await factors.acting_user(session)
    refusal = await factors.check(session, user, factors.Proof("passkey", credential=credential), challenge.nonce)
    if isinstance(refusal, WrongFactor):
        return PasskeyRefused("This passkey is not known here, or could not be verified.")
    if refusal is not None:
        return refusal
    return await sessions.start(session, user_id, user_agent=user_agent, methods=("passkey",))


async def record_failure(session: AsyncSession, candidate: account_repository.Candidate, *, is_locked: bool) -> None:
    """Tell the organisations of a user that a wrong password was given for the account."""
    user_id = candidate.user_id
    events: list[Event] = [LoginFailed(user_id=user_id, ip=actor_of(session).ip)]
    if is_locked:
        events.append(AccountLocked(user_id=user_id, ip=actor_of(session).ip))
    await account_log.record(
        session, user_id, candidate.organisation_ids, "user.locked" if is_locked else "user.login_failed",
        name="(not signed in)", events=events,
    )  # fmt: skip


async def _refresh_hash(session: AsyncSession, candidate: account_repository.Candidate, password: str) -> None:
    if passwords.is_outdated(candidate.password_hash):
        stored = await account_repository.password(session, candidate.user_id)
        if stored is not None:
            stored.password_hash = await passwords.hash_password(password)

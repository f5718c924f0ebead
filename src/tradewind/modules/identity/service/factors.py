"""Second factors of a person: what they have, adding and removing, and the check of one proof."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import AppError
from tradewind.kernel.events import Event, publish
from tradewind.modules.identity import authenticator
from tradewind.modules.identity.errors import (
    EnrolFirst,
    FactorNotFound,
    LastFactor,
    UserNotFound,
    WrongFactor,
)
from tradewind.modules.identity.events import AccountLocked, FactorsChanged, LoginFailed, SecondFactorFailed
from tradewind.modules.identity.models import Passkey, TotpFactor, User
from tradewind.modules.identity.models.sessions import STRONG
from tradewind.modules.identity.repository import accounts as account_repository
from tradewind.modules.identity.repository import factors as repository
from tradewind.modules.identity.repository import sessions as session_repository
from tradewind.modules.identity.service import (
    account_log,
    challenges,
    members,
    passkeys,
    passwords,
    recovery_codes,
    throttle,
    totp,
)
from tradewind.modules.identity.service.recent_proof import Method


@dataclass(frozen=True, slots=True)
class Proof:
    """One answer to “is it you?”: a password, a code of the app or of the list, or a passkey's signature."""

    method: Method
    password: str = ""
    code: str = ""
    credential: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """What the acting user has."""

    totp: TotpFactor | None
    passkeys: Sequence[Passkey]
    recovery_codes_left: int
    has_password: bool
    required: bool


async def overview(session: AsyncSession) -> Overview:
    """Second factors of the acting user."""
    user = await acting_user(session)
    return Overview(
        await repository.totp(session, user.id),
        await repository.passkeys(session, user.id),
        await repository.codes_left(session, user.id),
        await account_repository.has_password(session, user.id),
        await repository.is_required(session, user.id),
    )


async def check(session: AsyncSession, user: User, proof: Proof, nonce: bytes | None) -> AppError | None:
    """The refusal of a proof by the acting user, or None if it is right.

    A refusal is returned, not raised, because its traces (failure count, lock, audit rows) must be committed.
    """
    locked = await throttle.check(session, str(user.id), kind="second_factor")
    if locked is not None:
        return locked
    if await _is_right(session, user, proof, nonce):
        await throttle.clear(session, str(user.id), kind="second_factor")
        return None
    locked = await throttle.count_failure(session, str(user.id), kind="second_factor")
    await _record_failure(session, user, proof.method, is_locked=locked is not None)
    field = {"password": "password", "passkey": "credential"}.get(proof.method, "code")
    message = {
        "password": "The password is not right.",
        "totp": "This code is not right, or was used already. Wait for the next one.",
        "recovery_code": "This recovery code is not right, or was used already.",
        "passkey": "The passkey could not be verified.",
    }[proof.method]
    return locked or WrongFactor(message, errors=[{"field": field, "message": message}])


async def start_totp(session: AsyncSession) -> totp.Draft:
    """A secret for the acting user's authenticator app, to be confirmed with a code."""
    return await totp.start(session, await acting_user(session))


async def confirm_totp(session: AsyncSession, code: str) -> list[str]:
    """Take the app into use; returns recovery codes if the user had none. Raises FactorNotFound, WrongFactor."""
    user = await acting_user(session)
    fits = await totp.confirm(session, user.id, code)
    if fits is None:
        raise FactorNotFound("Begin again: there is no app waiting to be confirmed.")
    if not fits:
        message = "This code is not right. Check that the clock of your phone is, and try the next one."
        raise WrongFactor(message, errors=[{"field": "code", "message": message}])
    return await _added(session, user, "totp", "user.totp_added")


async def remove_totp(session: AsyncSession) -> None:
    """Stop using the app. Raises FactorNotFound, LastFactor."""
    user = await acting_user(session)
    await repository.lock_factors(session, user.id)
    if not await repository.remove_totp(session, user.id, confirmed=True):
        raise FactorNotFound()
    await _removed(session, user, "user.totp_removed")


async def start_passkey(session: AsyncSession) -> tuple[challenges.Challenge, dict[str, Any]]:
    """Challenge and browser options for a new passkey of the acting user's session."""
    user = await acting_user(session)
    challenge = await challenges.create(
        session, "passkey_registration", user_id=user.id, session_id=actor_of(session).session_id
    )
    present = await repository.passkeys(session, user.id)
    return challenge, passkeys.registration_options(user, present, challenge.nonce)


async def add_passkey(
    session: AsyncSession, *, token: str, credential: dict[str, Any], name: str
) -> tuple[Passkey, list[str]]:
    """Store a passkey; returns it, and recovery codes if the user had none.

    Raises ChallengeEnded, PasskeyRefused, PasskeyKnown.
    """
    user = await acting_user(session)
    challenge = await challenges.attempt(
        session, token, "passkey_registration", user_id=user.id, session_id=actor_of(session).session_id
    )
    await challenges.spend(session, challenge)
    added = await passkeys.register(session, user, challenge.nonce, credential, name)
    return added, await _added(session, user, "passkey", "user.passkey_added", {"name": name})


async def rename_passkey(session: AsyncSession, passkey_id: UUID, name: str) -> Passkey:
    """Give a passkey another name. Raises FactorNotFound."""
    found = await repository.passkey(session, passkey_id)
    if found is None:
        raise FactorNotFound()
    found.name = name
    await session.flush()
    await _tell(session, await acting_user(session), "user.passkey_renamed", {"name": name})
    return found


async def remove_passkey(session: AsyncSession, passkey_id: UUID) -> None:
    """Make a passkey worthless. Raises FactorNotFound, LastFactor."""
    user = await acting_user(session)
    await repository.lock_factors(session, user.id)
    found = await repository.passkey(session, passkey_id)
    if found is None:
        raise FactorNotFound()
    name = found.name
    await session.delete(found)
    await session.flush()
    await _removed(session, user, "user.passkey_removed", {"name": name})


async def renew_recovery_codes(session: AsyncSession) -> list[str]:
    """Ten new recovery codes; the old ones stop working. Raises EnrolFirst without a second factor."""
    user = await acting_user(session)
    if not await repository.has_factor(session, user.id):
        raise EnrolFirst("Recovery codes stand in for a second factor; add an authenticator app or a passkey first.")
    codes = await recovery_codes.issue(session, user.id)
    await _tell(session, user, "user.recovery_codes_renewed", mail=True)
    return codes


async def note_proof(session: AsyncSession, method: str) -> None:
    """Note that the acting session was authenticated by this method just now."""
    actor = actor_of(session)
    if actor.session_id is not None:
        await session_repository.note_proof(session, actor.session_id, method, strong=method in STRONG)
    await authenticator.forget_sessions_at_commit(session, user_id=actor.user_id)


async def acting_user(session: AsyncSession) -> User:
    """The user the session acts for. Raises UserNotFound."""
    user_id = actor_of(session).user_id
    user = await account_repository.user(session, user_id) if user_id else None
    if user is None:
        raise UserNotFound()
    return user


async def _is_right(session: AsyncSession, user: User, proof: Proof, nonce: bytes | None) -> bool:
    match proof.method:
        case "password":
            stored = await account_repository.password(session, user.id)
            hashes = [stored.password_hash] if stored else []
            return await passwords.first_match(proof.password, hashes) is not None
        case "totp":
            return await totp.check(session, user.id, proof.code)
        case "recovery_code":
            return await recovery_codes.spend(session, user.id, proof.code)
        case "passkey":
            if nonce is None or proof.credential is None:
                return False
            return await passkeys.check(session, user.id, nonce, proof.credential)


async def _record_failure(session: AsyncSession, user: User, method: Method, *, is_locked: bool) -> None:
    ip = actor_of(session).ip
    failed: Event = (
        LoginFailed(user_id=user.id, ip=ip)
        if method == "password"
        else SecondFactorFailed(user_id=user.id, method=method, ip=ip)
    )
    locked: list[Event] = [AccountLocked(user_id=user.id, ip=ip)] if is_locked else []
    await account_log.record(
        session, user.id, await members.organisation_ids_of(session, user.id),
        "user.locked" if is_locked else "user.second_factor_failed",
        name=user.name, after={"method": method}, events=[failed, *locked],
    )  # fmt: skip


async def _added(
    session: AsyncSession, user: User, method: str, action: str, after: dict[str, Any] | None = None
) -> list[str]:
    await note_proof(session, method)
    await _tell(session, user, action, after, mail=True)
    if await repository.codes_left(session, user.id):
        return []
    return await recovery_codes.issue(session, user.id)


async def _removed(session: AsyncSession, user: User, action: str, after: dict[str, Any] | None = None) -> None:
    if not await repository.has_factor(session, user.id):
        if await repository.is_required(session, user.id):
            raise LastFactor("Add another second factor before you remove the last one.")
        await repository.replace_codes(session, user.id, [])
    await _tell(session, user, action, after, mail=True)


async def _tell(
    session: AsyncSession, user: User, action: str, after: dict[str, Any] | None = None, *, mail: bool = False
) -> None:
    ids = await members.organisation_ids_of(session, user.id)
    await account_log.record(session, user.id, ids, action, name=user.name, after=after)
    if mail:
        await publish(session, FactorsChanged(user_id=user.id, change=action))

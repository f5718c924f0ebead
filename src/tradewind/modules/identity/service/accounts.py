"""Accounts: sign-up, proof of the address, passwords."""

from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import FieldError, Invalid
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import authenticator
from tradewind.modules.identity.contracts import AccountMail
from tradewind.modules.identity.errors import AddressTaken, LinkExpired, UserNotFound
from tradewind.modules.identity.events import EmailVerificationRequested, PasswordResetRequested
from tradewind.modules.identity.models import OneTimeToken, User
from tradewind.modules.identity.permissions import permissions_of
from tradewind.modules.identity.repository import accounts as repository
from tradewind.modules.identity.repository import sessions as session_repository
from tradewind.modules.identity.service import (
    account_log,
    addresses,
    audit,
    members,
    organisations,
    passwords,
    throttle,
)
from tradewind.modules.identity.service.acting import acting_as, as_user, become
from tradewind.modules.identity.service.secrets import digest, new_secret

log = structlog.get_logger(__name__)
VERIFY_LIFETIME = timedelta(days=3)
RESET_LIFETIME = timedelta(hours=1)
_VERIFY, _RESET = "verify_email", "reset_password"


async def sign_up(
    session: AsyncSession, *, name: str, email: str, password: str, organisation_name: str, time_zone: str = "UTC"
) -> Actor:
    """Create a user, their organisation and their place in it as admin; the session then acts for them.

    An address belongs to whoever proves it, so a taken address is no obstacle here and the answer does not tell:
    the account stays unverified, and the owner of the address is told by mail. Raises InvalidEmail, WeakPassword.
    """
    address, key = addresses.normalise(email)
    await passwords.check_strength(password, about=(name, address, organisation_name))
    password_hash = await passwords.hash_password(password)
    organisation_id = await organisations.create(session, name=organisation_name, time_zone=time_zone)
    user_id = new_id()
    actor = Actor(
        kind="user", organisation_id=organisation_id, user_id=user_id, role="admin",
        permissions=permissions_of("admin"), name=name,
    )  # fmt: skip
    actor = await become(session, actor)
    await repository.add_user(
        session, user_id=user_id, email=address, email_key=key, name=name, password_hash=password_hash,
        verified=False, time_zone=time_zone,
    )  # fmt: skip
    await members.add(session, organisation_id, user_id, "admin")
    await audit.record(session, action="user.signed_up", subject_type="user", subject_id=user_id)
    await publish(session, EmailVerificationRequested(user_id=user_id))
    return actor


async def create_user(
    session: AsyncSession,
    organisation_id: UUID,
    *,
    email: str,
    name: str,
    password: str,
    role: str,
    verified: bool = True,
) -> UUID:
    """Add a person without mail or password policy: for the sample company, the command line and tests.

    Raises AddressTaken if a verified account has the address.
    """
    address, key = addresses.normalise(email)
    if verified and await repository.verified_owner(session, key):
        raise AddressTaken()
    password_hash = await passwords.hash_password(password)
    user_id = new_id()
    async with acting_as(session, as_user(user_id, organisation_id)):
        await repository.add_user(
            session, user_id=user_id, email=address, email_key=key, name=name, password_hash=password_hash,
            verified=verified,
        )  # fmt: skip
    async with acting_as(session, Actor.system(organisation_id)):
        await members.add(session, organisation_id, user_id, role)
    return user_id


async def request_verification(session: AsyncSession) -> None:
    """Send the acting user the link to prove their address once more."""
    user = await _acting_user(session)
    if user.email_verified_at is None:
        await publish(session, EmailVerificationRequested(user_id=user.id))


async def request_reset(session: AsyncSession, email: str) -> None:
    """Ask for a reset link, if anyone has the address. Runs in a job: the visitor cannot tell which."""
    _, key = addresses.normalise(email)
    found = await repository.candidates(session, key)
    if not found or not found[0].organisation_ids:
        return
    first = found[0]
    async with acting_as(session, Actor.system(first.organisation_ids[0])):
        await publish(session, PasswordResetRequested(user_id=first.user_id))


async def issue_verification(session: AsyncSession, user_id: UUID) -> AccountMail | None:
    """The mail that proves an address, with a fresh token; None when there is nothing to prove.

    Where a verified account has the address already, the mail only says so and carries no token.
    """
    async with acting_as(session, as_user(user_id, actor_of(session).organisation_id)):
        user = await repository.user(session, user_id)
        if user is None or user.email_verified_at is not None:
            return None
        if await repository.verified_owner(session, user.email_key):
            return AccountMail(user.email, user.name, None, None)
        return await _issue(session, user, _VERIFY, VERIFY_LIFETIME)


async def issue_reset(session: AsyncSession, user_id: UUID) -> AccountMail | None:
    """The mail that resets a password, with a fresh token; None if the user is gone."""
    async with acting_as(session, as_user(user_id, actor_of(session).organisation_id)):
        user = await repository.user(session, user_id)
        return None if user is None else await _issue(session, user, _RESET, RESET_LIFETIME)


async def verify_email(session: AsyncSession, token: str) -> None:
    """Mark the address of the link as proven. Raises LinkExpired, AddressTaken."""
    user = await _spend(session, token, _VERIFY)
    await _mark_verified(session, user, strictly=True)
    await _record_everywhere(session, user, "user.email_verified")


async def reset_password(session: AsyncSession, *, token: str, password: str) -> None:
    """Set a new password by a mailed link, which also proves the address; all sessions end.

    Raises LinkExpired, WeakPassword (the link then stays usable).
    """
    user = await _spend(session, token, _RESET)
    await _set_password(session, user, password)
    await _mark_verified(session, user, strictly=False)
    await session_repository.revoke(session, user.id, reason="password reset")
    await throttle.clear(session, user.email_key)
    await authenticator.forget_sessions_at_commit(session, user_id=user.id)
    await _record_everywhere(session, user, "user.password_reset")


async def change_password(session: AsyncSession, *, current: str, new: str) -> None:
    """Set a new password knowing the old one; other sessions end. Raises Invalid, WeakPassword."""
    user = await _acting_user(session)
    stored = await repository.password(session, user.id)
    if stored is None or await passwords.first_match(current, [stored.password_hash]) is None:
        message = "The present password is not right."
        errors: list[FieldError] = [{"field": "current_password", "message": message}]
        raise Invalid(message, errors=errors, code="identity.wrong_password")
    await _set_password(session, user, new, field="new_password")
    await repository.spend_tokens(session, user.id, _RESET)
    await session_repository.revoke(session, user.id, but=actor_of(session).session_id, reason="password changed")
    await authenticator.forget_sessions_at_commit(session, user_id=user.id)
    await audit.record(session, action="user.password_changed", subject_type="user", subject_id=user.id)


async def _acting_user(session: AsyncSession) -> User:
    user_id = actor_of(session).user_id
    user = await repository.user(session, user_id) if user_id else None
    if user is None:
        raise UserNotFound()
    return user


async def _set_password(session: AsyncSession, user: User, password: str, field: str = "password") -> None:
    await passwords.check_strength(password, about=(user.name, user.email), field=field)
    stored = await repository.password(session, user.id)
    if stored is None:
        raise UserNotFound()
    stored.password_hash = await passwords.hash_password(password)
    stored.changed_at = now()
    stored.chosen = True
    await session.flush()


async def _issue(session: AsyncSession, user: User, purpose: str, lifetime: timedelta) -> AccountMail:
    token = new_secret()
    expires_at = now() + lifetime
    await repository.add_token(
        session,
        OneTimeToken(user_id=user.id, purpose=purpose, token_hash=digest(token), expires_at=expires_at),
    )
    return AccountMail(user.email, user.name, token, expires_at)


async def _spend(session: AsyncSession, token: str, purpose: str) -> User:
    found = await repository.find_token(session, digest(token), purpose)
    if found is None:
        raise LinkExpired("Ask for a new link: this one is unknown, used or too old.")
    token_id, user_id = found
    await become(session, as_user(user_id))
    user = await repository.user(session, user_id)
    if user is None or not await repository.use_token(session, token_id):
        raise LinkExpired("Ask for a new link: this one is unknown, used or too old.")
    return user


async def _mark_verified(session: AsyncSession, user: User, *, strictly: bool) -> None:
    if user.email_verified_at is not None:
        return
    if await repository.verified_owner(session, user.email_key):
        if strictly:
            raise AddressTaken("Another account has proven this address. Sign in there, or reset its password.")
        return
    user.email_verified_at = now()
    await session.flush()


async def _record_everywhere(session: AsyncSession, user: User, action: str) -> None:
    ids = await members.organisation_ids_of(session, user.id)
    await account_log.record(session, user.id, ids, action, name=user.name)

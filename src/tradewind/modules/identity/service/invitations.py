"""Invitations: offering a place in the organisation, and taking it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import AppError, Invalid
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.identity.contracts import InvitationMail
from tradewind.modules.identity.errors import (
    AlreadyInvited,
    AlreadyMember,
    InvitationNotFound,
    LinkExpired,
    WrongCredentials,
)
from tradewind.modules.identity.events import InvitationCreated
from tradewind.modules.identity.models import Invitation
from tradewind.modules.identity.repository import accounts as account_repository
from tradewind.modules.identity.repository import organisations as repository
from tradewind.modules.identity.service import addresses, audit, members, organisations, passwords, roles, throttle
from tradewind.modules.identity.service.acting import acting_as, as_user, become
from tradewind.modules.identity.service.secrets import digest, new_secret

LIFETIME = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Offer:
    """What the holder of an invitation link is shown."""

    email: str
    organisation_name: str
    role: str
    invited_by: str
    has_account: bool


async def invite(session: AsyncSession, *, email: str, role: str) -> Invitation:
    """Offer a place; the mail with the link follows.

    Raises AlreadyMember, AlreadyInvited, InvalidEmail, CannotGrant.
    """
    actor = actor_of(session)
    organisation = await organisations.current(session)
    address, key = addresses.normalise(email)
    user_id = await account_repository.user_id_by_address(session, key)
    if user_id is not None and await repository.membership(session, organisation.id, user_id):
        raise AlreadyMember(f"{address} is already a member.")
    await repository.lock_members(session, organisation.id)
    await members.check_role(session, role)
    if await repository.pending_invitation_of(session, organisation.id, key):
        raise AlreadyInvited(f"{address} was already invited. Withdraw that invitation to send another.")
    added = Invitation(
        organisation_id=organisation.id,
        email=address,
        email_key=key,
        role=role,
        invited_by=actor.user_id,
        invited_by_name=actor.name,
        expires_at=now() + LIFETIME,
    )
    session.add(added)
    await session.flush()
    await audit.record(
        session, action="invitation.created", subject_type="invitation", subject_id=added.id,
        after={"email": address, "role": role},
    )  # fmt: skip
    await publish(session, InvitationCreated(invitation_id=added.id))
    return added


async def listed(session: AsyncSession) -> Sequence[Invitation]:
    """Open invitations of the organisation, newest first."""
    organisation = await organisations.current(session)
    return await repository.open_invitations(session, organisation.id)


async def withdraw(session: AsyncSession, invitation_id: UUID) -> None:
    """Make an open invitation worthless. Raises InvitationNotFound."""
    found = await repository.invitation(session, invitation_id, lock=True)
    if found is None or found.accepted_at or found.revoked_at:
        raise InvitationNotFound()
    found.revoked_at = now()
    await session.flush()
    await audit.record(
        session, action="invitation.withdrawn", subject_type="invitation", subject_id=found.id,
        before={"email": found.email, "role": found.role},
    )  # fmt: skip


async def issue_mail(session: AsyncSession, invitation_id: UUID) -> InvitationMail | None:
    """The mail of an open invitation with a fresh token; None if it is open no more."""
    found = await repository.invitation(session, invitation_id, lock=True)
    if found is None or found.accepted_at or found.revoked_at or found.expires_at <= now():
        return None
    organisation = await organisations.current(session)
    role = await roles.find(session, found.role)
    token = new_secret()
    found.token_hash = digest(token)
    await session.flush()
    return InvitationMail(
        found.email,
        token,
        organisation.name,
        found.invited_by_name,
        role.label if role else found.role,
        found.expires_at,
    )


async def look_up(session: AsyncSession, token: str) -> Offer:
    """What an invitation link offers. Raises LinkExpired."""
    found = await _open_by_token(session, token)
    organisation = await organisations.current(session)
    owner = await account_repository.verified_owner(session, found.email_key)
    return Offer(found.email, organisation.name, found.role, found.invited_by_name, owner is not None)


async def accept(session: AsyncSession, *, token: str, password: str, name: str | None) -> tuple[UUID, UUID] | AppError:
    """Join by link: `(user id, organisation id)`. An existing account gives its password, a new one chooses it.

    A wrong password is returned, not raised, because the failure count must be committed.
    Raises LinkExpired, AlreadyMember, WeakPassword, Invalid.
    """
    found = await _open_by_token(session, token)
    organisation_id = found.organisation_id
    candidates = await account_repository.candidates(session, found.email_key)
    owner = next((candidate for candidate in candidates if candidate.verified), None)
    if owner is not None:
        locked = await throttle.check(session, found.email_key)
        if locked is not None:
            return locked
        if await passwords.first_match(password, [owner.password_hash]) is None:
            locked = await throttle.count_failure(session, found.email_key)
            return locked or WrongCredentials("Give the password of your account.")
        user_id = owner.user_id
    else:
        user_id = await _new_account(session, found, password, name)
    async with acting_as(session, Actor.system(organisation_id, found.invited_by_name or "Invitation")):
        await members.add(session, organisation_id, user_id, found.role)
        found.accepted_at = now()
        await session.flush()
        await audit.record(
            session, action="invitation.accepted", subject_type="invitation", subject_id=found.id,
            after={"user_id": user_id},
        )  # fmt: skip
    return user_id, organisation_id


async def _new_account(session: AsyncSession, found: Invitation, password: str, name: str | None) -> UUID:
    """The mailed link proves the address, so the new account is verified."""
    if not name:
        raise Invalid("Tell us your name.", errors=[{"field": "name", "message": "Tell us your name."}])
    await passwords.check_strength(password, about=(name, found.email))
    user_id = new_id()
    password_hash = await passwords.hash_password(password)
    async with acting_as(session, as_user(user_id, found.organisation_id, name)):
        await account_repository.add_user(
            session, user_id=user_id, email=found.email, email_key=found.email_key, name=name,
            password_hash=password_hash, verified=True,
        )  # fmt: skip
    return user_id


async def _open_by_token(session: AsyncSession, token: str) -> Invitation:
    refused = LinkExpired("Ask to be invited again: this invitation is unknown, used, withdrawn or too old.")
    ids = await repository.find_invitation(session, digest(token))
    if ids is None:
        raise refused
    invitation_id, organisation_id = ids
    await become(session, Actor.system(organisation_id, "Invitation"))
    found = await repository.invitation(session, invitation_id, lock=True)
    if found is None or found.accepted_at or found.revoked_at or found.expires_at <= now():
        raise refused
    return found

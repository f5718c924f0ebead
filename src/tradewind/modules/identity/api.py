"""What other modules and the composition roots may ask of identity."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor, Authenticator
from tradewind.kernel.database import Database, actor_of
from tradewind.modules.identity import contracts, key_authenticator
from tradewind.modules.identity.assistant_authenticator import EndpointAuthenticator
from tradewind.modules.identity.contracts import AccountMail, ChainReport, InvitationMail, Member, PublishableKey
from tradewind.modules.identity.errors import MemberNotFound
from tradewind.modules.identity.networks import range_of as address_range
from tradewind.modules.identity.repository import api_keys
from tradewind.modules.identity.service import accounts, audit, invitations, members, organisations, roles, sessions
from tradewind.modules.identity.service import api_keys as key_service
from tradewind.modules.identity.service import publishable_keys as write_keys
from tradewind.modules.identity.service.acting import acting_as, become
from tradewind.modules.identity.service.audit import record, record_many
from tradewind.modules.identity.service.key_rules import normal_origin
from tradewind.modules.identity.service.signing_keys import key_ring
from tradewind.modules.identity.signed_requests import SignedBodyMiddleware
from tradewind.settings import Settings

__all__ = [
    "SignedBodyMiddleware",
    "add_member",
    "address_range",
    "audit_entries",
    "audit_head",
    "become",
    "change_key_origins",
    "change_settings",
    "create_organisation",
    "create_publishable_key",
    "create_user",
    "expire_key",
    "get_organisation",
    "issue_access_token",
    "issue_email_verification",
    "issue_invitation",
    "issue_password_reset",
    "key_hashes_by_master_key",
    "list_members",
    "locked_members",
    "make_authenticator",
    "member",
    "normal_origin",
    "organisation_by_slug",
    "permissions_by_role",
    "person_behind",
    "publishable_keys",
    "record",
    "record_many",
    "revoke_key",
    "rotate_signing_key",
    "standings",
    "unlock_member",
    "verify_audit_log",
    "verify_audit_logs",
    "verify_publishable_key",
    "who_sees",
]


def make_authenticator(database: Database, settings: Settings) -> Authenticator:
    """The authenticator that the web application uses."""
    return EndpointAuthenticator(database, settings)


async def create_organisation(
    session: AsyncSession, *, name: str, is_sample: bool = False, time_zone: str = "UTC", currency: str = "EUR"
) -> UUID:
    """Store a new organisation without members; returns its id. Publishes nothing."""
    return await organisations.create(session, name=name, is_sample=is_sample, time_zone=time_zone, currency=currency)


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
    """Add a person with a password to an organisation; returns the user's id. Sends no mail.

    Raises AddressTaken, InvalidEmail, Invalid for an unknown role. The password policy is not applied.
    """
    return await accounts.create_user(
        session, organisation_id, email=email, name=name, password=password, role=role, verified=verified
    )


async def add_member(session: AsyncSession, organisation_id: UUID, user_id: UUID, *, role: str) -> None:
    """Make an existing user a member of another organisation. Raises AlreadyMember, Invalid."""
    async with acting_as(session, Actor.system(organisation_id)):
        await members.add(session, organisation_id, user_id, role)


async def issue_access_token(session: AsyncSession, user_id: UUID, organisation_id: UUID) -> str:
    """Open a session for the user without a password and return its access token: for tests and tools."""
    before = actor_of(session)
    tokens = await sessions.start(session, user_id, organisation_id=organisation_id, user_agent="Tradewind")
    await become(session, before)
    return tokens.access_token


async def get_organisation(session: AsyncSession) -> contracts.Organisation:
    """The session's organisation. Raises OrganisationNotFound."""
    return organisations.contract(await organisations.current(session))


async def change_settings(session: AsyncSession, changes: Mapping[str, Any]) -> None:
    """Merge these into the settings of the session's organisation; None removes a key."""
    await organisations.change(session, if_match=None, settings=dict(changes))


async def organisation_by_slug(session: AsyncSession, slug: str) -> UUID | None:
    """The id of the organisation with this public name, for pages that strangers open; None if there is none."""
    return await session.scalar(text("SELECT organisation_of_slug(:slug)"), {"slug": slug})


async def list_members(session: AsyncSession, *, active_only: bool = True) -> list[Member]:
    """Members of the session's organisation, by name: for owners, assignees and routing."""
    return await members.contracts(session, active_only=active_only)


async def who_sees(session: AsyncSession, permission: str, *, owner_id: UUID | None) -> list[UUID]:
    """User ids of active members who hold `permission` and see records of this owner (None: of nobody)."""
    return await members.who_sees(session, permission, owner_id=owner_id)


async def standings(session: AsyncSession, user_ids: Collection[UUID]) -> dict[UUID, contracts.Standing]:
    """What these people may do in the session's organisation; those who are no active members are left out."""
    return await members.standings(session, user_ids)


async def permissions_by_role(session: AsyncSession) -> dict[str, frozenset[str]]:
    """What each role of the session's organisation may do, by the role's label; built-in roles first."""
    return {role.label: role.permissions for role in (await roles.by_keys(session)).values()}


async def person_behind(session: AsyncSession) -> tuple[UUID | None, str]:
    """Id and name of the member who answers for what the session does: of an API key, who made it."""
    return await members.person_behind(session)


async def active_member_name(session: AsyncSession, user_id: UUID) -> str | None:
    """Name of an active member of the session's organisation, None for anyone else: the quick check of owners."""
    return await members.active_name(session, user_id)


async def active_member_names(session: AsyncSession, user_ids: Collection[UUID]) -> dict[UUID, str]:
    """Names of those of these people who are active members of the session's organisation."""
    return await members.active_names(session, user_ids)


async def member(session: AsyncSession, user_id: UUID) -> Member:
    """One member of the session's organisation, active or not. Raises MemberNotFound."""
    for found in await members.contracts(session, active_only=False):
        if found.id == user_id:
            return found
    raise MemberNotFound()


async def locked_members(session: AsyncSession) -> list[tuple[Member, datetime]]:
    """Active members whose sign-in is paused after too many failures, and until when; longest first."""
    return await members.locked(session)


async def unlock_member(session: AsyncSession, user_id: UUID) -> bool:
    """End a member's lock and forget the failures before it; False if there is none."""
    return await members.unlock(session, user_id)


async def key_hashes_by_master_key(database: Database) -> dict[str, int]:
    """How many API keys in use are known by a hash made with each master key."""
    async with database.owner_connection() as connection:
        return await api_keys.hashes_by_master_key(connection)


async def issue_email_verification(session: AsyncSession, user_id: UUID) -> AccountMail | None:
    """Content of the mail that proves an address; None when there is nothing to prove. Not to be stored in clear."""
    return await accounts.issue_verification(session, user_id)


async def issue_password_reset(session: AsyncSession, user_id: UUID) -> AccountMail | None:
    """Content of the mail that resets a password; None if the user is gone."""
    return await accounts.issue_reset(session, user_id)


async def issue_invitation(session: AsyncSession, invitation_id: UUID) -> InvitationMail | None:
    """Content of the mail of an invitation; None if it is open no more."""
    return await invitations.issue_mail(session, invitation_id)


async def rotate_signing_key(session: AsyncSession) -> str:
    """Sign new access tokens with a new key; returns its id. Tokens of older keys stay valid until they end."""
    return await key_ring.rotate(session)


async def verify_audit_log(session: AsyncSession, organisation_id: UUID) -> ChainReport:
    """Verify the hash chain of one organisation; the session must act in it."""
    return await audit.verify(session, organisation_id)


async def verify_audit_logs(database: Database) -> list[ChainReport]:
    """Verify the hash chain of every organisation of the installation, for the command line."""
    async with database.transaction(Actor.system(name="audit verify")) as session:
        ids = list((await session.scalars(text("SELECT all_organisation_ids()"))).all())
    reports = []
    for organisation_id in ids:
        async with database.transaction(Actor.system(organisation_id, name="audit verify")) as session:
            reports.append(await audit.verify(session, organisation_id))
    return reports


async def audit_head(session: AsyncSession) -> int:
    """The number of the last row in the audit chain of the session's organisation, 0 before the first."""
    return await audit.head(session)


async def audit_entries(session: AsyncSession, *, after: int, limit: int) -> list[dict[str, Any]]:
    """Rows of the organisation's audit log that follow number `after` of the chain, in order, as plain JSON.

    Each carries its `sequence` and `hash`. All committed rows are in the chain before it is read.
    """
    return await audit.entries(session, after=after, limit=limit)


async def verify_publishable_key(database: Database, token: str, *, origin: str | None, ip: str | None) -> Actor:
    """The actor of a browser's key (`tw_pub_…`), for endpoints that collect events; it may do `events:write` only.

    `origin` is the request's Origin header, which must be one of the key's sites; servers send none. Outside of
    browsers that header can be forged: what comes in this way is never proof of anything.
    Raises Unauthorised or Forbidden.
    """
    return await key_authenticator.verify_publishable(database, token, origin=origin, ip=ip)


async def create_publishable_key(
    session: AsyncSession, *, name: str, allowed_origins: Sequence[str] = ()
) -> PublishableKey:
    """Make a key that only sends events, in the name of the session's user. Without sites, browsers may not use it.

    Raises Invalid for a site that is none (field `allowed_origins.<place>`), TooManyKeys.
    """
    return await write_keys.create(session, name=name, allowed_origins=allowed_origins)


async def publishable_keys(session: AsyncSession, key_ids: Iterable[UUID]) -> dict[UUID, PublishableKey]:
    """Keys of the session's organisation by their ids."""
    return await write_keys.several(session, key_ids)


async def change_key_origins(session: AsyncSession, key_id: UUID, origins: Sequence[str]) -> PublishableKey:
    """Change the sites that may use a key; effective everywhere within two seconds. Raises Invalid, KeyNotFound."""
    return await write_keys.change_origins(session, key_id, origins)


async def expire_key(session: AsyncSession, key_id: UUID, at: datetime) -> None:
    """Let a key work until `at`. Raises KeyNotFound."""
    await write_keys.expire(session, key_id, at)


async def revoke_key(session: AsyncSession, key_id: UUID) -> None:
    """End a key now; a second time changes nothing. Raises KeyNotFound."""
    await key_service.revoke(session, key_id)

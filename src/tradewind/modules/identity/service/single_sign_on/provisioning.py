"""From a provider's word to a member: role mapping, account linking, and new members."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.identity.errors import InvalidEmail, LastAdmin
from tradewind.modules.identity.errors_sso import SsoRefused
from tradewind.modules.identity.events import EmailVerificationRequested
from tradewind.modules.identity.models import Membership
from tradewind.modules.identity.models.single_sign_on import SsoConnection, SsoLink
from tradewind.modules.identity.repository import accounts as account_repository
from tradewind.modules.identity.repository import organisations as organisation_repository
from tradewind.modules.identity.repository import single_sign_on as repository
from tradewind.modules.identity.service import addresses, audit, members, passwords, roles
from tradewind.modules.identity.service.acting import acting_as, as_user
from tradewind.modules.identity.service.single_sign_on.claims import ProviderIdentity


@dataclass(frozen=True, slots=True)
class Welcome:
    """Who may come in, and how that came about. `user_id` is None in a rehearsal that would make a new user."""

    user_id: UUID | None
    role: str
    told: str
    created: bool = False


@dataclass(frozen=True, slots=True)
class _Account:
    """The account an identity belongs to; `known` where it is linked already."""

    user_id: UUID
    membership: Membership | None
    known: bool


def role_for(groups: Collection[str], rules: Iterable[Mapping[str, str]], known_roles: Collection[str]) -> str | None:
    """The role of the first rule (`{"group": …, "role": …}`, in order of rank) that fits; None if none does.

    Groups are compared exactly, but for case. A rule whose role was removed meanwhile is passed over.
    """
    held = {group.casefold() for group in groups}
    return next(
        (rule["role"] for rule in rules if rule["group"].casefold() in held and rule["role"] in known_roles), None
    )


async def apply_role(session: AsyncSession, user_id: UUID, role: str) -> bool:
    """Give a member of the session's organisation a role; False if they are its last administrator and keep theirs.

    The session must act as the system or as someone who may grant the role. Raises MemberNotFound.
    """
    try:
        await members.change(session, user_id, role=role)
    except LastAdmin:
        return False
    return True


async def admit(session: AsyncSession, connection: SsoConnection, identity: ProviderIdentity) -> Welcome:
    """Find or make the user of a verified identity, link them, and give them their role.

    The session must act as the system in the connection's organisation. Raises SsoRefused.
    """
    await organisation_repository.lock_members(session, connection.organisation_id)
    found, address, key = await _find(session, connection, identity)
    mapped = await _mapped_role(session, connection, identity)
    if found is None:
        return await _welcome_new(session, connection, identity, address, key, mapped)
    if found.membership is None:
        role = await _newcomers_role(session, connection, key, mapped)
        await members.add(session, connection.organisation_id, found.user_id, role)
        await _close_invitation(session, connection, key)
        told = "Joined the organisation with an account they already had."
    else:
        role, told = await _role_again(session, found, mapped)
    if found.known:
        link = await repository.link(session, connection.id, identity.issuer, identity.subject)
        assert link is not None
        link.last_used_at = now()
    else:
        await _link(session, connection, identity, found.user_id)
        told = f"The account was linked to the provider. {told}".strip()
    return Welcome(found.user_id, role, told)


async def rehearse(session: AsyncSession, connection: SsoConnection, identity: ProviderIdentity) -> Welcome:
    """What `admit` would do, without doing it. Raises SsoRefused for the same reasons."""
    found, _, key = await _find(session, connection, identity)
    mapped = await _mapped_role(session, connection, identity)
    if found is None:
        role = await _newcomers_role(session, connection, key, mapped)
        return Welcome(None, role, "A new member would be made.", created=True)
    if found.membership is None:
        role = await _newcomers_role(session, connection, key, mapped)
        return Welcome(found.user_id, role, "An existing account would join the organisation.")
    return Welcome(found.user_id, mapped or found.membership.role, "An existing member would sign in.")


async def _find(
    session: AsyncSession, connection: SsoConnection, identity: ProviderIdentity
) -> tuple[_Account | None, str, str]:
    """The account of an identity, if there is one, and the identity's address with its key."""
    organisation_id = connection.organisation_id
    if identity.email_verified is False:
        raise SsoRefused("The provider says that it has not verified this e-mail address.", "email_unverified")
    address, key = _address(identity)
    link = await repository.link(session, connection.id, identity.issuer, identity.subject)
    if link is not None:
        account = _Account(link.user_id, await _membership(session, organisation_id, link.user_id), known=True)
        await _refuse_foreign(session, organisation_id, link.user_id)
        return account, address, key
    user_id = await repository.member_by_address(session, organisation_id, key)
    if user_id is not None:
        membership = await _membership(session, organisation_id, user_id)
        await _refuse_foreign(session, organisation_id, user_id)
    else:
        user_id = await account_repository.verified_owner(session, key)
        if user_id is None:
            return None, address, key
        membership = None
        domain = await repository.proven_domain(session, domain_of(key))
        if domain is None or domain.proof != "dns":
            raise SsoRefused(
                "An account with this address exists outside this organisation, and the organisation has not proven "
                "the address's domain by DNS. Accept an invitation with the account's password first.",
                "account_elsewhere",
            )
    if await repository.link_of_user(session, connection.id, user_id) is not None:
        raise SsoRefused(
            "The account with this address is linked to another identity of the provider. If that is right, an "
            "administrator can remove the old link in the settings of single sign-on.",
            "other_identity",
        )
    return _Account(user_id, membership, known=False), address, key


async def _membership(session: AsyncSession, organisation_id: UUID, user_id: UUID) -> Membership:
    found = await organisation_repository.membership(session, organisation_id, user_id, include_removed=True)
    if found is None or found.removed_at is not None:
        raise SsoRefused("This person was removed from the organisation. Invite them again first.", "removed")
    if not found.active:
        raise SsoRefused("This person's access was deactivated by an administrator.", "deactivated")
    return found


async def _refuse_foreign(session: AsyncSession, organisation_id: UUID, user_id: UUID) -> None:
    """A provider opens accounts that reach into other organisations only where DNS proved its owner's domain."""
    async with acting_as(session, as_user(user_id)):
        user = await account_repository.user(session, user_id)
        others = [id_ for id_ in await members.organisation_ids_of(session, user_id) if id_ != organisation_id]
    if not others or user is None:
        return
    domain = await repository.proven_domain(session, domain_of(user.email_key))
    if domain is None or domain.proof != "dns":
        raise SsoRefused(
            "This account also belongs to other organisations. It can be opened by single sign-on once this "
            "organisation has proven the address's domain by DNS; until then, sign in with the password.",
            "not_proven",
        )


async def _role_again(session: AsyncSession, found: _Account, mapped: str | None) -> tuple[str, str]:
    """The role of a member at this sign-in, and what to tell about it."""
    assert found.membership is not None
    before = found.membership.role
    if mapped is None or mapped == before:
        return before, ""
    if not await apply_role(session, found.user_id, mapped):
        return before, f"Stays {before}: the last administrator is not demoted."
    return mapped, f"The role changed from {before} to {mapped} by a group."


async def _mapped_role(session: AsyncSession, connection: SsoConnection, identity: ProviderIdentity) -> str | None:
    """The role the groups give; with rules but no match the default role, without rules None."""
    if not connection.role_rules:
        return None
    known = await roles.by_keys(session)
    return role_for(identity.groups, connection.role_rules, known.keys()) or await _default_role(session, connection)


async def _default_role(session: AsyncSession, connection: SsoConnection) -> str:
    if await roles.find(session, connection.default_role) is None:
        raise SsoRefused("The connection's default role no longer exists. Choose another one.", "role_missing")
    return connection.default_role


async def _newcomers_role(session: AsyncSession, connection: SsoConnection, key: str, mapped: str | None) -> str:
    """The role of someone who joins now: by group, else by invitation, else the default. Raises SsoRefused."""
    invitation = await organisation_repository.pending_invitation_of(session, connection.organisation_id, key)
    if invitation is None and not connection.creates_users:
        raise SsoRefused(
            "This person is no member, and the connection does not make new ones. Invite them first.", "not_a_member"
        )
    if mapped is not None:
        return mapped
    if invitation is not None and await roles.find(session, invitation.role) is not None:
        return invitation.role
    return await _default_role(session, connection)


async def _close_invitation(session: AsyncSession, connection: SsoConnection, key: str) -> None:
    invitation = await organisation_repository.pending_invitation_of(session, connection.organisation_id, key)
    if invitation is not None:
        invitation.accepted_at = now()
        await session.flush()


async def _welcome_new(
    session: AsyncSession,
    connection: SsoConnection,
    identity: ProviderIdentity,
    address: str,
    key: str,
    mapped: str | None,
) -> Welcome:
    role = await _newcomers_role(session, connection, key, mapped)
    domain = await repository.proven_domain(session, domain_of(key))
    # Only the DNS proves that the organisation speaks for an address; any other is proven by a mailed link.
    verified = domain is not None and domain.proof == "dns"
    user_id = new_id()
    name = (identity.name or address.partition("@")[0])[:120]
    password_hash = await passwords.unusable_hash()
    async with acting_as(session, as_user(user_id, connection.organisation_id, name)):
        await account_repository.add_user(
            session, user_id=user_id, email=address, email_key=key, name=name, password_hash=password_hash,
            verified=verified, chosen=False,
        )  # fmt: skip
    await members.add(session, connection.organisation_id, user_id, role)
    await _link(session, connection, identity, user_id)
    await _close_invitation(session, connection, key)
    if not verified:
        await publish(session, EmailVerificationRequested(user_id=user_id))
    return Welcome(user_id, role, "A new member was made.", created=True)


async def _link(session: AsyncSession, connection: SsoConnection, identity: ProviderIdentity, user_id: UUID) -> None:
    added = SsoLink(
        organisation_id=connection.organisation_id,
        connection_id=connection.id,
        user_id=user_id,
        issuer=identity.issuer,
        subject=identity.subject,
    )
    session.add(added)
    await session.flush()
    await audit.record(
        session, action="sso.linked", subject_type="user", subject_id=user_id,
        after={"connection": connection.name, "subject": identity.subject},
    )  # fmt: skip


def _address(identity: ProviderIdentity) -> tuple[str, str]:
    if identity.email is None:
        raise SsoRefused(
            "The provider sent no e-mail address. Let it send one (claim or attribute “email”).", "no_email"
        )
    try:
        return addresses.normalise(identity.email)
    except InvalidEmail as error:
        raise SsoRefused(
            f"The provider sent “{identity.email}” as e-mail address: {error.detail}", "no_email"
        ) from error


def domain_of(email_key: str) -> str:
    """The domain of an address key."""
    return email_key.rpartition("@")[2]

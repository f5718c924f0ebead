"""Users of the identity provider become members, and stay what they are in other organisations."""

from uuid import UUID

from scim2_models import NotFoundException, UniquenessException
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.identity.models import User
from tradewind.modules.identity.models.scim import ScimPerson
from tradewind.modules.identity.repository import accounts as account_repository
from tradewind.modules.identity.repository import organisations as organisation_repository
from tradewind.modules.identity.repository import scim as repository
from tradewind.modules.identity.scim import roles
from tradewind.modules.identity.scim.mapping import PersonValues
from tradewind.modules.identity.service import addresses, audit, members, passwords
from tradewind.modules.identity.service.acting import acting_as, as_user

# RFC 2606: nobody can own it, so no mail ever reaches a stranger.
_NO_ADDRESS = "no-address.invalid"


async def hold(session: AsyncSession) -> None:
    """Let nobody else change members until the transaction ends, and know everyone who is one."""
    await organisation_repository.lock_members(session, _organisation_id(session))
    await meet(session)


async def meet(session: AsyncSession) -> None:
    """Know everyone who is a member now, invited or provisioned."""
    await repository.meet_members(session, _organisation_id(session))


async def create(session: AsyncSession, values: PersonValues) -> UUID:
    """Make someone a member; returns the id for the identity provider.

    A member it has not written yet and who has the same name or address is taken over instead.
    Raises UniquenessException, LastAdmin.
    """
    await hold(session)
    organisation_id = _organisation_id(session)
    present = await _present(session, values)
    if present is not None:
        if present.provisioned_at is not None:
            raise UniquenessException(detail="This userName or address belongs to another user of the organisation.")
        await _write(session, present, values)
        return present.id
    user_id = await _account(session, organisation_id, values)
    settings = await roles.current(session)
    await members.add(session, organisation_id, user_id, settings.default_role)
    moment = now()
    added = ScimPerson(
        organisation_id=organisation_id, user_id=user_id, user_name=values.user_name,
        user_name_key=values.user_name_key, external_id=values.external_id, attributes=values.attributes,
        provisioned_at=moment, created_at=moment, updated_at=moment,
    )  # fmt: skip
    session.add(added)
    await session.flush()
    await audit.record(
        session, action="provisioning.user_created", subject_type="user", subject_id=user_id,
        after={"user_name": values.user_name, "external_id": values.external_id},
    )  # fmt: skip
    if values.active is False:
        await _set_active(session, user_id, active=False)
    await roles.apply(session, [added.id])
    return added.id


async def update(session: AsyncSession, person_id: UUID, values: PersonValues) -> None:
    """Write what the identity provider says now. Raises NotFoundException, UniquenessException, LastAdmin."""
    found = await _row(session, person_id)
    other = await repository.person_row(session, user_name_key=values.user_name_key)
    if other is not None and other.id != person_id:
        raise UniquenessException(detail="This userName belongs to another user of the organisation.")
    await _write(session, found, values)


async def delete(session: AsyncSession, person_id: UUID) -> None:
    """Take someone out of the organisation and end their sessions in it. Raises NotFoundException, LastAdmin."""
    found = await _row(session, person_id)
    await repository.touch_groups_of(session, person_id)
    await members.remove(session, found.user_id)
    await _end_sessions(session, found.user_id)
    await repository.delete_person(session, person_id)
    await audit.record(
        session, action="provisioning.user_deleted", subject_type="user", subject_id=found.user_id,
        before={"user_name": found.user_name, "external_id": found.external_id},
    )  # fmt: skip


async def _write(session: AsyncSession, found: ScimPerson, values: PersonValues) -> None:
    before = {"user_name": found.user_name, "external_id": found.external_id, "attributes": found.attributes}
    after = {"user_name": values.user_name, "external_id": values.external_id, "attributes": values.attributes}
    first_time = found.provisioned_at is None
    found.user_name, found.user_name_key = values.user_name, values.user_name_key
    found.external_id, found.attributes = values.external_id, values.attributes
    found.active_unassigned = values.active is None
    found.provisioned_at = found.provisioned_at or now()
    found.updated_at = now()
    await session.flush()
    changed = [name for name in before if before[name] != after[name]]
    if changed:
        await audit.record(
            session, action="provisioning.user_changed", subject_type="user", subject_id=found.user_id,
            before={name: before[name] for name in changed}, after={name: after[name] for name in changed},
        )  # fmt: skip
    await _change_account(session, found.user_id, values)
    if values.active is not None:
        await _set_active(session, found.user_id, active=values.active)
    if first_time:
        await roles.apply(session, [found.id])


async def _set_active(session: AsyncSession, user_id: UUID, *, active: bool) -> None:
    await members.change(session, user_id, active=active)
    if not active:
        await _end_sessions(session, user_id)


async def _end_sessions(session: AsyncSession, user_id: UUID) -> None:
    """A session merely blocked would come back to life when the person does: it is closed for good."""
    organisation_id = _organisation_id(session)
    async with acting_as(session, as_user(user_id)):
        ended = await repository.end_sessions(session, user_id, organisation_id)
    for session_id in ended:
        await audit.record(
            session, action="session.revoked", subject_type="session", subject_id=session_id,
            reason="Deactivated by the identity provider.",
        )  # fmt: skip


async def _present(session: AsyncSession, values: PersonValues) -> ScimPerson | None:
    """The member with this user name, or with this address."""
    found = await repository.person_row(session, user_name_key=values.user_name_key)
    if found is not None or values.email is None:
        return found
    user_id = await account_repository.user_id_by_address(session, addresses.normalise(values.email)[1])
    return await repository.person_row(session, user_id=user_id) if user_id else None


async def _account(session: AsyncSession, organisation_id: UUID, values: PersonValues) -> UUID:
    """The account of a person who is not a member: a former member's, or a new one.

    The account of a stranger with the same address is used only where the organisation has proven that the address's
    domain is its own: otherwise whoever runs an identity provider could draw other people's accounts to themselves.
    """
    user_id = new_id()
    nowhere = f"{user_id.hex}@{_NO_ADDRESS}"
    address, key = addresses.normalise(values.email) if values.email else (nowhere, nowhere)
    former = await account_repository.user_id_by_address(session, key)
    if former is not None:
        return former
    owns = await repository.owns_domain(session, key.rpartition("@")[2])
    stranger = await account_repository.verified_owner(session, key)
    if stranger is not None and owns:
        return stranger
    async with acting_as(session, as_user(user_id, organisation_id)):
        await account_repository.add_user(
            session, user_id=user_id, email=address, email_key=key, name=values.name,
            password_hash=await passwords.unusable_hash(), verified=owns, time_zone=values.time_zone or "UTC",
            chosen=False,
        )  # fmt: skip
    return user_id


async def _change_account(session: AsyncSession, user_id: UUID, values: PersonValues) -> None:
    """Carry name and address over to the account, unless other organisations share it."""
    organisation_id = _organisation_id(session)
    if await repository.belongs_elsewhere(session, user_id, organisation_id):
        return
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    async with acting_as(session, as_user(user_id, organisation_id)):
        user = await account_repository.user(session, user_id)
        assert user is not None
        if user.name != values.name:
            before["name"], after["name"] = user.name, values.name
            user.name = values.name
        if values.email is not None and addresses.normalise(values.email)[1] != user.email_key:
            before["email"], after["email"] = user.email, values.email
            await _change_address(session, user, values.email)
        await session.flush()
    if after:
        await audit.record(
            session, action="member.account_changed", subject_type="user", subject_id=user_id, before=before,
            after=after,
        )  # fmt: skip


async def _change_address(session: AsyncSession, user: User, email: str) -> None:
    """A new address counts as proven only where the organisation owns its domain and nobody else has proven it."""
    user.email, user.email_key = addresses.normalise(email)
    owns = await repository.owns_domain(session, user.email_key.rpartition("@")[2])
    proven = owns and await account_repository.verified_owner(session, user.email_key) is None
    user.email_verified_at = now() if proven else None


async def _row(session: AsyncSession, person_id: UUID) -> ScimPerson:
    found = await repository.person_row(session, id=person_id)
    if found is None:
        raise NotFoundException(detail=f"User {str(person_id)!r} not found")
    return found


def _organisation_id(session: AsyncSession) -> UUID:
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    return organisation_id

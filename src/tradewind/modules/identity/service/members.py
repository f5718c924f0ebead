"""Members of an organisation: joining, roles, deactivation, removal."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.events import publish
from tradewind.modules.identity import authenticator
from tradewind.modules.identity.contracts import Member, Standing
from tradewind.modules.identity.errors import AlreadyMember, LastAdmin, MemberNotFound
from tradewind.modules.identity.events import MemberJoined, MemberLeft, RightsChanged
from tradewind.modules.identity.models import Membership
from tradewind.modules.identity.repository import api_keys
from tradewind.modules.identity.repository import organisations as repository
from tradewind.modules.identity.repository import roles as role_repository
from tradewind.modules.identity.service import audit, roles, throttle
from tradewind.modules.identity.service.organisations import current_id


async def add(session: AsyncSession, organisation_id: UUID, user_id: UUID, role: str) -> None:
    """Make a user an active member of the session's organisation; a removed member comes back.

    Raises AlreadyMember, Invalid for an unknown role, CannotGrant.
    """
    await repository.lock_members(session, organisation_id)
    await check_role(session, role)
    found = await repository.membership(session, organisation_id, user_id, include_removed=True)
    if found is not None and found.removed_at is None and found.active:
        raise AlreadyMember()
    if found is None:
        session.add(Membership(organisation_id=organisation_id, user_id=user_id, role=role))
    else:
        found.role, found.active, found.removed_at = role, True, None
    await session.flush()
    await audit.record(session, action="member.joined", subject_type="user", subject_id=user_id, after={"role": role})
    await publish(session, MemberJoined(user_id=user_id, role=role))


async def listed(session: AsyncSession) -> Sequence[Any]:
    """Members of the session's organisation, by name; see `repository.organisations.members`."""
    return await repository.members(session, current_id(session))


async def contracts(session: AsyncSession, *, active_only: bool) -> list[Member]:
    """Members as other modules see them, by name."""
    known = await roles.by_keys(session)
    return [
        Member(
            row.id, row.name, row.email, row.role, row.active, row.created_at, row.time_zone,
            known[row.role].permissions if row.role in known else frozenset(),
        )
        for row in await listed(session)
        if row.active or not active_only
    ]  # fmt: skip


async def locked(session: AsyncSession) -> list[tuple[Member, datetime]]:
    """Active members whose password or second factor is refused for a while, and until when; longest first."""
    addresses = await repository.address_keys(session, current_id(session))
    kinds: dict[str, throttle.Kind] = {}
    for user_id, key in addresses.items():
        kinds[str(user_id)], kinds[key] = "second_factor", "password"
    owners = {str(user_id): user_id for user_id in addresses} | {key: user_id for user_id, key in addresses.items()}
    ends = await throttle.locked_until(session, kinds)
    if not ends:
        return []
    until: dict[UUID, datetime] = {}
    for subject, end in ends.items():
        until[owners[subject]] = max(end, until.get(owners[subject], end))
    found = [(member, until[member.id]) for member in await contracts(session, active_only=True) if member.id in until]
    return sorted(found, key=lambda pair: pair[1], reverse=True)


async def unlock(session: AsyncSession, user_id: UUID) -> bool:
    """Forget the failures of a locked member; False if they are not locked."""
    if user_id not in {member.id for member, _ in await locked(session)}:
        return False
    await throttle.clear(session, (await repository.address_keys(session, current_id(session)))[user_id])
    await throttle.clear(session, str(user_id), kind="second_factor")
    await audit.record(session, action="user.unlocked", subject_type="user", subject_id=user_id)
    return True


async def who_sees(session: AsyncSession, permission: str, *, owner_id: UUID | None) -> list[UUID]:
    """User ids of active members who hold `permission` and see records of this owner (None: of nobody)."""
    known = await role_repository.standings(session, current_id(session))
    return [
        user_id
        for user_id, (permissions, visible) in known.items()
        if permission in permissions and (visible is None or owner_id in visible)
    ]


async def standings(session: AsyncSession, user_ids: Collection[UUID]) -> dict[UUID, Standing]:
    """What these active members may do, by user id."""
    found = await role_repository.standings(session, current_id(session), user_ids)
    return {user_id: Standing(*standing) for user_id, standing in found.items()}


async def person_behind(session: AsyncSession) -> tuple[UUID | None, str]:
    """Id and name of the member who answers for the session's actor; no id for the product itself."""
    actor = actor_of(session)
    if actor.key_id is None:
        return actor.user_id, actor.name
    [key] = await api_keys.several(session, [actor.key_id])
    return key.created_by, await active_name(session, key.created_by) or actor.name


async def active_name(session: AsyncSession, user_id: UUID) -> str | None:
    """Name of an active member of the session's organisation, or None."""
    return await repository.member_name(session, current_id(session), user_id)


async def active_names(session: AsyncSession, user_ids: Collection[UUID]) -> dict[UUID, str]:
    """Names of those of these people who are active members of the session's organisation."""
    return await repository.member_names(session, current_id(session), user_ids)


async def change(session: AsyncSession, user_id: UUID, *, role: str | None = None, active: bool | None = None) -> None:
    """Change a member's role, or (de)activate them. Raises MemberNotFound, LastAdmin, Invalid, CannotGrant."""
    organisation_id = current_id(session)
    await repository.lock_members(session, organisation_id)
    found = await _member(session, organisation_id, user_id)
    if role is not None and role != found.role:
        await check_role(session, role)
    before = {"role": found.role, "active": found.active}
    after = {
        "role": found.role if role is None else role,
        "active": found.active if active is None else active,
    }
    if before == after:
        return
    stays_admin = after["role"] == "admin" and after["active"]
    if found.role == "admin" and found.active and not stays_admin:
        await _refuse_last_admin(session, organisation_id, user_id)
    found.role, found.active = after["role"], after["active"]
    await session.flush()
    await authenticator.forget_sessions_at_commit(session)
    await audit.record(
        session, action="member.changed", subject_type="user", subject_id=user_id, before=before, after=after
    )
    if before["role"] != found.role:
        await publish(session, RightsChanged())
    if before["active"] and not found.active:
        await publish(session, MemberLeft(user_id=user_id))
    elif found.active and not before["active"]:
        await publish(session, MemberJoined(user_id=user_id, role=found.role))


async def remove(session: AsyncSession, user_id: UUID) -> None:
    """Take a member out of the organisation; their work keeps their name. Raises MemberNotFound, LastAdmin."""
    organisation_id = current_id(session)
    await repository.lock_members(session, organisation_id)
    found = await _member(session, organisation_id, user_id)
    if found.role == "admin" and found.active:
        await _refuse_last_admin(session, organisation_id, user_id)
    was_active = found.active
    found.active, found.removed_at = False, now()
    await session.flush()
    await role_repository.leave_teams(session, organisation_id, user_id)
    await authenticator.forget_sessions_at_commit(session)
    await audit.record(
        session, action="member.removed", subject_type="user", subject_id=user_id, before={"role": found.role}
    )
    if was_active:
        await publish(session, MemberLeft(user_id=user_id))


async def organisation_ids_of(session: AsyncSession, user_id: UUID) -> list[UUID]:
    """Organisations in which the acting user is active, oldest membership first."""
    return [row.id for row in await repository.organisations_of_user(session, user_id)]


async def check_role(session: AsyncSession, key: str) -> None:
    """Raise Invalid unless the role exists, CannotGrant unless the acting party holds all that it gives."""
    await roles.check_grant(session, await roles.require(session, key))


async def _member(session: AsyncSession, organisation_id: UUID, user_id: UUID) -> Membership:
    found = await repository.membership(session, organisation_id, user_id)
    if found is None:
        raise MemberNotFound()
    return found


async def _refuse_last_admin(session: AsyncSession, organisation_id: UUID, user_id: UUID) -> None:
    if not await repository.other_active_admins(session, organisation_id, user_id):
        raise LastAdmin("Make someone else an admin first.")

"""Roles: the built-in ones and those an organisation makes for itself."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import Invalid
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import authenticator
from tradewind.modules.identity.errors import CannotGrant, NameTaken, RoleInUse, RoleNotFound
from tradewind.modules.identity.events import RightsChanged
from tradewind.modules.identity.models.roles import CustomRole
from tradewind.modules.identity.permissions import (
    PERMISSIONS,
    ROLES,
    VISIBILITIES,
    LeadVisibility,
    Role,
    effective_permissions,
    needs_of,
)
from tradewind.modules.identity.repository import organisations
from tradewind.modules.identity.repository import roles as repository
from tradewind.modules.identity.service import audit
from tradewind.modules.identity.service.organisations import current_id

MAX_ROLES = 100


@dataclass(frozen=True, slots=True)
class Listed:
    """A role with who holds it; `stored` is None for a built-in one."""

    role: Role
    stored: CustomRole | None
    members: int
    invitations: int


async def every(session: AsyncSession) -> list[Listed]:
    """All roles of the session's organisation: the built-in ones, then its own by name."""
    members = await repository.holders(session, current_id(session))
    invitations = await repository.invited(session)
    known: list[tuple[Role, CustomRole | None]] = [(role, None) for role in ROLES.values()]
    known += [(_role(row), row) for row in await repository.custom_roles(session)]
    return [Listed(role, stored, members.get(role.key, 0), invitations.get(role.key, 0)) for role, stored in known]


async def find(session: AsyncSession, key: str) -> Role | None:
    """A role of the session's organisation, or None."""
    if key in ROLES:
        return ROLES[key]
    stored = await repository.by_key(session, key)
    return _role(stored) if stored else None


async def require(session: AsyncSession, key: str) -> Role:
    """A role of the session's organisation. Raises Invalid."""
    found = await find(session, key)
    if found is None:
        message = f"Unknown role; the built-in ones are {', '.join(ROLES)}."
        raise Invalid(message, errors=[{"field": "role", "message": message}])
    return found


async def by_keys(session: AsyncSession) -> dict[str, Role]:
    """All roles of the session's organisation by key."""
    return {**ROLES, **{row.key: _role(row) for row in await repository.custom_roles(session)}}


async def check_grant(session: AsyncSession, role: Role) -> None:
    """Raise CannotGrant unless the acting party holds all that the role gives."""
    actor = actor_of(session)
    if actor.kind == "system":
        return
    missing = sorted(role.permissions - actor.permissions)
    if missing:
        raise CannotGrant(
            f"“{role.label}” includes what you do not hold yourself: {', '.join(missing)}.",
            extra={"permissions": missing},
        )
    own = await find(session, actor.role) if actor.role else None
    if own is not None and VISIBILITIES.index(role.lead_visibility) > VISIBILITIES.index(own.lead_visibility):
        raise CannotGrant(f"“{role.label}” shows more leads than you see yourself.")


async def create(
    session: AsyncSession,
    *,
    name: str,
    description: str,
    permissions: Sequence[str],
    lead_visibility: LeadVisibility,
) -> Listed:
    """Add a role. Raises NameTaken, CannotGrant, Invalid."""
    organisation_id = current_id(session)
    await organisations.lock_members(session, organisation_id)
    existing = await repository.custom_roles(session)
    if len(existing) >= MAX_ROLES:
        raise Invalid(f"An organisation has up to {MAX_ROLES} roles of its own.")
    added = CustomRole(
        id=new_id(),
        organisation_id=organisation_id,
        key=_key(name, {row.key for row in existing}),
        name=name,
        description=description,
        permissions=_checked(permissions),
        lead_visibility=lead_visibility,
        version=1,
    )
    await check_grant(session, _role(added))
    _refuse_built_in_name(name)
    await _save(session, added)
    await audit.record(session, action="role.created", subject_type="role", subject_id=added.id, after=_shown(added))
    return Listed(_role(added), added, 0, 0)


async def change(session: AsyncSession, role_id: UUID, values: dict[str, Any], *, if_match: str | None) -> Listed:
    """Change a role of the organisation's own; whoever holds it is affected at once.

    Raises RoleNotFound, NameTaken, CannotGrant, Invalid, PreconditionFailed.
    """
    await organisations.lock_members(session, current_id(session))
    stored = await _stored(session, role_id)
    before = _shown(stored)
    check_version(if_match, stored.version, before)
    if values.get("permissions") is not None:
        values["permissions"] = _checked(values["permissions"])
    after = {**before, **{key: value for key, value in values.items() if value is not None}}
    if after != before:
        _refuse_built_in_name(after["name"])
        await check_grant(session, _wanted(stored.key, after))
        for key, value in after.items():
            setattr(stored, key, value)
        stored.version += 1
        await _save(session, stored)
        await authenticator.forget_sessions_at_commit(session)
        if after["permissions"] != before["permissions"]:
            await publish(session, RightsChanged())
        changed = [key for key in after if after[key] != before[key]]
        await audit.record(
            session, action="role.updated", subject_type="role", subject_id=stored.id,
            before={key: before[key] for key in changed}, after={key: after[key] for key in changed},
        )  # fmt: skip
    return next(listed for listed in await every(session) if listed.role.key == stored.key)


async def remove(session: AsyncSession, role_id: UUID, *, move_to: str | None) -> None:
    """Remove a role nobody holds, or whose holders take the role `move_to` first.

    Raises RoleNotFound, RoleInUse, CannotGrant, Invalid.
    """
    organisation_id = current_id(session)
    await organisations.lock_members(session, organisation_id)
    stored = await _stored(session, role_id)
    members = (await repository.holders(session, organisation_id)).get(stored.key, 0)
    invitations = (await repository.invited(session)).get(stored.key, 0)
    after: dict[str, Any] | None = None
    if members or invitations:
        if move_to is None:
            raise RoleInUse(
                f"{members} members and {invitations} invitations have the role “{stored.name}”. "
                "Choose the role they take instead.",
                extra={"members": members, "invitations": invitations},
            )
        if move_to == stored.key:
            raise Invalid("Choose another role than the one that goes.")
        await check_grant(session, await require(session, move_to))
        moved = await repository.move_holders(session, organisation_id, stored.key, move_to)
        after = {"moved_to": move_to, "members": [str(user_id) for user_id in moved[:500]], "count": len(moved)}
    await session.delete(stored)
    await session.flush()
    await authenticator.forget_sessions_at_commit(session)
    if members:
        await publish(session, RightsChanged())
    await audit.record(
        session, action="role.deleted", subject_type="role", subject_id=role_id, before=_shown(stored), after=after
    )


def _role(stored: CustomRole) -> Role:
    return _wanted(stored.key, _shown(stored))


def _wanted(key: str, values: dict[str, Any]) -> Role:
    return Role(
        key,
        values["name"],
        values["description"],
        effective_permissions(key, values["permissions"]),
        values["lead_visibility"],
    )


def _shown(stored: CustomRole) -> dict[str, Any]:
    return {
        "name": stored.name,
        "description": stored.description,
        "permissions": list(stored.permissions),
        "lead_visibility": stored.lead_visibility,
    }


def _checked(permissions: Sequence[str]) -> list[str]:
    """The permissions, sorted, once each, all known and none without what it needs. Raises Invalid."""
    wanted = set(permissions)
    problems = [f"There is no permission “{name[:60]}”." for name in sorted(wanted - set(PERMISSIONS))]
    problems += [
        f"“{name}” needs “{needed}” as well."
        for name in sorted(wanted & set(PERMISSIONS))
        for needed in sorted(needs_of(name) - wanted)
    ]
    if problems:
        raise Invalid(problems[0], errors=[{"field": "permissions", "message": problem} for problem in problems[:20]])
    return sorted(wanted)


def _refuse_built_in_name(name: str) -> None:
    if name.casefold() in {role.label.casefold() for role in ROLES.values()}:
        raise NameTaken(f"“{name}” is a built-in role. Choose another name.")


def _key(name: str, taken: set[str]) -> str:
    """A readable key that no built-in role can ever have."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = f"custom-{re.sub(r'[^a-z0-9]+', '-', ascii_name).strip('-')[:40] or 'role'}"
    return next(
        key for number in range(1, MAX_ROLES + 2) if (key := f"{stem}-{number}" if number > 1 else stem) not in taken
    )


async def _stored(session: AsyncSession, role_id: UUID) -> CustomRole:
    found = await repository.by_id(session, role_id)
    if found is None:
        raise RoleNotFound("There is no such role; built-in roles cannot be changed, only copied.")
    return found


async def _save(session: AsyncSession, row: CustomRole) -> None:
    name = row.name
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise NameTaken(f"There is a role “{name}” already.") from error

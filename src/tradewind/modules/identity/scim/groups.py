"""Groups of the identity provider: kept, and turned into roles by the organisation's rules."""

from uuid import UUID

from scim2_models import InvalidValueException, NotFoundException
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.modules.identity.models.scim import ScimGroup
from tradewind.modules.identity.repository import scim as repository
from tradewind.modules.identity.scim import people, roles
from tradewind.modules.identity.scim.mapping import GroupValues
from tradewind.modules.identity.service import audit


async def create(session: AsyncSession, values: GroupValues) -> UUID:
    """Keep a new group and give its members their role; returns its id. Raises InvalidValueException, LastAdmin."""
    await people.hold(session)
    added = ScimGroup(
        organisation_id=_organisation_id(session), display_name=values.display_name,
        display_name_key=values.display_name_key, external_id=values.external_id, attributes=values.attributes,
    )  # fmt: skip
    session.add(added)
    await session.flush()
    added.updated_at = added.created_at
    await session.flush()
    changed = await _set_members(session, added.id, values)
    await audit.record(
        session, action="provisioning.group_created", subject_type="provisioned_group", subject_id=added.id,
        after={"name": values.display_name, "members": len(values.members)},
    )  # fmt: skip
    await roles.apply(session, sorted(changed))
    return added.id


async def update(session: AsyncSession, group_id: UUID, values: GroupValues) -> None:
    """Write what the identity provider says now. Raises NotFoundException, InvalidValueException, LastAdmin."""
    found = await _row(session, group_id)
    renamed = found.display_name_key != values.display_name_key
    before = {"name": found.display_name}
    found.display_name, found.display_name_key = values.display_name, values.display_name_key
    found.external_id, found.attributes = values.external_id, values.attributes
    found.version += 1
    await session.flush()
    changed = await _set_members(session, group_id, values)
    await audit.record(
        session, action="provisioning.group_changed", subject_type="provisioned_group", subject_id=group_id,
        before=before, after={"name": values.display_name, "members_changed": sorted(str(i) for i in changed)[:100]},
    )  # fmt: skip
    if renamed:
        changed |= set(await repository.members_of(session, group_id))
    await roles.apply(session, sorted(changed))


async def delete(session: AsyncSession, group_id: UUID) -> None:
    """Forget a group; its members lose what it gave them. Raises NotFoundException, LastAdmin."""
    found = await _row(session, group_id)
    former = await repository.members_of(session, group_id)
    await repository.delete_group(session, group_id)
    await audit.record(
        session, action="provisioning.group_deleted", subject_type="provisioned_group", subject_id=group_id,
        before={"name": found.display_name, "members": len(former)},
    )  # fmt: skip
    await roles.apply(session, former)


async def _set_members(session: AsyncSession, group_id: UUID, values: GroupValues) -> set[UUID]:
    wanted = []
    for value in values.members:
        try:
            wanted.append(UUID(value))
        except ValueError:
            raise _unknown(value) from None
    known = await repository.known_people(session, wanted)
    for person_id in wanted:
        if person_id not in known:
            raise _unknown(str(person_id))
    return await repository.set_members(session, _organisation_id(session), group_id, wanted)


def _unknown(value: str) -> InvalidValueException:
    return InvalidValueException(detail=f"members: there is no user {value[:80]!r}. Groups cannot be members.")


async def _row(session: AsyncSession, group_id: UUID) -> ScimGroup:
    found = await repository.group_row(session, group_id)
    if found is None:
        raise NotFoundException(detail=f"Group {str(group_id)!r} not found")
    return found


def _organisation_id(session: AsyncSession) -> UUID:
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    return organisation_id

"""Which role the groups of a person give them. With no rule, roles are given by hand."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.identity.models.scim import ScimSettings
from tradewind.modules.identity.repository import scim as repository
from tradewind.modules.identity.service import members

DEFAULT_ROLE = "analyst"


async def current(session: AsyncSession) -> ScimSettings:
    """The organisation's rules; before the first are saved, none and the role with the fewest rights."""
    return await repository.settings(session) or ScimSettings(default_role=DEFAULT_ROLE, rules=[], version=0)


async def apply(session: AsyncSession, person_ids: Sequence[UUID] | None) -> int:
    """Give provisioned members the role of the first rule that fits, else the default; returns how many changed.

    All of them where no ids are given. Raises LastAdmin rather than leave the organisation without an admin.
    """
    settings = await current(session)
    if not settings.rules:
        return 0
    order = [(repository.key_of(rule["group"]), rule["role"]) for rule in settings.rules]
    changes = []
    for user_id, role, group_keys in await repository.roles_of(session, person_ids):
        wanted = next((given for group, given in order if group in group_keys), settings.default_role)
        if wanted != role:
            changes.append((user_id, wanted))
    # New admins first: then an exchange of admins is no attempt to remove the last one.
    for user_id, role in sorted(changes, key=lambda change: change[1] != "admin"):
        await members.change(session, user_id, role=role)
    return len(changes)

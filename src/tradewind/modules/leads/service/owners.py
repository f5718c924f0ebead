"""Who records may be given to."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.modules.identity import api as identity
from tradewind.modules.leads.errors import ValueInvalid


def default_owner(session: AsyncSession, owner_id: UUID | None) -> UUID | None:
    """Whose a new record is where nobody is named: the actor's own, if they would lose sight of it otherwise.

    An API key has no user; its creator's is the only one it may see.
    """
    actor = actor_of(session)
    if owner_id is not None or actor.visible_owners is None:
        return owner_id
    if actor.user_id is not None:
        return actor.user_id
    return next(iter(actor.visible_owners)) if len(actor.visible_owners) == 1 else None


def require_in_sight(session: AsyncSession, owner_id: UUID | None, *, field: str = "owner_id") -> None:
    """Raise ValueInvalid if the record, given to this owner (None: nobody), would leave the actor's sight."""
    visible = actor_of(session).visible_owners
    if visible is not None and owner_id not in visible:
        message = "You can give it only to somebody whose leads you see; it needs an owner to stay in your sight."
        raise ValueInvalid(message, errors=[{"field": field, "message": message}])


async def require_owner(session: AsyncSession, user_id: UUID, *, field: str = "owner_id") -> str:
    """Name of an active member; ValueInvalid naming `field` if the user is none."""
    name = await identity.active_member_name(session, user_id)
    if name is not None:
        return name
    message = "Choose an active member of your organisation."
    raise ValueInvalid(message, errors=[{"field": field, "message": message}])

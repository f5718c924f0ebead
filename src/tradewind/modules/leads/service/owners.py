"""Who records may be given to."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.identity import api as identity
from tradewind.modules.leads.errors import ValueInvalid


async def require_owner(session: AsyncSession, user_id: UUID, *, field: str = "owner_id") -> str:
    """Name of an active member; ValueInvalid naming `field` if the user is none."""
    name = await identity.active_member_name(session, user_id)
    if name is not None:
        return name
    message = "Choose an active member of your organisation."
    raise ValueInvalid(message, errors=[{"field": field, "message": message}])

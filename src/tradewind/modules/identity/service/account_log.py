"""Facts about an account, told to every organisation that the person belongs to."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import Event, publish
from tradewind.modules.identity.service import audit
from tradewind.modules.identity.service.acting import acting_as, as_user


async def record(
    session: AsyncSession,
    user_id: UUID,
    organisation_ids: Sequence[UUID],
    action: str,
    *,
    name: str,
    after: dict[str, Any] | None = None,
    events: Sequence[Event] = (),
) -> None:
    """Write one audit row and publish the events in each organisation, as the user under that name."""
    for organisation_id in organisation_ids:
        async with acting_as(session, as_user(user_id, organisation_id, name)):
            await audit.record(session, action=action, subject_type="user", subject_id=user_id, after=after)
            # An event's id is what makes its effect happen once; each organisation needs one of its own.
            await publish(session, *(type(event)(**event.model_dump(exclude=_ENVELOPE)) for event in events))


_ENVELOPE = {"id", "organisation_id", "occurred_at"}

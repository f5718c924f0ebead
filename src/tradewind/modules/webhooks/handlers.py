"""What webhooks do about events of all modules: turn those that organisations asked for into deliveries."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import Event, forwarder, subscriber
from tradewind.modules.identity.events import MemberLeft, RightsChanged
from tradewind.modules.webhooks.service import forwarding, reviewing


@forwarder
async def forward(session: AsyncSession, events: Sequence[Event]) -> None:
    """Store deliveries in the transaction of the event itself."""
    await forwarding.forward(session, events)


@subscriber(RightsChanged)
async def on_rights_changed(session: AsyncSession, event: RightsChanged) -> None:
    """Nothing goes out in the name of somebody who may no longer see it."""
    await reviewing.review(session)


@subscriber(MemberLeft)
async def on_member_left(session: AsyncSession, event: MemberLeft) -> None:
    """What people set up does not go on by itself when they are gone."""
    await reviewing.review(session)

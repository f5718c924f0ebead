"""What webhooks do about events of all modules: turn those that organisations asked for into deliveries."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import Event, forwarder
from tradewind.modules.webhooks.service import forwarding


@forwarder
async def forward(session: AsyncSession, events: Sequence[Event]) -> None:
    """Store deliveries in the transaction of the event itself."""
    await forwarding.forward(session, events)

"""What other modules may ask of webhooks."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.webhooks import repository

__all__ = ["listeners"]


async def listeners(session: AsyncSession, event_types: Collection[str]) -> list[str]:
    """Names (description, else address) of the active endpoints that hear one of these event types."""
    return [
        endpoint.description or endpoint.url
        for endpoint in await repository.endpoints(session)
        if endpoint.state == "active" and set(event_types) & set(endpoint.event_types)
    ]

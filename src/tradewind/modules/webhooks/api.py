"""What other modules may ask of webhooks."""

import time
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.webhooks import repository
from tradewind.modules.webhooks.sending import message

__all__ = ["listeners", "signed_headers"]


async def listeners(session: AsyncSession, event_types: Collection[str]) -> list[str]:
    """Names (description, else address) of the active endpoints that hear one of these event types."""
    return [
        endpoint.description or endpoint.url
        for endpoint in await repository.endpoints(session)
        if endpoint.state == "active" and set(event_types) & set(endpoint.event_types)
    ]


def signed_headers(message_id: UUID, payload: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """Headers of a JSON request signed as Standard Webhooks say; receivers know a repetition by the message's id.

    `secrets` in their text form (`whsec_…`), the newest first: each one signs.
    """
    name, timestamp = message.webhook_id(message_id), int(time.time())
    signature = message.signatures(name, timestamp, payload, list(secrets))
    return message.headers("standard", name, timestamp, signature)

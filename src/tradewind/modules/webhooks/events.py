"""Facts about webhooks themselves."""

from typing import ClassVar
from uuid import UUID

from tradewind.kernel.events import Event


class EndpointDisabled(Event):
    """An endpoint was switched off by the product: it said so (410), or failed until the last attempt."""

    name: ClassVar[str] = "webhooks.endpoint_disabled"
    endpoint_id: UUID
    url: str
    reason: str

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


class EndpointPaused(Event):
    """An endpoint was paused by the product: whoever keeps it may not hear of its events any more."""

    name: ClassVar[str] = "webhooks.endpoint_paused"
    endpoint_id: UUID
    url: str
    reason: str

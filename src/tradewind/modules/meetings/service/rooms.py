"""Where a meeting takes place online, as far as that is known when it is booked."""

from collections.abc import Mapping
from typing import Any

from tradewind.kernel.registry import Registry, scan
from tradewind.modules.meetings.adapters_links._base import LinkAdapter, RoomMaker

LINKS: Registry[LinkAdapter] = scan("tradewind.modules.meetings.adapters_links", LinkAdapter)


def room_at_booking(location: Mapping[str, Any]) -> str | None:
    """The address to meet at, for locations that need nobody's account; None where it comes later or never."""
    kind, value = str(location.get("kind")), location.get("value")
    if kind == "link":
        return value or None
    adapter = LINKS[kind]() if kind in LINKS else None
    return adapter.room(value) if isinstance(adapter, RoomMaker) else None

"""What the pages show of organisations, event types and meetings, whatever stores them."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An event type as strangers see it. Lengths are minutes, the first is the usual one."""

    slug: str
    title: str
    description: str
    lengths: tuple[int, ...]
    colour: str
    place: str
    """Kind of the location: `jitsi`, `zoom`, `google_meet`, `teams`, `phone`, `in_person`, `link`."""
    address: str
    """Where to go, of meetings in person; else empty."""
    asks_phone: bool = False
    """The host rings the guest, who says where."""
    hosts: tuple[str, ...]
    questions: tuple[dict[str, Any], ...] = ()
    seats: int = 1
    requires_confirmation: bool = False
    cancellation_policy: str = ""
    time_zone: str = "UTC"
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """The organisation whose pages these are. `sites` are the origins that may embed them; None means any."""

    slug: str
    name: str
    sites: tuple[str, ...] | None = None
    offers: tuple[Offer, ...] = field(default=())

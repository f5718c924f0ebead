"""What a kind of meeting link is: when its room is made, and by whose account."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from tradewind.kernel.registry import AdapterSpec


@dataclass(frozen=True, kw_only=True)
class LinkSpec(AdapterSpec):
    """A kind of link; its id is the `kind` of a location.

    `made`: at the booking itself, by a host's own `account`, or by the `calendar` that the meeting is written into.
    `vendor` is the kind of connection that needs.
    """

    made: Literal["booking", "account", "calendar"]
    vendor: str | None = None

    def describe(self) -> dict[str, Any]:
        """JSON-ready form."""
        return super().describe() | {"made": self.made, "vendor": self.vendor}


class LinkAdapter:
    """A kind of link; its room is made by somebody's account or with an event in a calendar."""

    spec: ClassVar[LinkSpec]


class RoomMaker(LinkAdapter, ABC):
    """Capability `room`: makes rooms where that needs nobody's account."""

    @abstractmethod
    def room(self, value: str | None) -> str:
        """A new room that nobody can guess; `value` is what the location says."""

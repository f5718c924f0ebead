"""Facts about knowledge."""

from typing import ClassVar

from tradewind.kernel.events import Event


class DocumentsDue(Event):
    """Documents expire within days, have expired, or were not reviewed for long; some of their titles."""

    name: ClassVar[str] = "knowledge.documents_due"
    count: int
    expiring: int
    titles: list[str]

"""HTTP shapes of trying settings of an event type out."""

from typing import Annotated

from pydantic import ConfigDict, Field

from tradewind.kernel.payload import Moment, Whole
from tradewind.kernel.schemas import Schema
from tradewind.modules.meetings.schemas.event_types import (
    EventTypeUpdate,
    HostWrite,
    SlotExplanation,
    SlotList,
)


class SlotPreviewRequest(Schema):
    """A span to look at, as if `settings` and `hosts` were saved; `at` is a time to explain."""

    model_config = ConfigDict(extra="forbid")
    start: Moment
    end: Moment = Field(description="At most 62 days after the start")
    length: Annotated[Whole, Field(ge=5, le=1_440)] | None = None
    at: Moment | None = None
    settings: EventTypeUpdate = EventTypeUpdate()
    hosts: list[HostWrite] | None = Field(default=None, min_length=1, max_length=100)


class SlotPreview(SlotList):
    """What visitors would be offered, and the answer about `at`."""

    answer: SlotExplanation | None

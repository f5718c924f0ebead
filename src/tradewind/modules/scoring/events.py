"""Facts about scores and models."""

from typing import ClassVar, Literal
from uuid import UUID

from tradewind.kernel.events import Event, Public


class ModelTrained(Event):
    """A model was trained; `promoted` tells whether it scores leads from now on."""

    name: ClassVar[str] = "scoring.model_trained"
    public: ClassVar[Public | None] = Public("model.trained", permission="scoring:read")
    model_id: UUID
    version: int
    promoted: bool


class ModelPromoted(Event):
    """A model scores leads from now on: the first one replaces the rules, a later one its predecessor."""

    name: ClassVar[str] = "scoring.model_promoted"
    public: ClassVar[Public | None] = Public("model.promoted", permission="scoring:read")
    model_id: UUID
    version: int
    replaced_model_id: UUID | None


class LeadsScored(Event):
    """All leads (or all of an import) were scored anew."""

    name: ClassVar[str] = "scoring.leads_scored"
    public: ClassVar[Public | None] = Public("leads.scored", permission="scoring:read")
    count: int
    kind: Literal["model", "rules"]
    model_id: UUID | None

"""Facts of qualification."""

from typing import Literal
from uuid import UUID

from tradewind.kernel.events import Event, Public


class RunEnded(Event):
    """What every end of a run says: of whom, and how it came out."""

    run_id: UUID
    flow_id: UUID
    subject: str
    subject_id: UUID
    lead_id: UUID | None = None
    score: int | None = None
    outcome: str
    next_step: Literal["book", "nurture", "hand_over", "none"]


class LeadQualified(RunEnded):
    """A run ended and the visitor qualified; `next_step` is what the flow wants next."""

    name = "qualification.qualified"
    public = Public(
        "qualification.qualified", "agents:read", example={"score": 80, "outcome": "Ready to buy", "next_step": "book"}
    )


class LeadUnqualified(RunEnded):
    """A run ended and the visitor did not qualify: news for whoever stays in touch with those who are not ready."""

    name = "qualification.unqualified"
    public = Public(
        "qualification.unqualified", "agents:read", example={"score": 20, "outcome": "Not now", "next_step": "nurture"}
    )


class UrgencyRaised(Event):
    """Somebody cannot wait. The words stay with the subject; this names only where to look."""

    name = "qualification.urgency_raised"
    public = Public(
        "qualification.urgency_raised",
        "conversations:read",
        example={"subject": "conversation", "why": "Says that something is down"},
    )

    subject: str
    subject_id: UUID
    lead_id: UUID | None = None
    why: str


class EmergencyCallWanted(Event):
    """Call this number now and say why: for the module that places calls. `call_id` is the same when told again."""

    name = "qualification.emergency_call_wanted"

    call_id: UUID
    phone: str
    why: str
    subject: str
    subject_id: UUID
    lead_id: UUID | None = None

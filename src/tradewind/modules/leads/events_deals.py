"""Facts about deals and merges that other modules may act on."""

from typing import ClassVar
from uuid import UUID

from tradewind.kernel.events import Event


class DealCreated(Event):
    """A deal was opened (or recorded as already closed: see `kind`)."""

    name: ClassVar[str] = "leads.deal_created"
    deal_id: UUID
    lead_id: UUID | None
    pipeline_id: UUID
    stage_id: UUID
    kind: str


class DealStageChanged(Event):
    """A deal moved to another stage; kinds are open, won or lost."""

    name: ClassVar[str] = "leads.deal_stage_changed"
    deal_id: UUID
    lead_id: UUID | None
    from_stage_id: UUID
    to_stage_id: UUID
    from_kind: str
    to_kind: str


class DealWon(Event):
    """A deal was won; amount in minor units, None if never stated."""

    name: ClassVar[str] = "leads.deal_won"
    deal_id: UUID
    lead_id: UUID | None
    amount_minor: int | None
    currency: str


class DealLost(Event):
    """A deal was lost, for the reason given."""

    name: ClassVar[str] = "leads.deal_lost"
    deal_id: UUID
    lead_id: UUID | None
    reason: str


class DealsMoved(Event):
    """All deals of a removed stage went to another stage of the same kind."""

    name: ClassVar[str] = "leads.deals_moved"
    from_stage_id: UUID
    to_stage_id: UUID
    count: int


class LeadsMerged(Event):
    """Losers became part of the winner; whoever keeps data by lead moves it."""

    name: ClassVar[str] = "leads.leads_merged"
    merge_id: UUID
    winner_id: UUID
    loser_ids: list[UUID]


class LeadsUnmerged(Event):
    """A merge was taken back."""

    name: ClassVar[str] = "leads.leads_unmerged"
    merge_id: UUID
    winner_id: UUID
    loser_ids: list[UUID]


class LeadsDeleted(Event):
    """Many leads were deleted at once, at most 5,000 an event: hidden everywhere, purged later."""

    name: ClassVar[str] = "leads.leads_deleted"
    lead_ids: list[UUID]


class LeadsRestored(Event):
    """Deleted leads came back, at most 5,000 an event."""

    name: ClassVar[str] = "leads.leads_restored"
    lead_ids: list[UUID]

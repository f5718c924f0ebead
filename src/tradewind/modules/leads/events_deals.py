"""Facts about deals and merges that other modules may act on."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from tradewind.kernel.events import Event, Public


class DealCreated(Event):
    """A deal was opened (or recorded as already closed: see `kind`)."""

    name: ClassVar[str] = "leads.deal_created"
    public: ClassVar[Public | None] = Public("deal.created", permission="deals:read")
    deal_id: UUID
    lead_id: UUID | None
    pipeline_id: UUID
    stage_id: UUID
    kind: str = Field(examples=["open"])


class DealStageChanged(Event):
    """A deal moved to another stage; kinds are open, won or lost."""

    name: ClassVar[str] = "leads.deal_stage_changed"
    public: ClassVar[Public | None] = Public("deal.stage_changed", permission="deals:read")
    deal_id: UUID
    lead_id: UUID | None
    from_stage_id: UUID
    to_stage_id: UUID
    from_kind: str = Field(examples=["open"])
    to_kind: str = Field(examples=["won"])


class DealWon(Event):
    """A deal was won; amount in minor units, None if never stated."""

    name: ClassVar[str] = "leads.deal_won"
    public: ClassVar[Public | None] = Public("deal.won", permission="deals:read")
    deal_id: UUID
    lead_id: UUID | None
    amount_minor: int | None = Field(examples=[1_250_000])
    currency: str = Field(examples=["EUR"])


class DealLost(Event):
    """A deal was lost, for the reason given."""

    name: ClassVar[str] = "leads.deal_lost"
    public: ClassVar[Public | None] = Public("deal.lost", permission="deals:read")
    deal_id: UUID
    lead_id: UUID | None
    reason: str = Field(examples=["Too expensive"])


class DealsMoved(Event):
    """All deals of a removed stage went to another stage of the same kind."""

    name: ClassVar[str] = "leads.deals_moved"
    public: ClassVar[Public | None] = Public("deals.moved", permission="deals:read")
    from_stage_id: UUID
    to_stage_id: UUID
    count: int


class LeadsMerged(Event):
    """Losers became part of the winner; whoever keeps data by lead moves it."""

    name: ClassVar[str] = "leads.leads_merged"
    public: ClassVar[Public | None] = Public("leads.merged", permission="leads:read")
    merge_id: UUID
    winner_id: UUID
    loser_ids: list[UUID]


class LeadsUnmerged(Event):
    """A merge was taken back."""

    name: ClassVar[str] = "leads.leads_unmerged"
    public: ClassVar[Public | None] = Public("leads.unmerged", permission="leads:read")
    merge_id: UUID
    winner_id: UUID
    loser_ids: list[UUID]


class LeadsDeleted(Event):
    """Many leads were deleted at once, at most 5,000 an event: hidden everywhere, purged later."""

    name: ClassVar[str] = "leads.leads_deleted"
    public: ClassVar[Public | None] = Public("leads.deleted", permission="leads:read")
    lead_ids: list[UUID]


class LeadsRestored(Event):
    """Deleted leads came back, at most 5,000 an event."""

    name: ClassVar[str] = "leads.leads_restored"
    public: ClassVar[Public | None] = Public("leads.restored", permission="leads:read")
    lead_ids: list[UUID]

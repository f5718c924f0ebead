"""HTTP shapes of deals and of the board."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from tradewind.kernel.payload import Day
from tradewind.kernel.places import Currency
from tradewind.kernel.schemas import Schema
from tradewind.modules.leads.schemas.bounds import MinorAmount, Reason
from tradewind.modules.leads.schemas.pipelines import StageKind
from tradewind.modules.leads.schemas.texts import RequiredLine

CustomValues = dict[str, Any]


class DealCreate(Schema):
    """A new deal; pipeline, stage, currency, owner and company have sensible defaults."""

    model_config = ConfigDict(extra="forbid")
    name: RequiredLine = Field(examples=["40 bikes for the staff"])
    lead_id: UUID | None = None
    company_id: UUID | None = None
    pipeline_id: UUID | None = None
    stage_id: UUID | None = None
    amount_minor: MinorAmount | None = None
    currency: Currency | None = None
    close_date: Day | None = None
    owner_id: UUID | None = None
    lost_reason: Reason | None = None
    custom: CustomValues = Field(default_factory=dict, max_length=200)


class DealUpdate(Schema):
    """What to change on a deal; the stage changes by moving it."""

    model_config = ConfigDict(extra="forbid")
    name: RequiredLine | None = Field(default=None, examples=["40 bikes for the staff"])
    lead_id: UUID | None = None
    company_id: UUID | None = None
    amount_minor: MinorAmount | None = None
    currency: Currency | None = None
    close_date: Day | None = None
    owner_id: UUID | None = None
    lost_reason: Reason | None = None
    custom: CustomValues | None = Field(default=None, max_length=200)


class DealMove(Schema):
    """Where a card goes: to `stage_id`, before or after another card, else to the top."""

    model_config = ConfigDict(extra="forbid")
    stage_id: UUID
    before_id: UUID | None = None
    after_id: UUID | None = None
    lost_reason: Reason | None = None


class DealRead(Schema):
    """A deal with the names of what it belongs to."""

    model_config = ConfigDict(from_attributes=True)
    id: UUID
    version: int
    name: str = Field(examples=["40 bikes for the staff"])
    lead_id: UUID | None
    lead_name: str | None
    lead_score: int | None
    lead_score_band: str | None
    company_id: UUID | None
    company_name: str | None
    pipeline_id: UUID
    stage_id: UUID
    stage_name: str
    kind: StageKind
    probability: float
    amount_minor: int | None
    currency: str
    close_date: date | None
    owner_id: UUID | None
    lost_reason: str | None
    stage_entered_at: datetime
    closed_at: datetime | None
    custom: CustomValues
    position: float
    created_at: datetime
    updated_at: datetime


class StageChangeRead(Schema):
    """One step in a deal's history."""

    model_config = ConfigDict(from_attributes=True)
    id: UUID
    from_stage_id: UUID | None
    from_stage_name: str | None
    to_stage_id: UUID | None
    to_stage_name: str
    from_kind: StageKind | None
    to_kind: StageKind
    amount_minor: int | None
    currency: str
    lost_reason: str | None
    seconds_in_stage: float | None
    changed_by: UUID | None
    changed_by_name: str
    changed_at: datetime


class BoardTotal(Schema):
    """Sums of one currency, in its minor units; amounts of different currencies are never added up."""

    currency: str
    count: int
    amount_minor: int
    weighted_minor: int


class BoardCard(Schema):
    """A deal as the board shows it."""

    id: UUID
    version: int
    name: str
    lead_id: UUID | None
    lead_name: str | None
    lead_score: int | None
    lead_score_band: str | None
    company_id: UUID | None
    company_name: str | None
    stage_id: UUID
    amount_minor: int | None
    currency: str
    close_date: date | None
    owner_id: UUID | None
    lost_reason: str | None
    stage_entered_at: datetime
    position: float


class BoardColumn(Schema):
    """One stage: how many deals, what they are worth per currency, and the first cards."""

    stage_id: UUID
    name: str
    kind: StageKind
    probability: float
    position: int
    count: int
    totals: list[BoardTotal]
    cards: list[BoardCard]
    more: str | None = Field(description="Cursor of the next cards of this column; null at its end")


class Board(Schema):
    """A pipeline's columns; `totals` are the open deals of all columns per currency."""

    pipeline_id: UUID
    name: str
    currency: str
    totals: list[BoardTotal]
    columns: list[BoardColumn]


class CardPage(Schema):
    """More cards of one column."""

    cards: list[BoardCard]
    more: str | None


DealSort = Literal[
    "created_at", "-created_at", "updated_at", "-updated_at", "name", "-name", "amount_minor", "-amount_minor",
    "close_date", "-close_date", "stage_entered_at", "-stage_entered_at",
]  # fmt: skip

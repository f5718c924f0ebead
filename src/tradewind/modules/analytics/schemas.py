"""HTTP shapes of the dashboard and of notifications."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from tradewind.kernel.schemas import Schema

Band = Literal["hot", "warm", "cool", "cold"]


class KeyNumber(Schema):
    """One large number. `change` is the relative change of the period against the one before (0.25 = +25 %)."""

    key: Literal["new_leads", "hot_leads", "conversion_rate", "open_pipeline"]
    label: str
    unit: Literal["count", "ratio", "money"]
    value: float | None = Field(description="Count, ratio 0–1, or minor units of `currency`.")
    currency: str | None = None
    previous: float | None = None
    change: float | None = None
    description: str = Field(description="What is counted, and what it is compared with.")
    series: list[float] = Field(default_factory=list, description="Oldest first, for a sparkline; may be empty.")


class DayCount(Schema):
    """Leads that came on one day (UTC), and on the day one period earlier."""

    date: date
    count: int
    previous: int


class NewLeads(Schema):
    """New leads per day over the period."""

    days: list[DayCount]
    total: int
    previous_total: int


class BandCount(Schema):
    """Leads in one score band."""

    band: Band
    count: int


class Bin(Schema):
    """Leads with `low` <= score <= `high`."""

    low: int
    high: int
    count: int


class ScoreDistribution(Schema):
    """Scores of all leads by band and in bins of five points."""

    bands: list[BandCount]
    histogram: list[Bin]
    scored: int
    unscored: int


class StageValue(Schema):
    """Deals of one stage in one currency; `weighted_minor` is the amount times the stage's probability."""

    stage_id: UUID
    stage: str
    position: int
    probability: float
    kind: Literal["open", "won", "lost"]
    currency: str
    deals: int
    amount_minor: int
    weighted_minor: int


class PipelineTotal(Schema):
    """Open deals of one currency."""

    currency: str
    deals: int
    amount_minor: int
    weighted_minor: int


class PipelineValue(Schema):
    """Value of the default pipeline; stages without deals stand with the pipeline's currency and zero."""

    pipeline_id: UUID | None
    name: str | None
    stages: list[StageValue]
    totals: list[PipelineTotal]


class FeedEntry(Schema):
    """Something that happened lately."""

    id: UUID
    kind: str
    title: str
    body: str
    occurred_at: datetime
    actor_kind: str
    actor_id: UUID | None
    actor_name: str
    lead_id: UUID | None
    lead_name: str | None
    company_name: str | None
    deal_id: UUID | None


class OpenTask(Schema):
    """A task of mine that is not done."""

    id: UUID
    version: int
    title: str
    due_at: datetime | None
    overdue: bool
    priority: str
    lead_id: UUID | None
    lead_name: str | None
    deal_id: UUID | None


class MyTasks(Schema):
    """The ten open tasks due first, and how many there are."""

    items: list[OpenTask]
    open: int
    overdue: int
    due_today: int


class DashboardRead(Schema):
    """Everything on the dashboard. `as_of` tells how old the figures are; feed and tasks are always live."""

    as_of: datetime
    period_days: int
    time_zone: Literal["UTC"] = "UTC"
    key_numbers: list[KeyNumber]
    new_leads: NewLeads
    score_distribution: ScoreDistribution
    pipeline_value: PipelineValue
    activity: list[FeedEntry]
    tasks: MyTasks


class NotificationRead(Schema):
    """One notification; `subject_type` and `subject_id` say what to open."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    title: str
    body: str
    subject_type: str | None
    subject_id: UUID | None
    read_at: datetime | None
    created_at: datetime


class NotificationPage(Schema):
    """Newest first, with the number of unread ones over all pages."""

    items: list[NotificationRead]
    next_cursor: str | None
    previous_cursor: str | None
    unread: int


class NotificationsMark(Schema):
    """Which notifications were read; without ids, all of them."""

    model_config = ConfigDict(extra="forbid")

    ids: list[UUID] | None = Field(default=None, max_length=500)


class NotificationsMarked(Schema):
    """How many became read, and how many are still unread."""

    marked: int
    unread: int

"""HTTP shapes of a lead's visits and of what joined their identifiers."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from tradewind.kernel.schemas import Schema
from tradewind.modules.tracking.evidence import How

Channel = Literal[
    "paid_search", "paid_social", "display", "paid_other", "email", "affiliate", "organic_social", "organic_search",
    "referral", "campaign", "direct",
]  # fmt: skip


class TouchRead(Schema):
    """What brought the person: the start of a session, or the first event of a campaign within it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    at: datetime
    channel: Channel
    utm_source: str | None
    utm_medium: str | None
    utm_campaign: str | None
    utm_term: str | None
    utm_content: str | None
    click_ids: list[str] = Field(description="Kinds of click ids in the address, never their values")
    referrer_host: str | None
    landing_path: str | None
    likely_bot: bool = Field(description="Whether most of its session was probably a program's")


class PageSeen(Schema):
    """An event of a session: a page or screen, or something done there."""

    at: datetime
    type: Literal["page", "screen", "track"]
    name: str
    path: str | None
    seconds: int | None = Field(description="Until the next event of the session; null for the last one")
    human: float = Field(description="Probability (0 to 1) that a person caused it")
    human_reasons: list[str]


class VisitRead(Schema):
    """Events of one device without a pause of 30 minutes."""

    id: UUID
    started_at: datetime
    seconds: int
    channel: Channel
    device: str = Field(description="Kind of device and browser", examples=["Chrome on Windows"])
    pages: int
    events: int
    human_events: int
    likely_bot: bool
    seen: list[PageSeen] = Field(description="The session's first 30 events")


class DeviceRead(Schema):
    """A browser or app the person was seen with."""

    device: str
    sessions: int
    last_seen_at: datetime


class VisitCounts(Schema):
    """Raw counts, and those without what programs probably did."""

    sessions: int
    human_sessions: int
    pages: int
    events: int
    human_events: int
    likely_bot_share: float = Field(description="Share (0 to 1) of events that programs probably caused")
    bot_reasons: list[str] = Field(description="What most often spoke against a person, of the newest sessions")


class VisitsRead(Schema):
    """How a lead came, and what they did."""

    counts: VisitCounts
    first_touch: TouchRead | None
    last_touch: TouchRead | None
    path: list[TouchRead] = Field(description="The newest 100 touches, oldest first")
    touches: int
    devices: list[DeviceRead]
    sessions: list[VisitRead] = Field(description="The newest sessions, newest first")


class IdentifierRead(Schema):
    """What somebody is known by; a browser is named by its kind."""

    kind: Literal["browser", "user", "email"]
    label: str


class VisitorMergeRead(Schema):
    """Two identifiers that were taken for one person's, and by what; undone ones join nothing."""

    id: UUID
    how: How
    joined_at: datetime
    left: IdentifierRead
    right: IdentifierRead
    events: int = Field(description="Events that came with the left identifier, at most 1,000 are counted")
    undone_at: datetime | None
    undone_by_name: str | None


class ReassessmentStarted(Schema):
    """A job run: see /api/v1/jobs/{run_id}."""

    run_id: UUID

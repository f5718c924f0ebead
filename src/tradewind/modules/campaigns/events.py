"""Facts about journeys and campaigns that other modules may act on."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from tradewind.kernel.events import Event, Public


class JourneyLaunched(Event):
    """A journey was launched, or goes on after a pause."""

    name: ClassVar[str] = "campaigns.journey_launched"
    public: ClassVar[Public | None] = Public("journey.launched", permission="campaigns:read")
    journey_id: UUID


class JourneyHeld(Event):
    """A journey paused itself: people could not be moved in it, one after the other."""

    name: ClassVar[str] = "campaigns.journey_held"
    journey_id: UUID
    reason: str


class JourneyStopped(Event):
    """A journey was stopped for everybody."""

    name: ClassVar[str] = "campaigns.journey_stopped"
    public: ClassVar[Public | None] = Public("journey.stopped", permission="campaigns:read")
    journey_id: UUID


class JourneyGoalReached(Event):
    """People reached the goal of a journey, at most 5,000 an event."""

    name: ClassVar[str] = "campaigns.goal_reached"
    public: ClassVar[Public | None] = Public("journey.goal_reached", permission="campaigns:read")
    journey_id: UUID
    lead_ids: list[UUID]


class CampaignLaunched(Event):
    """A campaign went live, or goes on after a pause."""

    name: ClassVar[str] = "campaigns.campaign_launched"
    public: ClassVar[Public | None] = Public("campaign.launched", permission="campaigns:read")
    campaign_id: UUID


class CampaignPaused(Event):
    """A campaign was paused: nobody moves and nothing leaves until it goes on."""

    name: ClassVar[str] = "campaigns.campaign_paused"
    public: ClassVar[Public | None] = Public("campaign.paused", permission="campaigns:read")
    campaign_id: UUID


class CampaignEnded(Event):
    """A campaign ended: `done` by itself or at its end, `stopped` by somebody."""

    name: ClassVar[str] = "campaigns.campaign_ended"
    public: ClassVar[Public | None] = Public("campaign.ended", permission="campaigns:read")
    campaign_id: UUID
    state: str = Field(examples=["done"])


class CampaignNotStarted(Event):
    """A campaign could not start at its time and is a draft again."""

    name: ClassVar[str] = "campaigns.campaign_not_started"
    public: ClassVar[Public | None] = Public("campaign.not_started", permission="campaigns:read")
    campaign_id: UUID
    reason: str = Field(examples=["Put 1 thing right first."])

"""Facts about journeys that other modules may act on."""

from typing import ClassVar
from uuid import UUID

from tradewind.kernel.events import Event, Public


class JourneyLaunched(Event):
    """A journey was launched, or goes on after a pause."""

    name: ClassVar[str] = "campaigns.journey_launched"
    public: ClassVar[Public | None] = Public("journey.launched", permission="campaigns:read")
    journey_id: UUID


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

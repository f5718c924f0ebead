"""What tracking hands to other modules and within itself from arrival to processing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

EventType = Literal["track", "identify", "page", "screen", "group", "alias"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedEvent:
    """A stored event; the fields are the columns of `events` (see `models.events.Event`).

    `name` is the event of a track, else the name of a page or screen. `properties` holds properties or traits;
    `context` lacks what stands in fields of its own (ip, user agent, page).
    """

    id: UUID
    organisation_id: UUID
    source_id: UUID
    type: EventType
    name: str
    message_id: str
    anonymous_id: str | None
    user_id: str | None
    previous_id: str | None
    group_id: str | None
    occurred_at: datetime
    received_at: datetime
    ip: str | None
    user_agent: str | None
    url: str | None
    path: str | None
    title: str | None
    referrer: str | None
    properties: Mapping[str, Any]
    context: Mapping[str, Any]
    human: float
    human_reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadTouch:
    """What brought a lead, at that moment; `channel` is a key of `channels.CHANNELS`."""

    at: datetime
    channel: str
    utm_source: str | None
    utm_medium: str | None
    utm_campaign: str | None
    referrer_host: str | None
    landing_path: str | None
    likely_bot: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadVisits:
    """Counts of a lead's visits, raw and (`human_…`) without what programs probably did."""

    sessions: int
    human_sessions: int
    pages: int
    events: int
    human_events: int
    first_at: datetime
    last_at: datetime

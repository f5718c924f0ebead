"""HTTP shapes of sources."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from tradewind.kernel.payload import Flag, Whole
from tradewind.kernel.schemas import Schema

Kind = Literal["website", "server", "app"]
Health = Literal["disabled", "key_ended", "waiting", "rejecting", "quiet", "healthy"]
Handling = Literal["allow", "report", "block"]
Range = Literal["24h", "7d", "30d"]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]+$")]
Origins = Annotated[
    list[Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$")]],
    Field(max_length=50),
]


class SourceSettings(Schema):
    """What a source collects and how it treats events that differ from its plan."""

    model_config = ConfigDict(extra="ignore")

    unplanned_events: Handling = Field(
        default="allow",
        description="What happens to track events that are not planned; blocked ones are rejected on arrival.",
    )
    violating_events: Handling = Field(
        default="report", description="What happens to planned events whose properties break the plan."
    )
    require_consent: Flag = Field(
        default=False, description="The snippet stores and sends nothing before consent is given."
    )
    respect_gpc: Flag = Field(default=True, description="The snippet honours Global Privacy Control and Do Not Track.")
    capture_forms: Flag = Field(
        default=True, description="The snippet sends submitted forms, never passwords or cards."
    )
    capture_page_views: Flag = Field(default=True, description="The snippet sends page views by itself.")
    add_leads: Flag = Field(default=True, description="Add a lead where somebody unknown gives an e-mail address.")
    store_ip: Flag = Field(
        default=True, description="Keep the visitor's address; off, it is used for judging and dropped."
    )

    def public(self) -> dict[str, bool]:
        """The part that the snippet reads in the visitor's browser."""
        names = {"require_consent", "respect_gpc", "capture_forms", "capture_page_views"}
        return self.model_dump(include=names)


class SourceCreate(Schema):
    """A source to make; its write key is made with it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "Website", "kind": "website", "allowed_origins": ["https://www.example.com"]}]
        }
    )

    name: Name
    kind: Kind
    allowed_origins: Origins = Field(
        default_factory=list,
        description="Sites whose pages may send with the key; a website needs one. Servers and apps send without.",
    )
    settings: SourceSettings = Field(default_factory=SourceSettings)


class SettingsUpdate(Schema):
    """Settings to change; those left out stay."""

    unplanned_events: Handling | None = None
    violating_events: Handling | None = None
    require_consent: Flag | None = None
    respect_gpc: Flag | None = None
    capture_forms: Flag | None = None
    capture_page_views: Flag | None = None
    add_leads: Flag | None = None
    store_ip: Flag | None = None


class SourceUpdate(Schema):
    """A change of a source."""

    name: Name | None = None
    enabled: Flag | None = None
    allowed_origins: Origins | None = None
    settings: SettingsUpdate | None = None


class SourceRead(Schema):
    """A source, its write key (no secret), and how the last 24 hours went."""

    id: UUID
    version: int
    name: str
    kind: Kind
    enabled: bool
    write_key: str
    previous_write_key: str | None = Field(description="Works as well until `previous_write_key_until`")
    previous_write_key_until: datetime | None
    allowed_origins: list[str]
    settings: SourceSettings
    health: Health
    accepted: int = Field(description="Events accepted within 24 hours")
    rejected: int
    duplicates: int
    likely_bots: int
    hours: list[int] = Field(description="Accepted events of the last 24 hours, hour by hour, oldest first")
    first_event_at: datetime | None
    last_event_at: datetime | None
    created_at: datetime
    updated_at: datetime


class KeyRotation(Schema):
    """How long the old write key goes on working."""

    grace_hours: Whole = Field(24, ge=0, le=720, description="0 ends it at once")


class VolumePoint(Schema):
    """Events of an hour (24h) or a day."""

    at: datetime
    accepted: int
    likely_bots: int
    rejected: int
    duplicates: int


class VolumeOfEvent(Schema):
    """Events of one kind over the whole range."""

    type: str
    name: str
    accepted: int
    likely_bots: int
    rejected: int


class VolumesRead(Schema):
    """Volumes of a source; the busiest 50 kinds of events."""

    points: list[VolumePoint]
    events: list[VolumeOfEvent]


class EventRow(Schema):
    """An accepted event in the debugger's list."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    type: str
    name: str
    path: str | None
    anonymous_id: str | None
    user_id: str | None
    occurred_at: datetime
    received_at: datetime
    human: float
    likely_bot: bool


class EventIdentity(Schema):
    """Who the event was found to belong to."""

    visitor_id: UUID
    lead_id: UUID | None
    lead_name: str | None


class EventDetail(EventRow):
    """An accepted event with what was understood of it."""

    message_id: str
    previous_id: str | None
    group_id: str | None
    human_reasons: list[str]
    ip: str | None
    user_agent: str | None
    url: str | None
    title: str | None
    referrer: str | None
    properties: dict[str, Any]
    context: dict[str, Any]
    delay_seconds: float = Field(description="From when it happened, by the corrected clock, to its arrival")
    identity: EventIdentity | None
    violations: list["ViolationFound"]
    masked: bool = Field(description="Whether personal values are masked for you")


class ViolationFound(Schema):
    """Where an event differs from today's plan."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    property: str
    detail: str


class RejectionRead(Schema):
    """An event that was not accepted, and why; equal ones that came together are one entry."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    received_at: datetime
    code: str
    detail: str
    message_id: str | None
    type: str | None
    name: str | None
    payload: str = Field(description="What was sent, at most its first 4 KB")
    occurrences: int

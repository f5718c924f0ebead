"""What other modules hand to meetings and get from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

Source = Literal["page", "api", "agent", "staff", "calcom"]
# Who acts on a meeting: decides what notice applies, and stands in mails and timelines.
By = Literal["attendee", "host", "staff", "calendar", "agent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Who wants to meet. Times in mails are in their `time_zone`, texts in their `language` (en, de, es, fr)."""

    name: str
    email: str
    phone: str | None = None
    time_zone: str = "UTC"
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingWish:
    """What is to be booked. `length` in minutes, else the event type's first; times are aware.

    `key`: a repetition with the same key gets the first answer. `host_ids` restricts who may hold it. `campaign`: what
    brought the guest here, as campaigns are named in addresses (`utm_campaign`).
    """

    event_type_id: UUID
    starts_at: datetime
    guest: Guest
    length: int | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    source: Source = "agent"
    lead_id: UUID | None = None
    host_ids: tuple[UUID, ...] | None = None
    key: str | None = None
    campaign: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Time that is kept free until `held_until`; `id` is what `book` turns into a meeting."""

    id: UUID
    event_type_id: UUID
    starts_at: datetime
    ends_at: datetime
    held_until: datetime
    host_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """A booked meeting. `token` opens the attendee's page `/meeting/{token}`; it is shown once and stored hashed."""

    meeting_id: UUID
    attendee_id: UUID
    uid: str
    sequence: int
    state: Literal["pending", "confirmed"]
    title: str
    starts_at: datetime
    ends_at: datetime
    host_ids: tuple[UUID, ...]
    host_names: tuple[str, ...]
    location: Mapping[str, Any]
    join_url: str | None
    lead_id: UUID | None
    assigned_because: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A time that can be booked, in UTC, and the hosts of whom one takes it (of a collective event type all).

    `joins` is the meeting with places left that a booking becomes part of; its hosts are `host_ids` then.
    """

    starts_at: datetime
    ends_at: datetime
    host_ids: tuple[UUID, ...]
    seats_left: int = 1
    joins: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingSummary:
    """A meeting in short, for other modules' lists and messages."""

    id: UUID
    title: str
    starts_at: datetime
    ends_at: datetime
    state: str
    host_ids: tuple[UUID, ...]
    attendee_names: tuple[str, ...]

"""Shapes of the timeline."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from tradewind.kernel.payload import Moment
from tradewind.kernel.schemas import Schema
from tradewind.modules.leads.schemas.texts import Prose

LoggedKind = Literal["call.completed", "call.missed", "meeting.held", "meeting.no_show", "email.sent", "email.replied"]


class ActivityCreate(Schema):
    """Something a person did outside the product and writes down; it happened now unless `occurred_at` is given."""

    model_config = ConfigDict(extra="forbid")

    kind: LoggedKind
    body: Prose = ""
    occurred_at: Moment | None = Field(default=None, description="Not in the future")


class ActivityRead(Schema):
    """One entry of a timeline."""

    id: UUID
    lead_id: UUID | None
    company_id: UUID | None
    deal_id: UUID | None
    kind: str
    title: str
    body: str
    occurred_at: datetime
    actor_kind: str
    actor_id: UUID | None
    actor_name: str
    source: str | None
    data: dict[str, Any]


class TimelinePage(Schema):
    """Entries, newest first; `next_cursor` leads to older ones."""

    items: list[ActivityRead]
    next_cursor: str | None

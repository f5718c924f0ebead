"""HTTP shapes of duplicates and merges."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from tradewind.kernel.schemas import Schema

MatchedBy = Literal["email", "phone", "name"]


class DuplicateReason(Schema):
    """Why two leads look like one person; `confidence` 0–1 of this reason alone."""

    by: MatchedBy
    value: str
    words: str
    confidence: float


class DuplicateLead(Schema):
    """A lead in short, as a merge dialogue needs it first."""

    id: UUID
    full_name: str
    email: str | None
    phone: str | None
    job_title: str | None
    company_name: str | None
    status: str
    score: int | None
    owner_id: UUID | None
    created_at: datetime


class DuplicateCandidate(DuplicateLead):
    """A lead that may be the same person, with the reasons and the confidence of all of them together."""

    confidence: float
    reasons: list[DuplicateReason]


class DuplicateGroup(Schema):
    """Leads that share an e-mail, a phone number, or name and company. `leads` shows the ten oldest."""

    by: MatchedBy
    value: str
    words: str
    confidence: float
    count: int
    leads: list[DuplicateLead]


class DuplicateGroups(Schema):
    """A page of groups; `next_cursor` goes on from e-mail to phone to name."""

    items: list[DuplicateGroup]
    next_cursor: str | None


class MergeRequest(Schema):
    """Make one lead of several. `fields` names, per field, the lead whose value is kept.

    Fields: name, first_name, last_name, email, phone, company, job_title, status, source, country, region, city,
    language, time_zone, website, owner_id, external_id, and custom.<key>. Where nothing is chosen the winner's
    value stays, and gaps are filled from the losers in their order.
    """

    model_config = ConfigDict(extra="forbid")
    winner_id: UUID
    loser_ids: list[UUID] = Field(min_length=1, max_length=20)
    fields: dict[str, UUID] = Field(default_factory=dict, max_length=300)


class MergeRead(Schema):
    """A merge; `moved` counts what went over to the winner; `kept` names fields an undo left as edited since."""

    model_config = ConfigDict(from_attributes=True)
    id: UUID
    winner_id: UUID
    loser_ids: list[UUID]
    fields: dict[str, UUID]
    moved: dict[str, int]
    merged_at: datetime
    merged_by: UUID | None
    undone_at: datetime | None
    kept: list[str] = []

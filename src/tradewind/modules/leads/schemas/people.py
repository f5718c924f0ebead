"""Shapes of people (leads)."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from tradewind.kernel.payload import Flag
from tradewind.kernel.schemas import Schema
from tradewind.modules.leads.schemas.texts import Country, Email, OptionalLine, SearchText, Tags, WebAddress

LeadStatus = Literal["new", "contacted", "qualified", "unqualified", "customer", "lost"]
CustomValues = dict[str, Any]


class _Editable(Schema):
    model_config = ConfigDict(extra="forbid")

    first_name: OptionalLine = None
    last_name: OptionalLine = None
    full_name: OptionalLine = Field(default=None, description="Made of first and last name if left out")
    email: Email = None
    phone: OptionalLine = None
    job_title: OptionalLine = None
    company_id: UUID | None = None
    company_name: OptionalLine = Field(
        default=None, description="Without a company_id: the company of this name, added if there is none"
    )
    source: OptionalLine = None
    country: Country = Field(default=None, description="ISO 3166-1 alpha-2 code, or a country's name")
    region: OptionalLine = None
    city: OptionalLine = None
    language: OptionalLine = None
    time_zone: OptionalLine = None
    website: WebAddress = None
    owner_id: UUID | None = None
    converted: Flag | None = Field(default=None, description="The outcome: true won, false known not, null open")
    external_id: OptionalLine = None
    custom: CustomValues = Field(default_factory=dict, max_length=500)


class LeadCreate(_Editable):
    """A new person; a name, an e-mail, a phone number or a company is needed."""

    status: LeadStatus = "new"
    do_not_email: Flag = False
    do_not_call: Flag = False
    tags: Tags = Field(default_factory=list)

    @model_validator(mode="after")
    def _names_someone(self) -> "LeadCreate":
        known = (self.first_name, self.last_name, self.full_name, self.email, self.phone, self.company_name)
        if not any(known) and self.company_id is None and self.external_id is None:
            raise ValueError("Give a name, an e-mail, a phone number or a company")
        return self


class LeadUpdate(_Editable):
    """What to change; what is left out stays. Null empties a field; `custom` is merged key by key."""

    status: LeadStatus = "new"
    do_not_email: Flag = False
    do_not_call: Flag = False
    tags: Tags = Field(default_factory=list)
    add_tags: Tags = Field(default_factory=list)
    remove_tags: Tags = Field(default_factory=list)


class LeadBulkCreate(Schema):
    """Up to 1,000 new leads."""

    model_config = ConfigDict(extra="forbid")

    items: list[LeadCreate] = Field(min_length=1, max_length=1000)


class LeadBulkResult(Schema):
    """What became of one item: `id` of the new lead, or `code` and `detail` of why there is none."""

    index: int = Field(description="Place of the item in the request, from 0")
    id: UUID | None = None
    code: str | None = Field(default=None, examples=["leads.company_not_found"])
    detail: str | None = None
    errors: list[dict[str, str]] = Field(default_factory=list, examples=[[]])


class LeadBulkCreated(Schema):
    """Results in the order of the items."""

    created: int
    failed: int
    results: list[LeadBulkResult]


class LeadRow(Schema):
    """A person in a list."""

    id: UUID
    version: int
    full_name: str
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    job_title: str | None
    company_id: UUID | None
    company_name: str | None
    status: LeadStatus
    source: str | None
    country: str | None
    city: str | None
    owner_id: UUID | None
    score: int | None
    score_band: Literal["hot", "warm", "cool", "cold"] | None
    score_kind: Literal["model", "rules", "insufficient"] | None
    converted: bool | None
    tags: list[str]
    custom: CustomValues
    do_not_email: bool
    do_not_call: bool
    last_activity_at: datetime | None
    created_at: datetime
    updated_at: datetime
    external_id: str | None


class LeadRead(LeadRow):
    """All of a person."""

    region: str | None
    language: str | None
    time_zone: str | None
    website: str | None
    score_probability: float | None
    score_model_id: UUID | None
    scored_at: datetime | None
    converted_at: datetime | None
    first_seen_at: datetime | None
    enrichment: dict[str, Any]
    import_id: UUID | None
    created_by: UUID | None


class LeadCountRequest(Schema):
    """What to count; the same meaning as in the list."""

    model_config = ConfigDict(extra="forbid")

    filter: dict[str, Any] | None = None
    q: SearchText | None = None
    segment_id: UUID | None = None


class FieldOption(Schema):
    """One value to choose from."""

    value: str
    label: str


class FieldRead(Schema):
    """One field of the filter builder."""

    key: str
    label: str
    kind: str
    group: str
    ops: list[str]
    options: list[FieldOption] | None = Field(
        description="Values to choose from; for texts merely the ones in use. Null: any value"
    )
    sortable: bool
    indexed: bool
    custom_field_id: UUID | None = None


class FieldsRead(Schema):
    """The catalogue of the filter builder."""

    fields: list[FieldRead]
    activity_kinds: list[str]


class SearchHit(Schema):
    """One result of the quick search."""

    id: UUID
    title: str
    subtitle: str


class SearchRead(Schema):
    """Results of the quick search by kind."""

    leads: list[SearchHit]
    companies: list[SearchHit]
    deals: list[SearchHit]

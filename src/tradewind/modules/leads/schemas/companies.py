"""Shapes of companies."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from tradewind.kernel.payload import Whole
from tradewind.kernel.schemas import Schema
from tradewind.modules.leads.schemas.texts import Country, OptionalLine, RequiredLine, Tags, WebAddress

Count = Field(default=None, ge=0, le=100_000_000)
CompanySort = Literal[
    "name", "-name", "created_at", "-created_at", "updated_at", "-updated_at", "domain", "-domain", "industry",
    "-industry", "country", "-country", "employee_count", "-employee_count", "annual_revenue_minor",
    "-annual_revenue_minor",
]  # fmt: skip


class _Editable(Schema):
    model_config = ConfigDict(extra="forbid")

    domain: OptionalLine = None
    industry: OptionalLine = None
    size_band: OptionalLine = None
    employee_count: Whole | None = Count
    annual_revenue_minor: Whole | None = Field(default=None, ge=0, le=10**17)
    country: Country = None
    city: OptionalLine = None
    website: WebAddress = None
    owner_id: UUID | None = None
    custom: dict[str, Any] = Field(default_factory=dict, max_length=500)
    tags: Tags = Field(default_factory=list)


class CompanyCreate(_Editable):
    """A new company."""

    name: RequiredLine = Field(examples=["Moreau Works"])


class CompanyUpdate(_Editable):
    """What to change; what is left out stays. Null empties a field; `custom` is merged key by key."""

    name: RequiredLine = "-"


class CompanyRead(Schema):
    """A company; revenue in minor units of the organisation's currency."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    name: str = Field(examples=["Moreau Works"])
    domain: str | None
    industry: str | None
    size_band: str | None
    employee_count: int | None
    annual_revenue_minor: int | None
    country: str | None
    city: str | None
    website: str | None
    custom: dict[str, Any]
    enrichment: dict[str, Any]
    tags: list[str]
    owner_id: UUID | None
    people_count: int = 0
    created_at: datetime
    updated_at: datetime

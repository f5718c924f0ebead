"""Shapes of saved views and segments."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from tradewind.kernel.payload import Flag, JsonObject, Whole
from tradewind.kernel.schemas import Schema
from tradewind.modules.leads.schemas.texts import Prose, RequiredLine, SearchText

ViewEntity = Literal["lead", "company", "deal"]
ColumnName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]{0,79}$")]


class ViewState(Schema):
    """What a list shows: filter (a condition), sort (`-score`), columns in order, search words."""

    model_config = ConfigDict(extra="forbid")

    filter: JsonObject | None = None
    sort: Annotated[str, StringConstraints(pattern=r"^-?[a-z][a-z0-9_.]{0,79}$")] | None = None
    columns: list[ColumnName] | None = Field(default=None, max_length=100)
    q: SearchText | None = None


class ViewCreate(Schema):
    """A new saved view."""

    model_config = ConfigDict(extra="forbid")

    name: RequiredLine = Field(examples=["My hot leads"])
    entity: ViewEntity = "lead"
    shared: Flag = Field(default=False, description="Show it to everyone; needs segments:write")
    state: ViewState = Field(default_factory=ViewState)
    position: Whole = Field(default=0, ge=0, le=10_000)


class ViewUpdate(Schema):
    """What to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: RequiredLine = "-"
    shared: Flag = False
    state: ViewState = Field(default_factory=ViewState)
    position: Whole = Field(default=0, ge=0, le=10_000)


class ViewRead(Schema):
    """A saved view; `editable` says whether the caller may change it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    owner_id: UUID | None
    name: str = Field(examples=["My hot leads"])
    entity: ViewEntity
    shared: bool
    state: ViewState
    position: int
    editable: bool = True
    created_at: datetime
    updated_at: datetime


class SegmentCreate(Schema):
    """A new segment: dynamic with a condition, or static with members added later."""

    model_config = ConfigDict(extra="forbid")

    name: RequiredLine = Field(examples=["Hot leads in France"])
    description: Prose = ""
    kind: Literal["dynamic", "static"] = "dynamic"
    condition: dict[str, Any] | None = None
    member_ids: list[UUID] = Field(default_factory=list, max_length=5_000, description="First members, if static")


class SegmentUpdate(Schema):
    """What to change; what is left out stays. The kind never changes."""

    model_config = ConfigDict(extra="forbid")

    name: RequiredLine = "-"
    description: Prose = ""
    condition: dict[str, Any] = Field(default_factory=dict)


class SegmentRead(Schema):
    """A segment; `member_count` is of `counted_at`, null while it is counted for the first time."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    name: str = Field(examples=["Hot leads in France"])
    description: str
    kind: Literal["dynamic", "static"]
    condition: dict[str, Any] | None
    member_count: int | None
    counted_at: datetime | None
    created_by: UUID | None
    created_at: datetime
    updated_at: datetime


class SegmentPreviewRequest(Schema):
    """A condition to try."""

    model_config = ConfigDict(extra="forbid")

    condition: dict[str, Any]


class SegmentPreview(Schema):
    """How many leads a condition holds for, and some of them."""

    count: int
    exact: bool
    sample: list["PreviewLead"]


class PreviewLead(Schema):
    """A lead in short."""

    id: UUID
    full_name: str
    email: str | None
    company_name: str | None
    score: int | None


class SegmentMembersChange(Schema):
    """Leads to add to and remove from a static segment."""

    model_config = ConfigDict(extra="forbid")

    add: list[UUID] = Field(default_factory=list, max_length=5_000)
    remove: list[UUID] = Field(default_factory=list, max_length=5_000)

"""Shapes of custom fields and tags."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from tradewind.kernel.classification import DataClass
from tradewind.kernel.payload import Flag, Whole
from tradewind.kernel.schemas import Schema
from tradewind.modules.leads.schemas.texts import RequiredLine, TagName

FieldEntity = Literal["lead", "company", "deal"]
FieldKind = Literal["text", "number", "date", "datetime", "boolean", "select", "multi_select", "url", "secret"]
TagColour = Literal["grey", "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink"]


def _distinct(values: list[str]) -> list[str]:
    if len(set(values)) != len(values):
        raise ValueError("must differ from each other")
    return values


Choices = Annotated[list[RequiredLine], Field(max_length=200), AfterValidator(_distinct)]


Classification = Annotated[
    DataClass, Field(description="Kind of data; contact and sensitive values are masked without leads:personal")
]


class CustomFieldCreate(Schema):
    """A new custom field; the key is made of the label if left out, and never changes."""

    model_config = ConfigDict(extra="forbid")

    entity: FieldEntity = "lead"
    key: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")] | None = None
    label: RequiredLine = Field(examples=["Budget"])
    kind: FieldKind = Field(description="`secret` is text of leads stored encrypted, read through /leads/{id}/secrets")
    options: Choices = Field(default_factory=list, description="The choices of select and multi_select")
    filterable: Flag = Field(default=False, description="Index the field, for fast filters over many records")
    used_for_scoring: Flag = True
    classification: Classification = "internal"
    position: Whole = Field(default=0, ge=0, le=10_000)


class CustomFieldUpdate(Schema):
    """What to change; key, entity and kind stay what they are."""

    model_config = ConfigDict(extra="forbid")

    label: RequiredLine = "-"
    options: Choices = Field(default_factory=list)
    filterable: Flag = False
    used_for_scoring: Flag = True
    classification: Classification = "internal"
    position: Whole = Field(default=0, ge=0, le=10_000)
    archived: Flag = False


class CustomFieldRead(Schema):
    """A custom field."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    entity: FieldEntity
    key: str
    label: str = Field(examples=["Budget"])
    kind: FieldKind
    options: list[str]
    filterable: bool
    used_for_scoring: bool
    classification: DataClass
    position: int
    archived_at: datetime | None
    created_at: datetime


class TagCreate(Schema):
    """A new tag."""

    model_config = ConfigDict(extra="forbid")

    name: TagName = Field(examples=["vip"])
    colour: TagColour = "grey"


class TagUpdate(Schema):
    """What to change; a new name is carried over to all leads in the background."""

    model_config = ConfigDict(extra="forbid")

    name: TagName = "-"
    colour: TagColour = "grey"


class TagRead(Schema):
    """A tag."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str = Field(examples=["vip"])
    colour: str

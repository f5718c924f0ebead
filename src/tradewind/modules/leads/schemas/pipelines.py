"""HTTP shapes of pipelines and stages."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, Strict

from tradewind.kernel.payload import Flag, Whole
from tradewind.kernel.places import Currency
from tradewind.kernel.schemas import Schema
from tradewind.modules.leads.schemas.texts import RequiredLine

StageKind = Literal["open", "won", "lost"]
# To a millionth: amounts times smaller shares are out of the database's range.
Probability = Annotated[float, Strict(), Field(ge=0, le=1), AfterValidator(lambda value: round(value, 6))]


class StageCreate(Schema):
    """A new stage; `probability` 0–1 weighs amounts (won counts as 1, lost as 0)."""

    model_config = ConfigDict(extra="forbid")
    name: RequiredLine = Field(examples=["Offer sent"])
    probability: Probability = 0.5
    kind: StageKind = "open"
    position: Whole | None = Field(default=None, ge=0, le=100, description="Place in the order; last if left out")


class StageUpdate(Schema):
    """What to change on a stage."""

    model_config = ConfigDict(extra="forbid")
    name: RequiredLine | None = Field(default=None, examples=["Offer sent"])
    probability: Probability | None = None
    kind: StageKind | None = None


class StageOrder(Schema):
    """All stages of the pipeline in their new order."""

    model_config = ConfigDict(extra="forbid")
    stage_ids: list[UUID] = Field(min_length=1, max_length=30)


class StageRead(Schema):
    """One stage."""

    model_config = ConfigDict(from_attributes=True)
    id: UUID
    name: str = Field(examples=["Offer sent"])
    position: int
    probability: float
    kind: StageKind


class PipelineCreate(Schema):
    """A new pipeline; without `stages` it gets the usual seven."""

    model_config = ConfigDict(extra="forbid")
    name: RequiredLine = Field(examples=["Direct sales"])
    currency: Currency | None = None
    is_default: Flag = False
    stages: list[StageCreate] | None = Field(default=None, min_length=3, max_length=30)


class PipelineUpdate(Schema):
    """What to change on a pipeline."""

    model_config = ConfigDict(extra="forbid")
    name: RequiredLine | None = Field(default=None, examples=["Direct sales"])
    currency: Currency | None = None
    is_default: Literal[True] | None = Field(
        default=None, description="Make it the default; choose another one to take it away"
    )
    position: Whole | None = Field(default=None, ge=0, le=1000)


class PipelineRead(Schema):
    """A pipeline with its stages in order."""

    id: UUID
    version: int
    name: str = Field(examples=["Direct sales"])
    currency: str
    is_default: bool
    position: int
    stages: list[StageRead]
    created_at: datetime
    updated_at: datetime

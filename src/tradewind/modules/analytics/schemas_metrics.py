"""HTTP shapes of metrics."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from tradewind.kernel.schemas import Schema
from tradewind.modules.analytics.catalogue import Aggregation, Unit

Interval = Literal["day", "week", "month", "quarter", "total"]
CustomEntity = Literal["leads", "deals"]
CustomAggregation = Literal["count", "sum", "average"]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]*$")]
Description = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^[^\x00]*$")]
Measure = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[a-z][a-z0-9_.]*$")]


class Choice(Schema):
    """Something to choose, with its label."""

    key: str
    label: str


class CustomDefinition(Schema):
    """What people wrote down of a metric of their own."""

    id: UUID
    version: int
    aggregation: CustomAggregation
    measure: str | None
    condition: dict[str, Any] | None


class MetricRead(Schema):
    """What a metric means and how it can be asked."""

    key: str
    name: str
    description: str
    unit: Unit
    aggregation: Aggregation
    entity: str
    dimensions: list[Choice]
    history: bool = Field(description="False where only the present value is known.")
    variants: list[Literal["human", "raw"]] = Field(
        description="Where web traffic is counted: what people did, or everything including likely bots."
    )
    filterable: bool = Field(description="Whether a condition on leads can narrow it down.")
    custom: CustomDefinition | None = None


class EntityRead(Schema):
    """What metrics of one's own can count, add up or average."""

    key: str
    label: str
    measures: list[Choice]


class MetricList(Schema):
    """All metrics, and what own ones can be made of."""

    items: list[MetricRead]
    entities: list[EntityRead]


class Point(Schema):
    """The value of one interval that begins on `start`; null where there is nothing to divide by."""

    start: date
    value: float | None


class Series(Schema):
    """The values of one part. `part` is null for all there is, or for everything that is not among the parts."""

    part: str | None
    currency: str | None
    total: float | None
    points: list[Point]


class MetricValues(Schema):
    """Values of a metric: counts, ratios 0–1, or minor units of the series' currency."""

    key: str
    unit: Unit
    since: date
    until: date
    interval: Interval
    time_zone: str
    by: str | None
    human: bool | None = Field(description="Null where the metric counts no web traffic.")
    series: list[Series]


class CustomMetricCreate(Schema):
    """A metric of one's own. Without a condition it counts all."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    description: Description = ""
    entity: CustomEntity
    aggregation: CustomAggregation = "count"
    measure: Measure | None = Field(default=None, description="What is added up or averaged; none for a count.")
    condition: dict[str, Any] | None = Field(default=None, description="A condition on the leads.")


class CustomMetricUpdate(Schema):
    """Changes to a metric of one's own; its key stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    description: Description | None = None
    aggregation: CustomAggregation | None = None
    measure: Measure | None = None
    condition: dict[str, Any] | None = None

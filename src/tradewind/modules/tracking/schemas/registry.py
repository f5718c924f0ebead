"""HTTP shapes of the schema registry."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from tradewind.kernel.payload import Flag
from tradewind.kernel.schemas import Schema
from tradewind.modules.tracking.contracts import EventType

ValueType = Literal["string", "integer", "number", "boolean", "array", "object", "null"]
ViolationCode = Literal["unplanned_event", "missing_property", "wrong_type", "value_not_allowed"]
Path = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
EventName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x1f]*$")]
Description = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^[^\x00]*$")]
Value = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]


class PropertyRule(Schema):
    """What a property of a planned event must be. `path` names a nested one with dots: `cart.total`."""

    path: Path
    required: Flag = False
    types: list[ValueType] = Field(
        default_factory=list, max_length=7, description="One of these; any, if empty. A number may be an integer."
    )
    allowed: list[Value] = Field(
        default_factory=list, max_length=100, description="One of these texts or numbers; any, if empty."
    )


Rules = Annotated[list[PropertyRule], Field(max_length=100)]


class _Rules(Schema):
    rules: Rules | None = None

    @model_validator(mode="after")
    def _once(self) -> "_Rules":
        paths = [rule.path for rule in self.rules or ()]
        twice = next((path for path in paths if paths.count(path) > 1), None)
        if twice is not None:
            raise ValueError(f"the property “{twice}” has two rules")
        return self


class SchemaCreate(_Rules):
    """An event to plan. A track has a name, other types have none: one plan holds for all of a type."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "track",
                    "name": "Demo Requested",
                    "rules": [{"path": "plan", "required": True, "types": ["string"], "allowed": ["team", "business"]}],
                }
            ]
        }
    )

    type: EventType = "track"
    name: EventName = ""
    description: Description = ""

    @model_validator(mode="after")
    def _named(self) -> "SchemaCreate":
        if (self.type == "track") != bool(self.name):
            raise ValueError("a track event is planned by its name, other types without one")
        return self


class SchemaUpdate(_Rules):
    """A change of a plan. `planned` false drops the plan and keeps what was seen."""

    planned: Flag | None = None
    description: Description | None = None


class SchemaRead(Schema):
    """A kind of event: how often it was seen, whether it is planned, and how often it broke the plan."""

    id: UUID
    version: int
    source_id: UUID
    type: EventType
    name: str
    description: str
    planned: bool
    events: int
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    properties: int = Field(description="Number of properties seen")
    violations: int = Field(description="Number of events that broke the plan, a property at a time")


class PropertyRead(Schema):
    """A property as seen; examples of personal ones are masked."""

    model_config = ConfigDict(from_attributes=True)

    path: str
    types: dict[str, int] = Field(description="Type → number of events")
    events: int
    examples: list[Any]
    personal: bool
    first_seen_at: datetime
    last_seen_at: datetime


class ViolationRead(Schema):
    """How events differed from the plan."""

    model_config = ConfigDict(from_attributes=True)

    code: ViolationCode
    property: str
    detail: str
    occurrences: int
    first_seen_at: datetime
    last_seen_at: datetime
    last_event_id: UUID


class SchemaDetail(SchemaRead):
    """A kind of event with its plan, its properties (most frequent first) and what broke the plan."""

    rules: list[PropertyRule]
    seen: list[PropertyRead]
    broken: list[ViolationRead]

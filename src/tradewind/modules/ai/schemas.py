"""HTTP shapes of ai. Money is in micro-USD: 1,000,000 are one dollar."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, SecretStr, StringConstraints

from tradewind.kernel.payload import Flag, JsonObject, Ratio, Whole
from tradewind.kernel.schemas import Schema
from tradewind.modules.ai.contracts import Capability, Task

Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
ModelName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Feature = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$", max_length=60)]
Key = Annotated[SecretStr, Field(min_length=1, max_length=4000)]
Money = Annotated[Whole, Field(ge=0, le=10**15)]
Seconds = Annotated[Ratio, Field(ge=1, le=600)]
GroupBy = Literal["day", "feature", "task", "model", "character", "capability"]


class ProviderRead(Schema):
    """A provider that can be connected. `settings` is a JSON Schema to draw a form from."""

    id: str
    label: str
    auth: str
    key: Literal["required", "optional", "none"]
    capabilities: list[Capability]
    missing: dict[str, str] = Field(description="Capabilities it does not have here, and why")
    settings: dict[str, Any]
    suggested: dict[str, list[str]] = Field(description="Models to begin with, by capability")
    suggested_on: date = Field(description="When the suggestions were last looked over")
    documentation_url: str | None
    notes: dict[str, str]


class ModelConnectionCreate(Schema):
    """A connection to a provider. `models` are added with it; without, the provider's suggestions are."""

    provider: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    label: Label
    settings: JsonObject = Field(default_factory=dict)
    key: Key | None = None
    models: Annotated[list["ModelOfConnection"], Field(max_length=50)] | None = None


class ModelOfConnection(Schema):
    """A model to add with its connection."""

    capability: Capability
    name: ModelName


class ModelConnectionUpdate(Schema):
    """A change of a connection; a key that is not given stays."""

    label: Label | None = None
    settings: JsonObject | None = None
    key: Key | None = None
    enabled: Flag | None = None


class ConnectionTestRead(Schema):
    """How a tiny real call went. `code` is ok, wrong_key, no_model, quota, rate_limited, unreachable, refused, …"""

    ok: bool
    code: str
    detail: str
    model: str | None
    latency_ms: int | None
    tested_at: datetime


class ModelConnectionRead(Schema):
    """A connection; of its key only the last characters are shown."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    provider: str
    provider_label: str
    label: str
    settings: dict[str, Any]
    has_key: bool
    key_hint: str
    enabled: bool
    capabilities: list[Capability]
    models: int = Field(description="How many of its models are in use")
    resting: bool = Field(description="It failed repeatedly and is given a rest by this process")
    last_test: ConnectionTestRead | None
    created_by_name: str
    created_at: datetime
    updated_at: datetime


class ConnectionTest(Schema):
    """What to test: a model of the connection, else its first."""

    capability: Capability = "text"
    model: ModelName | None = None


class OfferedModelsRead(Schema):
    """Names of the models that the provider offers to this key, as it says itself."""

    names: list[str]


class PriceRead(Schema):
    """What a model costs, in micro-USD per million tokens in and out, or per call."""

    input: int | None
    output: int | None
    call: int | None
    cached_input: int | None
    source: Literal["entered", "list", "free", "unknown"] = Field(
        description="Entered by somebody, from the price list that ships with Tradewind, free, or not known"
    )
    words: str = Field(description="The price in words, with tiers and other units")
    list_version: str | None = Field(description="Version of the price list genai-prices")


class ModelCreate(Schema):
    """A model of a connection to use. Prices in micro-USD replace the list's."""

    connection_id: UUID
    capability: Capability = "text"
    name: ModelName
    context_tokens: Annotated[Whole, Field(ge=128, le=100_000_000)] | None = None
    input_price: Money | None = None
    output_price: Money | None = None
    call_price: Money | None = None


class ModelUpdate(Schema):
    """A change of a model; a price given as null is the list's again."""

    enabled: Flag | None = None
    context_tokens: Annotated[Whole, Field(ge=128, le=100_000_000)] | None = None
    input_price: Money | None = None
    output_price: Money | None = None
    call_price: Money | None = None


class ModelRead(Schema):
    """A model in use."""

    id: UUID
    version: int
    connection_id: UUID
    connection_label: str
    provider: str
    capability: Capability
    name: str
    enabled: bool
    context_tokens: int | None = Field(description="How much it reads; entered, or from the list")
    price: PriceRead
    created_at: datetime
    updated_at: datetime


class RouteStepWrite(Schema):
    """A model to ask, and how long to wait: for the first piece of a streamed answer, and for all of it."""

    model_id: UUID
    timeout_seconds: Seconds = 60
    first_token_seconds: Seconds = 20


class RouteWrite(Schema):
    """The models for a capability, in order; without `task` and `character_id` for everything in the organisation."""

    capability: Capability = "text"
    task: Task | None = None
    character_id: UUID | None = None
    steps: Annotated[list[RouteStepWrite], Field(min_length=1, max_length=6)]


class RouteStepRead(RouteStepWrite):
    """A model of a route."""

    model: str
    connection_label: str
    usable: bool = Field(description="False where the model or its connection is switched off")


class RouteRead(Schema):
    """A route."""

    id: UUID
    version: int
    capability: Capability
    task: Task | None
    character_id: UUID | None
    steps: list[RouteStepRead]
    updated_at: datetime


class StatusRead(Schema):
    """What models there are for each capability; null: none, features work their local way."""

    text: str | None
    embedding: str | None
    speech_to_text: str | None
    text_to_speech: str | None
    image: str | None
    video: str | None


class UsageRow(Schema):
    """Usage of one group. `unpriced` calls are of models whose price is not known: their cost is counted as nothing."""

    key: str | None = Field(description="Value of the grouping; null for calls without a task or character")
    calls: int
    failures: int
    unpriced: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cost_microusd: int
    mean_latency_ms: int


class UsageRead(Schema):
    """Usage in a span of days (UTC), grouped, dearest first (days in order), and its sum."""

    since: date
    until: date
    group_by: GroupBy
    rows: list[UsageRow]
    total: UsageRow


class CallRead(Schema):
    """One attempt on a model."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    at: datetime
    capability: Capability
    task: str | None
    feature: str
    character_id: UUID | None
    connection_id: UUID | None
    provider: str
    model: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    estimated: bool = Field(description="The provider told no tokens; these are estimated")
    cost_microusd: int | None
    latency_ms: int
    first_token_ms: int | None
    outcome: Literal["ok", "failed", "cut", "cancelled"]
    reason: str | None


class BudgetCreate(Schema):
    """A budget; without `feature` and `character_id` for the whole organisation."""

    name: Label
    feature: Feature | None = None
    character_id: UUID | None = None
    period: Literal["day", "month"] = "month"
    limit_microusd: Annotated[Whole, Field(ge=1, le=10**15)]
    stops: Flag = Field(default=True, description="Refuse calls when it is used up; else only tell")


class BudgetUpdate(Schema):
    """A change of a budget; it holds at once."""

    name: Label | None = None
    limit_microusd: Annotated[Whole, Field(ge=1, le=10**15)] | None = None
    stops: Flag | None = None


class BudgetRead(Schema):
    """A budget and where it stands in the present period. `reserved` is set aside for calls under way."""

    id: UUID
    version: int
    name: str
    feature: str | None
    character_id: UUID | None
    period: Literal["day", "month"]
    limit_microusd: int
    stops: bool
    begins_on: date
    spent_microusd: int
    reserved_microusd: int
    level: Literal[0, 80, 100] = Field(description="The alert given in this period")
    created_at: datetime
    updated_at: datetime


class ComparisonRequest(Schema):
    """One prompt for several text models, asked at the same time."""

    model_ids: Annotated[list[UUID], Field(min_length=1, max_length=6)]
    instructions: Annotated[str, StringConstraints(max_length=20_000)] = ""
    prompt: Annotated[str, StringConstraints(min_length=1, max_length=50_000)]
    max_output_tokens: Annotated[Whole, Field(ge=16, le=8000)] = 1024
    temperature: Annotated[Ratio, Field(ge=0, le=2)] | None = None


class ComparisonAnswer(Schema):
    """What one model answered, or why it did not."""

    model_id: UUID
    model: str
    connection_label: str
    text: str | None
    error_code: str | None
    error: str | None
    input_tokens: int | None
    output_tokens: int | None
    cost_microusd: int | None
    latency_ms: int
    first_token_ms: int | None


class ComparisonRead(Schema):
    """Answers side by side, in the order of the request."""

    answers: list[ComparisonAnswer]

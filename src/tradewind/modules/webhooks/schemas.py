"""HTTP shapes of webhooks."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from tradewind.kernel.payload import Moment
from tradewind.kernel.schemas import Schema

EndpointState = Literal["active", "paused", "disabled"]
DeliveryState = Literal["waiting", "sending", "delivered", "failed"]
Health = Literal["new", "healthy", "failing", "paused", "disabled"]
Format = Literal["standard", "cloudevents"]
Url = Annotated[str, StringConstraints(strip_whitespace=True, min_length=8, max_length=2000)]
Description = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
EventTypes = Annotated[
    list[Annotated[str, StringConstraints(min_length=1, max_length=80)]], Field(min_length=1, max_length=100)
]


class WebhookEventTypeRead(Schema):
    """A type of event that endpoints may subscribe to."""

    model_config = ConfigDict(from_attributes=True)

    type: str
    version: int
    description: str
    permission: str = Field(description="Needed to subscribe")
    example: dict[str, Any] = Field(description="`data` of a message of this type")


class EndpointCreate(Schema):
    """A new endpoint; its signing secret is made by the server."""

    url: Url
    description: Description = ""
    event_types: EventTypes
    format: Format = "standard"
    in_order: bool = Field(
        default=False, description="Send one message at a time, in order; a failing one holds up those behind it"
    )


class EndpointUpdate(Schema):
    """A change of an endpoint. `state` pauses it or sets it going again."""

    url: Url | None = None
    description: Description | None = None
    event_types: EventTypes | None = None
    format: Format | None = None
    in_order: bool | None = None
    state: Literal["active", "paused"] | None = None


class EndpointRead(Schema):
    """An endpoint and how it is doing; counts are over its last attempts, at most 200."""

    id: UUID
    version: int
    url: str
    description: str
    event_types: list[str]
    format: Format
    in_order: bool
    state: EndpointState
    disabled_reason: str | None = Field(description="Why Tradewind paused it or switched it off")
    health: Health
    attempts: int
    successes: int
    median_ms: int | None
    waiting: int = Field(description="Deliveries not finished yet; 1000 stands for 1000 and more")
    failures_in_row: int
    last_success_at: datetime | None
    last_failure_at: datetime | None
    previous_secret_until: datetime | None
    keeper_name: str = Field(description="Whose rights decide what it hears of")
    created_by_name: str
    created_at: datetime
    updated_at: datetime


class SecretRead(Schema):
    """The signing secret; after a rotation, messages carry a second signature by the previous one for a while."""

    secret: str
    previous_secret_until: datetime | None


class SecretRotation(Schema):
    """How long messages are signed with the old secret as well."""

    overlap_hours: int = Field(default=24, ge=0, le=168)


class ReplayRequest(Schema):
    """From when on failed deliveries are sent again."""

    since: Moment


class ReplayRead(Schema):
    """How many deliveries are sent again."""

    deliveries: int


class WebhookDeliveryRead(Schema):
    """A message on its way to one endpoint."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    endpoint_id: UUID
    message_id: UUID
    type: str
    state: DeliveryState
    attempts: int
    last_status: int | None
    last_error: str | None
    next_attempt_at: datetime | None
    finished_at: datetime | None
    created_at: datetime


class WebhookAttemptRead(Schema):
    """One request and its answer."""

    id: UUID
    started_at: datetime
    duration_ms: int
    format: Format
    request_headers: dict[str, str]
    status: int | None = Field(description="null: there was no answer")
    error: str | None
    answer: str = Field(description="The first 2 kB of the answer")
    retry_after_seconds: int | None


class WebhookDeliveryDetail(WebhookDeliveryRead):
    """A delivery with its request body (by format, as some attempts may have used another) and last 50 attempts."""

    url: str
    bodies: dict[str, str]
    log: list[WebhookAttemptRead]


class WebhookMessageRead(Schema):
    """A message with its whole data, also where the webhook had to leave some out."""

    id: UUID
    webhook_id: str
    type: str
    version: int
    timestamp: datetime
    data: dict[str, Any]

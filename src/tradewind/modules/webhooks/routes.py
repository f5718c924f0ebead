"""HTTP of webhooks."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import tagged
from tradewind.kernel.limits import rate_limit
from tradewind.kernel.pagination import Page
from tradewind.kernel.payload import Moment
from tradewind.kernel.routing import Router
from tradewind.modules.webhooks.catalogue import event_types
from tradewind.modules.webhooks.schemas import (
    DeliveryState,
    EndpointCreate,
    EndpointRead,
    EndpointUpdate,
    ReplayRead,
    ReplayRequest,
    SecretRead,
    SecretRotation,
    WebhookDeliveryDetail,
    WebhookDeliveryRead,
    WebhookEventTypeRead,
    WebhookMessageRead,
)
from tradewind.modules.webhooks.service import endpoints, log

router = Router(tags=["Webhooks"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]
_NOT_STORED = {"Cache-Control": "no-store"}


@router.get("/webhook-event-types", dependencies=[requires("webhooks:read")])
async def list_webhook_event_types() -> list[WebhookEventTypeRead]:
    """All event types that endpoints may subscribe to, with an example of their data."""
    return [WebhookEventTypeRead.model_validate(entry) for entry in event_types()]


@router.get("/webhook-endpoints", dependencies=[requires("webhooks:read")])
async def list_webhook_endpoints(session: Session) -> list[EndpointRead]:
    """All endpoints with their health."""
    return await endpoints.list_all(session)


@router.post("/webhook-endpoints", status_code=201, dependencies=[requires("webhooks:write")])
async def create_webhook_endpoint(session: Session, data: EndpointCreate, response: Response) -> EndpointRead:
    """Add an endpoint. Each event type needs the permission to read what it tells."""
    return tagged(response, await endpoints.create(session, data))


@router.get("/webhook-endpoints/{endpoint_id:uuid}", dependencies=[requires("webhooks:read")])
async def read_webhook_endpoint(session: Session, endpoint_id: UUID, response: Response) -> EndpointRead:
    """One endpoint."""
    return tagged(response, await endpoints.read(session, endpoint_id))


@router.patch("/webhook-endpoints/{endpoint_id:uuid}", dependencies=[requires("webhooks:write")])
async def update_webhook_endpoint(
    session: Session, endpoint_id: UUID, data: EndpointUpdate, response: Response, if_match: IfMatch = None
) -> EndpointRead:
    """Change, pause or resume an endpoint. While paused, deliveries wait; a disabled one hears of nothing new."""
    return tagged(response, await endpoints.update(session, endpoint_id, data, if_match=if_match))


@router.delete("/webhook-endpoints/{endpoint_id:uuid}", status_code=204, dependencies=[requires("webhooks:write")])
async def delete_webhook_endpoint(session: Session, endpoint_id: UUID, if_match: IfMatch = None) -> None:
    """Remove an endpoint together with its log."""
    await endpoints.delete(session, endpoint_id, if_match=if_match)


@router.get("/webhook-endpoints/{endpoint_id:uuid}/secret", dependencies=[requires("webhooks:write", step_up=True)])
async def read_webhook_secret(session: Session, endpoint_id: UUID, response: Response) -> SecretRead:
    """The signing secret. Looking is recorded in the audit log."""
    response.headers.update(_NOT_STORED)
    return await endpoints.secret(session, endpoint_id)


@router.post(
    "/webhook-endpoints/{endpoint_id:uuid}/secret-rotations",
    status_code=201,
    dependencies=[requires("webhooks:write", step_up=True)],
)
async def rotate_webhook_secret(
    session: Session, endpoint_id: UUID, data: SecretRotation, response: Response
) -> SecretRead:
    """Make a new secret; messages carry both signatures during the overlap."""
    response.headers.update(_NOT_STORED)
    overlap = timedelta(hours=data.overlap_hours)
    return await endpoints.rotate_secret(session, endpoint_id, overlap=overlap)


@router.post(
    "/webhook-endpoints/{endpoint_id:uuid}/pings",
    status_code=202,
    dependencies=[requires("webhooks:write"), rate_limit("webhook_pings", "30/minute", key="actor")],
)
async def ping_webhook_endpoint(session: Session, endpoint_id: UUID) -> WebhookDeliveryRead:
    """Send a test message, once; follow its delivery to see the answer."""
    return await log.detail(session, await endpoints.ping(session, endpoint_id))


@router.post(
    "/webhook-endpoints/{endpoint_id:uuid}/replays", status_code=202, dependencies=[requires("webhooks:write")]
)
async def replay_failed_deliveries(session: Session, endpoint_id: UUID, data: ReplayRequest) -> ReplayRead:
    """Send all failed deliveries since a moment again."""
    return ReplayRead(deliveries=await log.replay_failed(session, endpoint_id, data.since))


@router.get("/webhook-deliveries", dependencies=[requires("webhooks:read")])
async def list_webhook_deliveries(
    session: Session,
    endpoint_id: UUID | None = None,
    state: DeliveryState | None = None,
    type: Annotated[str | None, Query(max_length=80)] = None,
    since: Moment | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(min_length=1, max_length=2048)] = None,
) -> Page[WebhookDeliveryRead]:
    """The log of the last thirty days, newest first."""
    return await log.page(
        session, endpoint_id=endpoint_id, state=state, event_type=type, since=since, cursor=cursor, limit=limit
    )


@router.get("/webhook-deliveries/{delivery_id:uuid}", dependencies=[requires("webhooks:read")])
async def read_webhook_delivery(session: Session, delivery_id: UUID) -> WebhookDeliveryDetail:
    """A delivery with its request body and all attempts."""
    return await log.detail(session, delivery_id)


@router.post(
    "/webhook-deliveries/{delivery_id:uuid}/replays", status_code=202, dependencies=[requires("webhooks:write")]
)
async def replay_webhook_delivery(session: Session, delivery_id: UUID) -> WebhookDeliveryRead:
    """Send one delivery again under its old id."""
    return await log.replay(session, delivery_id)


@router.get("/webhook-messages/{message_id:uuid}", dependencies=[requires("webhooks:read")])
async def read_webhook_message(session: Session, message_id: UUID) -> WebhookMessageRead:
    """The whole data of a message whose webhook was `truncated`."""
    return await log.read_message(session, message_id)

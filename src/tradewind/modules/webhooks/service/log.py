"""The log of deliveries: looking, and sending again."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.pagination import Page, SortColumn, fetch_page
from tradewind.modules.identity import api as identity
from tradewind.modules.webhooks import repository
from tradewind.modules.webhooks.catalogue import permission_of
from tradewind.modules.webhooks.errors import AlreadyUnderWay, DeliveryNotFound, EndpointNotFound, MessageNotFound
from tradewind.modules.webhooks.models import Attempt, Delivery, Message
from tradewind.modules.webhooks.schemas import (
    WebhookAttemptRead,
    WebhookDeliveryDetail,
    WebhookDeliveryRead,
    WebhookMessageRead,
)
from tradewind.modules.webhooks.sending import message
from tradewind.modules.webhooks.service import waking
from tradewind.settings import get_settings

_NEWEST = [SortColumn("id", Delivery.id.expression, descending=True)]
_SHOWN_ATTEMPTS = 50


async def page(
    session: AsyncSession,
    *,
    endpoint_id: UUID | None,
    state: str | None,
    event_type: str | None,
    since: datetime | None,
    cursor: str | None,
    limit: int,
) -> Page[WebhookDeliveryRead]:
    """Deliveries that match, newest first."""
    statement = repository.log(endpoint_id=endpoint_id, state=state, event_type=event_type, since=since)
    rows, following, previous = await fetch_page(session, statement, _NEWEST, cursor=cursor, limit=limit)
    return Page(
        items=[WebhookDeliveryRead(**_shown(row._mapping)) for row in rows],
        next_cursor=following,
        previous_cursor=previous,
    )


async def detail(session: AsyncSession, delivery_id: UUID) -> WebhookDeliveryDetail:
    """A delivery with its body and attempts. Raises DeliveryNotFound, Forbidden for a type one may not read."""
    delivery = await _delivery(session, delivery_id)
    require_type(session, delivery.type)
    endpoint = await repository.endpoint(session, delivery.endpoint_id)
    stored = await repository.message(session, delivery.message_id)
    assert endpoint is not None
    assert stored is not None
    attempts = await repository.attempts(session, delivery_id, limit=_SHOWN_ATTEMPTS)
    content, base_url = _content(stored), get_settings().base_url
    forms = {endpoint.format, *(attempt.format for attempt in attempts)}
    return WebhookDeliveryDetail(
        **_shown({name: getattr(delivery, name) for name in Delivery.__table__.columns.keys()}),  # noqa: SIM118
        url=endpoint.url,
        bodies={form: message.body(content, form, base_url).decode() for form in sorted(forms)},
        log=[_attempt(attempt, content) for attempt in attempts],
    )


async def read_message(session: AsyncSession, message_id: UUID) -> WebhookMessageRead:
    """A message with its whole data. Raises MessageNotFound, Forbidden for a type one may not read."""
    stored = await repository.message(session, message_id)
    if stored is None:
        raise MessageNotFound()
    require_type(session, stored.type)
    return WebhookMessageRead(
        id=stored.id,
        webhook_id=message.webhook_id(stored.id),
        type=stored.type,
        version=stored.type_version,
        timestamp=stored.occurred_at,
        data=stored.data,
    )


async def replay(session: AsyncSession, delivery_id: UUID) -> WebhookDeliveryRead:
    """Send one finished delivery again, under the same webhook-id. Raises DeliveryNotFound, AlreadyUnderWay."""
    delivery = await _delivery(session, delivery_id, lock=True)
    if delivery.due_at is not None and delivery.state == "sending":
        raise AlreadyUnderWay("It is being sent right now. Look again in a moment.")
    delivery.state, delivery.due_at, delivery.step, delivery.finished_at = "waiting", now(), 0, None
    await session.flush()
    await waking.wake(session)
    await identity.record(
        session, action="webhook_delivery.replayed", subject_type="webhook_delivery", subject_id=delivery_id
    )
    return WebhookDeliveryRead(**_shown({name: getattr(delivery, name) for name in Delivery.__table__.columns.keys()}))  # noqa: SIM118


async def replay_failed(session: AsyncSession, endpoint_id: UUID, since: datetime) -> int:
    """Send all failed deliveries of an endpoint since a moment again; returns their number. Raises EndpointNotFound."""
    if await repository.endpoint(session, endpoint_id) is None:
        raise EndpointNotFound()
    count = await repository.reopen_failed(session, endpoint_id, since)
    if count:
        await waking.wake(session)
    await identity.record(
        session,
        action="webhook_endpoint.replayed",
        subject_type="webhook_endpoint",
        subject_id=endpoint_id,
        after={"since": since, "deliveries": count},
    )
    return count


def require_type(session: AsyncSession, event_type: str) -> None:
    """Raise Forbidden unless the actor may read what messages of this type say."""
    permission = permission_of(event_type)
    if permission is not None:
        actor_of(session).require(permission)


async def _delivery(session: AsyncSession, delivery_id: UUID, *, lock: bool = False) -> Delivery:
    found = await repository.delivery(session, delivery_id, lock=lock)
    if found is None:
        raise DeliveryNotFound()
    return found


def _shown(row: Any) -> dict[str, Any]:
    shown = {name: row[name] for name in WebhookDeliveryRead.model_fields if name != "next_attempt_at"}
    return {**shown, "next_attempt_at": row["due_at"] if row["state"] == "waiting" else None}


def _content(stored: Message) -> message.Content:
    return message.Content(
        stored.id, stored.organisation_id, stored.type, stored.type_version, stored.data, stored.occurred_at
    )


def _attempt(attempt: Attempt, content: message.Content) -> WebhookAttemptRead:
    timestamp = int(attempt.started_at.timestamp())
    headers = message.headers(attempt.format, message.webhook_id(content.id), timestamp, attempt.signature)
    own = {name: getattr(attempt, name) for name in WebhookAttemptRead.model_fields if hasattr(attempt, name)}
    return WebhookAttemptRead(**own, request_headers=headers)

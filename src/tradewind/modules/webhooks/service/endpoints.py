"""Endpoints: adding, changing, pausing, their secrets, test pings."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import Invalid
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.webhooks import repository
from tradewind.modules.webhooks.catalogue import PING, permission_of
from tradewind.modules.webhooks.errors import EndpointNotFound, TooManyEndpoints, UnknownEventType
from tradewind.modules.webhooks.models import SECRET, Endpoint
from tradewind.modules.webhooks.repository import Recent
from tradewind.modules.webhooks.schemas import (
    EndpointCreate,
    EndpointRead,
    EndpointUpdate,
    Health,
    SecretRead,
)
from tradewind.modules.webhooks.sending.message import Content, new_secret
from tradewind.modules.webhooks.service import forwarding, keeping, urls, waking

MAX_ENDPOINTS = 20
_AUDIT = "audit.recorded"
_NOTHING = Recent(attempts=0, successes=0, median_ms=None, waiting=0)


async def list_all(session: AsyncSession) -> list[EndpointRead]:
    """All endpoints, oldest first."""
    found = await repository.endpoints(session)
    recent = await repository.recent(session, [endpoint.id for endpoint in found])
    return [_read(endpoint, recent[endpoint.id]) for endpoint in found]


async def read(session: AsyncSession, endpoint_id: UUID) -> EndpointRead:
    """One endpoint. Raises EndpointNotFound."""
    endpoint = await _endpoint(session, endpoint_id)
    recent = await repository.recent(session, [endpoint_id])
    return _read(endpoint, recent.get(endpoint_id, _NOTHING))


async def create(session: AsyncSession, data: EndpointCreate) -> EndpointRead:
    """Add an endpoint. Raises UrlNotAllowed, UnknownEventType, Forbidden for an event type, TooManyEndpoints."""
    actor = actor_of(session)
    assert actor.organisation_id is not None
    urls.check(data.url)
    types = sorted(set(data.event_types))
    _check_types(session, types)
    await repository.lock_endpoint_list(session, actor.organisation_id)
    if len(await repository.endpoints(session)) >= MAX_ENDPOINTS:
        raise TooManyEndpoints(f"There are {MAX_ENDPOINTS} endpoints already. Remove one that is not used.")
    endpoint_id = new_id()
    endpoint = Endpoint(
        id=endpoint_id,
        organisation_id=actor.organisation_id,
        version=1,
        url=data.url,
        description=data.description,
        event_types=types,
        format=data.format,
        in_order=data.in_order,
        state="active",
        secret_sealed=SECRET.seal(endpoint_id, new_secret()),
        audit_position=await identity.audit_head(session) if _AUDIT in types else None,
        failures_in_row=0,
        created_by=actor.user_id,
        created_by_name=actor.name,
    )
    await keeping.take_over(session, endpoint)
    session.add(endpoint)
    await session.flush()
    forwarding.forget(session, actor.organisation_id)
    await _audit(session, "created", endpoint_id, after=data.model_dump())
    return _read(endpoint, _NOTHING)


async def update(
    session: AsyncSession, endpoint_id: UUID, data: EndpointUpdate, *, if_match: str | None
) -> EndpointRead:
    """Change an endpoint. Raises EndpointNotFound, PreconditionFailed, and what `create` raises.

    Pausing keeps new deliveries waiting; setting active clears earlier failures and sends what waits. Who changes
    the address or the events, or sets it going, becomes its keeper and must be allowed to hear of all its events.
    """
    endpoint = await _endpoint(session, endpoint_id, lock=True)
    check_version(if_match, endpoint.version)
    values = {name: value for name, value in data.model_dump(exclude_unset=True).items() if value is not None}
    if "url" in values and values["url"] != endpoint.url:
        urls.check(values["url"])
    if "event_types" in values:
        values["event_types"] = sorted(set(values["event_types"]))
    if any(values.get(name, getattr(endpoint, name)) != getattr(endpoint, name) for name in ("url", "event_types")) or (
        values.get("state") == "active" != endpoint.state
    ):
        _check_types(session, values.get("event_types", endpoint.event_types))
        await keeping.take_over(session, endpoint)
    before = {name: getattr(endpoint, name) for name in values}
    for name, value in values.items():
        setattr(endpoint, name, value)
    if _AUDIT not in endpoint.event_types:
        endpoint.audit_position = None
    elif endpoint.audit_position is None:
        endpoint.audit_position = await identity.audit_head(session)
    if values.get("state") == "active" and before["state"] != "active":
        endpoint.disabled_reason, endpoint.rest_until, endpoint.failures_in_row = None, None, 0
        await waking.wake(session)
        if endpoint.audit_position is not None:
            await waking.wake_audit(session, endpoint.organisation_id)
    endpoint.version += 1
    endpoint.updated_at = now()
    await session.flush()
    forwarding.forget(session, endpoint.organisation_id)
    await _audit(session, "updated", endpoint_id, before=before, after=values)
    return await read(session, endpoint_id)


async def delete(session: AsyncSession, endpoint_id: UUID, *, if_match: str | None) -> None:
    """Remove an endpoint with its log. Raises EndpointNotFound, PreconditionFailed."""
    endpoint = await _endpoint(session, endpoint_id, lock=True)
    check_version(if_match, endpoint.version)
    forwarding.forget(session, endpoint.organisation_id)
    await _audit(session, "deleted", endpoint_id, before={"url": endpoint.url})
    await session.delete(endpoint)
    await session.flush()


async def secret(session: AsyncSession, endpoint_id: UUID) -> SecretRead:
    """The signing secret; that someone looked at it is recorded. Raises EndpointNotFound."""
    endpoint = await _endpoint(session, endpoint_id)
    await _audit(session, "secret_shown", endpoint_id)
    return _secret(endpoint)


async def rotate_secret(session: AsyncSession, endpoint_id: UUID, *, overlap: timedelta) -> SecretRead:
    """Make a new secret; for `overlap`, messages are signed with the old one as well. Raises EndpointNotFound."""
    endpoint = await _endpoint(session, endpoint_id, lock=True)
    if overlap:
        endpoint.previous_secret_sealed = endpoint.secret_sealed
        endpoint.previous_secret_until = now() + overlap
    else:
        endpoint.previous_secret_sealed = endpoint.previous_secret_until = None
    endpoint.secret_sealed = SECRET.seal(endpoint_id, new_secret())
    endpoint.version += 1
    await session.flush()
    after = {"previous_secret_until": endpoint.previous_secret_until}
    await _audit(session, "secret_rotated", endpoint_id, after=after)
    return _secret(endpoint)


async def ping(session: AsyncSession, endpoint_id: UUID) -> UUID:
    """Send a test message, once and without retries; returns its delivery's id. Raises EndpointNotFound, Invalid."""
    endpoint = await _endpoint(session, endpoint_id, lock=True)
    if endpoint.state != "active":
        raise Invalid(f"The endpoint is {endpoint.state}. Set it going first.", code="webhooks.endpoint_not_active")
    content = Content(
        id=new_id(),
        organisation_id=endpoint.organisation_id,
        type=PING,
        type_version=1,
        data={"endpoint_id": str(endpoint_id), "sent_by": actor_of(session).name},
        occurred_at=now(),
    )
    delivery_id = await repository.add_delivery(session, content, endpoint_id)
    await waking.wake(session)
    await _audit(session, "pinged", endpoint_id)
    return delivery_id


def _check_types(session: AsyncSession, types: list[str]) -> None:
    """Raise UnknownEventType, or Forbidden for a type that the actor may not hear of."""
    actor = actor_of(session)
    for event_type in types:
        permission = permission_of(event_type)
        if permission is None:
            words = f"There is no event type “{event_type}”."
            raise UnknownEventType(words, errors=[{"field": "event_types", "message": words}])
        actor.require(permission)


async def _endpoint(session: AsyncSession, endpoint_id: UUID, *, lock: bool = False) -> Endpoint:
    found = await repository.endpoint(session, endpoint_id, lock=lock)
    if found is None:
        raise EndpointNotFound()
    return found


async def _audit(
    session: AsyncSession,
    what: str,
    endpoint_id: UUID,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    await identity.record(
        session,
        action=f"webhook_endpoint.{what}",
        subject_type="webhook_endpoint",
        subject_id=endpoint_id,
        before=before,
        after=after,
    )


def _secret(endpoint: Endpoint) -> SecretRead:
    return SecretRead(
        secret=SECRET.open_text(endpoint.id, endpoint.secret_sealed),
        previous_secret_until=_overlap_end(endpoint),
    )


def _overlap_end(endpoint: Endpoint) -> datetime | None:
    until = endpoint.previous_secret_until
    return until if until is not None and until > now() else None


def _health(endpoint: Endpoint) -> Health:
    if endpoint.state == "paused":
        return "paused"
    if endpoint.state == "disabled":
        return "disabled"
    if endpoint.failures_in_row:
        return "failing"
    return "healthy" if endpoint.last_success_at else "new"


def _read(endpoint: Endpoint, recent: Recent) -> EndpointRead:
    own = {name: getattr(endpoint, name) for name in EndpointRead.model_fields if hasattr(endpoint, name)}
    return EndpointRead.model_validate(
        {
            **own,
            "previous_secret_until": _overlap_end(endpoint),
            "health": _health(endpoint),
            "attempts": recent.attempts,
            "successes": recent.successes,
            "median_ms": recent.median_ms,
            "waiting": recent.waiting,
        }
    )

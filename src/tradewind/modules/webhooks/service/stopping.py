"""Endpoints that stop by themselves: recorded, and told to those who can mend it."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import publish
from tradewind.modules.identity import api as identity
from tradewind.modules.webhooks.events import EndpointDisabled, EndpointPaused
from tradewind.modules.webhooks.models import Endpoint
from tradewind.modules.webhooks.service import forwarding


async def disable(session: AsyncSession, endpoint: Endpoint, reason: str) -> None:
    """Switch an endpoint off whose receiver failed for good."""
    await _stop(session, endpoint, "disabled", reason)
    await publish(session, EndpointDisabled(endpoint_id=endpoint.id, url=endpoint.url, reason=reason))


async def pause(session: AsyncSession, endpoint: Endpoint, reason: str) -> None:
    """Let an endpoint wait until somebody who may takes it over."""
    await _stop(session, endpoint, "paused", reason)
    await publish(session, EndpointPaused(endpoint_id=endpoint.id, url=endpoint.url, reason=reason))


async def _stop(session: AsyncSession, endpoint: Endpoint, state: str, reason: str) -> None:
    endpoint.state, endpoint.disabled_reason = state, reason
    endpoint.version += 1
    await session.flush()
    forwarding.forget(session, endpoint.organisation_id)
    await identity.record(
        session,
        action=f"webhook_endpoint.{state}",
        subject_type="webhook_endpoint",
        subject_id=endpoint.id,
        after={"state": state},
        reason=reason,
    )

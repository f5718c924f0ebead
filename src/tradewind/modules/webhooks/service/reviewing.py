"""What follows when members' rights change: endpoints that may not go on are paused."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.identity.contracts import Standing
from tradewind.modules.webhooks import repository
from tradewind.modules.webhooks.models import Endpoint
from tradewind.modules.webhooks.service import keeping, stopping

_NAMED = 5


async def review(session: AsyncSession) -> None:
    """Pause the organisation's endpoints whose keepers may not hear of everything in them any more."""
    active = [endpoint for endpoint in await repository.endpoints(session) if endpoint.state == "active"]
    ids = [endpoint.id for endpoint in active if _grievance(endpoint, await keeping.standing_of(session, endpoint))]
    for endpoint in await repository.locked_endpoints(session, ids):
        # Somebody may have taken it over meanwhile.
        reason = _grievance(endpoint, await keeping.standing_of(session, endpoint))
        if reason and endpoint.state == "active":
            await stopping.pause(session, endpoint, reason)


def _grievance(endpoint: Endpoint, standing: Standing | None) -> str | None:
    """Why an endpoint must not go on, None if it may."""
    name = endpoint.keeper_name or "The person it belonged to"
    if standing is None:
        return f"{name} is not an active member any more."
    if keeping.MANAGING not in standing.permissions:
        return f"{name} may not manage webhooks any more."
    hidden = [event_type for event_type in endpoint.event_types if not keeping.may_hear(standing, event_type)]
    return f"{name} may not hear of {_listed(hidden)} any more." if hidden else None


def _listed(types: Iterable[str]) -> str:
    names = sorted(types)
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")

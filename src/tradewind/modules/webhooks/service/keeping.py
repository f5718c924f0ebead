"""The keeper of an endpoint: the member whose rights and sight decide what it hears of.

That is who added it, and from then on whoever changes its address or its events, or sets it going again: an endpoint
never tells more than somebody who may manage webhooks could read by themselves.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.identity import api as identity
from tradewind.modules.identity.contracts import Standing
from tradewind.modules.webhooks import repository
from tradewind.modules.webhooks.catalogue import permission_of
from tradewind.modules.webhooks.models import Endpoint

MANAGING = "webhooks:write"


def may_hear(standing: Standing | None, event_type: str) -> bool:
    """Whether a keeper with these rights may be told of events of this type."""
    return standing is not None and {MANAGING, permission_of(event_type)} <= standing.permissions


async def standing_of(session: AsyncSession, endpoint: Endpoint) -> Standing | None:
    """The present rights of an endpoint's keeper; None if there is no such active member."""
    if endpoint.keeper_id is None:
        return None
    return (await identity.standings(session, [endpoint.keeper_id])).get(endpoint.keeper_id)


async def take_over(session: AsyncSession, endpoint: Endpoint) -> None:
    """Make the person behind the session the keeper."""
    endpoint.keeper_id, endpoint.keeper_name = await identity.person_behind(session)


async def hearers(session: AsyncSession, types: Iterable[str]) -> list[tuple[repository.Listening, Standing]]:
    """Endpoints that want any of these event types, each with the rights of its keeper."""
    listening = await repository.listening(session, list(types))
    keepers: set[UUID] = {endpoint.keeper_id for endpoint in listening if endpoint.keeper_id is not None}
    standings = await identity.standings(session, keepers) if keepers else {}
    return [
        (endpoint, standings[endpoint.keeper_id])
        for endpoint in listening
        if endpoint.keeper_id is not None and endpoint.keeper_id in standings
    ]

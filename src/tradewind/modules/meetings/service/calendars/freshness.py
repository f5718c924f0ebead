"""How old what we know of hosts' calendars is: slots are offered by the last known state, and say so."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.meetings.repository import calendars as repository

STALE_AFTER = timedelta(minutes=45)
State = Literal["fresh", "stale", "reconnect"]


@dataclass(frozen=True, slots=True)
class Freshness:
    """Of one host's calendars. `known_at`: when the one read longest ago was last right; None: never yet."""

    state: State
    known_at: datetime | None


async def of_hosts(session: AsyncSession, user_ids: Collection[UUID]) -> dict[UUID, Freshness]:
    """Freshness by host; hosts without calendars to read are left out: nothing of theirs can be out of date."""
    rows = await repository.freshness(session, user_ids)
    return {user_id: Freshness(_state(known_at, reconnect), known_at) for user_id, known_at, reconnect in rows}


def state_of(synced_at: datetime | None, connection_state: str) -> State:
    """The state of one calendar."""
    return _state(synced_at, connection_state == "reconnect")


def _state(known_at: datetime | None, reconnect: bool) -> State:
    if reconnect:
        return "reconnect"
    return "fresh" if known_at is not None and now() - known_at < STALE_AFTER else "stale"

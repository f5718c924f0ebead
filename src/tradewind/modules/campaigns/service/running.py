"""The engine's heartbeat: for a few seconds at a time, whoever is due is moved on; then another job takes over."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import structlog
from sqlalchemy import text

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.database import Database
from tradewind.modules.campaigns.repository import enrolments
from tradewind.modules.campaigns.repository import journeys as repository
from tradewind.modules.campaigns.service import ticking, waking

log = structlog.get_logger(__name__)
AHEAD = timedelta(seconds=65)
"""How far a turn looks ahead: until the next minute's job looks again."""
_POLL_SECONDS = 0.5
Due = tuple[UUID, UUID, datetime, int]
"""Organisation, journey, when the first one is due, and the journey's priority."""


async def run_turn(database: Database, *, seconds: float = waking.TURN_SECONDS) -> bool:
    """Move on who is due, for `seconds` or until nobody is due soon; True where somebody still is."""
    end = time.monotonic() + seconds
    while True:
        due = await _due(database, now() + AHEAD)
        ripe = [one for one in due if one[2] <= now()]
        # Who is due in two journeys gets the message of the more important one; caps put the other off.
        for organisation_id, journey_id, _, _ in sorted(ripe, key=lambda one: -one[3]):
            await _tick(database, organisation_id, journey_id, ticking.BATCH)
        if not due:
            return False
        if time.monotonic() >= end:
            return True
        if not ripe:
            await asyncio.sleep(min(_POLL_SECONDS, max(0.01, (due[0][2] - now()).total_seconds())))


async def is_due_soon(database: Database) -> bool:
    """Whether anybody in a live journey is due before the next minute's job."""
    return bool(await _due(database, now() + AHEAD))


async def _due(database: Database, until: datetime) -> Sequence[Due]:
    async with database.transaction(Actor.system(name="Journeys")) as session:
        rows = await session.execute(text("SELECT * FROM journeys_due(:until)"), {"until": until})
        return [(row.organisation_id, row.journey_id, row.due_at, row.priority) for row in rows]


async def _tick(database: Database, organisation_id: UUID, journey_id: UUID, limit: int) -> None:
    """One tick. Where something is wrong with one of its people, the others go on without them."""
    actor = Actor.system(organisation_id, name="Journeys")
    try:
        async with database.transaction(actor) as session:
            await ticking.tick(session, journey_id, limit=limit)
    except (OSError, asyncpg.PostgresConnectionError, asyncpg.DeadlockDetectedError, asyncpg.InterfaceError):
        raise
    except Exception as failure:
        # The edge of the engine: a defect that one person brings out must not hold up everybody behind them.
        log.error("journeys.tick_failed", journey_id=str(journey_id), people=limit, exc_info=failure)
        if limit > 1:
            await _tick(database, organisation_id, journey_id, max(1, limit // 10))
            return
        async with database.transaction(actor) as session:
            version_id = await enrolments.give_up(session, journey_id, now())
            if version_id is not None:
                await repository.count_up(session, version_id, {("", "failed"): 1})

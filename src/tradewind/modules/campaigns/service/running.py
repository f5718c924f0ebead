"""The engine's heartbeat: for a few seconds at a time, whoever is due is moved on; then another job takes over."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import text

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.database import Database
from tradewind.kernel.database.failures import is_transient
from tradewind.modules.campaigns.service import publishing, ticking, waking

log = structlog.get_logger(__name__)
AHEAD = timedelta(seconds=65)
"""How far a turn looks ahead: until the next minute's job looks again."""
_POLL_SECONDS = 0.5
_HELP_SECONDS = 1.0
_AT_FAULT = 10
"""So many people in a row who cannot be moved: the journey is what is wrong, not they."""
Due = tuple[UUID, UUID, datetime, int]
"""Organisation, journey, when the first one is due, and the journey's priority."""

_running: WeakKeyDictionary[Database, "Turn"] = WeakKeyDictionary()


async def run_turn(database: Database, *, seconds: float = waking.TURN_SECONDS) -> bool:
    """Move on who is due, for `seconds` or until nobody is due soon; True where somebody still is.

    While a turn of this process is under way, another one only has it look again.
    """
    current = _running.get(database)
    if current is not None:
        current.news.set()
        return False
    current = _running[database] = Turn(database, time.monotonic() + seconds)
    try:
        return await current.run()
    finally:
        del _running[database]


async def is_due_soon(database: Database) -> bool:
    """Whether anybody in a live journey is due before the next minute's job."""
    return bool(await _due(database, now() + AHEAD))


class Turn:
    """One turn. `news` says that somebody may have become due since it looked last."""

    def __init__(self, database: Database, end: float) -> None:
        self.news = asyncio.Event()
        self._database = database
        self._end = end
        self._helped = time.monotonic()
        self._failed: Counter[UUID] = Counter()

    async def run(self) -> bool:
        """See `run_turn`. Between the last look and the return nothing is awaited: no news is lost."""
        while True:
            self.news.clear()
            due = await _due(self._database, now() + AHEAD)
            ripe = [one for one in due if one[2] <= now()]
            # Who is due in two journeys gets the message of the more important one; caps put the other off.
            total = 0
            for organisation_id, journey_id, _, _ in sorted(ripe, key=lambda one: -one[3]):
                moved = await self._tick(organisation_id, journey_id, ticking.BATCH)
                total += moved
                if moved == ticking.BATCH and time.monotonic() - self._helped >= _HELP_SECONDS:
                    # There is more than a batch: another worker, if one is idle, takes its share.
                    self._helped = time.monotonic()
                    await self._wake_another()
            if not due and not self.news.is_set():
                return False
            if time.monotonic() >= self._end:
                return True
            if ripe and not total:
                await self._rest(_POLL_SECONDS)  # another worker has them
            elif due and not ripe:
                await self._rest(min(_POLL_SECONDS, max(0.01, (due[0][2] - now()).total_seconds())))

    async def _tick(self, organisation_id: UUID, journey_id: UUID, limit: int) -> int:
        """One tick; returns how many moved. Where one of its people breaks it, the others go on without them."""
        actor = Actor.system(organisation_id, name="Journeys")
        try:
            async with self._database.transaction(actor) as session:
                if limit > 1:
                    moved = await ticking.tick(session, journey_id, limit=limit)
                    self._failed[journey_id] = 0
                    return moved
                failure = await ticking.tick_one(session, journey_id)
                self._failed[journey_id] = self._failed[journey_id] + 1 if failure else 0
                if self._failed[journey_id] >= _AT_FAULT:
                    await publishing.hold(session, journey_id, f"{_AT_FAULT} people in a row could not be moved")
        except Exception as error:
            if is_transient(error):
                raise
            failure = error
        if failure is not None:
            # The edge of the engine: a defect that one person brings out must not hold up everybody behind them.
            log.error("journeys.tick_failed", journey_id=str(journey_id), people=limit, exc_info=failure)
        return await self._tick(organisation_id, journey_id, max(1, limit // 10)) if limit > 1 else 1

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.news.wait()

    async def _wake_another(self) -> None:
        async with self._database.transaction(Actor.system(name="Journeys")) as session:
            await waking.wake(session)


async def _due(database: Database, until: datetime) -> Sequence[Due]:
    async with database.transaction(Actor.system(name="Journeys")) as session:
        rows = await session.execute(text("SELECT * FROM journeys_due(:until)"), {"until": until})
        return [(row.organisation_id, row.journey_id, row.due_at, row.priority) for row in rows]

"""Events of many requests, written together: whoever waits here is answered when its events are in the database.

Requests of an organisation that come while a write is under way go into the next one (group commit), so the more
there is to do, the more each transaction carries.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

import asyncpg
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import jobs
from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.database import Database
from tradewind.kernel.ids import new_id
from tradewind.modules.tracking.collecting import tail
from tradewind.modules.tracking.collecting.admission import Source
from tradewind.modules.tracking.collecting.shaping import MESSAGE_ID, NAME, SOURCE, TYPE, Rejection, Row
from tradewind.modules.tracking.errors_collecting import CollectorBusy
from tradewind.modules.tracking.repository import arrivals
from tradewind.modules.tracking.service import registry

log = structlog.get_logger(__name__)

PROCESS = "tracking.process"
# Clients give up after ten seconds or more, and send the same again.
_ANSWER_SECONDS = 9.0
_EVENTS_AT_ONCE = 5_000
# Writes under way at once, so that people's requests find free connections.
_WRITES_AT_ONCE = 3
# While writes follow each other, one job in this time does: it takes all that waits. The last write always asks.
_ASKING_SECONDS = 0.1
# Other processes wrote the same messages in another order; their transaction is over by now.
_COLLISIONS = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
# One event holds what the database cannot keep.
_UNSTORABLE = (asyncpg.DataError, asyncpg.ProgramLimitExceededError, ValueError)


@dataclass(slots=True, eq=False)
class Arrival:
    """What one request brought: rows of accepted events, and refused ones."""

    source: Source
    rows: Sequence[Row]
    rejections: Sequence[Rejection]
    stored: "asyncio.Future[None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Intake:
    """The waiting lines of this process, one an organisation."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[UUID, deque[Arrival]] = {}
        self._writers: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(_WRITES_AT_ONCE)
        self._tail = tail.Tail()
        self._unprocessed: set[UUID] = set()
        self._asked_at: dict[UUID, float] = {}

    async def store(self, source: Source, rows: Sequence[Row], rejections: Sequence[Rejection]) -> None:
        """Return when all is in the database. Raises CollectorBusy when it is not known to be: send the same again."""
        arrival = Arrival(source, rows, rejections)
        line = self._waiting.get(source.organisation_id)
        if line is None:
            line = self._waiting[source.organisation_id] = deque()
            writer = asyncio.create_task(self._write_line(source.organisation_id, line))
            self._writers.add(writer)
            writer.add_done_callback(self._writers.discard)
        line.append(arrival)
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                await arrival.stored
        except TimeoutError:
            raise CollectorBusy("The database is slow right now.", retry_after_seconds=3) from None
        finally:
            if arrival.stored.cancelled():
                # Nobody waits for it any more, and its memory counts as free.
                with suppress(ValueError):
                    line.remove(arrival)

    async def drain(self) -> None:
        """Wait until everything that was accepted is written or refused."""
        while self._writers:
            await asyncio.wait(self._writers)

    async def _write_line(self, organisation_id: UUID, line: deque[Arrival]) -> None:
        """Write until nothing waits. What is added after the last look starts a new writer."""
        while line:
            async with self._slots:
                if together := _next(line):
                    await self._settle(organisation_id, together)
        del self._waiting[organisation_id]

    async def _settle(self, organisation_id: UUID, together: list[Arrival]) -> None:
        failure: Exception | None = None
        try:
            await self._write(organisation_id, together)
        except ConnectionError as reason:
            log.warning("tracking.not_stored", error=str(reason), requests=len(together))
            failure = CollectorBusy("The database cannot be reached right now.", retry_after_seconds=3)
        except Exception as reason:  # the edge of a task: whatever it is, its callers must be answered
            log.error("tracking.not_stored", exc_info=reason, requests=len(together))
            failure = CollectorBusy("The events could not be stored.", retry_after_seconds=5)
        for arrival in together:
            if not arrival.stored.done():
                if failure is None:
                    arrival.stored.set_result(None)
                else:
                    arrival.stored.set_exception(failure)

    async def _write(self, organisation_id: UUID, together: list[Arrival], *, again: bool = True) -> None:
        """One transaction; halved until what cannot be stored stands alone, which is then a rejection."""
        try:
            async with self._database.transaction(Actor.system(organisation_id)) as session:
                asked = await self._write_all(session, organisation_id, together)
            if asked:
                self._unprocessed.discard(organisation_id)
                self._asked_at[organisation_id] = asyncio.get_running_loop().time()
        except _COLLISIONS:
            if not again:
                raise
            await self._write(organisation_id, together, again=False)
        except _UNSTORABLE as reason:
            for half in _halves(together, reason):
                await self._write(organisation_id, half)

    async def _write_all(self, session: AsyncSession, organisation_id: UUID, together: list[Arrival]) -> bool:
        """Write, and ask for processing if it is time to; returns whether it was asked for."""
        received_at = now()
        rows = [row for arrival in together for row in arrival.rows]
        rejections = [refused for arrival in together for refused in arrival.rejections]
        ids = [new_id() for _ in rows]
        added: set[UUID] = set()
        if rows:
            added = await arrivals.add_events(session, organisation_id, ids, rows, received_at)
            await arrivals.note_seen(session, {row[SOURCE] for row in rows}, received_at)
            if added:
                self._unprocessed.add(organisation_id)
        repeated = [row for event_id, row in zip(ids, rows, strict=True) if event_id not in added]
        if rejections or repeated:
            await _write_refused(session, organisation_id, repeated, rejections, received_at)
        watched = {arrival.source.id for arrival in together if arrival.source.is_watched(received_at)}
        if watched:
            accepted = [(event_id, row) for event_id, row in zip(ids, rows, strict=True) if event_id in added]
            await self._tail.show(session, watched, accepted, rejections, received_at)
        return await self._ask_for_processing(session, organisation_id)

    async def _ask_for_processing(self, session: AsyncSession, organisation_id: UUID) -> bool:
        if organisation_id not in self._unprocessed:
            return False
        since = asyncio.get_running_loop().time() - self._asked_at.get(organisation_id, -_ASKING_SECONDS)
        if self._waiting.get(organisation_id) and since < _ASKING_SECONDS:
            return False  # another write follows at once; were this process to die before it, the minute's sweep asks
        process = jobs.registered().get(PROCESS)
        if process is not None:
            await jobs.enqueue(session, process, jobs.NoPayload())
        return True


async def _write_refused(
    session: AsyncSession,
    organisation_id: UUID,
    repeated: Sequence[Row],
    rejections: Sequence[Rejection],
    received_at: datetime,
) -> None:
    """Keep rejections and count what was not stored; of sources deleted meanwhile nothing."""
    there = await arrivals.existing(session, {row[SOURCE] for row in repeated} | {one.source_id for one in rejections})
    kept = [one for one in rejections if one.source_id in there]
    if kept:
        await arrivals.add_rejections(session, organisation_id, kept, received_at)
    counts: dict[tuple[UUID, str, str], list[int]] = {}
    for row in repeated:
        if row[SOURCE] in there:
            counts.setdefault((row[SOURCE], row[TYPE], row[NAME]), [0, 0])[0] += 1
    for one in kept:
        counts.setdefault((one.source_id, one.type or "", one.name or ""), [0, 0])[1] += 1
    await registry.count_refused(session, received_at, {key: (each[0], each[1]) for key, each in counts.items()})


def _next(line: deque[Arrival]) -> list[Arrival]:
    """Whole requests from the head of a line, up to as many events as one transaction should carry."""
    taken: list[Arrival] = []
    events = 0
    while line and (not taken or events + len(line[0].rows) <= _EVENTS_AT_ONCE):
        taken.append(line.popleft())
        events += len(taken[-1].rows)
    return taken


def _halves(together: list[Arrival], reason: Exception) -> list[list[Arrival]]:
    """Two parts of what cannot be stored together; of a single event, its rejection."""
    if len(together) > 1:
        middle = len(together) // 2
        return [together[:middle], together[middle:]]
    (arrival,) = together
    if len(arrival.rows) > 1:
        middle = len(arrival.rows) // 2
        first = replace(arrival, rows=arrival.rows[:middle])
        return [[first], [replace(arrival, rows=arrival.rows[middle:], rejections=())]]
    if not arrival.rows:
        raise reason
    row = arrival.rows[0]
    refused = Rejection(
        row[SOURCE], "unstorable", "The database cannot keep a value of this event.", row[MESSAGE_ID], row[TYPE],
        row[NAME], "",
    )  # fmt: skip
    return [[replace(arrival, rows=(), rejections=(*arrival.rejections, refused))]]

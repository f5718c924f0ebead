"""Hands due messages of all organisations to their channels: batches side by side, in one task of one job.

Every stream (organisation × channel × priority) has its own places, so transactional messages never queue behind bulk;
the lanes of a stream (campaigns, journeys) give equal shares to each batch. A turn ends after some seconds, so that the
worker can stop; another job goes on.
"""

import asyncio
import math
import time
from collections import Counter, defaultdict
from datetime import timedelta
from uuid import UUID
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import text

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.database.clock import shared_now
from tradewind.kernel.database.failures import is_transient
from tradewind.modules.sending.channels import Channel, SendingContext, channels
from tradewind.modules.sending.service import claiming, waking
from tradewind.modules.sending.service.claiming import Stream
from tradewind.modules.sending.worker.recorder import Recorder

log = structlog.get_logger(__name__)

TURN_SECONDS = 8.0
# At most so many batches at once in a process, over all organisations.
PLACES = 8
_LOOK_SECONDS = 1.0
_LOCKED_REST_SECONDS = 0.3
_HELP_SECONDS = 1.0
_LANES = text("SELECT organisation_id, channel, priority, lane_id, first_due FROM sending_lanes()")

_running: WeakKeyDictionary[Database, "Dispatcher"] = WeakKeyDictionary()


async def dispatch(database: Database) -> None:
    """Send what is due until nothing is due soon, or tell the dispatcher of this process that there is news."""
    current = _running.get(database)
    if current is not None:
        current.tell()
        return
    current = _running[database] = Dispatcher(database)
    try:
        await current.run()
    finally:
        if _running.get(database) is current:
            del _running[database]


class Dispatcher:
    """One turn."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._news = asyncio.Event()
        self._tasks: dict[asyncio.Task[None], Stream] = {}
        self._rests: dict[Stream, float] = {}
        self._last_start: dict[Stream, float] = {}
        self._helped = 0.0

    def tell(self) -> None:
        """There may be more to send."""
        self._rests.clear()
        self._news.set()

    async def run(self) -> None:
        """Start batches while the turn lasts; finish what is under way."""
        end = time.monotonic() + TURN_SECONDS
        try:
            while time.monotonic() < end:
                self._news.clear()
                streams, next_seconds = await self._look()
                started = await self._start(streams)
                if not self._tasks and not started and next_seconds is None and not self._news.is_set():
                    return
                await self._wait(next_seconds)
            if _running.get(self._database) is self:
                del _running[self._database]
            if self._tasks or (await self._look())[1] is not None:
                await self._wake_another()
            while self._tasks:
                await self._finish(await asyncio.wait(self._tasks))
        except Exception:
            # The ledger cannot be asked; what is under way has outcomes to tell all the same.
            if _running.get(self._database) is self:
                del _running[self._database]
            await asyncio.gather(*self._tasks, return_exceptions=True)
            raise
        finally:
            for task in self._tasks:
                task.cancel()

    async def _look(self) -> tuple[dict[Stream, list[UUID]], float | None]:
        """Streams with their due lanes, and how many seconds to wait for the next one: None if none is due soon."""
        async with self._database.transaction(Actor.system(name="Sending")) as session:
            moment = await shared_now(session)
            rows = (await session.execute(_LANES)).all()
        ticks = time.monotonic()
        due: defaultdict[Stream, list[UUID]] = defaultdict(list)
        next_due = None
        for row in rows:
            stream = Stream(row.organisation_id, row.channel, row.priority)
            rest = self._rests.get(stream, 0.0) - ticks
            if row.channel not in channels() or rest == math.inf:
                continue
            if rest <= 0 and row.first_due <= moment:
                due[stream].append(row.lane_id)
            first = max(row.first_due, moment + timedelta(seconds=rest)) if rest > 0 else row.first_due
            if first <= moment + waking.AHEAD:
                next_due = first if next_due is None else min(next_due, first)
        return due, None if next_due is None else (next_due - moment).total_seconds()

    async def _start(self, streams: dict[Stream, list[UUID]]) -> int:
        started = 0
        busy = Counter(self._tasks.values())
        # Transactional first, then whoever has waited longest for a place.
        for stream in sorted(streams, key=lambda s: (s.priority != "transactional", self._last_start.get(s, 0))):
            channel = channels()[stream.channel]
            while busy[stream] < channel.batches_at_once and len(self._tasks) < PLACES:
                task = asyncio.create_task(self._send(stream, streams[stream], channel))
                self._tasks[task] = stream
                self._last_start[stream] = time.monotonic()
                busy[stream] += 1
                started += 1
        return started

    async def _send(self, stream: Stream, lanes: list[UUID], channel: Channel) -> None:
        context = SendingContext(self._database, stream.organisation_id)
        lease = timedelta(seconds=channel.lease_seconds)
        async with self._database.transaction(context.actor) as session:
            moment = await shared_now(session)
            claim = await claiming.claim(
                session, stream, lanes, at=moment, lease_until=moment + lease, limit=channel.batch_size
            )
        if claim.closed:
            self._rests[stream] = math.inf
        elif not claim.found:
            self._rests[stream] = time.monotonic() + _LOCKED_REST_SECONDS
        if not claim.intents:
            return
        if len(claim.intents) == channel.batch_size and time.monotonic() - self._helped >= _HELP_SECONDS:
            # There is more than a batch: another worker, if one is idle, takes its share. This one may get the call
            # itself, so it is repeated.
            self._helped = time.monotonic()
            await self._wake_another()
        async with Recorder(context, claim.attempt_id, claim.intents, lease=lease, costs=claim.costs) as record:
            try:
                await channel.attempt(context, claim.intents, record)
            except Exception:
                # The recorder accounts for each message; a channel's defect must not end the turn of the others.
                log.exception("sending.attempt_failed", channel=stream.channel, messages=len(claim.intents))

    async def _wait(self, next_seconds: float | None) -> None:
        """Until a batch ends, there is news, or something becomes due."""
        seconds = _LOOK_SECONDS
        if next_seconds is not None:
            seconds = min(seconds, max(0.05, next_seconds))
        if self._tasks and len(self._tasks) >= PLACES:
            seconds = _LOOK_SECONDS
        news = asyncio.create_task(self._news.wait())
        try:
            await self._finish(
                await asyncio.wait({*self._tasks, news}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            )
        finally:
            news.cancel()

    async def _finish(self, waited: tuple[set[asyncio.Task], set[asyncio.Task]]) -> None:
        for task in waited[0]:
            stream = self._tasks.pop(task, None)
            if stream is not None and (failure := task.exception()) is not None:
                # One stream's trouble is not the others'. It is tried again: soon, or by the next turn.
                log.error("sending.batch_failed", channel=stream.channel, exc_info=failure)
                soon = time.monotonic() + _LOCKED_REST_SECONDS
                self._rests[stream] = soon if is_transient(failure) else math.inf

    async def _wake_another(self) -> None:
        async with self._database.transaction(Actor.system(name="Sending")) as session:
            await waking.wake(session)

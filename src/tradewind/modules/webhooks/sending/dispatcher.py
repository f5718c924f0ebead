"""Takes due deliveries of all organisations to their receivers, many at once in one task of one job.

Deliveries are claimed in batches and for a limited time, only as many as can start at once; outcomes are recorded in
batches too. A process that dies between sending and recording lets the lease run out, and the delivery is sent again
under the same id. Slow receivers hold their own lanes and nothing else.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID
from weakref import WeakKeyDictionary

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.crypto import get_vault
from tradewind.kernel.database import Database
from tradewind.modules.webhooks import repository
from tradewind.modules.webhooks.sending.sender import TIMEOUT_SECONDS, Outcome, Sender
from tradewind.modules.webhooks.service import audit_stream, recording, waking

SLOTS = 200
LANES_PER_ENDPOINT = 10
LEASE = timedelta(seconds=TIMEOUT_SECONDS + 10)
# A job that ends soon lets its worker stop soon; another one takes over what is still waiting.
_TURN_SECONDS = 8.0
_GATHER_SECONDS = 0.01

_accepting: WeakKeyDictionary[Database, "Dispatcher"] = WeakKeyDictionary()
_senders: WeakKeyDictionary[Database, Sender] = WeakKeyDictionary()


async def dispatch(database: Database, *, audit_of: UUID | None = None) -> None:
    """Send what is due until nothing is, or tell the dispatcher of this process that there is news and return.

    `audit_of`: an organisation whose audit log has new rows to stream.
    """
    current = _accepting.get(database)
    if current is not None:
        current.tell(audit_of)
        return
    current = _accepting[database] = Dispatcher(database, _sender(database))
    current.tell(audit_of)
    try:
        await current.run()
    finally:
        if _accepting.get(database) is current:
            del _accepting[database]


def _sender(database: Database) -> Sender:
    if database not in _senders:
        settings = database.settings
        _senders[database] = Sender(get_vault(), settings.base_url, allow_localhost=settings.webhooks_allow_localhost)
    return _senders[database]


class Dispatcher:
    """One turn of sending."""

    def __init__(self, database: Database, sender: Sender) -> None:
        self._database = database
        self._sender = sender
        self._news = asyncio.Event()
        self._audit_of: set[UUID] = set()
        self._tasks: set[asyncio.Task[Outcome]] = set()
        self._retired = False

    def tell(self, audit_of: UUID | None) -> None:
        """There may be more to send."""
        if audit_of is not None:
            self._audit_of.add(audit_of)
        self._news.set()

    async def run(self) -> None:
        """Claim, send and record until nothing is due; what is under way when the turn ends is finished."""
        end = time.monotonic() + _TURN_SECONDS
        try:
            while True:
                if not self._retired:
                    self._news.clear()
                    await self._stream_audit_logs()
                    await self._start_due()
                    if time.monotonic() > end:
                        await self._retire()
                if self._tasks:
                    await self._record(await self._finished())
                elif self._retired or not self._news.is_set():
                    return
        finally:
            for task in self._tasks:
                task.cancel()

    async def _start_due(self) -> None:
        free = SLOTS - len(self._tasks)
        if free <= 0:
            return
        async with self._database.transaction(Actor.system(name="webhooks")) as session:
            claims = await repository.claim(session, now(), slots=free, lanes=LANES_PER_ENDPOINT, lease=LEASE)
        self._tasks |= {asyncio.create_task(self._sender.attempt(claim)) for claim in claims}

    async def _finished(self) -> list[Outcome]:
        """Outcomes of the tasks that are done; empty if there is only news."""
        news = asyncio.create_task(self._news.wait())
        try:
            waited = self._tasks if self._retired else {*self._tasks, news}
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        finally:
            news.cancel()
        # Those that end in the same moment are recorded together.
        await asyncio.sleep(_GATHER_SECONDS)
        done = {task for task in self._tasks if task.done()}
        self._tasks -= done
        return [task.result() for task in done]

    async def _record(self, outcomes: Sequence[Outcome]) -> None:
        by_organisation: defaultdict[UUID, list[Outcome]] = defaultdict(list)
        for outcome in outcomes:
            by_organisation[outcome.claim.content.organisation_id].append(outcome)
        for organisation_id, part in by_organisation.items():
            async with self._database.transaction(Actor.system(organisation_id, name="Webhooks")) as session:
                await recording.record(session, part)

    async def _stream_audit_logs(self) -> None:
        while self._audit_of:
            organisation_id = self._audit_of.pop()
            async with self._database.transaction(Actor.system(organisation_id, name="Webhooks")) as session:
                await audit_stream.cut_all(session)

    async def _retire(self) -> None:
        """Let another job begin the next turn while this one finishes what is under way."""
        self._retired = True
        if _accepting.get(self._database) is self:
            del _accepting[self._database]
        async with self._database.transaction(Actor.system(name="webhooks")) as session:
            await waking.wake(session)

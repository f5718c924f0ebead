"""One hub per web process: listens to PostgreSQL once and hands messages to the process's own WebSocket clients.

Notifications arrive in the order of commits. When the listening connection is lost, the hub reconnects and reads
everything since a horizon it knows to be behind what it has handed out, so its clients miss nothing either.
"""

import asyncio
import contextlib
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from uuid import UUID

import asyncpg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.realtime.guests import Guest, Guests
from tradewind.kernel.realtime.messages import (
    ACCESS_CHANNEL,
    CHANNEL,
    GUEST,
    Message,
    StalePosition,
    horizon_now,
    horizon_of,
    read,
    read_since,
)

log = structlog.get_logger(__name__)

QUEUE_LENGTH = 256
CHECK_SECONDS = 15.0
CONNECT_SECONDS = 5.0
_BACKOFF_SECONDS = (0.2, 0.5, 1, 2, 5)
_REMEMBERED_IDS = 20_000
_FAILURES = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, SQLAlchemyError)


class Subscriber:
    """One connected client: what it wants, and a bounded queue of what it has not been sent yet.

    The queue holds messages and the two markers below. A client too slow for its queue is cut off: `overflowed`.
    """

    def __init__(self, actor: Actor, topics: frozenset[str] | None) -> None:
        self.actor = actor
        self.topics = topics
        # How often the actor's rights were said to have changed, and up to which of these they were asked anew.
        self.doubts = self.settled = 0
        self.doubted = asyncio.Event()
        self.queue: asyncio.Queue[Message | Replay | Resync] = asyncio.Queue(QUEUE_LENGTH)
        self.overflowed = asyncio.Event()

    def doubt(self) -> None:
        """The actor's rights may have changed: they are asked anew before anything more is sent."""
        self.doubts += 1
        self.doubted.set()

    def wants(self, message: Message) -> bool:
        """Whether the message is on a subscribed topic and the actor may see it."""
        return (self.topics is None or message.topic in self.topics) and message.is_for(self.actor)

    def offer(self, item: "Message | Replay | Resync") -> None:
        """Queue an item; never blocks."""
        try:
            self.queue.put_nowait(item)
        except asyncio.QueueFull:
            self.overflowed.set()


class Replay:
    """Marker in a queue: send what was missed since `position`, then go on."""

    def __init__(self, position: str) -> None:
        self.position = position


class Resync:
    """Marker in a queue: this client has a gap that cannot be filled; it must load afresh."""


class Hub:
    """Fan-out of this process. Connects when the first client joins, so that start-up needs no database."""

    def __init__(self, database: Database, forget: Callable[[], None] = lambda: None) -> None:
        """`forget` is called when somebody's rights have changed: what is remembered of anybody's is out of date."""
        self._database = database
        self._forget = forget
        self._clients: dict[UUID, set[Subscriber]] = defaultdict(set)
        self._guests = Guests()
        self._pending: list[tuple[UUID, UUID]] = []
        self._wake = asyncio.Event()
        self._listening = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._floor: int | None = None
        self._next_floor: int | None = None
        self._seen: OrderedDict[UUID, None] = OrderedDict()

    async def start(self) -> None:
        """Make ready; the listening connection opens with the first client."""

    async def stop(self) -> None:
        """Stop listening. Clients are closed by their own connections."""
        await self._guests.stop()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    @property
    def client_count(self) -> int:
        """Connected clients of this process."""
        return sum(len(clients) for clients in self._clients.values())

    async def join(self, actor: Actor, topics: frozenset[str] | None, last_id: str | None = None) -> Subscriber:
        """Start collecting messages for a client, after a replay from `last_id` if it gives one.

        Raises TimeoutError while the database cannot be reached.
        """
        assert actor.organisation_id is not None
        await self._connected()
        client = Subscriber(actor, topics)
        if last_id:
            # First in the queue: a live message sent before the replay would move the client past its gap.
            client.offer(Replay(last_id))
        self._clients[actor.organisation_id].add(client)
        return client

    def leave(self, client: Subscriber) -> None:
        """Forget a client."""
        organisation_id = client.actor.organisation_id
        assert organisation_id is not None
        clients = self._clients.get(organisation_id)
        if clients is not None:
            clients.discard(client)
            if not clients:
                del self._clients[organisation_id]

    async def join_guest(self, guest: Guest) -> None:
        """Start handing a stranger what is pushed to guests of their topic, until `leave_guest`.

        What was committed before this returns is in the records, what comes after is handed out: whoever joins first
        and reads then has no gap. Raises TimeoutError while the database cannot be reached.
        """
        await self._connected()
        self._guests.add(guest)

    def leave_guest(self, guest: Guest) -> None:
        """Forget a stranger."""
        self._guests.remove(guest)

    @property
    def guest_count(self) -> int:
        """Connected strangers of this process."""
        return self._guests.count

    async def _connected(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="realtime-hub")
        async with asyncio.timeout(CONNECT_SECONDS):
            await self._listening.wait()

    async def position(self, organisation_id: UUID) -> str:
        """A position meaning "from now", for a client that has not received anything yet."""
        async with self._database.transaction(_reader(organisation_id)) as session:
            return f"@{await horizon_now(session)}"

    async def missed(self, client: Subscriber, position: str) -> tuple[list[Message], int]:
        """All the client may have missed since `position`, and the horizon it is then up to. Raises StalePosition."""
        assert client.actor.organisation_id is not None
        async with self._database.transaction(_reader(client.actor.organisation_id)) as session:
            # Before the rows are read: what is over by now is among them, what is not will be replayed from here.
            present = await horizon_now(session)
            messages = await read_since(session, await horizon_of(session, position))
        return [message for message in messages if client.wants(message) and str(message.id) != position], present

    async def _run(self) -> None:
        failures = 0
        while True:
            try:
                await self._listen()
            except _FAILURES as error:
                log.warning("realtime.connection_lost", error=str(error), attempt=failures + 1)
            except Exception:  # the edge: a defect here must not silence all clients for good
                log.exception("realtime.hub_failed")
            if self._listening.is_set():
                failures = 0
            self._listening.clear()
            await asyncio.sleep(_BACKOFF_SECONDS[min(failures, len(_BACKOFF_SECONDS) - 1)])
            failures += 1

    async def _listen(self) -> None:
        connection = await self._database.connect()
        lost = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: (lost.set(), self._wake.set()))
            await connection.add_listener(CHANNEL, self._on_notification)
            await connection.add_listener(ACCESS_CHANNEL, self._on_access_changed)
            # Nobody listened until now.
            self._doubt(lambda client: True)
            await self._catch_up(connection)
            self._listening.set()
            loop = asyncio.get_running_loop()
            due = loop.time() + CHECK_SECONDS
            while not lost.is_set():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout_at(due):
                        await self._wake.wait()
                self._wake.clear()
                if self._pending:
                    await self._deliver()
                if loop.time() >= due:
                    await self._advance_floor(connection)
                    due = loop.time() + CHECK_SECONDS
        finally:
            with contextlib.suppress(*_FAILURES):
                await connection.close(timeout=1)
        raise ConnectionError("the server closed the connection")

    def _on_notification(self, connection: object, process: int, channel: str, payload: object) -> None:
        organisation, message, *topic = str(payload).split(" ", 2)
        organisation_id = UUID(organisation)
        if self._guests.follow(organisation_id, topic[0]) if topic else organisation_id in self._clients:
            self._pending.append((organisation_id, UUID(message)))
            self._wake.set()

    def _on_access_changed(self, connection: object, process: int, channel: str, payload: object) -> None:
        organisation, _, user = str(payload).partition(" ")
        self._doubt(
            lambda client: str(client.actor.user_id) == user or str(client.actor.organisation_id) == organisation
        )

    def _doubt(self, concerned: Callable[[Subscriber], bool]) -> None:
        self._forget()
        for clients in self._clients.values():
            for client in filter(concerned, clients):
                client.doubt()

    async def _deliver(self) -> None:
        """Read and hand out what was announced; on failure it stays pending for the catch-up."""
        batch, self._pending = self._pending, []
        by_organisation: dict[UUID, list[UUID]] = defaultdict(list)
        for organisation_id, message_id in batch:
            by_organisation[organisation_id].append(message_id)
        for organisation_id, ids in by_organisation.items():
            async with self._database.transaction(_reader(organisation_id)) as session:
                self._hand_out(organisation_id, await read(session, ids))

    def _hand_out(self, organisation_id: UUID, messages: list[Message]) -> None:
        for message in messages:
            if message.id in self._seen:
                continue
            self._seen[message.id] = None
            if len(self._seen) > _REMEMBERED_IDS:
                self._seen.popitem(last=False)
            if message.permission == GUEST:
                self._guests.tell(organisation_id, message.topic, message.text)
                continue
            for client in self._clients.get(organisation_id, ()):
                # With rights in doubt the connection itself decides, after it has asked.
                if client.doubts != client.settled or client.wants(message):
                    client.offer(message)

    async def _catch_up(self, connection: asyncpg.Connection) -> None:
        """After a reconnect: hand out what was announced while nobody listened."""
        present = await _horizon(connection)
        if self._floor is not None:
            self._guests.tell_all_to_reload()
            for organisation_id in list(self._clients):
                try:
                    async with self._database.transaction(_reader(organisation_id)) as session:
                        messages = await read_since(session, self._floor)
                except StalePosition:
                    for client in self._clients.get(organisation_id, ()):
                        client.offer(Resync())
                else:
                    self._hand_out(organisation_id, messages)
        self._floor, self._next_floor = present, None

    async def _advance_floor(self, connection: asyncpg.Connection) -> None:
        """Prove that the connection lives, and move the floor to a horizon whose messages were all handed out.

        The horizon read one round ago qualifies: all before it had ended then, their notifications came over this
        connection by the time of its answer, and every round since has handed out what had come.
        """
        if self._next_floor is not None:
            self._floor = self._next_floor
        async with asyncio.timeout(CONNECT_SECONDS):
            self._next_floor = await _horizon(connection)


async def _horizon(connection: asyncpg.Connection) -> int:
    horizon = await connection.fetchval("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
    return int(horizon or 0)


def _reader(organisation_id: UUID) -> Actor:
    return Actor.system(organisation_id, "realtime")

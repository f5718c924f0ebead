"""Strangers with an open socket: each follows one topic, such as a conversation, and costs next to nothing while idle.

A guest is one coroutine, that of the connection itself. Sending has a task only while something waits to be sent, and
one task of the process sends all heartbeats, so that thousands fit into one process.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from uuid import UUID

from starlette.websockets import WebSocketDisconnect

QUEUE_LENGTH = 64
HEARTBEAT_SECONDS = 25.0
_TICK_SECONDS = 1.0
_PING = '{"type":"ping"}'
_RELOAD = '{"type":"resync"}'
TIMED_OUT, TOO_SLOW = 4408, 4409


class Guest:
    """One connection. It is made by the task that reads from it, which `end` interrupts."""

    __slots__ = ("_due", "_heard", "_owner", "_send", "_waiting", "_writer", "ended", "organisation_id", "topic")

    def __init__(self, organisation_id: UUID, topic: str, send: Callable[[str], Awaitable[None]]) -> None:
        owner = asyncio.current_task()
        assert owner is not None
        self.organisation_id = organisation_id
        self.topic = topic
        # Why the product ended the connection: a close code.
        self.ended: int | None = None
        self._owner = owner
        self._send = send
        self._waiting: deque[str] = deque()
        self._writer: asyncio.Task[None] | None = None
        self._heard = True
        self._due = asyncio.get_running_loop().time() + HEARTBEAT_SECONDS

    def offer(self, text: str) -> None:
        """Send a text after those that wait already; never blocks. A guest too slow for its queue is ended."""
        if self.ended is not None:
            return
        if len(self._waiting) >= QUEUE_LENGTH:
            self.end(TOO_SLOW)
            return
        self._waiting.append(text)
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())

    def heard(self) -> None:
        """Something came from the guest: it is alive."""
        self._heard = True

    def beat(self, time: float) -> None:
        """Ask for a sign of life when it is due; end a guest that gave none since the last time."""
        if time < self._due:
            return
        if not self._heard:
            self.end(TIMED_OUT)
            return
        self._heard = False
        self._due = time + HEARTBEAT_SECONDS
        self.offer(_PING)

    def end(self, code: int) -> None:
        """Interrupt the connection's own task, which closes with this code."""
        if self.ended is None:
            self.ended = code
            self._owner.cancel()

    def leave(self) -> None:
        """Send nothing more."""
        self._waiting.clear()
        if self._writer is not None:
            self._writer.cancel()

    async def _write(self) -> None:
        try:
            # A connection that is gone is told to its reader.
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                while self._waiting:
                    await self._send(self._waiting.popleft())
        finally:
            self._writer = None


class Guests:
    """The guests of a process by what they follow."""

    def __init__(self) -> None:
        self._by_topic: dict[tuple[UUID, str], set[Guest]] = {}
        self._beating: asyncio.Task[None] | None = None
        self.count = 0

    def add(self, guest: Guest) -> None:
        """Hand out to this guest from now on."""
        self._by_topic.setdefault((guest.organisation_id, guest.topic), set()).add(guest)
        self.count += 1
        if self._beating is None or self._beating.done():
            self._beating = asyncio.create_task(self._beat(), name="realtime-guests")

    def remove(self, guest: Guest) -> None:
        """Hand out to this guest no more; a second time does nothing."""
        key = (guest.organisation_id, guest.topic)
        guests = self._by_topic.get(key, set())
        if guest in guests:
            guests.remove(guest)
            self.count -= 1
            guest.leave()
        if not guests:
            self._by_topic.pop(key, None)

    def follow(self, organisation_id: UUID, topic: str) -> bool:
        """Whether anyone here follows the topic."""
        return (organisation_id, topic) in self._by_topic

    def tell(self, organisation_id: UUID, topic: str, text: str) -> None:
        """Offer a text to all who follow the topic."""
        for guest in tuple(self._by_topic.get((organisation_id, topic), ())):
            guest.offer(text)

    def tell_all_to_reload(self) -> None:
        """Something may have been missed: everyone reads anew from the records."""
        for guests in tuple(self._by_topic.values()):
            for guest in tuple(guests):
                guest.offer(_RELOAD)

    async def stop(self) -> None:
        """No more heartbeats."""
        if self._beating is not None:
            self._beating.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._beating
            self._beating = None

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        while self.count:
            await asyncio.sleep(_TICK_SECONDS)
            for guests in tuple(self._by_topic.values()):
                for guest in tuple(guests):
                    guest.beat(loop.time())

"""What this process remembers so that it need not ask the database for every request."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from tradewind.kernel.clock import now

STATE_SECONDS = 2
REMEMBERED = 20_000

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """A dictionary that forgets the least recently used entry when it is full."""

    def __init__(self, size: int = REMEMBERED) -> None:
        self._size = size
        self._entries: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
        return entry

    def put(self, key: K, value: V) -> None:
        self._entries[key] = value
        self._entries.move_to_end(key)
        if len(self._entries) > self._size:
            self._entries.popitem(last=False)

    def clear(self) -> None:
        self._entries.clear()


class States(Generic[K, V]):
    """Facts that others may change: read again after STATE_SECONDS, by one reader a key at a time."""

    def __init__(self) -> None:
        self._known: Recent[K, tuple[V, datetime]] = Recent()
        self._reading: dict[K, asyncio.Lock] = {}
        self._forgotten = 0

    async def get(self, key: K, read: Callable[[], Awaitable[V]]) -> V:
        """The remembered value, or what `read` finds."""
        known = self._fresh(key)
        if known is not None:
            return known[0]
        lock = self._reading.setdefault(key, asyncio.Lock())
        try:
            async with lock:
                known = self._fresh(key)
                if known is None:
                    read_at, forgotten = now(), self._forgotten
                    known = (await read(), read_at)
                    # What changed while it was read must not come back from memory.
                    if forgotten == self._forgotten:
                        self._known.put(key, known)
        finally:
            self._reading.pop(key, None)
        return known[0]

    def forget_all(self) -> None:
        """Read everything again when it is next asked for."""
        self._known.clear()
        self._forgotten += 1

    def _fresh(self, key: K) -> tuple[V, datetime] | None:
        known = self._known.get(key)
        return known if known is not None and abs(now() - known[1]) < timedelta(seconds=STATE_SECONDS) else None

"""Turns on routes that take long or much: few requests of a kind at once, so that they leave connections to others."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from fastapi import Depends, Request

from tradewind.kernel.errors import Unavailable

WAIT_SECONDS = 10.0


class Queue:
    """`at_once` hold a turn, up to `waiting` wait for one in the order of arrival, each for at most WAIT_SECONDS."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._turns = asyncio.Semaphore(at_once)
        self._room = waiting

    async def enter(self) -> None:
        """Wait for a turn; `leave` gives it back. Raises Unavailable, at once where the queue is full."""
        refused = Unavailable("Too many people ask for this at this moment.", retry_after_seconds=5)
        if self._turns.locked() and self._room == 0:
            raise refused
        self._room -= 1
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._turns.acquire()
        except TimeoutError:
            raise refused from None
        finally:
            self._room += 1

    def leave(self) -> None:
        """Give the turn to the next one."""
        self._turns.release()


def in_turn(name: str, *, at_once: int, waiting: int) -> Any:
    """Route dependency: requests of all routes with this name share one queue, else 503 with Retry-After.

    Put it into `dependencies=[…]`: these come before the parameters, so nobody in the queue holds a connection yet.
    """

    async def turn(request: Request) -> AsyncIterator[None]:
        state = request.app.state
        if not hasattr(state, "queues"):
            state.queues = {}
        queue: Queue = state.queues.setdefault(name, Queue(at_once, waiting))
        await queue.enter()
        try:
            yield
        finally:
            queue.leave()

    return Depends(turn, scope="function")

"""Per-host state of outbound traffic: circuit breaker, pacing, concurrency."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

BreakerState = Literal["closed", "open", "half_open"]


@dataclass(frozen=True, kw_only=True)
class HostPolicy:
    """How gently a host is treated.

    `failures` in a row open the circuit for `open_seconds`; then one trial decides. `per_second` paces the starts
    of requests (None: no pacing), `concurrency` bounds those under way, `queue_seconds` how long one may wait.
    """

    failures: int = 5
    open_seconds: float = 30
    per_second: float | None = None
    concurrency: int = 10
    queue_seconds: float = 30


class CircuitOpen(Exception):
    """The host failed repeatedly; no request is made before `retry_after_seconds` have passed."""

    def __init__(self, host: str, retry_after_seconds: float) -> None:
        super().__init__(f"{host} has failed repeatedly and is given a rest")
        self.retry_after_seconds = retry_after_seconds


class QueueTimeout(Exception):
    """The request waited its whole `queue_seconds` for a turn and was not sent."""


class CircuitBreaker:
    """closed → (failures in a row) → open → (time) → half_open → one trial → closed or open again."""

    def __init__(self, host: str, policy: HostPolicy, clock: Callable[[], float] = time.monotonic) -> None:
        self.host = host
        self._policy = policy
        self._clock = clock
        self._failures = 0
        self._opened_at: float | None = None
        self._trial_since: float | None = None

    @property
    def state(self) -> BreakerState:
        """Present state."""
        if self._opened_at is None:
            return "closed"
        return "half_open" if self._clock() - self._opened_at >= self._policy.open_seconds else "open"

    def refuse_if_open(self) -> None:
        """Spare a request the wait for its turn. Raises CircuitOpen."""
        if self._opened_at is not None:
            waited = self._clock() - self._opened_at
            if waited < self._policy.open_seconds:
                raise CircuitOpen(self.host, self._policy.open_seconds - waited)

    def enter(self) -> None:
        """Ask to send a request now; in half_open only one may. Raises CircuitOpen."""
        self.refuse_if_open()
        if self._opened_at is None:
            return
        # A trial that never reported back (cancelled) must not keep the circuit open for ever.
        if self._trial_since is not None and self._clock() - self._trial_since < self._policy.open_seconds:
            raise CircuitOpen(self.host, 1)
        self._trial_since = self._clock()

    def succeeded(self) -> None:
        """The host answered sensibly."""
        self._failures = 0
        self._opened_at = self._trial_since = None

    def failed(self) -> None:
        """The host did not answer, or answered with a server error."""
        self._failures += 1
        if self._trial_since is not None or self._failures >= self._policy.failures:
            self._opened_at = self._clock()
            self._trial_since = None

    def abandoned(self) -> None:
        """The request ended without telling anything about the host (cancelled, refused by us)."""
        self._trial_since = None


class Host:
    """What all clients of this process know about one host."""

    def __init__(self, name: str, policy: HostPolicy, clock: Callable[[], float] = time.monotonic) -> None:
        self.breaker = CircuitBreaker(name, policy, clock)
        self._policy = policy
        self._clock = clock
        self._slots = asyncio.Semaphore(policy.concurrency)
        self._next_start = 0.0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a free slot and for the pace. Raises QueueTimeout if that takes too long."""
        deadline = self._clock() + self._policy.queue_seconds
        try:
            async with asyncio.timeout(self._policy.queue_seconds):
                await self._slots.acquire()
        except TimeoutError as error:
            raise QueueTimeout("too many requests are waiting for this host") from error
        try:
            await self._pace(deadline)
            yield
        finally:
            self._slots.release()

    async def _pace(self, deadline: float) -> None:
        if self._policy.per_second is None:
            return
        start = max(self._clock(), self._next_start)
        if start > deadline:
            raise QueueTimeout("too many requests are waiting for this host")
        self._next_start = start + 1 / self._policy.per_second
        await asyncio.sleep(start - self._clock())

    def pause(self, seconds: float) -> None:
        """Hold back further paced requests: the host asked for it by Retry-After."""
        self._next_start = max(self._next_start, self._clock() + seconds)

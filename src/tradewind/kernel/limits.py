"""Rate limits: named rules on routes, one limit per caller over the whole API, told to clients in headers.

Counting is a sliding window over two fixed ones. It lives in memory, or in Redis when TRADEWIND_REDIS_URL is set.
Headers follow the IETF draft "RateLimit header fields for HTTP".
"""

import ipaddress
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, Protocol

import structlog
from fastapi import Depends, Request
from limits import RateLimitItem, RateLimitItemPerMinute, parse
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError
from limits.storage import storage_from_string
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tradewind.kernel.asgi import caller, send_problem, state_of
from tradewind.kernel.errors import AppError, TooManyRequests

log = structlog.get_logger(__name__)
_SWEEP_AT_KEYS = 20_000
# Seconds that Redis may take to answer, and that it is left alone for when it did not.
_PATIENCE, _REST = 0.5, 5.0
_PENDING = "rate_limits"
_LIMITED = ("/api/", "/v2/", "/graphql", "/mcp")

KeyOf = Callable[[Request], str | Awaitable[str]]


@dataclass(frozen=True)
class Verdict:
    """Outcome of counting one request against one rule."""

    name: str
    quota: int
    window_seconds: int
    remaining: int
    reset_seconds: float
    allowed: bool

    def policy(self) -> str:
        """Entry of the RateLimit-Policy header."""
        return f'"{self.name}";q={self.quota};w={self.window_seconds}'

    def state(self) -> str:
        """Entry of the RateLimit header."""
        return f'"{self.name}";r={self.remaining};t={math.ceil(self.reset_seconds)}'


class Windows(Protocol):
    """Counts hits; implementations differ in who shares the counts."""

    async def hit(self, name: str, item: RateLimitItem, key: str) -> Verdict:
        """Count one request of `key` and judge it; a refused request does not count."""
        ...


class MemoryWindows:
    """Counts of this process. No lock is needed: a hit never awaits."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        # (name, key) → [window number, hits in it, hits in the one before, window length]
        self._counts: dict[tuple[str, str], list[int]] = {}

    async def hit(self, name: str, item: RateLimitItem, key: str) -> Verdict:
        return self.count(name, item.amount, int(item.get_expiry()), key)

    def count(self, name: str, quota: int, window: int, key: str) -> Verdict:
        """Synchronous core of `hit`."""
        now = self._clock()
        number = int(now // window)
        entry = self._counts.get((name, key))
        if entry is None:
            if len(self._counts) >= _SWEEP_AT_KEYS:
                self._sweep(now)
            entry = self._counts[name, key] = [number, 0, 0, window]
        elif entry[0] != number:
            entry[2] = entry[1] if entry[0] == number - 1 else 0
            entry[0], entry[1] = number, 0
        elapsed = now - number * window
        used = entry[1] + entry[2] * (1 - elapsed / window)
        allowed = used + 1 <= quota
        if allowed:
            entry[1] += 1
            used += 1
        reset = window - elapsed if allowed else self._wait(entry, quota, window, elapsed)
        return Verdict(name, quota, window, max(0, int(quota - used)), reset, allowed)

    @staticmethod
    def _wait(entry: list[int], quota: int, window: int, elapsed: float) -> float:
        """Seconds until one more request fits."""
        room = quota - 1 - entry[1]
        if room >= 0 and entry[2]:
            return max(0.0, window * (1 - room / entry[2]) - elapsed)
        # This window is full by itself: the next must age until its share of these hits has fallen enough.
        return window - elapsed + window * max(0.0, 1 - (quota - 1) / entry[1])

    def _sweep(self, now: float) -> None:
        stale = [key for key, entry in self._counts.items() if int(now // entry[3]) - entry[0] > 1]
        for key in stale:
            del self._counts[key]


class SharedWindows:
    """Counts in Redis or Valkey, shared by all processes. While it does not answer, each counts for itself."""

    def __init__(self, url: str) -> None:
        # Valkey speaks the protocol of Redis under a scheme of its own.
        self._storage: Any = storage_from_string(
            f"async+{url.replace('valkey', 'redis', 1) if url.startswith('valkey') else url}",
            implementation="redispy", wrap_exceptions=True, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE,
        )  # fmt: skip
        self._limiter = SlidingWindowCounterRateLimiter(self._storage)
        self._own = MemoryWindows()
        self._away_until = 0.0

    async def hit(self, name: str, item: RateLimitItem, key: str) -> Verdict:
        if time.monotonic() >= self._away_until:
            try:
                return await self._shared(name, item, key)
            except StorageError as failure:
                log.warning("limits.redis_away", reason=str(failure))
                self._away_until = time.monotonic() + _REST
        return await self._own.hit(name, item, key)

    async def reachable(self) -> bool:
        """Whether the store answers now."""
        return await self._storage.check()

    async def _shared(self, name: str, item: RateLimitItem, key: str) -> Verdict:
        allowed = await self._limiter.hit(item, name, key)
        stats = await self._limiter.get_window_stats(item, name, key)
        reset = max(0.0, stats.reset_time - time.time())
        return Verdict(name, item.amount, int(item.get_expiry()), int(stats.remaining), reset, allowed)


def windows_from(redis_url: str | None) -> Windows:
    """The counting store of this process."""
    return SharedWindows(redis_url) if redis_url else MemoryWindows()


def rate_limit(name: str, rule: str, *, key: Literal["ip", "actor"] | KeyOf = "ip") -> Any:
    """Route dependency: at most `rule` (e.g. "5/minute") requests per key, else 429.

    `key`: "ip" (IPv6 counts per /64), "actor", or a function of the request. Use as
    `dependencies=[rate_limit("login", "5/minute")]`.
    """
    item = parse(rule)

    async def check(request: Request) -> None:
        await hit(request, name, item, await _key(request, key))

    return Depends(check)


async def hit(request: Request, name: str, rule: str | RateLimitItem, key: str) -> None:
    """Count `key` against a rule from inside a handler, e.g. per account named in the body. Raises TooManyRequests."""
    item = parse(rule) if isinstance(rule, str) else rule
    verdict = await _windows(request.app).hit(name, item, key)
    state_of(request.scope).setdefault(_PENDING, []).append(verdict)
    if not verdict.allowed:
        raise _refusal(verdict)


class RateLimitMiddleware:
    """Limits each caller over the whole API, GraphQL and assistants included; a key by its own quota if lower.

    Writes the headers for this and the routes' own limits.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(_LIMITED):
            await self.app(scope, receive, send)
            return
        state = state_of(scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start" and (verdicts := state.get(_PENDING)):
                message["headers"] = [*message.get("headers", ()), *_headers(verdicts)]
            await send(message)

        actor = await caller(scope)
        if actor is not None:
            quota = scope["app"].state.settings.api_requests_per_minute
            item = _per_minute(min(quota, actor.requests_per_minute or quota))
            verdict = await _windows(scope["app"]).hit("api", item, actor.reference)
            state[_PENDING] = [verdict]
            if not verdict.allowed:
                await send_problem(scope, send_with_headers, _refusal(verdict))
                return
        await self.app(scope, receive, send_with_headers)


def client_network(ip: str | None) -> str:
    """Key for limits by address: the IPv4 address, or the /64 that one IPv6 subscriber holds."""
    if not ip:
        return "unknown"
    try:
        address = ipaddress.ip_address(ip.split("%", 1)[0])
    except ValueError:
        return ip
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


async def _key(request: Request, key: Literal["ip", "actor"] | KeyOf) -> str:
    if callable(key):
        found = key(request)
        return found if isinstance(found, str) else await found
    if key == "actor":
        actor = await caller(request.scope)
        if actor is not None:
            return actor.reference
    return client_network(request.client.host if request.client else None)


def _windows(app: Any) -> Windows:
    windows: Windows | None = getattr(app.state, "rate_windows", None)
    if windows is None:
        secret = getattr(getattr(app.state, "settings", None), "redis_url", None)
        windows = app.state.rate_windows = windows_from(secret.get_secret_value() if secret else None)
    return windows


def _refusal(verdict: Verdict) -> AppError:
    return TooManyRequests(
        f"The limit is {verdict.quota} requests per {_period(verdict.window_seconds)}.",
        retry_after_seconds=math.ceil(verdict.reset_seconds),
        code=f"kernel.rate_limited.{verdict.name}",
    )


@lru_cache
def _per_minute(quota: int) -> RateLimitItem:
    return RateLimitItemPerMinute(quota)


@lru_cache
def _period(seconds: int) -> str:
    names = {1: "second", 60: "minute", 3600: "hour", 86_400: "day"}
    return names.get(seconds, f"{seconds} seconds")


def _headers(verdicts: list[Verdict]) -> list[tuple[bytes, bytes]]:
    return [
        (b"ratelimit-policy", ", ".join(verdict.policy() for verdict in verdicts).encode()),
        (b"ratelimit", ", ".join(verdict.state() for verdict in verdicts).encode()),
    ]

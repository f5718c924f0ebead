"""The outbound HTTP client of adapters and integrations.

Every request has timeouts, a size cap, a circuit breaker and a pace per host, metrics, and logs without secrets.
Failures say what matters to the caller: whether the request may have taken effect.

OutboundError (503)
  + NotSent          surely without effect: no connection, circuit open, queue full
  + OutcomeUnknown   sent, but no answer came: it may have taken effect; reconcile before repeating
  + BadAnswer        answered, but unusable (too large, endless redirects)
BlockedAddress (400) the user-given URL leads into a private network
"""

import email.utils
import time
from collections.abc import Callable, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
import stamina
import structlog
from prometheus_client import Counter, Gauge, Histogram

from tradewind import __version__
from tradewind.kernel import http_guard
from tradewind.kernel.clock import now
from tradewind.kernel.errors import BadRequest, Unavailable
from tradewind.kernel.http_hosts import CircuitOpen, Host, HostPolicy, QueueTimeout
from tradewind.kernel.telemetry import REGISTRY, SECRET_NAME

log = structlog.get_logger(__name__)

_REQUESTS = Counter(
    "tradewind_outbound_requests", "Outbound HTTP attempts.", ["client", "host", "outcome"], registry=REGISTRY
)
_SECONDS = Histogram(
    "tradewind_outbound_seconds",
    "Time of outbound HTTP attempts.",
    ["client", "host"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=REGISTRY,
)
_OPEN = Gauge(
    "tradewind_outbound_circuit_open",
    "1 while a host is given a rest.",
    ["host"],
    registry=REGISTRY,
    multiprocess_mode="livemax",
)

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
_RETRIED_STATUSES = frozenset({429, 500, 502, 503, 504})
_MAX_RETRY_AFTER_SECONDS = 60.0
_MAX_REDIRECTS = 5
_SAFE_ACROSS_ORIGINS = frozenset({"accept", "accept-encoding", "accept-language", "user-agent"})
_NOT_COPIED = frozenset({"content-encoding", "content-length", "transfer-encoding"})
USER_AGENT = f"Tradewind/{__version__}"


class OutboundError(Unavailable):
    """A request to another service failed."""

    code = "kernel.outbound_failed"
    title = "Another service cannot be reached"


class NotSent(OutboundError):
    """The request surely had no effect."""

    code = "kernel.outbound_not_sent"


class OutcomeUnknown(OutboundError):
    """The request went out and no answer came back: it may have taken effect."""

    code = "kernel.outbound_outcome_unknown"


class BadAnswer(OutboundError):
    """The other side answered with something unusable."""

    code = "kernel.outbound_bad_answer"


class BlockedAddress(BadRequest):
    """The URL leads to where users may not reach."""

    code = "kernel.blocked_address"
    title = "This address is not allowed"


class _Again(Exception):
    """An answer worth repeating the request for."""

    def __init__(self, response: httpx.Response, after: float | None) -> None:
        super().__init__(f"status {response.status_code}")
        self.response = response
        self.after = after


_hosts: dict[tuple[str, str], Host] = {}


class OutboundClient:
    """One per integration; hosts are remembered over all clients of the same `name`.

    `name` labels metrics and logs. `guard` must be true where a user gives the URL: private addresses are then out
    of reach, redirects included. `cut_answers` keeps the beginning of an answer longer than `max_response_bytes`
    instead of raising BadAnswer. `transport` replaces the network (tests: `httpx.MockTransport`).
    """

    def __init__(
        self,
        name: str,
        *,
        base_url: str = "",
        headers: Mapping[str, str] | None = None,
        auth: httpx.Auth | tuple[str, str] | None = None,
        timeout_seconds: float = 20,
        attempts: int = 3,
        max_response_bytes: int = 10 * 1024 * 1024,
        cut_answers: bool = False,
        policy: HostPolicy | None = None,
        guard: bool = False,
        follow_redirects: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._attempts = attempts
        self._max_response_bytes = max_response_bytes
        self._cut_answers = cut_answers
        self._policy = policy or HostPolicy()
        self._guard = guard
        self._follow_redirects = follow_redirects
        self._clock = clock
        if transport is None and guard:
            transport = http_guard.PublicOnlyTransport()
        self._client = httpx.AsyncClient(
            base_url=base_url,
            headers={"User-Agent": USER_AGENT, **(headers or {})},
            auth=auth,
            timeout=httpx.Timeout(timeout_seconds, connect=min(5, timeout_seconds)),
            transport=transport,
            trust_env=not guard,
            # One client serves many organisations: cookies of one answer must not ride on another's request.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )

    async def __aenter__(self) -> "OutboundClient":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close idle connections."""
        await self._client.aclose()

    async def get(self, url: str, **options: Any) -> httpx.Response:
        """GET; see `request`."""
        return await self.request("GET", url, **options)

    async def post(self, url: str, **options: Any) -> httpx.Response:
        """POST; see `request`."""
        return await self.request("POST", url, **options)

    async def put(self, url: str, **options: Any) -> httpx.Response:
        """PUT; see `request`."""
        return await self.request("PUT", url, **options)

    async def patch(self, url: str, **options: Any) -> httpx.Response:
        """PATCH; see `request`."""
        return await self.request("PATCH", url, **options)

    async def delete(self, url: str, **options: Any) -> httpx.Response:
        """DELETE; see `request`."""
        return await self.request("DELETE", url, **options)

    async def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        content: bytes | str | None = None,
        data: Mapping[str, Any] | None = None,
        files: Any = None,
        idempotent: bool | None = None,
    ) -> httpx.Response:
        """Send a request and read the whole answer, whatever its status.

        Repeats on connection trouble, 429 and 5xx, honouring Retry-After — requests that are not idempotent only
        where they surely had no effect (no connection; 429; 503 with Retry-After). `idempotent` overrides what the
        method says, e.g. for a POST with an idempotency key. Raises OutboundError or BlockedAddress.
        """
        request = self._client.build_request(
            method, url, params=params, headers=headers, json=json, content=content, data=data, files=files
        )
        if self._guard:
            _check_url(request.url)
        safe = request.method in IDEMPOTENT if idempotent is None else idempotent

        def worth_repeating(failure: Exception) -> bool | float:
            if isinstance(failure, _Again):
                return failure.after if failure.after is not None else True
            if isinstance(failure, NotSent):
                return failure.code == NotSent.code
            return safe and isinstance(failure, OutcomeUnknown)

        try:
            async for attempt in stamina.retry_context(
                on=worth_repeating, attempts=self._attempts, timeout=None, wait_initial=0.25, wait_max=8
            ):
                with attempt:
                    response = await self._follow(request)
                    if (after := _repeat_after(response, safe=safe)) is not None:
                        raise _Again(response, after if after > 0 else None)
                    return response
        except _Again as last:
            return last.response
        raise AssertionError("unreachable")

    async def _follow(self, request: httpx.Request) -> httpx.Response:
        foreign = False
        for _ in range(_MAX_REDIRECTS + 1):
            response = await self._attempt(request, foreign=foreign)
            if not self._follow_redirects or not response.has_redirect_location:
                return response
            following = self._next_hop(request, response)
            foreign = foreign or not _same_origin(request.url, following.url)
            request = following
        raise BadAnswer(f"{request.url.host} redirects without end.")

    def _next_hop(self, request: httpx.Request, response: httpx.Response) -> httpx.Request:
        """The request a redirect asks for; what is secret stays with the first origin."""
        try:
            url = request.url.join(response.headers["location"])
        except httpx.InvalidURL as error:
            raise BadAnswer(f"{request.url.host} redirects to something that is no address.") from error
        if request.url.scheme == "https" and url.scheme != "https":
            raise BadAnswer(f"{request.url.host} redirects to an unencrypted address.")
        if self._guard:
            _check_url(url)
        same = _same_origin(request.url, url)
        reading = request.method in ("GET", "HEAD")
        if response.status_code in (307, 308) and not reading and not same:
            raise BadAnswer(f"{request.url.host} redirects a write to another host.")
        headers = {
            name: value
            for name, value in request.headers.items()
            if name not in ("host", "content-length") and (same or name in _SAFE_ACROSS_ORIGINS)
        }
        if reading or response.status_code in (307, 308):
            return httpx.Request(request.method, url, headers=headers, content=request.content or None)
        headers = {name: value for name, value in headers.items() if not name.startswith("content-")}
        return httpx.Request("GET", url, headers=headers)

    async def _attempt(self, request: httpx.Request, *, foreign: bool = False) -> httpx.Response:
        """One exchange, judged for the host's breaker."""
        host = self._host(request.url)
        started = time.perf_counter()
        outcome = "error"
        label = "(user-given)" if self._guard else request.url.host
        try:
            host.breaker.refuse_if_open()
            async with host.turn():
                host.breaker.enter()
                try:
                    response = await self._exchange(request, foreign=foreign)
                except http_guard.BlockedAddress as error:
                    host.breaker.abandoned()
                    raise BlockedAddress(str(error)) from error
                except (NotSent, OutcomeUnknown):
                    host.breaker.failed()
                    raise
                except BaseException:
                    host.breaker.abandoned()
                    raise
                if response.status_code >= 500:
                    host.breaker.failed()
                else:
                    host.breaker.succeeded()
            outcome = f"{response.status_code // 100}xx"
            return response
        except CircuitOpen as error:
            outcome = "circuit_open"
            raise NotSent(
                str(error), retry_after_seconds=error.retry_after_seconds, code="kernel.outbound_circuit_open"
            ) from error
        except QueueTimeout as error:
            outcome = "queue_full"
            raise NotSent(str(error), code="kernel.outbound_queue_full") from error
        finally:
            _REQUESTS.labels(self.name, label, outcome).inc()
            _SECONDS.labels(self.name, label).observe(time.perf_counter() - started)
            if not self._guard:
                _OPEN.labels(label).set(host.breaker.state == "open")
            log.debug(
                "outbound.request",
                client=self.name,
                method=request.method,
                url=redact_url(request.url),
                outcome=outcome,
            )

    async def _exchange(self, request: httpx.Request, *, foreign: bool) -> httpx.Response:
        host = request.url.host
        auth = None if foreign else httpx.USE_CLIENT_DEFAULT
        # httpx leaves the time-outs of a request it did not build itself open.
        request.extensions.setdefault("timeout", self._client.timeout.as_dict())
        try:
            response = await self._client.send(request, stream=True, auth=auth, follow_redirects=False)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotSent(f"{host} cannot be reached.") from error
        except httpx.TransportError as error:
            raise OutcomeUnknown(f"{host} did not answer.") from error
        try:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > self._max_response_bytes:
                    if self._cut_answers:
                        del body[self._max_response_bytes :]
                        break
                    raise BadAnswer(f"{host} sent more than {self._max_response_bytes} bytes.")
        except httpx.DecodingError as error:
            raise BadAnswer(f"{host} sent a damaged answer.") from error
        except httpx.TransportError as error:
            raise OutcomeUnknown(f"{host} broke off its answer.") from error
        finally:
            await response.aclose()
        # The body is decoded already; a second decoding must not be tried.
        headers = [(name, value) for name, value in response.headers.multi_items() if name not in _NOT_COPIED]
        return httpx.Response(response.status_code, headers=headers, content=bytes(body), request=request)

    def _host(self, url: httpx.URL) -> Host:
        key = (self.name, f"{url.scheme}://{url.netloc.decode()}")
        host = _hosts.get(key)
        if host is None:
            if len(_hosts) > 2000:
                _hosts.clear()
            host = _hosts[key] = Host(url.host, self._policy, self._clock)
        return host


def _same_origin(first: httpx.URL, second: httpx.URL) -> bool:
    return (first.scheme, first.host, first.port) == (second.scheme, second.host, second.port)


def redact_url(url: httpx.URL) -> str:
    """The URL for logs: no credentials, and no values of parameters that sound secret."""
    pairs = parse_qsl(url.query.decode(), keep_blank_values=True)
    query = urlencode([(name, "redacted" if SECRET_NAME.search(name) else value) for name, value in pairs])
    clean = url.copy_with(username=None, password=None, query=None, fragment=None)
    return str(clean) + (f"?{query}" if query else "")


def retry_after_seconds(response: httpx.Response, *, at_most: float = _MAX_RETRY_AFTER_SECONDS) -> float | None:
    """The Retry-After header in seconds (number or date), at most `at_most`; None without one."""
    value = response.headers.get("retry-after")
    if value is None:
        return None
    if value.strip().isdigit():
        return min(at_most, float(value))
    try:
        moment = email.utils.parsedate_to_datetime(value)
        return min(at_most, max(0.0, (moment - now()).total_seconds()))
    except (ValueError, TypeError):
        return None


def _repeat_after(response: httpx.Response, *, safe: bool) -> float | None:
    """None: take the answer as it is. Else seconds the host asked to wait, 0 for the usual backoff."""
    if response.status_code not in _RETRIED_STATUSES:
        return None
    asked = retry_after_seconds(response)
    refused = response.status_code == 429 or (response.status_code == 503 and asked is not None)
    return (asked or 0.0) if safe or refused else None


def _check_url(url: httpx.URL) -> None:
    try:
        http_guard.check_url(url)
    except http_guard.BlockedAddress as error:
        raise BlockedAddress(str(error)) from error

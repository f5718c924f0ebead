"""The way out for vendors' own client libraries, which bring httpx2 instead of httpx: the same guard, the same bounds.

Import it where such a library is used only: httpx2 costs a third of a second at the start.
"""

import ssl
from collections.abc import AsyncIterator, Iterable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, cast

import httpcore2
import httpx2
from httpcore2._backends.auto import AutoBackend

from tradewind.kernel import http_guard
from tradewind.kernel.http import USER_AGENT
from tradewind.kernel.http_guard import BlockedAddress

Server = tuple[str, int]
"""Host and port."""
_MAX_CONNECTIONS = 100


class _GuardedBackend(httpcore2.AsyncNetworkBackend):
    """`http_guard.PublicOnlyBackend` for httpcore2."""

    def __init__(self, also: frozenset[Server]) -> None:
        self._inner = AutoBackend()
        self._also = also

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 — the signature is httpcore2's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        if (host, port) in self._also:
            return await self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        return await http_guard.connect_public(
            host, port,
            lambda address: self._inner.connect_tcp(address, port, timeout, local_address, socket_options),
            failed=httpcore2.ConnectError, late=httpcore2.ConnectTimeout,
        )  # fmt: skip

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 — the signature is httpcore2's
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        raise BlockedAddress("Local sockets cannot be reached.")

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class _Bounded(httpx2.AsyncByteStream):
    """A body that breaks off past `limit` bytes: whoever runs the server decides how much it sends."""

    def __init__(self, inner: httpx2.AsyncByteStream, limit: int) -> None:
        self._inner = inner
        self._left = limit

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._inner:
            self._left -= len(chunk)
            if self._left < 0:
                raise httpx2.ReadError("the answer is too large")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


class _GuardedTransport(httpx2.AsyncHTTPTransport):
    def __init__(self, also: frozenset[Server], context: ssl.SSLContext, max_response_bytes: int) -> None:
        super().__init__(verify=context, trust_env=False)
        self._limit = max_response_bytes
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=context,
            max_connections=_MAX_CONNECTIONS,
            max_keepalive_connections=10,
            keepalive_expiry=30,
            network_backend=_GuardedBackend(also),
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        http_guard.check_url(cast(Any, request.url))
        # A small packed body may unpack to gigabytes; the bound counts what arrives.
        request.headers["accept-encoding"] = "identity"
        response = await super().handle_async_request(request)
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = _Bounded(response.stream, self._limit)
        return response


_context: ssl.SSLContext | None = None


def client(
    *, also: frozenset[Server] = frozenset(), timeout_seconds: float, max_response_bytes: int = 64 * 1024 * 1024
) -> httpx2.AsyncClient:
    """A client that reaches the open internet, and the servers of `also` wherever they are. Follows no redirects."""
    global _context
    if _context is None:
        # Reading the certificates takes 20 ms.
        _context = httpx2.create_ssl_context(trust_env=False)
    return httpx2.AsyncClient(
        transport=_GuardedTransport(also, _context, max_response_bytes),
        timeout=httpx2.Timeout(timeout_seconds, connect=min(5, timeout_seconds)),
        headers={"User-Agent": USER_AGENT},
        trust_env=False,
        follow_redirects=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    )

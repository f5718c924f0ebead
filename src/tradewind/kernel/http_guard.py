"""Guard against requests to our own network through user-given URLs (SSRF).

The check sits where the connection is made: the name is resolved once, every address is judged, and the connection
goes to the judged address itself. A name that answers differently a moment later (DNS rebinding) gains nothing,
and each hop of a redirect passes the same point.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

import httpcore
import httpx
from httpcore._backends.auto import AutoBackend

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Stream = TypeVar("Stream")

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Special ranges that the standard library of some Python versions counts as global.
_NEVER_PUBLIC = [
    ipaddress.ip_network(text)
    for text in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "::/96",
        "64:ff9b:1::/48",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
    )
]
_RESOLVE_SECONDS = 5.0


class BlockedAddress(Exception):
    """The URL leads to an address that users may not reach through this server."""


def is_public(address: IpAddress) -> bool:
    """Whether an address belongs to the open internet; IPv6 forms that carry an IPv4 address are looked into."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in _NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
        # Tunnels: no server of a user lives there.
        if address.sixtofour is not None or address.teredo is not None:
            return False
    if any(address in network for network in _NEVER_PUBLIC):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def check_url(url: httpx.URL) -> None:
    """Refuse what no address check is needed for: other schemes, credentials in the URL, no host."""
    if url.scheme not in ("http", "https"):
        raise BlockedAddress("Only http and https addresses are allowed.")
    if not url.host:
        raise BlockedAddress("The address has no host.")
    if url.userinfo:
        raise BlockedAddress("The address must not contain a user name or password.")


async def resolve_public(host: str, port: int) -> list[IpAddress]:
    """Addresses of a host. Raises BlockedAddress if any of them is not public, OSError if the name is unknown."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(_RESOLVE_SECONDS):
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except UnicodeError:
            # A name that the internet's alphabet cannot hold.
            raise OSError("no host can be called so") from None
    addresses = [ipaddress.ip_address(str(entry[4][0]).split("%", 1)[0]) for entry in found]
    if not addresses:
        raise OSError(f"{host} has no address")
    # One private address among public ones is the mark of an attack, not of a mistake worth serving.
    for address in addresses:
        if not is_public(address):
            raise BlockedAddress("The address leads into a private network.")
    return addresses


async def connect_public(
    host: str,
    port: int,
    connect: Callable[[str], Awaitable[Stream]],
    *,
    failed: type[Exception],
    late: type[Exception],
) -> Stream:
    """Connect to one of the first two addresses of a host, all of them judged.

    Raises BlockedAddress, `failed` or `late`, which are also what `connect` raises.
    """
    try:
        addresses = await resolve_public(host, port)
    except TimeoutError as error:
        raise late(f"resolving {host} took too long") from error
    except OSError as error:
        raise failed(f"{host} cannot be resolved") from error
    failure: Exception | None = None
    for address in addresses[:2]:
        try:
            return await connect(str(address))
        except (failed, late) as error:
            failure = error
    assert failure is not None
    raise failure


class PublicOnlyBackend(httpcore.AsyncNetworkBackend):
    """Opens connections to judged addresses only; TLS still verifies the name of the URL."""

    def __init__(self, inner: httpcore.AsyncNetworkBackend | None = None) -> None:
        self._inner = inner or AutoBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 — the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return await connect_public(
            host, port,
            lambda address: self._inner.connect_tcp(address, port, timeout, local_address, socket_options),
            failed=httpcore.ConnectError, late=httpcore.ConnectTimeout,
        )  # fmt: skip

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 — the signature is httpcore's
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise BlockedAddress("Local sockets cannot be reached.")

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class PublicOnlyTransport(httpx.AsyncHTTPTransport):
    """httpx transport whose connections pass the guard; environment proxies do not apply."""

    def __init__(self, backend: httpcore.AsyncNetworkBackend | None = None, *, max_connections: int = 50) -> None:
        super().__init__(trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=max_connections,
            max_keepalive_connections=10,
            keepalive_expiry=30,
            network_backend=backend or PublicOnlyBackend(),
        )

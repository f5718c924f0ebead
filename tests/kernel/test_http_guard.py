"""The guard lets user-given URLs reach the internet only, wherever names point and redirects lead."""

import asyncio
import ipaddress
import socket

import httpcore
import httpx
import pytest

from tradewind.kernel import http, http_guard
from tradewind.kernel.http import BlockedAddress, OutboundClient
from tradewind.kernel.http_guard import PublicOnlyBackend, PublicOnlyTransport, is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "192.0.0.192", "198.18.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1",
        "::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
        "2001:0:53aa:64c:0:0:0:1", "::7f00:1", "fec0::1", "192.88.99.1", "2001:db8::1", "64:ff9b:1::1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_the_internet(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "64:ff9b::101:101", "::ffff:8.8.8.8"]
)
def test_addresses_that_are(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


class Recorder(httpcore.AsyncNetworkBackend):
    """Notes where connections go and answers each with a scripted HTTP response."""

    def __init__(self, *answers: bytes) -> None:
        self.connected: list[tuple[str, int]] = []
        self.answers = list(answers)

    async def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        self.connected.append((host, port))
        return httpcore.AsyncMockStream([self.answers.pop(0)] if self.answers else [b""])


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


def redirect(location: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """Answers of the name server, one list of addresses per question."""
    zone: dict[str, list[list[str]]] = {}

    async def getaddrinfo(self, host, port, **_):
        answers = zone.get(host)
        addresses = (answers.pop(0) if len(answers) > 1 else answers[0]) if answers else [host]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(type(asyncio.new_event_loop()), "getaddrinfo", getaddrinfo, raising=False)
    http._hosts.clear()
    return zone


def guarded(recorder: Recorder, **options) -> OutboundClient:
    transport = PublicOnlyTransport(PublicOnlyBackend(recorder))
    return OutboundClient("test", guard=True, transport=transport, attempts=1, **options)


async def test_the_connection_goes_to_the_judged_address(names: dict) -> None:
    # A second question would be answered with the loopback address: there must be no second question.
    names["rebind.example"] = [["93.184.216.34"], ["127.0.0.1"]]
    recorder = Recorder(OK)
    async with guarded(recorder) as client:
        assert (await client.get("http://rebind.example/")).text == "ok"
    assert recorder.connected == [("93.184.216.34", 80)]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://[::1]:8420/", "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:10.0.0.1]/", "http://inside.example/", "http://mixed.example/",
    ],
)  # fmt: skip
async def test_private_targets_are_never_connected_to(names: dict, url: str) -> None:
    names["inside.example"] = [["192.168.1.10"]]
    names["mixed.example"] = [["93.184.216.34", "10.0.0.1"]]
    recorder = Recorder(OK)
    async with guarded(recorder) as client:
        with pytest.raises(BlockedAddress):
            await client.get(url)
    assert recorder.connected == []


@pytest.mark.parametrize(
    "url", ["ftp://example.com/", "file:///etc/passwd", "http://user:pw@example.com/", "http:///x"]
)
async def test_other_schemes_and_credentials_are_refused(names: dict, url: str) -> None:
    recorder = Recorder(OK)
    async with guarded(recorder) as client:
        with pytest.raises(BlockedAddress):
            await client.get(url)
    assert recorder.connected == []


async def test_a_redirect_into_the_private_network_is_refused(names: dict) -> None:
    names["shop.example"] = [["93.184.216.34"]]
    names["trap.example"] = [["127.0.0.1"]]
    recorder = Recorder(redirect("http://trap.example/admin"), OK)
    async with guarded(recorder, follow_redirects=True) as client:
        with pytest.raises(BlockedAddress):
            await client.get("http://shop.example/")
    assert recorder.connected == [("93.184.216.34", 80)]


async def test_local_sockets_are_refused() -> None:
    with pytest.raises(http_guard.BlockedAddress):
        await PublicOnlyBackend().connect_unix_socket("/var/run/docker.sock")


async def test_an_unknown_name_is_a_connection_failure(names: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(host: str, port: int):
        raise socket.gaierror("unknown")

    monkeypatch.setattr(http_guard, "resolve_public", fail)
    async with guarded(Recorder()) as client:
        with pytest.raises(http.NotSent):
            await client.get("http://nowhere.example/")


def test_the_guarded_transport_uses_the_guard() -> None:
    """Leans on an attribute of httpx; if that moves, the guard must not silently fall away."""
    pool = OutboundClient("test", guard=True)._client._transport._pool  # type: ignore[attr-defined]
    assert isinstance(pool, httpcore.AsyncConnectionPool)
    assert isinstance(pool._network_backend, PublicOnlyBackend)
    assert httpx.AsyncHTTPTransport.handle_async_request is PublicOnlyTransport.handle_async_request

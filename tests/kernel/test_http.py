"""The outbound client: repeats what may be repeated, rests failing hosts, keeps secrets, bounds answers."""

import asyncio
import gzip
from collections.abc import Callable, Iterator

import httpx
import pytest
import stamina

from tradewind.kernel import http
from tradewind.kernel.clock import FrozenClock
from tradewind.kernel.http import BadAnswer, NotSent, OutboundClient, OutcomeUnknown, redact_url, retry_after_seconds
from tradewind.kernel.http_hosts import CircuitBreaker, CircuitOpen, Host, HostPolicy, QueueTimeout


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    """Retries happen at once; every test starts with unknown hosts."""
    http._hosts.clear()
    stamina.set_testing(True, attempts=10, cap=True)
    yield
    stamina.set_testing(False)


class Server:
    """Answers requests from a script of statuses, exceptions and responses; the last entry repeats."""

    def __init__(self, *script: int | Exception | httpx.Response | Callable[[httpx.Request], httpx.Response]) -> None:
        self.script = list(script)
        self.requests: list[httpx.Request] = []

    def client(self, **options) -> OutboundClient:
        return OutboundClient("test", transport=httpx.MockTransport(self), **options)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(step, Exception):
            raise step
        if callable(step) and not isinstance(step, httpx.Response):
            return step(request)
        return httpx.Response(step) if isinstance(step, int) else step


async def test_a_read_is_repeated_until_it_succeeds() -> None:
    server = Server(503, httpx.ReadTimeout("slow"), 200)
    async with server.client() as client:
        assert (await client.get("https://api.example/x")).status_code == 200
    assert len(server.requests) == 3


async def test_the_last_answer_is_returned_when_repeating_did_not_help() -> None:
    server = Server(500)
    async with server.client(attempts=3) as client:
        assert (await client.get("https://api.example/x")).status_code == 500
    assert len(server.requests) == 3


@pytest.mark.parametrize("step", [500, 502, 503, 504])
async def test_a_write_that_may_have_worked_is_not_repeated(step: int) -> None:
    server = Server(step)
    async with server.client() as client:
        assert (await client.post("https://api.example/x", json={})).status_code == step
    assert len(server.requests) == 1


async def test_a_write_without_answer_has_an_unknown_outcome() -> None:
    server = Server(httpx.ReadTimeout("slow"))
    async with server.client() as client:
        with pytest.raises(OutcomeUnknown):
            await client.post("https://api.example/x", json={})
    assert len(server.requests) == 1


async def test_a_write_that_never_left_is_repeated() -> None:
    server = Server(httpx.ConnectError("refused"), 201)
    async with server.client() as client:
        assert (await client.post("https://api.example/x", json={})).status_code == 201
    assert len(server.requests) == 2


@pytest.mark.parametrize("step", [429, httpx.Response(503, headers={"retry-after": "1"})])
async def test_a_refused_write_is_repeated(step: int | httpx.Response) -> None:
    server = Server(step, 201)
    async with server.client() as client:
        assert (await client.post("https://api.example/x", json={})).status_code == 201


async def test_a_write_with_a_key_of_its_own_may_be_repeated() -> None:
    server = Server(httpx.ReadTimeout("slow"), 500, 201)
    async with server.client() as client:
        assert (await client.post("https://api.example/x", json={}, idempotent=True)).status_code == 201


async def test_client_errors_are_not_repeated() -> None:
    server = Server(404)
    async with server.client() as client:
        assert (await client.get("https://api.example/x")).status_code == 404
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        ("9999", 60),
        ("Mon, 02 Mar 2026 09:00:20 GMT", 20),
        ("Mon, 02 Mar 2026 08:00:00 GMT", 0),
        ("soon", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(frozen: FrozenClock, value: str, seconds: float | None) -> None:
    assert retry_after_seconds(httpx.Response(429, headers={"retry-after": value})) == seconds


async def test_a_failing_host_is_given_a_rest_and_then_one_trial() -> None:
    moment = [0.0]
    server = Server(500)
    policy = HostPolicy(failures=3, open_seconds=30)
    async with server.client(attempts=1, policy=policy, clock=lambda: moment[0]) as client:
        for _ in range(3):
            await client.get("https://down.example/")
        with pytest.raises(NotSent) as refused:
            await client.get("https://down.example/")
        assert refused.value.code == "kernel.outbound_circuit_open"
        assert len(server.requests) == 3
        await client.get("https://other.example/")
        moment[0] = 31
        await client.get("https://down.example/")
        with pytest.raises(NotSent):
            await client.get("https://down.example/")
        moment[0] = 62
        server.script = [200]
        await client.get("https://down.example/")
        await client.get("https://down.example/")
    assert [request.url.host for request in server.requests].count("down.example") == 6


def test_the_breaker_lets_one_trial_through() -> None:
    moment = [0.0]
    breaker = CircuitBreaker("h", HostPolicy(failures=1, open_seconds=10), lambda: moment[0])
    breaker.failed()
    assert breaker.state == "open"
    moment[0] = 11
    assert breaker.state == "half_open"
    breaker.enter()
    with pytest.raises(CircuitOpen):
        breaker.enter()
    # A trial that was cancelled does not block the next one.
    breaker.abandoned()
    breaker.enter()
    breaker.succeeded()
    assert breaker.state == "closed"


async def test_requests_to_a_host_are_bounded() -> None:
    host = Host("h", HostPolicy(concurrency=2, queue_seconds=0.01))
    async with host.turn(), host.turn():
        with pytest.raises(QueueTimeout):
            async with host.turn():
                pass
    async with host.turn():
        pass


async def test_requests_to_a_host_are_paced(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(round(seconds, 3))

    monkeypatch.setattr(asyncio, "sleep", sleep)
    host = Host("h", HostPolicy(per_second=4, queue_seconds=1), clock=lambda: 100.0)
    for _ in range(4):
        async with host.turn():
            pass
    assert waits == [0, 0.25, 0.5, 0.75]
    host.pause(10)
    with pytest.raises(QueueTimeout):
        async with host.turn():
            pass


async def test_an_answer_too_large_is_cut_off() -> None:
    packed = gzip.compress(b"0" * 1_000_000)
    server = Server(lambda _: httpx.Response(200, headers={"content-encoding": "gzip"}, content=packed))
    async with server.client(max_response_bytes=100_000) as client:
        with pytest.raises(BadAnswer):
            await client.get("https://api.example/bomb")
    async with server.client(max_response_bytes=1_000_000) as client:
        assert len((await client.get("https://api.example/bomb")).content) == 1_000_000


async def test_secrets_stay_with_the_first_origin() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/go":
            return httpx.Response(302, headers={"location": request.url.params["to"], "set-cookie": "s=1; Path=/"})
        return httpx.Response(200)

    server = Server(answer)
    headers = {"authorization": "Bearer abc", "x-api-key": "k"}
    async with server.client(follow_redirects=True, headers=headers, auth=("u", "p")) as client:
        await client.get("https://api.example/go?to=https://api.example/same")
        await client.get("https://api.example/go?to=https://evil.example/other")
    same, other = server.requests[1], server.requests[3]
    assert {"authorization", "x-api-key"} <= set(same.headers)
    assert not {"authorization", "x-api-key", "cookie"} & set(other.headers)
    assert not any("cookie" in request.headers for request in server.requests)


@pytest.mark.parametrize("location", ["http://api.example/plain", "https://api.example/loop"])
async def test_downgrades_and_loops_are_refused(location: str) -> None:
    server = Server(httpx.Response(302, headers={"location": location}))
    async with server.client(follow_redirects=True) as client:
        with pytest.raises(BadAnswer):
            await client.get("https://api.example/")
    assert len(server.requests) <= 6


async def test_a_write_is_not_carried_to_another_host() -> None:
    server = Server(httpx.Response(307, headers={"location": "https://evil.example/"}))
    async with server.client(follow_redirects=True) as client:
        with pytest.raises(BadAnswer):
            await client.post("https://api.example/", json={"secret": 1})
    assert len(server.requests) == 1


def test_urls_in_logs_have_no_secrets() -> None:
    url = httpx.URL("https://u:p@api.example/x?q=shoes&access_token=abc&api_key=1#part")
    assert redact_url(url) == "https://api.example/x?q=shoes&access_token=redacted&api_key=redacted"

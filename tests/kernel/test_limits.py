"""Rate limits: the quota holds in any window, refused callers learn when to return, headers say what is left."""

from collections.abc import Iterator
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from hypothesis import given
from hypothesis import strategies as st

from tradewind.kernel.access import Actor
from tradewind.kernel.errors import AppError, Unauthorised
from tradewind.kernel.ids import new_id
from tradewind.kernel.limits import MemoryWindows, RateLimitMiddleware, client_network, hit, rate_limit


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_020.0

    def __call__(self) -> float:
        return self.now


@given(st.lists(st.floats(0, 30), min_size=1, max_size=120), st.integers(1, 10))
def test_never_more_than_twice_the_quota_in_a_window_and_never_more_than_it_in_a_fixed_one(
    steps: list[float], quota: int
) -> None:
    clock = Clock()
    windows = MemoryWindows(clock)
    passed: list[float] = []
    for step in steps:
        clock.now += step
        if windows.count("r", quota, 60, "k").allowed:
            passed.append(clock.now)
    for moment in passed:
        assert sum(1 for other in passed if other // 60 == moment // 60) <= quota
        assert sum(1 for other in passed if moment - 60 < other <= moment) <= 2 * quota


@given(st.lists(st.floats(0, 20), min_size=1, max_size=60), st.integers(1, 8))
def test_whoever_waits_as_told_is_let_in(steps: list[float], quota: int) -> None:
    clock = Clock()
    windows = MemoryWindows(clock)
    for step in steps:
        clock.now += step
        verdict = windows.count("r", quota, 60, "k")
        if not verdict.allowed:
            clock.now += verdict.reset_seconds + 0.001
            assert windows.count("r", quota, 60, "k").allowed


def test_keys_and_rules_count_apart_and_old_ones_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    windows = MemoryWindows(clock)
    monkeypatch.setattr("tradewind.kernel.limits._SWEEP_AT_KEYS", 10)
    for number in range(10):
        assert windows.count("r", 1, 60, str(number)).allowed
    assert not windows.count("r", 1, 60, "3").allowed
    assert windows.count("other", 1, 60, "3").allowed
    clock.now += 180
    windows.count("r", 1, 60, "new")
    assert len(windows._counts) == 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        (None, "unknown"),
        ("testclient", "testclient"),
    ],
)
def test_one_ipv6_subscriber_is_one_key(address: str | None, network: str) -> None:
    assert client_network(address) == network


class Tokens:
    """Authenticator whose bearer token is the user's name."""

    def __init__(self) -> None:
        self.asked = 0

    async def authenticate_request(self, request: Request) -> Actor:
        self.asked += 1
        name = request.headers.get("authorization", "").removeprefix("Bearer ")
        if name == "bad":
            raise Unauthorised
        if not name:
            return Actor.anonymous()
        return Actor(kind="user", organisation_id=new_id(), user_id=USERS.setdefault(name, new_id()), name=name)


USERS: dict = {}


@pytest.fixture
async def api() -> Iterator[httpx.AsyncClient]:
    app = FastAPI()
    app.state.settings = SimpleNamespace(api_requests_per_minute=5, redis_url=None)
    app.state.authenticator = Tokens()
    app.state.rate_windows = MemoryWindows(Clock())

    @app.exception_handler(AppError)
    async def problem(request: Request, failure: AppError) -> JSONResponse:
        return JSONResponse(failure.problem(None), failure.status, headers=failure.headers)

    @app.get("/api/v1/things")
    async def things() -> list[str]:
        return []

    @app.post("/api/v1/login", dependencies=[rate_limit("login", "2/minute")])
    async def login(request: Request) -> str:
        await hit(request, "login-account", "3/hour", "ada@example.com")
        return "ok"

    @app.get("/page")
    async def page() -> str:
        return "page"

    app.add_middleware(RateLimitMiddleware)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        client.state = app.state  # type: ignore[attr-defined]
        yield client


def bearer(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {name}"}


async def test_each_caller_has_a_quota_over_the_whole_api(api: httpx.AsyncClient) -> None:
    for left in range(4, -1, -1):
        answer = await api.get("/api/v1/things", headers=bearer("ada"))
        assert answer.status_code == 200
        assert answer.headers["ratelimit-policy"] == '"api";q=5;w=60'
        assert answer.headers["ratelimit"].startswith(f'"api";r={left};t=')
    refused = await api.get("/api/v1/things", headers=bearer("ada"))
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "kernel.rate_limited.api"
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.headers["ratelimit"].startswith('"api";r=0;')
    assert (await api.get("/api/v1/things", headers=bearer("bob"))).status_code == 200


async def test_anonymous_and_refused_callers_and_pages_have_no_quota(api: httpx.AsyncClient) -> None:
    for _ in range(8):
        assert (await api.get("/api/v1/things")).status_code == 200
        assert (await api.get("/api/v1/things", headers=bearer("bad"))).status_code == 200
        page = await api.get("/page", headers=bearer("ada"))
    assert "ratelimit" not in page.headers


async def test_a_named_rule_limits_by_address_and_by_account(api: httpx.AsyncClient) -> None:
    first = await api.post("/api/v1/login")
    assert first.headers["ratelimit-policy"] == '"login";q=2;w=60, "login-account";q=3;w=3600'
    await api.post("/api/v1/login")
    refused = await api.post("/api/v1/login")
    assert refused.status_code == 429
    assert refused.json()["code"] == "kernel.rate_limited.login"
    assert refused.headers["ratelimit"].startswith('"login";r=0;t=')


async def test_the_actor_is_resolved_once_per_request(api: httpx.AsyncClient) -> None:
    await api.get("/api/v1/things", headers=bearer("ada"))
    assert api.state.authenticator.asked == 1  # type: ignore[attr-defined]

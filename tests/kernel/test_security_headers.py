"""Security headers on every answer, right for the host and the scheme."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tradewind.kernel.security_headers import SecurityHeadersMiddleware, content_security_policy
from tradewind.settings import Settings


def client(base_url: str = "http://app.example:8420", **settings: str) -> httpx.AsyncClient:
    async def page(request):
        return PlainTextResponse("ok", headers={"Referrer-Policy": "no-referrer"})

    app = Starlette(routes=[Route("/", page)])
    app.state.settings = Settings(_env_file=None, **settings)  # type: ignore[arg-type,call-arg]
    app.add_middleware(SecurityHeadersMiddleware)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base_url)


async def test_every_answer_carries_them_and_a_route_may_be_stricter() -> None:
    async with client() as api:
        for path in ("/", "/missing"):
            headers = (await api.get(path)).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
            assert "geolocation=()" in headers["permissions-policy"]
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert "strict-transport-security" not in headers
        assert (await api.get("/")).headers.get_list("referrer-policy") == ["no-referrer"]


async def test_the_policy_allows_sockets_to_this_host_and_no_inline_script() -> None:
    async with client() as api:
        policy = (await api.get("/")).headers["content-security-policy"]
    directives = dict(part.split(" ", 1) for part in policy.split("; "))
    assert directives["connect-src"] == "'self' ws://app.example:8420 wss://app.example:8420"
    assert directives["script-src"] == "'self'"
    assert directives["img-src"] == "'self' data: blob:"


@pytest.mark.parametrize("host", [b"a; script-src *", b"a b", b"a\r\nx: y", b"", b"'self'"])
def test_a_forged_host_does_not_get_into_the_policy(host: bytes) -> None:
    assert content_security_policy(host) == content_security_policy(None)


async def test_many_hosts_do_not_fill_the_memory() -> None:
    middleware = SecurityHeadersMiddleware(None)  # type: ignore[arg-type]
    for number in range(1000):
        middleware._headers(f"h{number}".encode())
    assert len(middleware._by_host) <= 256


async def test_hsts_only_where_the_address_is_https() -> None:
    async with client("https://app.example") as api:
        assert "max-age=" in (await api.get("/")).headers["strict-transport-security"]
    async with client(public_url="https://crm.example") as api:
        assert "max-age=" in (await api.get("/")).headers["strict-transport-security"]

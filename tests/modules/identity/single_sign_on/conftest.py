"""Fixtures of the single sign-on tests: an installation that allows local providers, and a browser."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from oidc_provider_mock import run_server_in_thread

from tradewind.modules.identity.service.single_sign_on import oidc

CONNECTIONS = "/api/v1/sso/connections"


@pytest.fixture(autouse=True)
def _fresh(app, settings):
    """Providers on this machine are allowed, and nothing is remembered of other tests."""
    app.state.settings = settings.model_copy(update={"local_identity_providers": True})
    oidc.documents.clear()
    oidc.key_sets.clear()


class Browser:
    """What a person's browser does between Tradewind and the provider: follow, keep cookies, submit forms."""

    def __init__(self, ours: httpx.AsyncClient) -> None:
        self.ours = ours
        self.theirs = httpx.AsyncClient(trust_env=False, timeout=60)

    async def start(self, **body) -> httpx.Response:
        return await self.ours.post("/api/v1/auth/sso/start", json=body)

    async def visit(self, url: str) -> httpx.Response:
        """An address of ours, whatever host it names, without following."""
        parts = urlsplit(url)
        return await self.ours.get(f"{parts.path}?{parts.query}" if parts.query else parts.path)

    async def approve(self, url: str, sub: str) -> str:
        """Sign in at the mock's page as `sub`; returns the callback address it redirects to."""
        answer = await self.theirs.post(url, data={"sub": sub})
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    async def sign_in(self, sub: str, **body) -> httpx.Response:
        started = await self.start(**body)
        assert started.status_code == 200, started.text
        return await self.visit(await self.approve(started.json()["url"], sub))

    async def me(self) -> httpx.Response:
        return await self.ours.get("/api/v1/me")


@pytest.fixture
async def browser(anonymous):
    """A visitor's browser."""
    made = Browser(anonymous)
    yield made
    await made.theirs.aclose()


class Mock:
    """The OpenID provider in its thread."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://localhost:{port}"

    def user(self, sub: str, **claims) -> str:
        body = json.dumps(claims).encode()
        answer = httpx.put(
            f"{self.issuer}/users/{sub}", content=body, headers={"Content-Type": "application/json"}, trust_env=False
        )
        assert answer.status_code == 204, answer.text
        return sub


@pytest.fixture(scope="session")
def provider():
    """`oidc-provider-mock` on a port of its own."""
    import os

    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    with run_server_in_thread(require_nonce=True) as server:
        yield Mock(server.server_port)


@pytest.fixture
async def connection(client, provider):
    """An enabled OIDC connection of the test's organisation."""
    return await connect(client, provider.issuer)


async def connect(client: httpx.AsyncClient, issuer: str, **more) -> dict:
    body = {
        "kind": "oidc",
        "name": "Company login",
        "enabled": True,
        "oidc": {"issuer": issuer, "client_id": "tradewind", "client_secret": "not-a-secret"},
        **more,
    }
    answer = await client.post(CONNECTIONS, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def change(client: httpx.AsyncClient, connection: dict, **body) -> dict:
    answer = await client.patch(f"{CONNECTIONS}/{connection['id']}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def last_attempt(client: httpx.AsyncClient, connection: dict) -> dict:
    answer = await client.get(f"{CONNECTIONS}/{connection['id']}/attempts")
    return answer.json()["items"][0]


def error_of(answer: httpx.Response) -> str | None:
    """The reason a redirect to the sign-in page names."""
    assert answer.status_code == 303, answer.text
    found = parse_qs(urlsplit(answer.headers["location"]).query).get("sso_error")
    return found[0] if found else None


def state_of(url: str) -> str:
    return parse_qs(urlsplit(url).query)["state"][0]


def cookie_names(answer: httpx.Response) -> set[str]:
    return {re.split("=", header)[0] for header in answer.headers.get_list("set-cookie")}

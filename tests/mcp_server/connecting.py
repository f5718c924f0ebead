"""The stock client of the Model Context Protocol, connected to a real installation by the whole OAuth flow."""

import base64
import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import httpx2
from mcp.client import Client
from mcp.client.auth import OAuthClientProvider, TokenStorage
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from pydantic import AnyUrl

from installation import PASSWORD, Installation
from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.modules.identity import api as identity
from tradewind.settings import Settings

CALLBACK = "http://127.0.0.1:33418/callback"
OAUTH = "/api/v1/auth/oauth"


@dataclass
class Memory(TokenStorage):
    """What a client keeps between runs."""

    tokens: OAuthToken | None = None
    client: OAuthClientInformationFull | None = None
    provider: OAuthClientProvider | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


@dataclass
class Consent:
    """A person who follows the link to the consent page and decides."""

    person: httpx.Client
    scopes: list[str] | None = None
    offer: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, str] = field(default_factory=dict)

    async def follow(self, link: str) -> None:
        assert urlsplit(link).path == "/oauth/authorize"
        asked = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
        offer = self.person.post("/api/v1/me/assistants/requests", json=asked)
        assert offer.is_success, offer.text
        self.offer = offer.json()
        scopes = self.scopes or [scope["scope"] for scope in self.offer["scopes"]]
        decided = self.person.post("/api/v1/me/assistants", json=asked | {"decision": "allow", "scopes": scopes})
        assert decided.is_success, decided.text
        target = urlsplit(decided.json()["redirect_to"])
        assert f"{target.scheme}://{target.netloc}{target.path}" == CALLBACK
        self.answer = {name: values[0] for name, values in parse_qs(target.query).items()}

    async def code(self) -> AuthorizationCodeResult:
        return AuthorizationCodeResult(
            code=self.answer["code"], state=self.answer.get("state"), iss=self.answer.get("iss")
        )


@asynccontextmanager
async def connected(
    server: Installation,
    person: httpx.Client,
    *,
    name: str = "Claude",
    scopes: list[str] | None = None,
    memory: Memory | None = None,
    mode: str = "auto",
) -> AsyncIterator[Client]:
    """A client that found, registered and authorised itself; the person agrees to `scopes` (all if None)."""
    consent, memory = Consent(person, scopes), memory or Memory()
    provider = memory.provider = OAuthClientProvider(
        f"{server.url}/mcp",
        OAuthClientMetadata(client_name=name, redirect_uris=[AnyUrl(CALLBACK)]),
        memory,
        redirect_handler=consent.follow,
        callback_handler=consent.code,
    )
    async with (
        httpx2.AsyncClient(auth=provider, timeout=60, trust_env=False) as http,
        Client(streamable_http_client(f"{server.url}/mcp", http_client=http), mode=mode) as client,
    ):
        yield client


@asynccontextmanager
async def by_token(server: Installation, token: str) -> AsyncIterator[Client]:
    """A client with a bearer token of its own."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60, trust_env=False) as http,
        Client(streamable_http_client(f"{server.url}/mcp", http_client=http)) as client,
    ):
        yield client


@dataclass
class Flow:
    """The flow step by step, for what a well-behaved client never does."""

    server: Installation
    person: httpx.Client
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    client_id: str = ""

    def register(self, **metadata: Any) -> httpx.Response:
        body = {"client_name": "Probe", "redirect_uris": [CALLBACK]} | metadata
        answer = self.server.client().post(f"{OAUTH}/register", json=body)
        if answer.is_success:
            self.client_id = answer.json()["client_id"]
        return answer

    @property
    def request(self) -> dict[str, str]:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        return {
            "client_id": self.client_id,
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "state": "s-1",
            "resource": f"{self.server.url}/mcp",
        }

    def approve(self, **changes: str) -> httpx.Response:
        body = self.request | changes | {"decision": "allow", "scopes": ["tradewind:read", "tradewind:write"]}
        return self.person.post("/api/v1/me/assistants", json=body)

    def code(self) -> str:
        answer = self.approve()
        assert answer.is_success, answer.text
        return parse_qs(urlsplit(answer.json()["redirect_to"]).query)["code"][0]

    def redeem(self, code: str, /, **changes: str) -> httpx.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": self.verifier,
            "client_id": self.client_id,
            "redirect_uri": CALLBACK,
        }
        return self.server.client().post(f"{OAUTH}/token", data=form | changes)

    def refresh(self, token: str, /, **changes: str) -> httpx.Response:
        form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": self.client_id}
        return self.server.client().post(f"{OAUTH}/token", data=form | changes)

    def tokens(self) -> dict[str, Any]:
        if not self.client_id:
            self.register()
        answer = self.redeem(self.code())
        assert answer.is_success, answer.text
        return answer.json()


async def colleague(server: Installation, person: httpx.Client, role: str) -> httpx.Client:
    """A signed-in API client of another member of the person's organisation."""
    organisation_id = person.get("/api/v1/me").json()["organisation"]["id"]
    database = await Database(Settings(home=server.home, _env_file=None)).open(pooled=False)
    email = f"{role}-{secrets.token_hex(6)}@people.example"
    try:
        async with database.transaction(Actor.system(UUID(organisation_id), name="test")) as session:
            await identity.create_user(
                session, UUID(organisation_id), email=email, name=role.title(), password=PASSWORD, role=role
            )
    finally:
        await database.close()
    client = server.client()
    answer = client.post("/api/v1/auth/token", json={"email": email, "password": PASSWORD})
    assert answer.is_success, answer.text
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return client


def ping(server: Installation, token: str | None, **headers: str) -> httpx.Response:
    """One raw request of the protocol."""
    sent = {"Accept": "application/json, text/event-stream", **headers}
    if token is not None:
        sent["Authorization"] = f"Bearer {token}"
    return server.client().post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "ping"}, headers=sent)

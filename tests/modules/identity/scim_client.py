"""Clients of the SCIM endpoint: one for tests, and a synchronous one for the stock tester."""

import asyncio
from concurrent.futures import Future
from typing import Any

import httpx
import httpx2
from scim2_client.engines.httpx2 import SyncSCIMClient

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.modules.identity.service import provisioning

BASE_URL = "http://tradewind.test/scim/v2"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"


async def make_token(database: Database, actor: Actor, name: str = "Okta") -> str:
    """A provisioning token of the actor's organisation."""
    async with database.transaction(actor) as session:
        _, secret = await provisioning.create_token(session, name=name, valid_days=30)
    return secret


def client_of(app: Any, token: str) -> httpx.AsyncClient:
    """A client of the endpoint that holds a token."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url=BASE_URL, headers={"Authorization": f"Bearer {token}"}
    )


def replace(**values: Any) -> dict[str, Any]:
    """Body of a PATCH that sets attributes."""
    return {"schemas": [PATCH], "Operations": [{"op": "replace", "path": k, "value": v} for k, v in values.items()]}


class _OnTheLoop(httpx2.BaseTransport):
    """Sends a synchronous client's requests through the application on the event loop of the tests."""

    def __init__(self, client: httpx.AsyncClient, loop: asyncio.AbstractEventLoop) -> None:
        self._client, self._loop = client, loop

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        sent = self._client.request(
            request.method, str(request.url), content=request.read(), headers=list(request.headers.items())
        )
        answered: Future[httpx.Response] = asyncio.run_coroutine_threadsafe(sent, self._loop)
        answer = answered.result(timeout=60)
        return httpx2.Response(answer.status_code, headers=list(answer.headers.items()), content=answer.content)


def synchronous(client: httpx.AsyncClient) -> SyncSCIMClient:
    """The stock SCIM client on top of `client`; to be used from another thread."""
    transport = _OnTheLoop(client, asyncio.get_running_loop())
    return SyncSCIMClient(httpx2.Client(transport=transport, base_url=BASE_URL))

"""A running receiver, endpoints at it, and webhooks allowed to reach this machine."""

import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from installation import free_port
from tradewind.kernel.database import Database
from tradewind.modules.webhooks.sending import dispatcher
from tradewind.modules.webhooks.service import forwarding, urls

Create = Callable[..., Awaitable[dict[str, Any]]]


@dataclass
class Receiver:
    """The receiver process and what it got."""

    url: str
    process: subprocess.Popen[bytes]

    def received(self, path: str | None = None) -> list[dict[str, Any]]:
        """Requests so far, oldest first."""
        found = httpx.get(f"{self.url}/received", trust_env=False, timeout=30).json()
        return [request for request in found if path in (None, request["path"])]

    def behave(self, **statuses: int) -> None:
        """From now on answer /name with this status."""
        body = {f"/{name}": status for name, status in statuses.items()}
        httpx.post(f"{self.url}/behave", json=body, timeout=60, trust_env=False).raise_for_status()

    def release(self) -> None:
        """Let /slow answer."""
        httpx.post(f"{self.url}/release", timeout=60, trust_env=False).raise_for_status()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    port = free_port()
    script = Path(__file__).with_name("receiver.py")
    process = subprocess.Popen([sys.executable, str(script), str(port)])
    running = Receiver(f"http://127.0.0.1:{port}", process)
    deadline = time.monotonic() + 60
    while True:
        try:
            running.received()
            break
        except httpx.TransportError:
            assert time.monotonic() < deadline, "the receiver did not start"
            time.sleep(0.05)
    yield running
    process.kill()
    process.wait()


@pytest.fixture(autouse=True)
def localhost_allowed(monkeypatch: pytest.MonkeyPatch, settings) -> None:
    """Endpoints may be on this machine; caches of earlier tests are forgotten."""
    monkeypatch.setattr(settings, "webhooks_allow_localhost", True)
    monkeypatch.setattr(urls, "get_settings", lambda: settings)
    forwarding._known.clear()


@pytest.fixture
async def endpoint(client: httpx.AsyncClient, receiver: Receiver) -> Create:
    """`await endpoint("/ok", event_types=[…])` adds an endpoint at the receiver."""

    async def create(path: str = "/ok", **more: Any) -> dict[str, Any]:
        body = {"url": receiver.url + path, "event_types": ["lead.created"], **more}
        answer = await client.post("/api/v1/webhook-endpoints", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    return create


@pytest.fixture
async def secret_of(client: httpx.AsyncClient) -> Callable[[str], Awaitable[str]]:
    """The signing secret of an endpoint."""

    async def read(endpoint_id: str) -> str:
        answer = await client.get(f"/api/v1/webhook-endpoints/{endpoint_id}/secret")
        assert answer.status_code == 200, answer.text
        return answer.json()["secret"]

    return read


@pytest.fixture
async def send(database: Database) -> Callable[..., Awaitable[None]]:
    """Send everything that is due, as the sweep of every minute does; `audit_of`: with news of an audit log."""

    async def run(audit_of: UUID | None = None) -> None:
        await dispatcher.dispatch(database, audit_of=audit_of)

    return run


@pytest.fixture
def add_lead(client: httpx.AsyncClient) -> Callable[..., Awaitable[str]]:
    """Add a lead through the API; returns its id."""

    async def add(name: str = "Ada Byron") -> str:
        answer = await client.post("/api/v1/leads", json={"full_name": name})
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    return add

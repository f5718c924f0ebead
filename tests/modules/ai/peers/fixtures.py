"""A running server of scripted models, and connections to it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from installation import free_port
from tradewind.modules.ai.schemas import ModelConnectionCreate
from tradewind.modules.ai.service import connections, providers

KEY = "sk-test-zanzibar-4f9a1c27d8e6b350"
_PATHS = {"openai": "/openai/v1", "openai_compatible": "/openai/v1"}


@dataclass
class ModelServer:
    """The server process. `url` ends with the port."""

    url: str

    def address(self, provider: str) -> str:
        """What to enter as the address of a provider."""
        return self.url + _PATHS.get(provider, f"/{provider}")

    def answer(self, model: str, *answers: dict[str, Any] | str) -> None:
        """Script the next answers of a model; a text stands for an answer of that text."""
        script = [{"text": one} if isinstance(one, str) else one for one in answers]
        self._control("answers", {"model": model, "answers": script})

    def release(self) -> None:
        """Let held answers go on."""
        self._control("release")

    def requests(self, path: str = "/") -> list[dict[str, Any]]:
        """What came in below a path, oldest first."""
        found = httpx.get(f"{self.url}/control/requests", trust_env=False, timeout=60).json()
        return [request for request in found if request["path"].startswith(path)]

    async def connect(
        self,
        session: AsyncSession,
        *models: str,
        provider: str = "openai_compatible",
        capability: str = "text",
        key: str | None = KEY,
        label: str = "Test server",
    ) -> UUID:
        """Connect the session's organisation to the server, with models in this order; returns the connection's id."""
        made = await connections.create(
            session,
            ModelConnectionCreate.model_validate(
                {
                    "provider": provider,
                    "label": label,
                    "settings": {"base_url": self.address(provider)},
                    "key": key,
                    "models": [{"capability": capability, "name": name} for name in models],
                }
            ),
        )
        return made.id

    def _control(self, what: str, body: Any = None) -> None:
        httpx.post(f"{self.url}/control/{what}", json=body, trust_env=False, timeout=60).raise_for_status()


@pytest.fixture(scope="session")
def model_server() -> Iterator[ModelServer]:
    """One process for all tests of this process."""
    port = free_port()
    process = subprocess.Popen([sys.executable, str(Path(__file__).with_name("server.py")), str(port)])
    running = ModelServer(f"http://127.0.0.1:{port}")
    deadline = time.monotonic() + 60
    while True:
        try:
            running.requests()
            break
        except httpx.TransportError:
            assert time.monotonic() < deadline, "the model server did not start"
            time.sleep(0.05)
    yield running
    process.kill()
    process.wait()


@pytest.fixture
def openai_server(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, settings) -> ModelServer:
    """The server with nothing scripted, and allowed to be connected."""
    model_server._control("reset")
    monkeypatch.setattr(settings, "model_servers", model_server.url.removeprefix("http://"))
    monkeypatch.setattr(providers, "get_settings", lambda: settings)
    return model_server

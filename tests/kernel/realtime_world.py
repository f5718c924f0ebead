"""An application with a hub, and browsers that drive its WebSocket without a network."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import orjson
from fastapi import FastAPI

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.errors import Unauthorised
from tradewind.kernel.ids import new_id
from tradewind.kernel.realtime import Hub, push, router

WAIT_SECONDS = 60


class Tokens:
    """Authenticator whose tokens name the actors given to it."""

    def __init__(self) -> None:
        self.actors: dict[str, Actor] = {}

    async def authenticate(self, token: str, *, ip: str | None = None) -> Actor:
        if token not in self.actors:
            raise Unauthorised
        return self.actors[token]


class Browser:
    """A WebSocket client at the ASGI interface."""

    def __init__(self, app: FastAPI, query: str = "", headers: dict[str, str] | None = None) -> None:
        self._incoming: asyncio.Queue = asyncio.Queue()
        self._outgoing: asyncio.Queue = asyncio.Queue()
        self.reading = asyncio.Event()
        self.reading.set()
        self.last_id: str | None = None
        self.seen: list[str] = []
        scope = {
            "type": "websocket",
            "asgi": {"version": "3.0"},
            "scheme": "ws",
            "path": "/api/v1/ws",
            "raw_path": b"/api/v1/ws",
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(b"host", b"app.example")]
            + [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()],
            "client": ("127.0.0.1", 1),
            "server": ("app.example", 80),
            "subprotocols": [],
            "state": {},
        }
        self._incoming.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(app(scope, self._incoming.get, self._take))

    async def _take(self, message: Any) -> None:
        await self.reading.wait()
        await self._outgoing.put(message)

    def send(self, **message: Any) -> None:
        self._incoming.put_nowait({"type": "websocket.receive", "text": orjson.dumps(message).decode()})

    def send_text(self, text: str) -> None:
        self._incoming.put_nowait({"type": "websocket.receive", "text": text})

    async def event(self) -> dict:
        async with asyncio.timeout(WAIT_SECONDS):
            return await self._outgoing.get()

    async def receive(self) -> dict:
        """The next JSON message; heartbeats are answered."""
        while True:
            event = await self.event()
            if event["type"] == "websocket.accept":
                continue
            assert event["type"] == "websocket.send", event
            message = orjson.loads(event["text"])
            if message["type"] == "ping":
                self.send(type="pong")
                continue
            self.last_id = message.get("last_id") or message.get("id") or self.last_id
            return message

    async def news(self) -> Any:
        """The content of the next message of the product."""
        while (message := await self.receive())["type"] == "resumed":
            pass
        assert "data" in message, message
        return message["data"]["n"]

    async def closed(self) -> int:
        while (event := await self.event())["type"] != "websocket.close":
            pass
        return event["code"]

    async def leave(self) -> None:
        self._incoming.put_nowait({"type": "websocket.disconnect", "code": 1001})
        async with asyncio.timeout(WAIT_SECONDS):
            await self._task


class World:
    """An application with a hub, and one organisation that writes."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.organisation_id = new_id()
        self.app = FastAPI()
        self.app.include_router(router)
        self.app.state.settings = SimpleNamespace(base_url="https://crm.example")
        self.app.state.authenticator = self.tokens = Tokens()
        self.app.state.hub = self.hub = Hub(database)
        self.browsers: list[Browser] = []
        self.member("ada", "leads:read", "jobs:read")

    def member(self, name: str, *permissions: str, organisation_id: UUID | None = None) -> Actor:
        actor = Actor(
            kind="user",
            organisation_id=organisation_id or self.organisation_id,
            user_id=new_id(),
            permissions=frozenset(permissions),
            name=name,
        )
        self.tokens.actors[name] = actor
        return actor

    async def browser(self, name: str = "ada", *, last_id: str | None = None, topics: str = "") -> Browser:
        query = "&".join(
            part for part in (f"last_id={last_id}" if last_id else "", f"topics={topics}" if topics else "") if part
        )
        browser = Browser(self.app, query, {"Authorization": f"Bearer {name}"})
        self.browsers.append(browser)
        ready = await browser.receive()
        assert ready["type"] == "ready"
        return browser

    async def push(self, n: Any, **options: Any) -> UUID:
        async with self.transaction() as session:
            return await self.push_in(session, n, **options)

    @asynccontextmanager
    async def transaction(self, organisation_id: UUID | None = None) -> AsyncIterator[Any]:
        async with self.database.transaction(Actor.system(organisation_id or self.organisation_id)) as session:
            yield session

    @staticmethod
    async def push_in(session: Any, n: Any, *, topic: str = "leads", permission: str | None = "leads:read", **options):
        return await push(session, type="lead.new", topic=topic, permission=permission, data={"n": n}, **options)

    async def settled(self) -> None:
        """Wait until the hub has handed out all that is committed, so that a test sees the replay and not luck."""
        witness = await self.browser()
        await self.push("settled", topic="witness")
        while await witness.news() != "settled":
            pass
        await witness.leave()

    async def close(self) -> None:
        for browser in self.browsers:
            if not browser._task.done():
                browser.reading.set()
                await browser.leave()
        await self.hub.stop()

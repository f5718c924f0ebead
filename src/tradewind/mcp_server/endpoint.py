"""`/mcp`: streamable HTTP behind our own authentication; every request stands alone, so any web process can answer it.

The protocol's library takes a while to load: the first request that may use it starts it.

Specification: https://modelcontextprotocol.io/specification, transports and authorization.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import Context

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tradewind.kernel.access import request_actor
from tradewind.kernel.errors import AppError, Unauthorised, Unavailable
from tradewind.kernel.loading import loaded
from tradewind.mcp_server.metadata import SCOPE_TEXT, resource_metadata_url
from tradewind.modules.identity.assistant_authenticator import RESOURCE_PATH
from tradewind.settings import Settings


class AssistantUnauthorised(Unauthorised):
    """No credentials that count here; the header tells programs where to get them (RFC 9728 §5.1)."""

    def __init__(self, settings: Settings, refused: AppError | None) -> None:
        detail = refused.detail if refused else "Connect by OAuth, or send an API key as bearer token."
        super().__init__(detail, code=refused.code if refused else None)
        error = 'error="invalid_token", ' if refused else ""
        self._challenge = f'Bearer {error}resource_metadata="{resource_metadata_url(settings)}", scope="{SCOPE_TEXT}"'

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": self._challenge}


class AssistantEndpoint:
    """ASGI application of the endpoint: who calls, then the protocol."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = scope["app"]
        try:
            actor = await request_actor(Request(scope))
        except Unauthorised as refused:
            raise AssistantUnauthorised(app.state.settings, refused) from None
        if actor.kind == "anonymous":
            raise AssistantUnauthorised(app.state.settings, None)
        if scope["method"] != "POST":
            # Without sessions there is nothing to listen to and nothing to end; a stream would only stay open.
            raise HTTPException(405, headers={"Allow": "POST"})
        protocol: _Protocol | None = getattr(app.state, "assistants", None)
        if protocol is None:
            raise Unavailable("The endpoint of assistants is starting or stopping.")
        await (await protocol.started())(scope, receive, send)


class _Protocol:
    """The protocol's tasks: begun by the first request, ended with the application, both by one task as they demand."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stopping = asyncio.Event()
        self._ready: asyncio.Future[ASGIApp] = asyncio.get_running_loop().create_future()
        self._task: asyncio.Task[None] | None = None

    async def started(self) -> ASGIApp:
        """What handles requests, once it does."""
        if self._task is None:
            # A context of its own: the tasks are not part of the request that happened to be the first.
            self._task = asyncio.create_task(self._run(), context=Context())
        await asyncio.wait([self._ready, self._task], return_when=asyncio.FIRST_COMPLETED)
        if not self._ready.done():
            await self._task  # raises why it ended
        return self._ready.result()

    async def stop(self) -> None:
        """End the tasks, if they began."""
        self._stopping.set()
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        server = await loaded("tradewind.mcp_server.server")
        async with server.serving(self._settings) as handle:
            self._ready.set_result(handle)
            await self._stopping.wait()


def mount(app: FastAPI) -> None:
    """Serve the endpoint; it answers while `running` is entered."""
    for path in (RESOURCE_PATH, f"{RESOURCE_PATH}/"):
        app.router.routes.append(Route(path, endpoint=AssistantEndpoint()))


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[None]:
    """Let the endpoint answer for the life of the application."""
    protocol = app.state.assistants = _Protocol(app.state.settings)
    try:
        yield
    finally:
        app.state.assistants = None
        await protocol.stop()

"""`/mcp`: streamable HTTP behind our own authentication; every request stands alone, so any web process can answer it.

Specification: https://modelcontextprotocol.io/specification, transports and authorization.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from fastapi import FastAPI
from mcp.server.mcpserver import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tradewind.kernel.access import request_actor
from tradewind.kernel.errors import AppError, Unauthorised, Unavailable
from tradewind.mcp_server.metadata import SCOPE_TEXT, resource_metadata_url
from tradewind.mcp_server.server import make_server
from tradewind.modules.identity.assistant_authenticator import RESOURCE_PATH
from tradewind.settings import Settings

MAX_BODY_BYTES = 256 * 1024
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


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
        server: MCPServer | None = getattr(app.state, "assistants", None)
        if server is None:
            raise Unavailable("The endpoint of assistants is starting or stopping.")
        await server.session_manager.handle_request(scope, receive, send)


def mount(app: FastAPI) -> None:
    """Serve the endpoint; it answers while `running` is entered."""
    for path in (RESOURCE_PATH, f"{RESOURCE_PATH}/"):
        app.router.routes.append(Route(path, endpoint=AssistantEndpoint()))


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[None]:
    """Run the protocol's tasks for the life of the application."""
    server = make_server()
    server.streamable_http_app(
        json_response=True,
        stateless_http=True,
        transport_security=transport_security(app.state.settings),
        max_request_body_size=MAX_BODY_BYTES,
    )
    async with server.session_manager.run():
        app.state.assistants = server
        yield
        app.state.assistants = None


def transport_security(settings: Settings) -> TransportSecuritySettings:
    """Only requests to our own name, and from our own pages: a name that is rebound to this machine gains nothing."""
    parts = urlsplit(settings.base_url)
    hosts = [parts.netloc]
    if parts.hostname in _LOOPBACK and parts.port:
        hosts += [f"{host}:{parts.port}" for host in ("localhost", "127.0.0.1", "[::1]")]
    return TransportSecuritySettings(
        allowed_hosts=hosts, allowed_origins=[f"{parts.scheme}://{host}" for host in hosts]
    )

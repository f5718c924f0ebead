"""The web role: composes all modules into one ASGI application."""

import gc
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg
import orjson
import structlog
from fastapi import FastAPI, Request, status
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from tradewind import __version__, modules
from tradewind.graphql_api import routes as graphql_api
from tradewind.kernel import health, jobs_routes, realtime, static
from tradewind.kernel.database import Database
from tradewind.kernel.database.migrate import wait_until_migrated
from tradewind.kernel.errors import AppError, Invalid, Unavailable, WrongMediaType
from tradewind.kernel.idempotency import IdempotencyMiddleware
from tradewind.kernel.json_bodies import JsonBodiesMiddleware
from tradewind.kernel.limits import RateLimitMiddleware
from tradewind.kernel.openapi import describe, methods_of
from tradewind.kernel.security_headers import SecurityHeadersMiddleware
from tradewind.kernel.telemetry import TelemetryMiddleware, configure, route_template
from tradewind.kernel.validation import field_errors
from tradewind.mcp_server import endpoint as assistants
from tradewind.mcp_server import metadata as assistant_metadata
from tradewind.modules.identity.api import SignedBodyMiddleware, make_authenticator
from tradewind.settings import Settings, get_settings

log = structlog.get_logger(__name__)
_CONNECTION_FAILURES = (
    ConnectionError,
    PoolTimeout,
    OperationalError,
    InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.InterfaceError,
    asyncpg.exceptions.OperatorInterventionError,
)
# Groups of operations that belong to no module.
_TAGS = {
    "GraphQL": "Leads, companies and deals in one question, over the same permissions.",
    "Jobs": "Long work in the background: watch it, stop it, and put failed jobs back.",
    "Operations": "For orchestrators and monitoring.",
}
# PostgreSQL's codes for NUL in a text and for NUL or half a surrogate pair inside JSON.
_UNSTORABLE_TEXT = {"22021", "22P05"}


def attach(app: FastAPI, settings: Settings, database: Database) -> None:
    """Give the application what its routes work with."""
    app.state.settings = settings
    app.state.database = database
    app.state.authenticator = make_authenticator(database, settings)
    app.state.hub = realtime.Hub(database, app.state.authenticator.forget)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application; it opens its database when it is started."""
    settings = settings or get_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        configure(settings, role="web")
        attach(app, settings, await Database(settings).open())
        await wait_until_migrated(app.state.database)
        await app.state.hub.start()
        # Code and routes live for ever: left out of later collections, whose pauses (0.1 s) all clients would feel.
        gc.collect()
        gc.freeze()
        async with AsyncExitStack() as running:
            await running.enter_async_context(assistants.running(app))
            # Each once, however many paths it has.
            for application in dict.fromkeys(_mounts().values()):
                if hasattr(application, "running"):
                    await running.enter_async_context(application.running(app))
            yield
        await app.state.hub.stop()
        await app.state.database.close()

    app = FastAPI(
        title="Tradewind API",
        version=__version__,
        lifespan=lifespan,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = settings
    modules.load_all()
    # Paths are matched in this order: mounts cost others next to nothing and need not wait for all routes.
    for path, application in _mounts().items():
        app.mount(path, application)
    served = [modules.role(name, "routes") for name in sorted(modules.names(), key=lambda name: name != "leads")]
    for routes in (*filter(None, served), jobs_routes, realtime, health, graphql_api, assistant_metadata):
        app.router.routes.extend(routes.router.routes)
    assistants.mount(app)
    describe(app, _TAGS | modules.tags(), make_authenticator)
    _handle_errors(app)
    # Added last runs first: telemetry sees everything, idempotency is nearest to the routes.
    app.add_middleware(IdempotencyMiddleware)
    app.add_middleware(JsonBodiesMiddleware)
    app.add_middleware(RateLimitMiddleware)
    app.add_middleware(SignedBodyMiddleware)
    app.add_middleware(SecurityHeadersMiddleware)
    app.add_middleware(TelemetryMiddleware)
    static.mount(app)
    return app


def _mounts() -> dict[str, Any]:
    """What the modules serve beside their routes, by path."""
    served = (modules.role(name, "mounts") for name in modules.names())
    return {path: application for each in served if each is not None for path, application in each.mounts.items()}


class HttpFailure(AppError):
    """A failure of the HTTP layer itself (no such route, wrong method); the code ends with the status."""

    status = 400
    title = "No such address, or not with this method"

    def __init__(self, failure: HTTPException, methods: Sequence[str] = ()) -> None:
        title, detail = str(failure.detail), str(failure.detail)
        if failure.status_code == status.HTTP_404_NOT_FOUND:
            title = "There is nothing at this address"
            detail = "Check the path and the ids in it; /docs lists all operations."
        elif methods:
            title, detail = "Not with this method", f"This address takes {', '.join(methods)}."
        super().__init__(detail, code=f"kernel.http_{failure.status_code}")
        self.status = failure.status_code  # pyright: ignore[reportAttributeAccessIssue]
        self.title = title  # pyright: ignore[reportAttributeAccessIssue]


def _handle_errors(app: FastAPI) -> None:
    @app.exception_handler(AppError)
    async def expected(request: Request, failure: AppError) -> Response:
        return _problem(request, failure)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, failure: RequestValidationError) -> Response:
        if isinstance(failure.body, bytes) and failure.body:
            # A body that was not even parsed: its Content-Type does not say JSON.
            return _problem(request, WrongMediaType("Send the body as JSON, with Content-Type: application/json."))
        return _problem(request, Invalid(errors=field_errors(failure.errors())))

    @app.exception_handler(HTTPException)
    async def http(request: Request, failure: HTTPException) -> Response:
        headers = dict(failure.headers or {})
        is_method = failure.status_code == status.HTTP_405_METHOD_NOT_ALLOWED
        methods = methods_of(app, request.url.path) if is_method else ()
        if methods:
            # The router names only the methods of the first route that fits the path.
            headers["Allow"] = ", ".join(methods)
        return _problem(request, HttpFailure(failure, methods), headers=headers)

    for kind in _CONNECTION_FAILURES:

        @app.exception_handler(kind)
        async def unreachable(request: Request, failure: Exception) -> Response:
            log.warning("database.unreachable", error=str(failure))
            return _problem(request, Unavailable("The database cannot be reached right now.", retry_after_seconds=3))

    @app.exception_handler(DBAPIError)
    async def database_error(request: Request, failure: DBAPIError) -> Response:
        if failure.connection_invalidated:
            return await unreachable(request, failure)
        if getattr(failure.orig, "sqlstate", None) in _UNSTORABLE_TEXT:
            return _problem(request, Invalid("A text holds a character that cannot be stored, such as NUL."))
        return await defect(request, failure)

    @app.exception_handler(Exception)
    async def defect(request: Request, failure: Exception) -> Response:
        # The route, not the path: some paths hold the token of a link.
        log.error("request.defect", route=route_template(request.scope), exc_info=failure)
        return _problem(request, AppError("This is our mistake; it was logged.", code="kernel.defect"))


def _problem(request: Request, failure: AppError, headers: Any = None) -> Response:
    request_id = request.scope.get("state", {}).get("request_id")
    return Response(
        orjson.dumps(failure.problem(request_id), default=str),
        status_code=failure.status,
        media_type="application/problem+json",
        headers={**failure.headers, **(headers or {})},
    )

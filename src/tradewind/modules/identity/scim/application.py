"""The SCIM endpoint as an ASGI application: `/scim/v2`, the organisation chosen by the bearer token.

One request is one transaction, in which the actor is the product itself under the token's name. Only answers that
succeed are committed.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import orjson
import structlog
from anyio import to_thread
from scim2_models import Error, SCIMException
from scim2_server.handler import ScimHandler
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from sqlalchemy.exc import DBAPIError
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from tradewind.kernel import limits
from tradewind.kernel.access import Actor
from tradewind.kernel.asgi import DATABASE_FAILURES, header, state_of
from tradewind.kernel.clock import now
from tradewind.kernel.errors import AppError, Invalid, PayloadTooLarge, Unauthorised, Unavailable
from tradewind.modules.identity import authenticator
from tradewind.modules.identity.repository import scim as repository
from tradewind.modules.identity.scim.endpoint import MOUNT_PATH, TOKEN_PREFIX
from tradewind.modules.identity.scim.provider import MAX_BODY_BYTES, ProvisioningService, route_label
from tradewind.modules.identity.scim.storage import PostgresStorage
from tradewind.modules.identity.service.secrets import digest

log = structlog.get_logger(__name__)
_REQUESTS = "1500/minute"
_REFUSALS = "60/minute"
_USE_NOTED_EVERY = timedelta(minutes=1)
# Requests of one process that work at the same time; the rest wait, and leave connections for people.
_AT_ONCE = 4
_MAX_TOKEN = 200
_MAX_LOGGED = 300
_MAX_QUERY = 8192
_UNSTORABLE_TEXT = {"22021", "22P05"}


@dataclass(frozen=True, slots=True)
class _Caller:
    token_id: UUID
    name: str
    actor: Actor


class ProvisioningApplication:
    """ASGI application of the SCIM endpoint, behind `endpoint`."""

    def __init__(self) -> None:
        self._service = ProvisioningService()
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        started = time.perf_counter()
        request = _request(scope)
        state_of(scope)["route_label"] = self._label(request)
        caller: _Caller | None = None
        try:
            caller = await _authenticate(scope)
            await limits.hit(Request(scope), "scim", _REQUESTS, str(caller.token_id))
            request.body = await _body(receive, self._service.max_body_size(request) or MAX_BODY_BYTES)
            response = await self._serve(scope, caller, request, started)
        except Exception as failure:  # noqa: BLE001 - the edge: whatever it is becomes an answer in SCIM's own format
            response = self._refusal(scope, failure)
            if caller is not None:
                await self._log_failure(scope, caller, request, response, started)
        await _send(response, request, send)

    async def _serve(self, scope: Scope, caller: _Caller, request: ScimRequest, started: float) -> ScimResponse:
        database = scope["app"].state.database
        async with self._slots, database.transaction(caller.actor) as session:
            handler = ScimHandler(self._service, PostgresStorage(session))
            response = await to_thread.run_sync(handler.handle, request)
            await repository.used(session, caller.token_id, unless_since=now() - _USE_NOTED_EVERY)
            await repository.log_request(session, _entry(caller, request, response, started))
        if request.method != "GET":
            # Savepoints inside have told this process too early that roles or sessions changed.
            authenticator.session_states.forget_all()
        return response

    def _refusal(self, scope: Scope, failure: Exception) -> ScimResponse:
        if isinstance(failure, DBAPIError) and getattr(failure.orig, "sqlstate", None) in _UNSTORABLE_TEXT:
            failure = Invalid("A text holds a character that cannot be stored, such as NUL.")
        elif isinstance(failure, DATABASE_FAILURES):
            log.warning("database.unreachable", error=str(failure))
            failure = Unavailable("The database cannot be reached right now.", retry_after_seconds=3)
        elif not isinstance(failure, AppError | SCIMException):
            log.error("request.defect", path=scope["path"], exc_info=failure)
        if isinstance(failure, AppError) and failure.status >= 429:
            error = Error(status=failure.status, detail=failure.detail)
            return ScimResponse(HTTPStatus(failure.status), error.model_dump(), dict(failure.headers))
        response = self._service.error_response(failure)
        if isinstance(failure, Unauthorised):
            response.headers["WWW-Authenticate"] = 'Bearer realm="SCIM"'
        return response

    async def _log_failure(
        self, scope: Scope, caller: _Caller, request: ScimRequest, response: ScimResponse, started: float
    ) -> None:
        """The transaction of the work is gone: what went wrong is kept in one of its own."""
        try:
            async with scope["app"].state.database.transaction(caller.actor) as session:
                await repository.log_request(session, _entry(caller, request, response, started))
        except DATABASE_FAILURES as failure:
            log.warning("scim.request_not_logged", error=str(failure))

    def _label(self, request: ScimRequest) -> str:
        try:
            return route_label(request, self._service)
        except SCIMException:
            return f"{MOUNT_PATH}/(unknown)"


@cache
def application() -> ProvisioningApplication:
    """The application of this process."""
    return ProvisioningApplication()


async def _authenticate(scope: Scope) -> _Caller:
    """The token's organisation. Raises Unauthorised, TooManyRequests."""
    client = scope.get("client")
    ip = client[0] if client else None
    scheme, _, token = (header(scope, b"authorization") or b"").decode("latin-1").partition(" ")
    token = token.strip()
    database = scope["app"].state.database
    if scheme.lower() == "bearer" and token.startswith(TOKEN_PREFIX) and len(token) <= _MAX_TOKEN:
        async with database.transaction(Actor.system(name="SCIM")) as session:
            found = await repository.find_token(session, digest(token))
        if found is not None:
            token_id, organisation_id, name = found
            actor = Actor(
                kind="system", organisation_id=organisation_id, name=f"Provisioning: {name}", ip=ip,
                request_id=state_of(scope).get("request_id"),
            )  # fmt: skip
            return _Caller(token_id, name, actor)
    await limits.hit(Request(scope), "scim_refused", _REFUSALS, limits.client_network(ip))
    raise Unauthorised("The provisioning token is missing, wrong, expired or revoked.", code="identity.scim_token")


def _request(scope: Scope) -> ScimRequest:
    path = scope["path"].removeprefix(scope.get("root_path", "")).removesuffix(".scim")
    query = scope["query_string"][:_MAX_QUERY].decode("latin-1")
    return ScimRequest(
        method=scope["method"],
        base_url=_base_url(scope),
        path=path or "/",
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]],
    )


def _base_url(scope: Scope) -> str:
    public = scope["app"].state.settings.public_url
    if public:
        return f"{public.rstrip('/')}{MOUNT_PATH}"
    host = (header(scope, b"host") or b"localhost").decode("latin-1")
    return f"{scope['scheme']}://{host}{MOUNT_PATH}"


async def _body(receive: Receive, limit: int) -> bytes:
    """The whole body. Raises PayloadTooLarge without reading on."""
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            raise PayloadTooLarge(f"A request is limited to {limit} bytes.")
        more = message.get("more_body", False)
    return b"".join(parts)


def _entry(caller: _Caller, request: ScimRequest, response: ScimResponse, started: float) -> dict[str, Any]:
    detail = response.body.get("detail") if response.body and response.status >= 400 else None
    if response.body and response.status < 400 and "Operations" in response.body:
        failed = sum(int(operation["status"]) >= 400 for operation in response.body["Operations"])
        detail = f"{failed} of {len(response.body['Operations'])} operations failed" if failed else None
    return {
        "organisation_id": caller.actor.organisation_id,
        "token_name": caller.name,
        "method": request.method[:10],
        "path": _printable(request.path),
        "status": int(response.status),
        "detail": _printable(detail) if detail else None,
        "milliseconds": round((time.perf_counter() - started) * 1000),
    }


def _printable(text: str) -> str:
    return "".join(character for character in text[:_MAX_LOGGED] if character.isprintable())


async def _send(response: ScimResponse, request: ScimRequest, send: Send) -> None:
    body = b"" if response.body is None else orjson.dumps(response.body)
    headers = {"Content-Type": "application/scim+json", "Cache-Control": "no-store", **response.headers}
    if response.body is None:
        headers.pop("Content-Type")
    headers["Content-Length"] = str(len(body))
    await send(
        {
            "type": "http.response.start",
            "status": int(response.status),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }
    )
    await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else body})

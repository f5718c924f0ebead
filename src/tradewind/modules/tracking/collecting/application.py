"""The collection API as an ASGI application of its own: what a request costs here, it costs for every page view.

Answers: 200 once the events are in the database; 400 for what will never be readable, 401 and 403 for the key, none
of which clients repeat; 429 and 503 with Retry-After for what they shall send again.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import structlog
from starlette.types import Receive, Scope, Send

from tradewind.kernel.access import Actor
from tradewind.kernel.asgi import DATABASE_FAILURES, header, state_of
from tradewind.kernel.clock import now
from tradewind.kernel.errors import AppError, Unavailable
from tradewind.modules.tracking.collecting import documents, wire
from tradewind.modules.tracking.collecting.admission import Source
from tradewind.modules.tracking.collecting.running import running_in
from tradewind.modules.tracking.collecting.shaping import (
    NAME,
    TYPE,
    Origin,
    Rejected,
    Rejection,
    Row,
    details,
    rejection,
    shape,
)
from tradewind.modules.tracking.errors_collecting import (
    BodyTooLarge,
    BodyUnreadable,
    CollectorBusy,
    MethodNotAllowed,
    NoSuchEndpoint,
    WriteKeyMissing,
)
from tradewind.modules.tracking.repository import arrivals

log = structlog.get_logger(__name__)

_KINDS = {
    "batch": "batch", "b": "batch", "import": "batch",
    "track": "track", "t": "track", "identify": "identify", "i": "identify", "page": "page", "p": "page",
    "screen": "screen", "s": "screen", "group": "group", "g": "group", "alias": "alias", "a": "alias",
}  # fmt: skip
SOURCE_CONFIG = "/sourceConfig"
_METRICS = frozenset({"m", "metrics"})
# What requests under way may hold together. JSON takes several times its size once it is read.
_MEMORY_BYTES = 24 << 20
_COST_OF_A_BYTE = 4
_MOST_DISCARDED = 4 * wire.MAX_BODY_BYTES

# Any site may read the answers; the last one takes the place of the web app's long policy.
_OPEN = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"retry-after"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]
_PREFLIGHT = [
    *_OPEN,
    (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
    (b"access-control-allow-headers", b"authorization, content-type, content-encoding, x-retry-count, anonymousid"),
    (b"access-control-max-age", b"86400"),
    (b"content-length", b"0"),
]
_DONE = b'{"success": true}'
_JSON = (b"content-type", b"application/json")
_SHORTLY = (b"cache-control", b"public, max-age=60")
_ACCEPTED = [*_OPEN, _JSON, (b"content-length", str(len(_DONE)).encode())]


class Collector:
    """ASGI application under `/v1`, and for RudderStack under `/beacon/v1` and `/sourceConfig`."""

    access = "A source's write key, which web pages show to everyone: it only adds events, as fast as its source may."
    summary = "Segment HTTP Tracking API: events of unchanged Segment and RudderStack clients. See the guide."

    def __init__(self) -> None:
        self._memory = 0

    @asynccontextmanager
    async def running(self, app: Any) -> AsyncIterator[None]:
        """Prepare this month's table; at the end, write what was accepted."""
        try:
            async with app.state.database.transaction(Actor.system()) as session:
                await arrivals.ensure_months(session, ahead=1)
        except DATABASE_FAILURES as failure:
            # Rows find a place all the same, and the schedule tries again.
            log.warning("tracking.months_not_prepared", error=str(failure))
        yield
        await running_in(app).intake.drain()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        path = scope["path"].removeprefix(scope.get("root_path", "")).strip("/")
        method = scope["method"]
        kind = _KINDS.get(path)
        state_of(scope)["route_label"] = f"/v1/{path if kind or path in _METRICS else '(other)'}"
        try:
            if method == "OPTIONS":
                await _answer(send, 204, b"", _PREFLIGHT)
            elif kind is not None and method == "POST":
                await self._collect(scope, receive, kind)
                await _answer(send, 200, _DONE, _ACCEPTED)
            elif path in _METRICS and method == "POST":
                # The library's figures about itself.
                await _discard(receive)
                await _answer(send, 200, _DONE, _ACCEPTED)
            elif kind is not None or path in _METRICS:
                raise MethodNotAllowed("Send events with POST.")
            else:
                await self._serve_document(scope, send, path)
        except AppError as failure:
            await _refuse(send, failure)
        except DATABASE_FAILURES as failure:
            log.warning("database.unreachable", error=str(failure))
            await _refuse(send, Unavailable("The database cannot be reached right now.", retry_after_seconds=3))

    async def _collect(self, scope: Scope, receive: Receive, kind: str) -> None:
        """Return when the events of a request are stored. Raises AppError and database failures."""
        cost = _declared(scope) * _COST_OF_A_BYTE
        if self._memory + cost > _MEMORY_BYTES:
            await _discard(receive)
            raise CollectorBusy("Too much is under way.", retry_after_seconds=2)
        self._memory += cost
        try:
            body = await _body(receive)
            arrived_at = now()
            envelope = wire.read(body, kind=kind)
            # Packed bodies are known in their true size only now.
            self._memory += envelope.size * _COST_OF_A_BYTE - cost
            cost = envelope.size * _COST_OF_A_BYTE
            running = running_in(scope["app"])
            source = await _source(scope, envelope)
            running.admission.spend(source, len(envelope.events))
            origin = Origin(
                source_id=source.id,
                arrived_at=arrived_at,
                ip=_ip(scope) if source.faces_visitors else None,
                user_agent=_user_agent(scope) if source.faces_visitors else None,
                keeps_ip=source.settings.store_ip,
            )
            rows, rejections = _shaped(envelope, origin, source)
            # While they wait, requests hold what is kept of them: a third of what reading them took.
            del body, envelope
            if rows or rejections:
                await running.intake.store(source, rows, rejections)
        finally:
            self._memory -= cost

    async def _serve_document(self, scope: Scope, send: Send, path: str) -> None:
        parts = path.split("/")
        if scope["root_path"].endswith(SOURCE_CONFIG):
            label, key = SOURCE_CONFIG, wire.key_in_header(header(scope, b"authorization"))
            key = wire.key_in_query(scope["query_string"]) or key
            document = documents.rudderstack_source
        elif len(parts) == 3 and parts[0] == "projects" and parts[2] == "settings":
            label, key, document = "/v1/projects/{write_key}/settings", parts[1], documents.segment_settings
        else:
            raise NoSuchEndpoint(f"There is no /v1/{path[:100]}.")
        if scope["method"] not in ("GET", "HEAD"):
            raise MethodNotAllowed("Read the settings with GET.")
        state_of(scope)["route_label"] = label
        if key is None:
            raise WriteKeyMissing("Name it in the query: ?writeKey=…")
        source = await running_in(scope["app"]).admission.source(key, origin=_origin(scope), ip=_ip(scope))
        body = orjson.dumps(document(key, source, documents.address(scope)))
        headers = [*_OPEN, _JSON, _SHORTLY, (b"content-length", str(len(body)).encode())]
        await _answer(send, 200, b"" if scope["method"] == "HEAD" else body, headers)


async def _source(scope: Scope, envelope: wire.Envelope) -> Source:
    """The sender. Raises what `Admission.source` does, and WriteKeyMissing."""
    key = (
        wire.key_in_header(header(scope, b"authorization"))
        or envelope.write_key
        or wire.key_in_query(scope["query_string"])
    )
    if key is None:
        raise WriteKeyMissing("Send it as the user of basic authentication, or as “writeKey” in the body.")
    return await running_in(scope["app"]).admission.source(key, origin=_origin(scope), ip=_ip(scope))


def _shaped(envelope: wire.Envelope, origin: Origin, source: Source) -> tuple[list[Row], list[Rejection]]:
    rows: list[Row] = []
    rejections: list[Rejection] = []
    for event in envelope.events:
        try:
            row = shape(event, envelope, origin)
            if source.gate is not None:
                blocked = source.gate(row[TYPE], row[NAME], details(event, row[TYPE]))
                if blocked is not None:
                    raise Rejected(blocked.code, blocked.detail)
            rows.append(row)
        except Rejected as why:
            rejections.append(rejection(event, why, envelope, source.id))
    return rows, rejections


async def _body(receive: Receive) -> bytes:
    """The whole body. Raises BodyTooLarge, after reading on for a while: who still sends would not hear the answer."""
    parts: list[bytes] = []
    size = 0
    async for part in _parts(receive):
        size += len(part)
        if size <= wire.MAX_BODY_BYTES:
            parts.append(part)
        elif size > _MOST_DISCARDED:
            break
    if size > wire.MAX_BODY_BYTES:
        raise BodyTooLarge(f"A request may have up to {wire.MAX_BODY_BYTES >> 10} KB.")
    return parts[0] if len(parts) == 1 else b"".join(parts)


async def _discard(receive: Receive) -> None:
    size = 0
    async for part in _parts(receive):
        size += len(part)
        if size > _MOST_DISCARDED:
            return


async def _parts(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BodyUnreadable("The connection ended within the body.")
        yield message.get("body", b"")
        more = message.get("more_body", False)


async def _refuse(send: Send, failure: AppError) -> None:
    """Answer in the form of Segment's own errors, which its libraries read."""
    body = orjson.dumps({"code": failure.code, "message": failure.detail})
    headers = [*_OPEN, _JSON, (b"content-length", str(len(body)).encode())]
    headers += [(name.lower().encode(), value.encode()) for name, value in failure.headers.items()]
    await _answer(send, failure.status, body, headers)


async def _answer(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _declared(scope: Scope) -> int:
    """Bytes the body may have; the limit where the caller does not say."""
    told = header(scope, b"content-length") or b""
    return min(int(told), wire.MAX_BODY_BYTES) if told.isdigit() else wire.MAX_BODY_BYTES


def _ip(scope: Scope) -> str | None:
    client = scope.get("client")
    return client[0] if client else None


def _origin(scope: Scope) -> str | None:
    found = header(scope, b"origin")
    return None if found is None else found.decode("latin-1")[:500]


def _user_agent(scope: Scope) -> str | None:
    found = header(scope, b"user-agent")
    return None if found is None else found.decode("latin-1")[:512]

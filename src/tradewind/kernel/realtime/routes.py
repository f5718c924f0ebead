"""The WebSocket `/api/v1/ws`.

Client → server: {"type":"auth","token"} · {"type":"subscribe","topics":[…] | null} · {"type":"resume","last_id"} ·
{"type":"pong"}. Server → client: {"type":"ready","last_id","heartbeat_seconds"} · messages
{"id","type","topic","data","occurred_at","last_id"?} · {"type":"resumed","last_id"} after a replay ·
{"type":"resync","reason","last_id"} · {"type":"access"} after a change of the caller's rights · {"type":"ping"}.

The client's position is the `last_id`, else the `id`, of what it received last (not the greatest). It gives it as
`?last_id=` when it reconnects. (After sending "resume" instead, it moves only with the next `last_id`.) Delivery is at
least once: it ignores ids it already handled. A first connection loads its data after `ready`; `resync` means: load
your data afresh.

Credentials: the cookie `tw_access` from our own pages, an Authorization header, or "auth" as the first message within
5 s; "auth" later renews them. Query: `topics=a,b` (default all), `last_id=…` to resume at once.

Close codes: 4401 sign in again · 4403 origin or organisation · 4408 no auth or heartbeat in time · 4409 too slow,
reconnect and resume · 1013 database away, try later · 1008 malformed message.
"""

import asyncio
import contextlib
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from fastapi import WebSocket, WebSocketDisconnect
from starlette.requests import HTTPConnection

from tradewind.kernel.access import Actor
from tradewind.kernel.asgi import DATABASE_FAILURES
from tradewind.kernel.errors import AppError
from tradewind.kernel.realtime.hub import Hub, Replay, Resync, Subscriber
from tradewind.kernel.realtime.messages import StalePosition, replayed_texts
from tradewind.kernel.routing import Router

AUTH_SECONDS = 5.0
HEARTBEAT_SECONDS = 25.0
_MAX_CLIENT_MESSAGE = 8 * 1024
_MAX_TOPICS = 50
_CLOSE_SECONDS = 2
_COOKIE = "tw_access"

UNAUTHORISED, FORBIDDEN, TIMED_OUT, TOO_SLOW = 4401, 4403, 4408, 4409
TRY_LATER, MALFORMED = 1013, 1008

router = Router(base="")


class _Closed(Exception):
    """End this connection with a close code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@router.websocket("/api/v1/ws")
async def websocket(socket: WebSocket) -> None:
    """Live messages of the caller's organisation; see the module's description for the protocol."""
    await socket.accept()
    try:
        await _Connection(socket).serve()
    except _Closed as end:
        # A peer that does not read may not accept the close either.
        with contextlib.suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await socket.close(end.code, end.reason)
    except WebSocketDisconnect:
        return


class _Connection:
    def __init__(self, socket: WebSocket) -> None:
        self.socket = socket
        self.hub: Hub = socket.app.state.hub
        self.token = ""
        self.heard = asyncio.Event()
        self.settling = asyncio.Lock()

    async def serve(self) -> None:
        actor = await self._authenticate()
        query = self.socket.query_params
        topics = _topics(query["topics"].split(",") if "topics" in query else None)
        last_id = query.get("last_id")
        try:
            client = await self.hub.join(actor, topics, last_id)
        except TimeoutError as error:
            raise _Closed(TRY_LATER, "the database cannot be reached") from error
        try:
            # A resuming client keeps its position until the replay is over.
            position = last_id or await self._position(client)
            await self._send({"type": "ready", "last_id": position, "heartbeat_seconds": HEARTBEAT_SECONDS})
            await self._run(client)
        finally:
            self.hub.leave(client)

    async def _run(self, client: Subscriber) -> None:
        """Read, write, watch — until one of them ends; the first reason to close wins."""
        tasks = [
            asyncio.create_task(self._read(client)),
            asyncio.create_task(self._write(client)),
            asyncio.create_task(self._watch(client)),
            asyncio.create_task(self._follow_rights(client)),
            asyncio.create_task(_cut_off(client)),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for task, result in zip(tasks, results, strict=True):
            if task in done and isinstance(result, Exception):
                raise result

    async def _read(self, client: Subscriber) -> None:
        while True:
            message = await self._receive()
            self.heard.set()
            match message:
                case {"type": "pong"}:
                    pass
                case {"type": "ping"}:
                    await self._send({"type": "pong"})
                case {"type": "resume", "last_id": str(last_id)}:
                    client.offer(Replay(last_id))
                case {"type": "subscribe", "topics": topics}:
                    client.topics = _topics(topics)
                case {"type": "auth", "token": str(token)}:
                    self._adopt(client, await self._actor(token))
                    self.token = token
                case _:
                    raise _Closed(MALFORMED, "unknown message")

    async def _write(self, client: Subscriber) -> None:
        replayed: set[UUID] = set()
        while True:
            item = await client.queue.get()
            await self._settle(client)
            if isinstance(item, Replay):
                replayed = await self._replay(client, item.position)
            elif isinstance(item, Resync):
                await self._resync(client, "the server lost its connection for too long")
            elif item.id in replayed:
                # Announced while the replay ran.
                replayed.discard(item.id)
            elif client.wants(item):
                await self.socket.send_text(item.text)

    async def _replay(self, client: Subscriber, position: str) -> set[UUID]:
        try:
            messages, present = await self.hub.missed(client, position)
        except StalePosition as error:
            await self._resync(client, str(error))
            return set()
        except DATABASE_FAILURES as error:
            raise _Closed(TRY_LATER, "the database cannot be reached") from error
        for wire_text in replayed_texts(messages, present):
            await self.socket.send_text(wire_text)
        await self._send({"type": "resumed", "last_id": f"@{present}"})
        return {message.id for message in messages}

    async def _position(self, client: Subscriber) -> str:
        assert client.actor.organisation_id is not None
        try:
            return await self.hub.position(client.actor.organisation_id)
        except DATABASE_FAILURES as error:
            raise _Closed(TRY_LATER, "the database cannot be reached") from error

    async def _resync(self, client: Subscriber, reason: str) -> None:
        position = await self._position(client)
        await self._send({"type": "resync", "reason": reason, "last_id": position})

    async def _watch(self, client: Subscriber) -> None:
        """Heartbeat, and whether the credentials still hold."""
        while True:
            self.heard.clear()
            await asyncio.sleep(HEARTBEAT_SECONDS)
            await self._send({"type": "ping"})
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await self.heard.wait()
            except TimeoutError as error:
                raise _Closed(TIMED_OUT, "no heartbeat") from error
            self._adopt(client, await self._actor(self.token))

    async def _follow_rights(self, client: Subscriber) -> None:
        """End or narrow the connection as soon as the caller's rights do."""
        while True:
            await client.doubted.wait()
            client.doubted.clear()
            await self._settle(client)

    async def _settle(self, client: Subscriber) -> None:
        """Ask for the caller's rights until they are not in doubt."""
        async with self.settling:
            while client.settled != (doubts := client.doubts):
                before = client.actor
                self._adopt(client, await self._actor(self.token))
                client.settled = doubts
                if client.actor != before:
                    await self._send({"type": "access"})

    async def _authenticate(self) -> Actor:
        scheme, _, bearer = self.socket.headers.get("authorization", "").partition(" ")
        cookie = self.socket.cookies.get(_COOKIE)
        if scheme.lower() == "bearer" and bearer:
            self.token = bearer
        elif cookie:
            if not _same_origin(self.socket):
                raise _Closed(FORBIDDEN, "foreign origin")
            self.token = cookie
        else:
            try:
                async with asyncio.timeout(AUTH_SECONDS):
                    message = await self._receive()
            except TimeoutError as error:
                raise _Closed(TIMED_OUT, "send auth first") from error
            match message:
                case {"type": "auth", "token": str(token)}:
                    self.token = token
                case _:
                    raise _Closed(UNAUTHORISED, "send auth first")
        return await self._actor(self.token)

    async def _actor(self, token: str) -> Actor:
        ip = self.socket.client.host if self.socket.client else None
        try:
            actor = await self.socket.app.state.authenticator.authenticate(token, ip=ip)
        except AppError as error:
            raise _Closed(UNAUTHORISED, "sign in again") from error
        except DATABASE_FAILURES as error:
            raise _Closed(TRY_LATER, "the database cannot be reached") from error
        if actor.organisation_id is None:
            raise _Closed(FORBIDDEN, "no organisation")
        if actor.barrier is not None:
            raise _Closed(FORBIDDEN, actor.barrier.title)
        return actor

    def _adopt(self, client: Subscriber, actor: Actor) -> None:
        """Take over changed permissions; another organisation needs another connection."""
        if actor.organisation_id != client.actor.organisation_id:
            raise _Closed(UNAUTHORISED, "reconnect for the other organisation")
        client.actor = actor

    async def _receive(self) -> Any:
        event = await self.socket.receive()
        if event["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(event.get("code", 1000))
        raw = event.get("text") or event.get("bytes") or b""
        if len(raw) > _MAX_CLIENT_MESSAGE:
            raise _Closed(MALFORMED, "message too large")
        try:
            return orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise _Closed(MALFORMED, "not JSON") from error

    async def _send(self, message: dict[str, Any]) -> None:
        await self.socket.send_text(orjson.dumps(message).decode())


async def _cut_off(client: Subscriber) -> None:
    await client.overflowed.wait()
    raise _Closed(TOO_SLOW, "too slow; reconnect and resume")


def _topics(wanted: Any) -> frozenset[str] | None:
    if wanted is None:
        return None
    if not isinstance(wanted, list) or len(wanted) > _MAX_TOPICS or not all(isinstance(t, str) for t in wanted):
        raise _Closed(MALFORMED, "topics must be a list of names")
    return frozenset(topic for topic in wanted if topic)


def _same_origin(connection: HTTPConnection) -> bool:
    """Cookies ride along from any page a browser shows; only our own pages may use them."""
    origin = connection.headers.get("origin")
    if origin is None:
        # Browsers always send Origin on WebSockets; without it this is a program that holds the cookie itself.
        return True
    allowed = {connection.headers.get("host", "")}
    settings = getattr(connection.app.state, "settings", None)
    if settings is not None:
        allowed.add(urlsplit(settings.base_url).netloc)
    return urlsplit(origin).netloc in allowed

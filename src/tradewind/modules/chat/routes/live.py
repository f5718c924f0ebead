"""The WebSocket `/api/v1/chat/{widget_key}/live`: news of one visitor's conversation, for thousands of them a process.

Client → server: {"type":"hello","token"} first, then {"type":"pong"}. Server → client: {"type":"ready"} ·
{"type":"message","data":{…}} and what else is pushed to the conversation's guests · {"type":"resync"} ·
{"type":"ping"}. `sentence` is the next piece (`text`, numbered by `place`) of an answer whose message is to come: what
the conversation's `growing` holds, too, and what the message begins with.

The client joins before it reads: after `ready`, and after `resync`, it reads the messages past the last one it knows
(`GET …/messages?after=`), so that it has no gap, whatever happened meanwhile. It drops what it knows already.

Close codes: 4401 begin a new session · 4403 consent or site · 4404 no such widget, or nothing said yet · 4408 no hello
or heartbeat in time · 4409 too slow · 1013 database away, try later · 1008 malformed message.
"""

import asyncio
import contextlib
from typing import Any
from uuid import UUID

import orjson
from fastapi import WebSocket, WebSocketDisconnect

from tradewind.kernel.access import Actor
from tradewind.kernel.asgi import DATABASE_FAILURES
from tradewind.kernel.errors import AppError, Forbidden, Unauthorised
from tradewind.kernel.realtime import Guest, Hub
from tradewind.kernel.routing import Router
from tradewind.modules.chat.service import entering, talking
from tradewind.modules.conversations.contracts import topic

HELLO_SECONDS = 10.0
_CLOSE_SECONDS = 2
_MAX_CLIENT_MESSAGE = 4 * 1024
_MAX_KEY = 64
UNAUTHORISED, FORBIDDEN, NOT_FOUND, TIMED_OUT = 4401, 4403, 4404, 4408
TRY_LATER, MALFORMED = 1013, 1008

router = Router()


class _Closed(Exception):
    """End this connection with a close code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@router.websocket("/chat/{widget_key}/live")
async def follow_chat(socket: WebSocket, widget_key: str) -> None:
    """News of the visitor's conversation; see the module's description for the protocol."""
    await socket.accept()
    try:
        await _serve(socket, widget_key)
    except _Closed as end:
        # A peer that does not read may not accept the close either.
        with contextlib.suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await socket.close(end.code)
    except WebSocketDisconnect:
        return


async def _serve(socket: WebSocket, widget_key: str) -> None:
    try:
        async with asyncio.timeout(HELLO_SECONDS):
            hello = await _receive(socket)
    except TimeoutError as error:
        raise _Closed(TIMED_OUT) from error
    match hello:
        case {"type": "hello", "token": str(token)} if len(widget_key) <= _MAX_KEY:
            organisation_id, conversation_id = await _conversation(socket, widget_key, token)
        case _:
            raise _Closed(MALFORMED)
    hub: Hub = socket.app.state.hub
    guest = Guest(organisation_id, topic(conversation_id), socket.send_text)
    try:
        await hub.join_guest(guest)
        guest.offer('{"type":"ready"}')
        while True:
            await _receive(socket)
            guest.heard()
    except TimeoutError as error:
        raise _Closed(TRY_LATER) from error
    except asyncio.CancelledError:
        if guest.ended is None:
            raise
        # Ended by the product and not from outside: this task goes on to close.
        task = asyncio.current_task()
        assert task is not None
        task.uncancel()
        raise _Closed(guest.ended) from None
    finally:
        hub.leave_guest(guest)


async def _conversation(socket: WebSocket, widget_key: str, token: str) -> tuple[UUID, UUID]:
    """The organisation and the conversation of a visitor's token."""
    try:
        async with socket.app.state.database.transaction(Actor.anonymous()) as session:
            entered = await entering.enter(session, widget_key, socket.headers.get("origin"))
            caller = await entering.caller(session, entered, token)
            conversation = await talking.require_present(session, caller.visitor)
            return entered.widget.organisation_id, conversation.id
    except Unauthorised as error:
        raise _Closed(UNAUTHORISED) from error
    except Forbidden as error:
        raise _Closed(FORBIDDEN) from error
    except AppError as error:
        raise _Closed(NOT_FOUND) from error
    except DATABASE_FAILURES as error:
        raise _Closed(TRY_LATER) from error


async def _receive(socket: WebSocket) -> Any:
    event = await socket.receive()
    if event["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(event.get("code", 1000))
    raw = event.get("text") or event.get("bytes") or b""
    if len(raw) > _MAX_CLIENT_MESSAGE:
        raise _Closed(MALFORMED)
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _Closed(MALFORMED) from error

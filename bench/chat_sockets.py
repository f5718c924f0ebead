"""Open chats in one web process: 5,000 visitors' sockets, what they cost, and how fast a message reaches its own.

Each visitor follows a conversation of their own. For twenty seconds 100 messages a second are pushed, each to one
visitor, in a transaction of its own; one counts as delivered when the visitor's socket has it. The visitors, the
database and the web process share the machine. Memory is that of the serving process; its floor is a bare application
under the same server that accepts sockets and does nothing with them.
"""

import argparse
import asyncio
import hashlib
import json
import os
import random
import time
from uuid import UUID

import psutil
import websockets
from sqlalchemy import text
from starlette.types import Receive, Scope, Send

from bench.figures import Figure, percentile, show
from bench.server import HOME, serving
from tradewind import modules
from tradewind.kernel.access import Actor
from tradewind.kernel.crypto import get_vault
from tradewind.kernel.database import Database
from tradewind.kernel.database.migrate import migrate
from tradewind.kernel.ids import new_id
from tradewind.kernel.realtime import push_to_guests
from tradewind.modules.chat.schemas.widgets import WidgetCreate
from tradewind.modules.chat.service import widgets
from tradewind.modules.conversations.contracts import topic
from tradewind.modules.identity import api as identity
from tradewind.settings import Settings, get_settings

GOAL_SECONDS, GOAL_RATIO = 0.050, 1.25
_BARE_SOCKETS = 1_000
SOCKETS, PER_SECOND, SECONDS, WARM_UP_SECONDS = 5_000, 100, 20, 2
_AT_ONCE = 100
_PATIENCE_SECONDS = 30
_HOME = HOME / "chat"
_CONVERSATIONS = text("""
    INSERT INTO conversations (id, organisation_id, number, channel, state, visitor_key)
    SELECT id, CAST(current_setting('app.org_id') AS uuid), place, 'chat', 'agent', id::text
    FROM unnest(CAST(:ids AS uuid[])) WITH ORDINALITY AS given (id, place)
""")
_VISITORS = text("""
    INSERT INTO chat_visitors (id, organisation_id, widget_id, conversation_id)
    SELECT id, CAST(current_setting('app.org_id') AS uuid), :widget_id, id FROM unnest(CAST(:ids AS uuid[])) AS id
""")
_SESSIONS = text("""
    INSERT INTO chat_sessions (token_hash, organisation_id, visitor_id)
    SELECT hash, CAST(current_setting('app.org_id') AS uuid), id
    FROM unnest(CAST(:hashes AS bytea[]), CAST(:ids AS uuid[])) AS given (hash, id)
""")


def figures(*, leads: int = 0, sockets: int = SOCKETS) -> list[Figure]:
    """Memory of a socket, and delays of delivery; `leads` plays no part."""
    return asyncio.run(_measure(sockets))


async def _measure(sockets: int) -> list[Figure]:
    os.environ["TRADEWIND_HOME"] = str(_HOME)
    get_settings.cache_clear()
    get_vault.cache_clear()
    modules.load_all()
    _HOME.mkdir(parents=True, exist_ok=True)
    database = Database(Settings(home=_HOME, _env_file=None, log_level="WARNING"))  # pyright: ignore[reportCallIssue]
    database.start_server()
    await migrate(database)
    await database.open()
    try:
        actor, key, conversations = await _visitors(database, sockets)
        with serving(["tradewind.cli", "web"], path="/health/ready", TRADEWIND_HOME=str(_HOME)) as port:
            address = f"ws://127.0.0.1:{port}/api/v1/chat/{key}/live"
            before = _megabytes()
            delays: list[float] = []
            began = time.perf_counter()
            open_ones = await _connect(address, conversations, delays)
            took = time.perf_counter() - began
            each = (_megabytes() - before) * 1024 / sockets
            await _push(database, actor, conversations, delays)
            for task in open_ones:
                task.cancel()
            await asyncio.gather(*open_ones, return_exceptions=True)
    finally:
        await database.close()
    floor = await _bare()
    pushed = PER_SECOND * SECONDS
    p95 = percentile(delays, 0.95)
    return [
        Figure(
            "Message to an open chat, p95", p95 * 1_000, "ms", goal=f"< {GOAL_SECONDS * 1_000:.0f} ms",
            good=p95 < GOAL_SECONDS and len(delays) == pushed,
            note=f"{len(delays):,} of {pushed:,} delivered at {PER_SECOND}/s to {sockets:,} open sockets, "
            f"p50 {percentile(delays, 0.5) * 1_000:.1f} ms",
        ),
        Figure(
            "Memory of an open chat", each, "kB", goal=f"≤ {GOAL_RATIO} × the bare socket", floor=floor,
            ratio=each / floor, good=each <= GOAL_RATIO * floor,
            note=f"{sockets:,} sockets opened in {took:.0f} s",
        ),
    ]  # fmt: skip


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    """Accepts sockets and lets them be."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})
    elif scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (await receive())["type"] != "websocket.disconnect":
            pass


async def _bare() -> float:
    """Kilobytes that a socket of the bare application costs."""
    with serving(["bench.floor_server"], path="/", TRADEWIND_BENCH_APP="bench.chat_sockets:bare") as port:
        before = _megabytes()
        sockets = [
            await websockets.connect(f"ws://127.0.0.1:{port}/", compression=None, ping_interval=None)
            for _ in range(_BARE_SOCKETS)
        ]
        for one in sockets:
            await one.send("hello")
        cost = (_megabytes() - before) * 1024 / _BARE_SOCKETS
        for one in sockets:
            one.transport.abort()
    return cost


async def _visitors(database: Database, count: int) -> tuple[Actor, str, list[UUID]]:
    """A new organisation with a widget and as many visitors, each in a conversation with their own id as the token."""
    async with database.transaction(Actor.system(name="bench")) as session:
        organisation_id = await identity.create_organisation(session, name="Bench")
    actor = Actor.system(organisation_id, name="bench")
    ids = [new_id() for _ in range(count)]
    async with database.transaction(actor) as session:
        widget = await widgets.create(session, WidgetCreate(name="Bench"))
        await session.execute(_CONVERSATIONS, {"ids": ids})
        await session.execute(_VISITORS, {"ids": ids, "widget_id": widget.id})
        hashes = [hashlib.sha256(str(one).encode()).digest() for one in ids]
        await session.execute(_SESSIONS, {"ids": ids, "hashes": hashes})
    return actor, widget.key, ids


async def _connect(address: str, ids: list[UUID], delays: list[float]) -> list[asyncio.Task[None]]:
    """Open all sockets, some at once; what each receives goes to `delays`."""
    gate = asyncio.Semaphore(_AT_ONCE)
    ready = [asyncio.Event() for _ in ids]

    async def follow(visitor: UUID, is_ready: asyncio.Event) -> None:
        await gate.acquire()
        async with websockets.connect(address, compression=None, ping_interval=None, max_queue=4) as socket:
            await socket.send(json.dumps({"type": "hello", "token": str(visitor)}))
            async for raw in socket:
                message = json.loads(raw)
                if message["type"] == "ready":
                    gate.release()
                    is_ready.set()
                elif message["type"] == "ping":
                    await socket.send('{"type":"pong"}')
                elif message["data"]["counts"]:
                    delays.append(time.perf_counter() - message["data"]["at"])

    tasks = [asyncio.create_task(follow(one, event)) for one, event in zip(ids, ready, strict=True)]
    for event in ready:
        await event.wait()
    return tasks


async def _push(database: Database, actor: Actor, conversations: list[UUID], delays: list[float]) -> None:
    """Push at a steady pace, then wait for what is still under way."""
    chance = random.Random(7)

    async def push(counts: bool) -> None:
        async with database.transaction(actor) as session:
            data = {"at": time.perf_counter(), "counts": counts, "text": "x" * 200}
            await push_to_guests(session, type="message", topic=topic(chance.choice(conversations)), data=data)

    began, running = time.perf_counter(), []
    for number in range(PER_SECOND * (SECONDS + WARM_UP_SECONDS)):
        await asyncio.sleep(max(0.0, began + number / PER_SECOND - time.perf_counter()))
        running.append(asyncio.create_task(push(number >= PER_SECOND * WARM_UP_SECONDS)))
    await asyncio.gather(*running)
    until = time.perf_counter() + _PATIENCE_SECONDS
    while len(delays) < PER_SECOND * SECONDS and time.perf_counter() < until:
        await asyncio.sleep(0.05)


def _megabytes() -> float:
    """Resident memory of the largest process below this one."""
    return max(one.memory_info().rss for one in psutil.Process().children(recursive=True)) / (1 << 20)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=SOCKETS)
    show("chat_sockets", figures(sockets=parser.parse_args().sockets))

"""Webhooks delivered a minute: events published, signed messages at a receiver on this machine, outcomes recorded.

Four endpoints of one organisation, one worker. The floor is bare httpx posting the same bytes to the same receiver.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import httpx
import uvloop
from sqlalchemy import text

from bench.figures import Figure, show
from bench.server import HOME, environment, free_port, stop, wait_until_answering
from tradewind import modules
from tradewind.kernel.access import Actor
from tradewind.kernel.crypto import get_vault
from tradewind.kernel.database import Database
from tradewind.kernel.database.migrate import migrate
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.settings import Settings, get_settings

GOAL_A_MINUTE = 10_000
DELIVERIES, ENDPOINTS, PER_TRANSACTION = 10_000, 4, 100
FLOOR_REQUESTS = 2_500
_KEEPER = frozenset({"leads:read", "webhooks:write"})
_STANDSTILL_SECONDS = 60
_ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


def figures(*, leads: int = 0, deliveries: int = DELIVERIES) -> list[Figure]:
    """Deliveries a minute from the worker's first request to the last; `leads` plays no part."""
    HOME.mkdir(parents=True, exist_ok=True)
    # An installation of its own, in which nothing of an earlier run waits to be sent.
    with tempfile.TemporaryDirectory(prefix="webhooks-", dir=HOME) as folder, _receiving() as port:
        home = Path(folder)
        sample = asyncio.run(_prepare(home, port, deliveries))
        floor = uvloop.run(_floor(port, sample))
        before = _count(port)
        more = environment(TRADEWIND_HOME=str(home), TRADEWIND_WEBHOOKS_ALLOW_LOCALHOST="true")
        worker = subprocess.Popen([sys.executable, "-m", "tradewind.cli", "worker"], env=more)
        try:
            started = _when(port, before + 1, worker)
            seconds = _when(port, before + deliveries, worker) - started
        finally:
            stop(worker)
    rate = (deliveries - 1) / seconds * 60
    return [
        Figure(
            "Webhook deliveries a minute",
            rate,
            "/min",
            goal=f"> {GOAL_A_MINUTE:,}",
            good=rate > GOAL_A_MINUTE,
            floor=floor,
            ratio=rate / floor,
            note=f"{ENDPOINTS} endpoints, one worker, receiver on the same machine; floor = bare httpx",
        )
    ]


async def _prepare(home: Path, port: int, deliveries: int) -> bytes:
    """A new organisation with endpoints and waiting deliveries; returns one body as it will be sent.

    Nothing else in the product hears of deleted leads, so that the worker does nothing but deliver.
    """
    os.environ["TRADEWIND_HOME"] = str(home)
    get_settings.cache_clear()
    get_vault.cache_clear()
    from tradewind.modules.identity import api as identity
    from tradewind.modules.leads.events import LeadDeleted
    from tradewind.modules.webhooks.schemas import EndpointCreate
    from tradewind.modules.webhooks.sending.message import Content, body
    from tradewind.modules.webhooks.service import endpoints

    modules.load_all()
    os.environ["TRADEWIND_WEBHOOKS_ALLOW_LOCALHOST"] = "true"
    settings = Settings(home=home, _env_file=None, log_level="WARNING")  # pyright: ignore[reportCallIssue]
    database = Database(settings)
    database.start_server()
    await migrate(database)
    await database.open()
    async with database.transaction(Actor.system(name="bench")) as session:
        organisation_id: UUID = await identity.create_organisation(session, name="Webhook bench")
    actor = Actor.system(organisation_id, name="bench")
    async with database.transaction(actor) as session:
        # An endpoint hears what its keeper may: whoever adds it has to be a person.
        user_id = await identity.create_user(
            session, organisation_id, email=f"webhooks-{new_id().hex}@people.example", name="Keeper",
            password="bench-Webhooks-81-lantern", role="admin",
        )  # fmt: skip
    async with database.transaction(replace(actor, kind="user", user_id=user_id, permissions=_KEEPER)) as session:
        for number in range(ENDPOINTS):
            url = f"http://127.0.0.1:{port}/{number}"
            await endpoints.create(session, EndpointCreate(url=url, event_types=["lead.deleted"]))
    fact = LeadDeleted(organisation_id=organisation_id, lead_id=new_id())
    for _ in range(deliveries // ENDPOINTS // PER_TRANSACTION):
        async with database.transaction(actor) as session:
            await publish(session, *(fact.model_copy(update={"id": new_id()}) for _ in range(PER_TRANSACTION)))
    async with database.transaction(actor) as session:
        waiting = await session.scalar(text("SELECT count(*) FROM webhook_deliveries"))
    await database.close()
    assert waiting == deliveries, f"{waiting} deliveries wait instead of {deliveries}"
    content = Content(fact.id, organisation_id, "lead.deleted", 1, fact.public_data(), fact.occurred_at)
    return body(content, "standard", settings.base_url)


async def _floor(port: int, payload: bytes) -> float:
    """Requests a minute of httpx alone, as many at once as the worker may send."""
    slots = asyncio.Semaphore(ENDPOINTS * 10)
    headers = {"content-type": "application/json"}
    async with httpx.AsyncClient(trust_env=False, limits=httpx.Limits(max_connections=400)) as client:

        async def post() -> None:
            async with slots:
                await client.post(f"http://127.0.0.1:{port}/floor", content=payload, headers=headers)

        started = time.perf_counter()
        await asyncio.gather(*(post() for _ in range(FLOOR_REQUESTS)))
        return FLOOR_REQUESTS / (time.perf_counter() - started) * 60


@contextmanager
def _receiving() -> Iterator[int]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.webhooks", "--receive", str(port)])
    try:
        wait_until_answering(f"http://127.0.0.1:{port}/", process)
        yield port
    finally:
        stop(process)


def _count(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
        return json.load(answer)


def _when(port: int, count: int, worker: subprocess.Popen[bytes]) -> float:
    """The moment at which so many requests had come. Raises RuntimeError where none comes for a while."""
    seen, moment = -1, time.perf_counter()
    while (come := _count(port)) < count:
        if come > seen:
            seen, moment = come, time.perf_counter()
        if worker.poll() is not None or time.perf_counter() > moment + _STANDSTILL_SECONDS:
            raise RuntimeError(f"only {come} of {count} webhooks came")
        time.sleep(0.05)
    return time.perf_counter()


class _Receiver(asyncio.Protocol):
    """Answers every POST with 204 as fast as asyncio can, and a GET with the number of POSTs so far."""

    posts = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
            if len(self._buffer) < end + 4 + length:
                return
            self._buffer = self._buffer[end + 4 + length :]
            if head.startswith(b"get"):
                count = json.dumps(_Receiver.posts).encode()
                self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(count), count))
            else:
                _Receiver.posts += 1
                self._transport.write(_ANSWER)


async def _receive(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(_Receiver, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deliveries", type=int, default=DELIVERIES)
    parser.add_argument("--receive", type=int, help="be the receiver, on this port")
    arguments = parser.parse_args()
    if arguments.receive:
        asyncio.run(_receive(arguments.receive))
    else:
        show("Webhooks", figures(deliveries=arguments.deliveries))

"""Events collected a second, stored before the answer: batches of 100 as server libraries send, and single ones.

Floors: COPY of the very rows, in commits of 2,000, into a table with the indexes and constraints of the product's own
(the note tells the share of COPY into a bare table); for single events a bare ASGI application under the same server
that reads the body and stores nothing. PostgreSQL, server and clients share the
machine. Memory is that of the serving process while 300 clients send bodies of the largest size.
"""

import argparse
import asyncio
import os
import threading
import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import asyncpg
import psutil
from starlette.types import Receive, Scope, Send

from bench.client import load
from bench.figures import Figure, show
from bench.server import HOME, serving
from tradewind import modules
from tradewind.kernel.access import Actor
from tradewind.kernel.crypto import get_vault
from tradewind.kernel.database import Database
from tradewind.kernel.database.migrate import migrate
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.tracking.collecting import wire
from tradewind.modules.tracking.collecting.shaping import COLUMNS, Origin, shape
from tradewind.settings import Settings, get_settings

GOAL_EVENTS, GOAL_RATIO, GOAL_REQUESTS, GOAL_MEGABYTES = 15_000, 0.30, 1_500, 300
PER_BATCH, SENDERS, BROWSERS, OVERLOAD = 100, 16, 100, 300
_HOME = HOME / "collect"
_COPIED, _PER_COMMIT = 60_000, 2_000
_NO_CONTENT = [(b"content-type", b"application/json"), (b"content-length", b"2")]


def figures(*, leads: int = 0, seconds: float = 8.0) -> list[Figure]:
    """Product and floors in one run; `leads` plays no part."""
    key = asyncio.run(_prepare())
    batches = {"method": "POST", "path": "/v1/batch", "body": _batch(key, PER_BATCH)}
    single = {"method": "POST", "path": "/v1/track", "body": {**_event(0), "writeKey": key}}
    large = {"method": "POST", "path": "/v1/batch", "body": _batch(key, 780)}
    with serving(["tradewind.cli", "web"], path="/health/ready", TRADEWIND_HOME=str(_HOME)) as port:
        many = load(port, [batches], connections=SENDERS, seconds=seconds)
        one = load(port, [single], connections=BROWSERS, seconds=seconds)
        with _Peak() as peak:
            overload = load(port, [large], connections=OVERLOAD, seconds=seconds)
    copied, copied_bare = asyncio.run(_copy(_batch(key, PER_BATCH)))
    with serving(["bench.floor_server"], path="/", TRADEWIND_BENCH_APP="bench.collect_events:bare") as port:
        bare = load(port, [single], connections=BROWSERS, seconds=seconds)
    events, posts = many["requests_per_second"] * PER_BATCH, one["requests_per_second"]
    return [
        Figure(
            "Events in batches of 100", events, "/s", goal=f"≥ {GOAL_EVENTS:,} and ≥ {GOAL_RATIO:.0%} of COPY",
            good=events >= GOAL_EVENTS and events >= GOAL_RATIO * copied and not many["errors"],
            floor=copied, ratio=events / copied,
            note=f"p95 {many['p95_ms']:.0f} ms{_errors(many)}; {events / copied_bare:.2f} of COPY into a bare table, "
            f"{copied_bare:,.0f}/s",
        ),
        Figure(
            "Single events", posts, "/s", goal=f"≥ {GOAL_REQUESTS:,}",
            good=posts >= GOAL_REQUESTS and not one["errors"],
            floor=bare["requests_per_second"], ratio=posts / bare["requests_per_second"],
            note=f"p95 {one['p95_ms']:.0f} ms{_errors(one)}; floor = bare application, nothing stored",
        ),
        Figure(
            "Memory of the web process at overload", peak.megabytes, "MB", goal=f"< {GOAL_MEGABYTES} MB",
            good=peak.megabytes < GOAL_MEGABYTES, floor=peak.before, ratio=peak.megabytes / peak.before,
            note=f"{OVERLOAD} clients sending 500 KB; floor = before it; "
            f"{overload['count']} accepted, told to come again: {overload['errors']}",
        ),
    ]  # fmt: skip


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    """The floor of a request: read the body, answer."""
    if scope["type"] != "http":
        return
    more = True
    while more:
        more = (await receive()).get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": _NO_CONTENT})
    await send({"type": "http.response.body", "body": b"{}"})


class _Peak:
    """The largest resident memory of a process below this one within the block, in MB."""

    def __enter__(self) -> "_Peak":
        self.megabytes = self.before = self._largest()
        self._done = threading.Event()
        self._watcher = threading.Thread(target=self._watch)
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._done.wait(0.05):
            self.megabytes = max(self.megabytes, self._largest())

    @staticmethod
    def _largest() -> float:
        sizes = [0]
        for process in psutil.Process().children(recursive=True):
            try:
                if "bench.client" not in process.cmdline():
                    sizes.append(process.memory_info().rss)
            except psutil.NoSuchProcess:
                continue
        return max(sizes) / (1 << 20)


def _event(number: int) -> dict[str, Any]:
    """An event as Segment's libraries send it; `{n}` becomes a number never used twice."""
    return {
        "type": "track",
        "event": "Product Viewed",
        "messageId": f"bench-{{n}}-{number}",
        "userId": f"user-{number}",
        "anonymousId": None,
        "timestamp": "2026-03-02T09:00:00.123456+00:00",
        "properties": {"sku": "A-1", "price": 19.9, "currency": "EUR", "quantity": 2, "tags": ["bikes", "city"]},
        "integrations": {},
        "context": {
            "library": {"name": "analytics-python", "version": "2.4.0"},
            "ip": "203.0.113.9",
            "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0",
            "page": {"url": "https://www.example.com/pricing", "path": "/pricing", "title": "Pricing"},
            "locale": "en-GB",
        },
    }


def _batch(key: str, events: int) -> dict[str, Any]:
    return {"writeKey": key, "sentAt": "2026-03-02T09:00:01Z", "batch": [_event(n) for n in range(events)]}


def _errors(run: dict[str, Any]) -> str:
    return f"; errors {run['errors']}" if run["errors"] else ""


def _database() -> Database:
    _HOME.mkdir(parents=True, exist_ok=True)
    return Database(Settings(home=_HOME, _env_file=None, log_level="WARNING"))  # pyright: ignore[reportCallIssue]


async def _prepare() -> str:
    """A new organisation with a source; returns its write key."""
    os.environ["TRADEWIND_HOME"] = str(_HOME)
    get_settings.cache_clear()
    get_vault.cache_clear()
    modules.load_all()
    database = _database()
    database.start_server()
    await migrate(database)
    await database.open(pooled=False)
    try:
        return await _source(database)
    finally:
        await database.close()


async def _source(database: Database) -> str:
    from tradewind.modules.tracking.schemas.sources import SourceCreate
    from tradewind.modules.tracking.service import sources

    async with database.transaction(Actor.system(name="bench")) as session:
        organisation_id = await identity.create_organisation(session, name="Bench")
    email = f"{new_id().hex}@people.example"
    async with database.transaction(Actor.system(organisation_id, name="bench")) as session:
        user_id = await identity.create_user(
            session, organisation_id, email=email, name="Bench", password=f"bench-{email}", role="admin"
        )
    actor = Actor(
        kind="user", organisation_id=organisation_id, user_id=user_id, role="admin",
        permissions=frozenset({"sources:write"}), name="Bench",
    )  # fmt: skip
    async with database.transaction(actor) as session:
        return (await sources.create(session, SourceCreate(name="Bench", kind="server"))).write_key


async def _copy(batch: dict[str, Any]) -> tuple[float, float]:
    """Rows a second by COPY: into a table with the product's indexes and constraints, and into one without."""
    import orjson

    moment = datetime.now(UTC)
    read = wire.read(orjson.dumps(batch), kind="batch")
    origin = Origin(source_id=new_id(), arrived_at=moment, ip=None, user_agent=None)
    shaped = [shape(event, read, origin) for event in read.events]
    organisation_id = new_id()
    rows = [
        (new_id(), organisation_id, moment, uuid4(), *row[:-1], row[-1].split(","))
        for _ in range(_COPIED // len(shaped))
        for row in shaped
    ]
    database = _database()
    database.start_server()
    url = database.owner_url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(url)
    try:
        indexed = await _copied(connection, rows, f"events_{moment:%Y_%m} INCLUDING ALL")
        return indexed, await _copied(connection, rows, "events")
    finally:
        await connection.close()
        await database.close()


async def _copied(connection: asyncpg.Connection, rows: list[tuple[Any, ...]], like: str) -> float:
    """Rows a second into a new table like another."""
    await connection.execute(f"CREATE TABLE copied (LIKE {like})")
    try:
        started = time.perf_counter()
        for begin in range(0, len(rows), _PER_COMMIT):
            await connection.copy_records_to_table(
                "copied",
                columns=("id", "organisation_id", "received_at", "message_key", *COLUMNS),
                records=rows[begin : begin + _PER_COMMIT],
            )
        return len(rows) / (time.perf_counter() - started)
    finally:
        await connection.execute("DROP TABLE copied")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0)
    show("Collection", figures(seconds=parser.parse_args().seconds))

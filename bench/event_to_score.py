"""From a page view on a website to the new score: collected, processed, scored, and told to an open page.

200 single-event posts a second from as many browsers as posts, of people who are known. A score counts as there when
it can be read from the database, and as shown when an open page has heard of it. Web process, worker, database and
the browsers share the machine.
"""

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import httpx
import websockets
from sqlalchemy import text

from bench.data import Dataset, access_token, prepare, settings
from bench.figures import Figure, percentile, show
from bench.server import environment, serving, stop
from tradewind import modules
from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.ids import new_id

GOAL_SECONDS = 1.0
PER_SECOND, SECONDS, WARM_UP_SECONDS = 200, 20, 3
MOST_LEADS = 100_000
CONNECTIONS = 16
_TOGETHER = 500
_PATIENCE_SECONDS = 120
_LOOK_SECONDS = 0.02


@dataclass
class Run:
    """What happened when, in seconds of the performance counter."""

    sent: dict[UUID, float] = field(default_factory=dict)
    scored: dict[UUID, float] = field(default_factory=dict)
    shown: dict[UUID, float] = field(default_factory=dict)
    refused: int = 0

    def delays(self, seen: dict[UUID, float], after: float) -> list[float]:
        """Of the events sent after an instant, how long each took to be seen."""
        return [seen[lead] - sent for lead, sent in self.sent.items() if sent >= after and lead in seen]


def figures(*, leads: int = 1_000_000) -> list[Figure]:
    """Delays at 200 events a second."""
    modules.load_all()
    return asyncio.run(_measure(min(leads, MOST_LEADS)))


async def _measure(leads: int) -> list[Figure]:
    dataset = await prepare(leads=leads)
    database = await Database(settings()).open()
    try:
        token = await access_token(database, dataset)
        with serving(["tradewind.cli", "web"], path="/health/ready") as port, _worker():
            run, began = await _run(database, dataset, f"127.0.0.1:{port}", token)
    finally:
        await database.close()
    after = began + WARM_UP_SECONDS
    scored, shown = run.delays(run.scored, after), run.delays(run.shown, after)
    posted = sum(sent >= after for sent in run.sent.values())
    p95, shown_p95 = percentile(scored, 0.95), percentile(shown, 0.95)
    lost = posted - len(scored)
    return [
        Figure(
            "Event to new score, p95", p95, "s", goal=f"< {GOAL_SECONDS:.0f} s", good=p95 < GOAL_SECONDS and not lost,
            note=f"{posted:,} page views at {PER_SECOND}/s, p50 {percentile(scored, 0.5):.2f} s; "
            f"{lost} not scored, {run.refused} refused",
        ),
        Figure(
            "Event to the open page, p95", shown_p95, "s", goal=f"< {GOAL_SECONDS:.0f} s",
            good=shown_p95 < GOAL_SECONDS,
            note=f"{len(shown):,} changed scores over the WebSocket, p50 {percentile(shown, 0.5):.2f} s",
        ),
    ]  # fmt: skip


async def _run(database: Database, dataset: Dataset, host: str, token: str) -> tuple[Run, float]:
    people = await _people(database, dataset, PER_SECOND * (WARM_UP_SECONDS + SECONDS))
    key = await _source(host, token)
    await _introduce(database, dataset, host, key, people)
    run = Run()
    async with websockets.connect(
        f"ws://{host}/api/v1/ws?topics=leads", additional_headers={"Authorization": f"Bearer {token}"}, max_queue=None
    ) as socket:
        listening = asyncio.create_task(_listen(socket, run))
        looking = asyncio.create_task(_look(database, dataset, run))
        began = time.perf_counter()
        await _post(host, key, [lead_id for lead_id, _ in people], run, began)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(_settled(run), 30)
        for task in (listening, looking):
            task.cancel()
        await asyncio.gather(listening, looking, return_exceptions=True)
    return run, began


async def _people(database: Database, dataset: Dataset, count: int) -> list[tuple[UUID, str]]:
    """Leads nobody has seen on the web yet: their first page view moves the score."""
    async with database.transaction(_actor(dataset)) as session:
        rows = await session.execute(
            text(
                "SELECT id, email FROM leads l WHERE email IS NOT NULL AND deleted_at IS NULL AND NOT EXISTS "
                "(SELECT FROM visitors v WHERE v.lead_id = l.id) ORDER BY id LIMIT :count"
            ),
            {"count": count},
        )
        people = [(row.id, row.email) for row in rows]
    if len(people) < count:
        raise RuntimeError("everyone has been seen on the web: delete the bench's home to start anew")
    return people


async def _source(host: str, token: str) -> str:
    async with httpx.AsyncClient(base_url=f"http://{host}", headers={"Authorization": f"Bearer {token}"}) as client:
        body = {"name": f"Bench {new_id().hex[-6:]}", "kind": "server"}
        answer = (await client.post("/api/v1/sources", json=body)).raise_for_status()
    return answer.json()["write_key"]


async def _introduce(database: Database, dataset: Dataset, host: str, key: str, people: list[tuple[UUID, str]]) -> None:
    """Make everyone's browser known, and wait until that is done."""
    async with httpx.AsyncClient(base_url=f"http://{host}", timeout=60) as client:
        for start in range(0, len(people), _TOGETHER):
            batch = [
                {"type": "identify", "anonymousId": str(lead_id), "traits": {"email": email}}
                for lead_id, email in people[start : start + _TOGETHER]
            ]
            (await client.post("/v1/batch", json={"writeKey": key, "batch": batch})).raise_for_status()
    waiting = text(
        "SELECT EXISTS (SELECT FROM event_batches) OR EXISTS (SELECT FROM pgqueuer WHERE status IN ('queued', 'picked')"
        " AND execute_after <= now())"
    )
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            async with database.transaction(_actor(dataset)) as session:
                if not await session.scalar(waiting):
                    return
            await asyncio.sleep(0.2)


async def _post(host: str, key: str, lead_ids: list[UUID], run: Run, began: float) -> None:
    """One page view of each person, at a steady pace, over keep-alive connections as browsers have them."""
    line: asyncio.Queue[UUID | None] = asyncio.Queue()
    posting = [asyncio.create_task(_poster(host, key, line, run)) for _ in range(CONNECTIONS)]
    for number, lead_id in enumerate(lead_ids):
        await asyncio.sleep(max(0.0, began + number / PER_SECOND - time.perf_counter()))
        line.put_nowait(lead_id)
    for _ in posting:
        line.put_nowait(None)
    await asyncio.gather(*posting)


async def _poster(host: str, key: str, line: "asyncio.Queue[UUID | None]", run: Run) -> None:
    name, _, port = host.partition(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    while (lead_id := await line.get()) is not None:
        page = {"url": "https://www.example.com/pricing", "path": "/pricing", "title": "Pricing"}
        event = {
            "type": "page", "writeKey": key, "anonymousId": str(lead_id), "messageId": new_id().hex,
            "timestamp": datetime.now(UTC).isoformat(), "context": {"page": page},
        }  # fmt: skip
        body = json.dumps(event).encode()
        run.sent[lead_id] = time.perf_counter()
        writer.write(b"POST /v1/page HTTP/1.1\r\nHost: bench\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        if head[9:12] != b"200":
            run.refused += 1
    writer.close()


async def _listen(socket: websockets.ClientConnection, run: Run) -> None:
    async for message in socket:
        told = json.loads(message)
        if told["type"] == "ping":
            await socket.send('{"type":"pong"}')
        elif told["type"] == "lead.score_changed":
            for one in told["data"].get("leads", ()):
                run.shown.setdefault(UUID(one["id"]), time.perf_counter())


async def _look(database: Database, dataset: Dataset, run: Run) -> None:
    """Note when scores that are younger than their event can be read."""
    start = datetime.now(UTC)
    while True:
        waiting = [lead_id for lead_id in run.sent if lead_id not in run.scored]
        async with database.transaction(_actor(dataset)) as session:
            found = await session.scalars(
                text("SELECT id FROM leads WHERE id = ANY(:ids) AND scored_at > :start"),
                {"ids": waiting, "start": start},
            )
            at = time.perf_counter()
            run.scored.update(dict.fromkeys(found, at))
        await asyncio.sleep(_LOOK_SECONDS)


async def _settled(run: Run) -> None:
    while run.sent.keys() - run.scored.keys():
        await asyncio.sleep(0.1)


def _actor(dataset: Dataset) -> Actor:
    return Actor.system(dataset.organisation_id, name="bench")


@contextlib.contextmanager
def _worker() -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-m", "tradewind.cli", "worker"], env=environment())
    try:
        yield
    finally:
        stop(process)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=int(os.environ.get("TRADEWIND_BENCH_LEADS", MOST_LEADS)))
    show("From an event to the new score", figures(leads=parser.parse_args().leads))

"""What recognising a caller costs, and whether a storm of sign-ins disturbs those who are signed in.

The first: one connection asks for the same little answer as a session by cookie, a bearer token and an API key
(token check, permission, tenant of the transaction, row-level security), against a public route with one transaction.
The second: 100 sign-ins a second, each begun when it is due however slow the answers are, from addresses of their own
(127.0.0.0/8) as the limit is by address; beside it a few clients go on reading.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Any

import httpx

from bench.client import load
from bench.data import Dataset, access_token, prepare, settings
from bench.figures import Figure, percentile, show
from bench.server import serving
from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.modules.identity import api as identity

OVERHEAD_GOAL_MS, OTHERS_GOAL_MS = 1.5, 200.0
STORM_PER_SECOND, READERS = 100, 4
PASSWORD = "bench-Storm-81-lantern"


@dataclass(frozen=True)
class Callers:
    """Credentials of the bench's administrator, and the address of a user to sign in as."""

    token: str
    email: str


def figures(*, leads: int = 1_000_000, seconds: float = 6.0) -> list[Figure]:
    """Overhead by kind of credentials, then the storm."""
    callers = asyncio.run(_callers(leads))
    with serving(["bench.authenticated_server"], path="/health/ready") as port:
        return [*_overheads(port, callers, seconds), *_storm(port, callers, seconds)]


def _overheads(port: int, callers: Callers, seconds: float) -> list[Figure]:
    bearer = {"Authorization": f"Bearer {callers.token}"}
    body = {"name": f"bench {uuid.uuid4().hex[:8]}", "scopes": ["leads:read"]}
    made = httpx.post(f"http://127.0.0.1:{port}/api/v1/keys", json=body, headers=bearer, trust_env=False, timeout=60)
    made.raise_for_status()
    kinds = {
        "session cookie": {"Cookie": f"tw_access={callers.token}"},
        "bearer token": bearer,
        "API key": {"X-API-Key": made.json()["secret"]},
    }
    floor = _p50(port, "/bench/open", {}, seconds)
    found = []
    for kind, headers in kinds.items():
        p50 = _p50(port, "/bench/guarded", headers, seconds)
        found.append(
            Figure(
                f"Overhead of a request by {kind}, p50", p50 - floor, "ms", goal=f"< {OVERHEAD_GOAL_MS} ms",
                good=p50 - floor < OVERHEAD_GOAL_MS, floor=floor, ratio=p50 / floor,
                note=f"whole request {p50:.2f} ms; floor: the same without a caller",
            )
        )  # fmt: skip
    return found


def _p50(port: int, path: str, headers: dict[str, str], seconds: float) -> float:
    result = load(port, [{"path": path, "headers": headers}], connections=1, seconds=seconds)
    assert not result["errors"], result["errors"]
    return result["p50_ms"]


def _storm(port: int, callers: Callers, seconds: float) -> list[Figure]:
    reading = {"path": "/bench/guarded", "headers": {"Authorization": f"Bearer {callers.token}"}}
    before = load(port, [reading], connections=READERS, seconds=seconds)
    plan = json.dumps({"port": port, "email": callers.email, "seconds": seconds + 4})
    storm = subprocess.Popen(
        [sys.executable, "-m", "bench.authenticated", "--storm", plan], stdout=subprocess.PIPE, text=True
    )
    during = load(port, [reading], connections=READERS, seconds=seconds)
    output, _ = storm.communicate()
    signed_in = json.loads(output)
    answers = ", ".join(f"{status}: {count}" for status, count in signed_in["answers"].items())
    unexpected = set(signed_in["answers"]) - {"200", "503"}
    return [
        Figure(
            f"Reading p95 while {STORM_PER_SECOND} sign-ins a second arrive", during["p95_ms"], "ms",
            goal=f"< {OTHERS_GOAL_MS:.0f} ms", good=during["p95_ms"] < OTHERS_GOAL_MS and not during["errors"],
            floor=before["p95_ms"], ratio=during["p95_ms"] / before["p95_ms"],
            note=f"{READERS} clients; floor: without the storm; errors {during['errors'] or 'none'}",
        ),
        Figure(
            "Sign-ins answered in the storm", signed_in["per_second"], "/s", good=False if unexpected else None,
            note=f"p95 {signed_in['p95_ms']:,.0f} ms; {answers} (503: no turn within 10 s, or 100 wait already)",
        ),
    ]  # fmt: skip


async def _send_storm(port: int, email: str, seconds: float) -> dict[str, Any]:
    """Begin STORM_PER_SECOND sign-ins a second and wait for all answers."""
    answers: Counter[str] = Counter()
    latencies: list[float] = []

    body = json.dumps({"email": email, "password": PASSWORD}).encode()
    head = f"POST /api/v1/auth/token HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
    request = f"{head}Content-Type: application/json\r\nConnection: close\r\n\r\n".encode() + body

    async def sign_in(number: int) -> None:
        # An address each, none of them the readers'; no HTTP library, whose set-up would take a core by itself.
        source = f"127.{1 + number // 62_500 % 250}.{1 + number // 250 % 250}.{1 + number % 250}"
        started = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
        writer.write(request)
        status = (await reader.readline()).decode().split(" ")[1]
        writer.close()
        answers[status] += 1
        if status == "200":
            latencies.append((time.perf_counter() - started) * 1000)

    began = time.perf_counter()
    tasks = []
    for number in range(int(STORM_PER_SECOND * seconds)):
        await asyncio.sleep(max(0.0, began + number / STORM_PER_SECOND - time.perf_counter()))
        tasks.append(asyncio.create_task(sign_in(number)))
    await asyncio.gather(*tasks)
    elapsed = time.perf_counter() - began
    p95 = percentile(latencies, 0.95) if latencies else float("inf")
    return {"answers": dict(answers), "p95_ms": p95, "per_second": len(latencies) / elapsed}


async def _callers(leads: int) -> Callers:
    dataset: Dataset = await prepare(leads=leads)
    database = await Database(settings()).open(pooled=False)
    email = f"storm-{uuid.uuid4().hex[:12]}@people.example"
    try:
        async with database.transaction(Actor.system(dataset.organisation_id, name="bench")) as session:
            await identity.create_user(
                session, dataset.organisation_id, email=email, name="Storm", password=PASSWORD, role="analyst"
            )
        return Callers(await access_token(database, dataset), email)
    finally:
        await database.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--storm", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.storm:
        plan = json.loads(arguments.storm)
        print(json.dumps(asyncio.run(_send_storm(plan["port"], plan["email"], plan["seconds"]))))
    else:
        show("Recognising callers", figures(leads=arguments.leads))

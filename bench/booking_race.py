"""Two hundred people book one slot at the same moment: how many win, and how long the others wait for alternatives.

Each person has a connection of their own and an address of their own, for bookings are limited by address.
`python -m bench.booking_race --people 200`.
"""

import argparse
import asyncio
import json
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from bench.booking import new_booking_page
from bench.figures import Figure, percentile, show
from bench.server import serving

GOAL_SECONDS = 1.0
PEOPLE, ROUNDS = 200, 5


@dataclass(frozen=True)
class Answer:
    """What one person got, and after how many seconds."""

    status: int
    body: dict[str, Any]
    seconds: float


def figures(*, leads: int = 0, people: int = PEOPLE) -> list[Figure]:
    """Starts the product and lets `people` book one slot, five rounds of a slot each; the median round counts."""
    with serving(["tradewind.cli", "up"], path="/health/ready", TRADEWIND_TRUSTED_PROXIES="127.0.0.1") as port:
        base = f"http://127.0.0.1:{port}"
        offer = "/api/v1/booking" + new_booking_page(base).removeprefix("/book")
        start = datetime.now(UTC) + timedelta(days=1)
        span = {"start": start.isoformat(), "end": (start + timedelta(days=1)).isoformat()}
        found = httpx.get(f"{base}{offer}/slots", params=span, trust_env=False, timeout=60).raise_for_status()
        slots = [slot["starts_at"] for slot in found.json()["slots"]]
        rounds = [asyncio.run(_storm(port, f"{offer}/bookings", slot, people)) for slot in slots[: ROUNDS + 1]]
    # The first one opens connections to the database and fills caches.
    return _judged(rounds[1:], people)


def _judged(rounds: list[list[Answer]], people: int) -> list[Figure]:
    winners = [sum(answer.status == 201 for answer in answers) for answers in rounds]
    told = [
        sum(answer.status == 409 and len(answer.body.get("alternatives", [])) == 5 for answer in answers)
        for answers in rounds
    ]
    slowest = sorted(max(answer.seconds for answer in answers) for answers in rounds)
    median = slowest[len(slowest) // 2]
    waits = [answer.seconds for answers in rounds for answer in answers]
    good = set(winners) == {1} and set(told) == {people - 1}
    return [
        Figure(
            f"{people} people on one slot, the last one's answer",
            median,
            "s",
            goal=f"< {GOAL_SECONDS:.0f} s",
            good=good and median < GOAL_SECONDS,
            note=f"median of {len(rounds)} rounds, worst {slowest[-1]:.2f} s; an answer takes "
            f"{percentile(waits, 0.5):.2f} s in the middle; load {os.getloadavg()[0]:.1f}",
        ),
        Figure(
            "winners of a round", max(winners), goal="1", good=good, note=f"told 5 other times: {min(told)} or more"
        ),
    ]


async def _storm(port: int, path: str, starts_at: str, people: int) -> list[Answer]:
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(people)]
    requests = [_request(path, starts_at, number) for number in range(people)]
    return await asyncio.gather(
        *(_ask(*connection, request) for connection, request in zip(connections, requests, strict=True))
    )


def _request(path: str, starts_at: str, number: int) -> bytes:
    guest = {"name": f"Guest {number}", "email": f"guest.{number}@people.example", "time_zone": "UTC"}
    body = json.dumps({"starts_at": starts_at, "length": 30} | guest).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\n"
        f"X-Forwarded-For: 198.18.{number // 250}.{number % 250 + 1}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> Answer:
    started = time.perf_counter()
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    body = await reader.read()
    writer.close()
    return Answer(int(head.split()[1]), json.loads(body), time.perf_counter() - started)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    show("booking_race", figures(people=parser.parse_args().people))

"""GET and POST /leads on a million leads with row-level security, through Granian, against the floor.

100 keep-alive clients in a process of their own. The floor is a bare FastAPI + asyncpg handler under the same
server running the very statements the product runs. PostgreSQL, server and clients share the machine.
"""

import argparse
import asyncio
import re
from typing import Any
from uuid import UUID

from bench.capture import Statement, statements_of
from bench.client import load
from bench.data import Dataset, access_token, prepare, settings
from bench.figures import Figure, show
from bench.floor import save_plans
from bench.server import serving
from tradewind.app import create_app
from tradewind.kernel.database import Database

GOAL_MS, GOAL_RATIO, CLIENTS = 200.0, 0.40, 100
LIST = "/api/v1/leads?limit=50"
_UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
CAPTURED_EMAIL = "bench.captured@fernbrook-freight.example"


def figures(*, leads: int = 1_000_000, seconds: float = 8.0) -> list[Figure]:
    """Product and floor in turn, reading then writing."""
    dataset, token = asyncio.run(_plan(leads))
    bearer = {"Authorization": f"Bearer {token}"}
    product = {
        "list": {"path": LIST, "headers": bearer},
        "create": {
            "method": "POST",
            "path": "/api/v1/leads",
            "headers": bearer,
            "body": _lead("bench.{n}@fernbrook-freight.example", dataset),
        },
    }
    floor = {
        "list": {"path": "/floor/list"},
        "create": {
            "method": "POST",
            "path": "/floor/create",
            "body": {"email": "bench.{n}@fernbrook-freight.example"},
        },
    }
    measured = _measure(["tradewind.cli", "web"], "/health/ready", product, seconds)
    bare = _measure(["bench.floor_server"], "/health", floor, seconds)
    result = []
    for name, label in (("list", "GET /leads?limit=50"), ("create", "POST /leads")):
        ours, least = measured[name], bare[name]
        if least["errors"]:
            raise RuntimeError(f"the floor of {label} failed: {least['errors']}")
        ratio = ours["requests_per_second"] / least["requests_per_second"]
        errors = f"; errors {ours['errors']}" if ours["errors"] else ""
        result += [
            Figure(
                f"{label} p95, {CLIENTS} clients", ours["p95_ms"], "ms", goal=f"< {GOAL_MS:.0f} ms",
                good=ours["p95_ms"] < GOAL_MS and not ours["errors"], floor=least["p95_ms"],
                ratio=ours["p95_ms"] / least["p95_ms"], note=f"p50 {ours['p50_ms']:.0f} ms{errors}",
            ),
            Figure(
                f"{label} throughput", ours["requests_per_second"], "/s", goal=f"≥ {GOAL_RATIO:.0%} of floor",
                good=ratio >= GOAL_RATIO, floor=least["requests_per_second"], ratio=ratio,
                note="floor = bare FastAPI + asyncpg, same SQL",
            ),
        ]  # fmt: skip
    return result


def _measure(
    arguments: list[str], path: str, requests: dict[str, dict[str, Any]], seconds: float, **more: str
) -> dict[str, Any]:
    with serving(arguments, path=path, **more) as port:
        return {name: load(port, [request], connections=CLIENTS, seconds=seconds) for name, request in requests.items()}


async def _plan(leads: int) -> tuple[Dataset, str]:
    """Capture what the product does for each request, for the floor; returns a token for the clients."""
    dataset = await prepare(leads=leads)
    database = await Database(settings()).open()
    app = create_app(settings())
    try:
        async with app.router.lifespan_context(app):
            token = await access_token(database, dataset)
            reading, _ = await statements_of(app, "GET", LIST, token=token)
            writing, answer = await statements_of(
                app, "POST", "/api/v1/leads", token=token, body=_lead(CAPTURED_EMAIL, dataset)
            )
    finally:
        await database.close()
    known = {dataset.organisation_id, *dataset.member_ids}
    save_plans(
        {
            "list": (reading, set(), None),
            "create": (writing, _fresh_ids(writing, answer) - known, CAPTURED_EMAIL),
        },
    )
    return dataset, token


def _lead(email: str, dataset: Dataset) -> dict[str, Any]:
    return {
        "first_name": "Amelia",
        "last_name": "Harper",
        "email": email,
        "job_title": "Head of Data",
        "source": "Referral",
        "country": "GB",
        "owner_id": str(dataset.member_ids[1]),
        "custom": {},
    }


def _fresh_ids(statements: list[Statement], answer: bytes) -> set[UUID]:
    """Ids that the captured request made: primary keys and what is written with them."""
    found = {UUID(match.decode()) for match in _UUID.findall(answer)}
    for statement in statements:
        if "insert" in statement.sql.lower():
            for argument in statement.arguments:
                if isinstance(argument, UUID):
                    found.add(argument)
                elif isinstance(argument, str) and _UUID.fullmatch(argument.encode()):
                    found.add(UUID(argument))
                elif isinstance(argument, list):
                    found |= {item for item in argument if isinstance(item, UUID)}
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=8.0)
    arguments = parser.parse_args()
    show("Leads API", figures(leads=arguments.leads, seconds=arguments.seconds))

"""Ten typical filters on a million leads through the API: p95 of each and of all.

Four clients at once, each filter with changing constants so that no cache answers twice.
"""

import argparse
import asyncio
import json
from typing import Any
from urllib.parse import urlencode

from bench.client import load
from bench.data import UNTIL, Dataset, access_token, prepare, settings
from bench.figures import Figure, show
from bench.server import serving
from tradewind.kernel.database import Database
from tradewind.sample import world

GOAL_MS, CLIENTS, VARIANTS = 200.0, 4, 6
WORDS = ("fernbrook", "amelia harper", "copperfield logistics", "tanaka", "willowmere", "lindgren head")


def field(name: str, op: str, value: Any, **more: Any) -> dict[str, Any]:
    """One leaf of a condition."""
    return {"field": name, "op": op, "value": value, **more}


def filters(dataset: Dataset, variant: int) -> dict[str, dict[str, str]]:
    """Query parameters of the ten filters, with constants that depend on the variant."""
    country = [c.code for c in world.COUNTRIES][variant % len(world.COUNTRIES)]
    source = world.SOURCES[variant % len(world.SOURCES)].name
    industry = world.INDUSTRIES[variant % len(world.INDUSTRIES)].name
    owner = str(dataset.member_ids[variant % len(dataset.member_ids)])
    since = UNTIL.replace(day=1).isoformat()
    return {
        "newest": {},
        "best score": {"sort": "-score"},
        "hot leads of a country": _conditions(field("score_band", "eq", "hot"), field("country", "eq", country)),
        "mine, open, by score": _conditions(
            field("owner_id", "eq", owner), field("status", "in", ["new", "contacted"]), sort="-score"
        ),
        "source since a day": _conditions(
            field("source", "eq", source), field("created_at", "after", f"{since}T00:00:00Z")
        ),
        "words": {"q": WORDS[variant % len(WORDS)]},
        "words and score": {
            "q": WORDS[(variant + 2) % len(WORDS)],
            **_conditions(field("score", "gte", 40 + variant)),
        },
        "company's industry": _conditions(
            field("company.industry", "eq", industry), field("score", "gte", 60 + variant)
        ),
        "clicked lately": _conditions(
            field("activity.count", "gte", 1, kind="email.clicked", within_days=30 + variant)
        ),
        "tag, by last activity": _conditions(
            field("tags", "has_any", ["priority", "partner"]), sort="-last_activity_at"
        ),
    }


def _conditions(*leaves: dict[str, Any], sort: str = "-created_at") -> dict[str, str]:
    return {"filter": json.dumps({"all": list(leaves)}), "sort": sort}


def figures(*, leads: int = 1_000_000, seconds: float = 4.0) -> list[Figure]:
    """One figure per filter, and the slowest of them."""
    dataset, token = asyncio.run(_sign_in(leads))
    result = []
    with serving(["tradewind.cli", "web"], path="/health/ready") as port:
        for name in filters(dataset, 0):
            requests = [
                {
                    "path": f"/api/v1/leads?{urlencode({'limit': '50', **filters(dataset, variant)[name]})}",
                    "headers": {"Authorization": f"Bearer {token}"},
                }
                for variant in range(VARIANTS)
            ]
            measured = load(port, requests, connections=CLIENTS, seconds=seconds, warm_up_seconds=1.0)
            p95 = measured["p95_ms"]
            result.append(
                Figure(
                    f"Search: {name}, p95",
                    p95,
                    "ms",
                    goal=f"< {GOAL_MS:.0f} ms",
                    good=p95 < GOAL_MS and not measured["errors"],
                    note=f"p50 {measured['p50_ms']:.0f} ms, {measured['count']} answers"
                    + (f", errors {measured['errors']}" if measured["errors"] else ""),
                )
            )
    return result


async def _sign_in(leads: int) -> tuple[Dataset, str]:
    dataset = await prepare(leads=leads)
    database = await Database(settings()).open(pooled=False)
    try:
        return dataset, await access_token(database, dataset)
    finally:
        await database.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=4.0)
    arguments = parser.parse_args()
    show("Search", figures(leads=arguments.leads, seconds=arguments.seconds))

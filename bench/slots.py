"""Free times of one event type through the API: 20 hosts, 30 days, 500 busy times and 40 meetings for each host."""

import argparse
import asyncio
import random
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text

from bench.client import load
from bench.data import prepare, settings
from bench.figures import Figure, show
from bench.server import serving
from tradewind import modules
from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database, asyncpg_connection
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity

GOAL_MS, HOSTS, DAYS, BUSY, MEETINGS = 50.0, 20, 30, 500, 40
ZONES = ("Europe/Berlin", "Europe/London", "America/New_York", "Asia/Kolkata")
WEEK = '[{"days": [1, 2, 3, 4, 5], "start": "09:00", "end": "17:00"}]'


def figures(*, leads: int = 1_000_000, seconds: float = 5.0) -> list[Figure]:
    """The time of an answer with a month of slots, for one reader and for four at once."""
    event_type_id, token, start = asyncio.run(_make(leads))
    request = {
        "path": f"/api/v1/event-types/{event_type_id}/slots?"
        + urlencode({"start": start.isoformat(), "end": (start + timedelta(days=DAYS)).isoformat()}),
        "headers": {"Authorization": f"Bearer {token}"},
    }
    result = []
    with serving(["tradewind.cli", "web"], path="/health/ready") as port:
        for clients in (1, 4):
            measured = load(port, [request], connections=clients, seconds=seconds, warm_up_seconds=1.0)
            p95 = measured["p95_ms"]
            alone = clients == 1
            result.append(
                Figure(
                    f"Slots: {HOSTS} hosts, {DAYS} days, {BUSY} busy times each, p95"
                    + ("" if alone else f", {clients} clients"),
                    p95,
                    "ms",
                    goal=f"< {GOAL_MS:.0f} ms" if alone else "",
                    good=p95 < GOAL_MS and not measured["errors"] if alone else None,
                    note=f"p50 {measured['p50_ms']:.0f} ms, {measured['count']} answers"
                    + (f", errors {measured['errors']}" if measured["errors"] else ""),
                )
            )
    return result


async def _make(leads: int) -> tuple[UUID, str, datetime]:
    """An organisation of its own with an event type; its id, a token, and where the month begins."""
    await prepare(leads=leads)
    modules.load_all()
    database = await Database(settings()).open(pooled=False)
    stamp, pick = new_id().hex[-8:], random.Random(7)
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    try:
        async with database.transaction(Actor.system(name="bench")) as session:
            organisation_id = await identity.create_organisation(session, name=f"Bench slots {stamp}")
        system = Actor.system(organisation_id, name="bench")
        async with database.transaction(system) as session:
            hosts = [
                await identity.create_user(
                    session, organisation_id, email=f"{stamp}.{number}@example.com", name=f"Host {number}",
                    password=f"bench-{stamp}", role="admin",
                )
                for number in range(HOSTS)
            ]  # fmt: skip
            connection = await asyncpg_connection(session)
            event_type_id, meeting_id = new_id(), new_id()
            await connection.execute(
                "INSERT INTO event_types (id, organisation_id, slug, title, assignment, buffer_after)"
                " VALUES ($1, $2, 'bench', 'Bench', 'round_robin', 10)",
                event_type_id,
                organisation_id,
            )
            await connection.execute(
                "INSERT INTO meetings (id, organisation_id, event_type_id, uid, title, starts_at, ends_at, state,"
                " source) VALUES ($1, $2, $3, 'bench', 'Bench', $4, $5, 'confirmed', 'api')",
                meeting_id, organisation_id, event_type_id, start, start + timedelta(hours=1),
            )  # fmt: skip
            for number, host in enumerate(hosts):
                zone = ZONES[number % len(ZONES)]
                await connection.execute(
                    "INSERT INTO availability_schedules (id, organisation_id, user_id, name, time_zone, is_default,"
                    f" weekly) VALUES ($1, $2, $3, 'Hours', $4, true, '{WEEK}')",
                    new_id(), organisation_id, host, zone,
                )  # fmt: skip
                await connection.execute(
                    "INSERT INTO event_type_hosts (event_type_id, organisation_id, user_id) VALUES ($1, $2, $3)",
                    event_type_id, organisation_id, host,
                )  # fmt: skip
                local = start.astimezone(ZoneInfo(zone))
                busy = [local + timedelta(minutes=15 * pick.randrange(DAYS * 96)) for _ in range(BUSY)]
                await connection.executemany(
                    "INSERT INTO busy_times (id, organisation_id, user_id, starts_at, ends_at)"
                    " VALUES ($1, $2, $3, $4, $5)",
                    [(new_id(), organisation_id, host, at, at + timedelta(minutes=20)) for at in busy],
                )
                held = [start + timedelta(hours=number) for number in pick.sample(range(DAYS * 24), MEETINGS)]
                await connection.executemany(
                    "INSERT INTO meeting_claims (id, organisation_id, meeting_id, event_type_id, user_id, starts_at,"
                    " ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                    [
                        (new_id(), organisation_id, meeting_id, event_type_id, host, at, at + timedelta(minutes=30))
                        for at in held
                    ],
                )
        async with database.owner_connection() as owner:
            await owner.execute(text("ANALYZE busy_times, meeting_claims, availability_schedules"))
        async with database.transaction(system) as session:
            token = await identity.issue_access_token(session, hosts[0], organisation_id)
    finally:
        await database.close()
    return event_type_id, token, start


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=5.0)
    arguments = parser.parse_args()
    show("Slots", figures(leads=arguments.leads, seconds=arguments.seconds))

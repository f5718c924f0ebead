"""Journeys: people through one decision, steps a second, how late the engine is, and a rehearsal.

The floor of the decision is the least that PostgreSQL must do for it: one UPDATE of each enrolment and one row of
trace, in statements of the same size, with the way drawn instead of decided.
"""

import argparse
import asyncio
import resource
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from bench.data import prepare, settings
from bench.figures import Figure, percentile, show
from tradewind import modules
from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.database import Database, asyncpg_connection
from tradewind.kernel.jobs import JobContext
from tradewind.modules.campaigns.engine.graph import JourneyDraft
from tradewind.modules.campaigns.schemas.journeys import JourneyCreate, JourneyPublish
from tradewind.modules.campaigns.schemas.rehearsals import RehearsalCreate
from tradewind.modules.campaigns.service import journeys, publishing, rehearsals, rehearsing, running, ticking

GOAL_MILLION_MINUTES, GOAL_STEPS, GOAL_LATE_SECONDS, GOAL_REHEARSAL_SECONDS = 10.0, 3_000, 5.0, 60.0
MOST_PEOPLE, REHEARSED = 200_000, 100_000
DUE_IN_THE_HOUR, WATCHED_SECONDS = 100_000, 60
_TRIGGER = {"id": "in", "kind": "trigger", "settings": {"on": "api"}}
_EXIT = {"id": "out", "kind": "exit", "settings": {}}
_ENROL = """
    INSERT INTO journey_enrolments (id, organisation_id, journey_id, version_id, person_id, entry_key, node, since,
        due_at, entered_at)
    SELECT gen_random_uuid(), $1, $2, $3, id, 'bench', 'in', $4::timestamptz, $4 + $5::interval * random(), $4
    FROM leads WHERE deleted_at IS NULL ORDER BY id LIMIT $6
"""
_FLOOR = """
    WITH chosen AS (
        SELECT id FROM journey_enrolments WHERE journey_id = $1 AND state = 'waiting' ORDER BY due_at LIMIT $2
        FOR UPDATE SKIP LOCKED
    ), moved AS (
        UPDATE journey_enrolments e SET node = 'out', visit = 2, state = 'done', ended_at = now()
        FROM chosen WHERE e.id = chosen.id RETURNING e.*
    )
    INSERT INTO journey_steps (enrolment_id, visit, organisation_id, journey_id, version_id, person_id, node, port, at)
    SELECT id, 0, organisation_id, journey_id, version_id, person_id, 'in', 'yes', now() FROM moved
"""


def figures(*, leads: int = 1_000_000) -> list[Figure]:
    """All figures of the engine."""
    modules.load_all()
    return asyncio.run(_measure(leads))


async def _measure(leads: int) -> list[Figure]:
    dataset = await prepare(leads=leads)
    database = await Database(settings()).open()
    actor = Actor.system(dataset.organisation_id, name="bench")
    people = min(leads, MOST_PEOPLE)
    try:
        floor = await _floor(database, actor, people)
        decided, steps = await _decision(database, actor, people)
        late = await _lateness(database, actor)
        rehearsal = await _rehearsal(database, actor, min(leads, REHEARSED))
    finally:
        await database.close()
    minutes = 1e6 / decided / 60
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        Figure(
            "A million people through one decision, at this rate", minutes, "min",
            goal=f"< {GOAL_MILLION_MINUTES:.0f} min", good=minutes < GOAL_MILLION_MINUTES, floor=1e6 / floor / 60,
            ratio=decided / floor, note=f"measured on {people:,}; floor = bare UPDATE and one row of trace",
        ),
        Figure(
            "Steps a second, one worker", steps, "/s", goal=f"≥ {GOAL_STEPS:,}/s", good=steps >= GOAL_STEPS,
            note=f"at most {memory:,.0f} MB, whatever the audience",
        ),
        Figure(
            "Late after the due time, p99", late, "s", goal=f"< {GOAL_LATE_SECONDS:.0f} s",
            good=late < GOAL_LATE_SECONDS, note=f"{DUE_IN_THE_HOUR:,} due in the hour; {WATCHED_SECONDS} s watched",
        ),
        Figure(
            f"Rehearsal of {min(leads, REHEARSED):,} people × 10 steps", rehearsal, "s",
            goal=f"< {GOAL_REHEARSAL_SECONDS:.0f} s", good=rehearsal < GOAL_REHEARSAL_SECONDS,
            note="one process; guardrails asked about 20,000 messages",
        ),
    ]  # fmt: skip


async def _floor(database: Database, actor: Actor, people: int) -> float:
    journey_id = await _launched(database, actor, *_one_decision())
    await _enrol(database, actor, journey_id, people)
    started = time.perf_counter()
    for _ in range(0, people, ticking.BATCH):
        async with database.transaction(actor) as session:
            await (await asyncpg_connection(session)).execute(_FLOOR, journey_id, ticking.BATCH)
    rate = people / (time.perf_counter() - started)
    await _remove(database, actor, journey_id)
    return rate


async def _decision(database: Database, actor: Actor, people: int) -> tuple[float, float]:
    """People a second through trigger and branch to their exit, and steps a second."""
    journey_id = await _launched(database, actor, *_one_decision())
    await _enrol(database, actor, journey_id, people)
    moved, started = 0, time.perf_counter()
    while True:
        async with database.transaction(actor) as session:
            count = await ticking.tick(session, journey_id)
        if count == 0:
            break
        moved += count
    seconds = time.perf_counter() - started
    async with database.transaction(actor) as session:
        connection = await asyncpg_connection(session)
        steps = await connection.fetchval("SELECT count(*) FROM journey_steps WHERE journey_id = $1", journey_id)
    assert moved == people, f"{moved} of {people} moved"
    await _remove(database, actor, journey_id)
    return people / seconds, (steps or 0) / seconds


async def _lateness(database: Database, actor: Actor) -> float:
    """Seconds between the due time and the commit that is seen, at the pace of 100,000 due in an hour."""
    journey_id = await _launched(database, actor, *_one_decision())
    span = timedelta(seconds=WATCHED_SECONDS)
    await _enrol(database, actor, journey_id, DUE_IN_THE_HOUR * WATCHED_SECONDS // 3600, span)
    waiting: dict[UUID, Any] = {}
    async with database.transaction(actor) as session:
        connection = await asyncpg_connection(session)
        for row in await connection.fetch(
            "SELECT id, due_at FROM journey_enrolments WHERE journey_id = $1", journey_id
        ):
            waiting[row["id"]] = row["due_at"]
    turn = asyncio.create_task(running.run_turn(database, seconds=WATCHED_SECONDS + 5))
    late: list[float] = []
    while waiting:
        await asyncio.sleep(0.1)
        async with database.transaction(actor) as session:
            connection = await asyncpg_connection(session)
            rows = await connection.fetch(
                "SELECT id FROM journey_enrolments WHERE journey_id = $1 AND state <> 'waiting' AND id = ANY ($2)",
                journey_id, list(waiting),
            )  # fmt: skip
        late += [(now() - waiting.pop(row["id"])).total_seconds() for row in rows]
        if turn.done():
            turn = asyncio.create_task(running.run_turn(database, seconds=WATCHED_SECONDS))
    await turn
    await _remove(database, actor, journey_id)
    return percentile(late, 0.99)


async def _rehearsal(database: Database, actor: Actor, people: int) -> float:
    """Seconds of a rehearsal of ten steps: waits, branches, a split, messages."""
    async with database.transaction(actor) as session:
        journey = await journeys.create_journey(session, JourneyCreate(name="Bench", draft=_ten_steps()))
        begun = await rehearsals.begin(session, journey.id, RehearsalCreate(people=people, days=90))
    started = time.perf_counter()
    await rehearsing.run(JobContext(database, actor, "bench"), begun.id)
    seconds = time.perf_counter() - started
    async with database.transaction(actor) as session:
        report = (await rehearsals.read_rehearsal(session, begun.id)).report
    assert report is not None
    assert report.entered == people, f"{report.entered} of {people} entered"
    await _remove(database, actor, journey.id)
    return seconds


async def _launched(database: Database, actor: Actor, nodes: list[Any], edges: list[Any]) -> UUID:
    draft = JourneyDraft.model_validate({"nodes": nodes, "edges": edges})
    async with database.transaction(actor) as session:
        journey = await journeys.create_journey(session, JourneyCreate(name="Bench", draft=draft))
        await publishing.launch(session, journey.id, JourneyPublish(), None)
    return journey.id


async def _enrol(
    database: Database, actor: Actor, journey_id: UUID, people: int, span: timedelta = timedelta()
) -> None:
    async with database.transaction(actor) as session:
        version_id = (await journeys.require(session, journey_id)).published_version_id
        connection = await asyncpg_connection(session)
        await connection.execute(_ENROL, actor.organisation_id, journey_id, version_id, now(), span, people)
    async with database.owner_connection() as connection:
        await connection.exec_driver_sql("ANALYZE journey_enrolments")


async def _remove(database: Database, actor: Actor, journey_id: UUID) -> None:
    async with database.transaction(actor) as session:
        connection = await asyncpg_connection(session)
        await connection.execute("DELETE FROM journey_steps WHERE journey_id = $1", journey_id)
        await connection.execute("DELETE FROM journeys WHERE id = $1", journey_id)


def _one_decision() -> tuple[list[Any], list[Any]]:
    condition = {"field": "score", "op": "gte", "value": 50}
    nodes = [_TRIGGER, {"id": "hot", "kind": "branch", "settings": {"condition": condition}}, _EXIT]
    return nodes, [_edge("in", "hot"), _edge("hot", "out", "yes"), _edge("hot", "out", "no")]


def _ten_steps() -> JourneyDraft:
    def wait(key: str, days: int) -> dict[str, Any]:
        return {"id": key, "kind": "wait", "settings": {"until": "duration", "duration": {"amount": days}}}

    def say(key: str) -> dict[str, Any]:
        return {"id": key, "kind": "send", "settings": {"channel": "chat", "text": "Hello {{ first_name }}"}}

    event = {"until": "event", "event": {"kind": "web.page_view"}, "timeout": {"amount": 5}}
    hot = {"condition": {"field": "score", "op": "gte", "value": 50}}
    clock = {"until": "clock", "at": "09:30", "weekdays": [0, 1, 2, 3, 4]}
    halves = {"variants": [{"key": "a"}, {"key": "b"}]}
    nodes = [
        _TRIGGER, say("hello"), wait("w1", 2), {"id": "hot", "kind": "branch", "settings": hot},
        {"id": "seen", "kind": "wait", "settings": event}, {"id": "ab", "kind": "split", "settings": halves},
        say("more"), {"id": "morning", "kind": "wait", "settings": clock}, say("last"), wait("w2", 3), _EXIT,
    ]  # fmt: skip
    edges = [
        _edge("in", "hello"), _edge("hello", "w1"), _edge("w1", "hot"), _edge("hot", "seen", "yes"),
        _edge("hot", "seen", "no"), _edge("seen", "ab"), _edge("seen", "ab", "timeout"), _edge("ab", "more", "a"),
        _edge("ab", "more", "b"), _edge("more", "morning"), _edge("morning", "last"), _edge("last", "w2"),
        _edge("w2", "out"),
    ]  # fmt: skip
    return JourneyDraft.model_validate({"nodes": nodes, "edges": edges})


def _edge(origin: str, to: str, port: str = "next") -> dict[str, str]:
    return {"from": origin, "port": port, "to": to}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=1_000_000)
    show("Journeys", figures(leads=parser.parse_args().leads))

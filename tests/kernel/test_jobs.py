"""Jobs and events: in the caller's transaction, retried by class of error, exactly one effect, visible progress."""

from collections.abc import Iterator
from typing import ClassVar

import pytest
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import events, job_runs, jobs
from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.errors import Invalid, Unavailable
from tradewind.kernel.jobs import JobCancelled, JobContext, Reject, Retry


class Payload(BaseModel):
    text: str = ""


class SomethingHappened(events.Event):
    name: ClassVar[str] = "test.something_happened"
    text: str


seen: list[str] = []


@pytest.fixture(scope="module", autouse=True)
def _declared() -> Iterator[None]:
    """Jobs of this file only; they vanish afterwards."""
    before = dict(jobs._jobs), dict(events._subscriptions)

    @jobs.job("test.note")
    async def note(context: JobContext, payload: Payload) -> None:
        seen.append(payload.text)

    @jobs.job("test.fail", max_attempts=3)
    async def fail(context: JobContext, payload: Payload) -> None:
        raise {"reject": Reject("never"), "retry": Retry(7, "later"), "bad": Invalid("no"), "down": Unavailable()}.get(
            payload.text, OSError("broken pipe")
        )

    @jobs.job("test.long")
    async def long(context: JobContext, payload: Payload) -> None:
        for done in range(1, 4):
            await context.raise_if_cancelled()
            await context.progress(done=done, total=3, message=f"row {done}")

    @events.subscriber(SomethingHappened)
    async def remember(session: AsyncSession, event: SomethingHappened) -> None:
        seen.append(event.text)

    yield
    jobs._jobs.clear()
    jobs._jobs.update(before[0])
    events._subscriptions.clear()
    events._subscriptions.update(before[1])


@pytest.fixture(autouse=True)
def _forget() -> None:
    seen.clear()


def entry(name: str) -> jobs.Job:
    return jobs.registered()[name]


async def test_a_rollback_takes_the_job_with_it(database: Database, organisation: Actor, drain) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.transaction(organisation) as session:
            await jobs.enqueue(session, entry("test.note"), Payload(text="lost"))
            raise ZeroDivisionError
    async with database.transaction(organisation) as session:
        await jobs.enqueue(session, entry("test.note"), Payload(text="kept"))
    await drain()
    assert seen == ["kept"]


async def test_a_dedupe_key_keeps_one(database: Database, organisation: Actor, drain) -> None:
    async with database.transaction(organisation) as session:
        for _ in range(3):
            await jobs.enqueue(session, entry("test.note"), Payload(text="once"), dedupe_key="k")
    await drain()
    assert seen == ["once"]


@pytest.mark.parametrize(
    ("kind", "attempt", "low", "high"),
    [("", 1, 0.5, 1), ("", 2, 1, 2), ("retry", 1, 7, 7), ("down", 1, 5, 5)],
)
async def test_backoff_by_class_of_error(
    database: Database, organisation: Actor, kind: str, attempt: int, low: float, high: float
) -> None:
    envelope = jobs._envelope(jobs.Request(entry("test.fail"), Payload(text=kind)), organisation, {})
    delay = await jobs.execute(database, "test.fail", envelope, attempt)
    assert delay is not None
    assert low <= delay.total_seconds() <= high


@pytest.mark.parametrize(("kind", "attempt"), [("", 3), ("reject", 1), ("bad", 1), ("retry", 3)])
async def test_what_cannot_succeed_becomes_a_dead_job(
    database: Database, organisation: Actor, kind: str, attempt: int
) -> None:
    envelope = jobs._envelope(jobs.Request(entry("test.fail"), Payload(text=kind)), organisation, {})
    assert await jobs.execute(database, "test.fail", envelope, attempt) is None
    async with database.transaction(organisation) as session:
        row = (await session.execute(text("SELECT name, attempts, error_message FROM dead_jobs"))).one()
    assert row.name == "test.fail"
    assert row.attempts == attempt
    assert row.error_message


async def test_a_dead_job_is_retried_once(client, database: Database, organisation: Actor, drain) -> None:
    envelope = jobs._envelope(jobs.Request(entry("test.fail"), Payload(text="reject")), organisation, {})
    await jobs.execute(database, "test.fail", envelope, 1)
    dead = (await client.get("/api/v1/jobs/dead")).json()["items"]
    assert [item["error_type"] for item in dead] == ["Reject"]
    assert (await client.post(f"/api/v1/jobs/dead/{dead[0]['id']}/retry")).status_code == 200
    assert (await client.post(f"/api/v1/jobs/dead/{dead[0]['id']}/retry")).status_code == 409
    assert "test.fail" in await drain()


async def test_an_event_takes_effect_once(database: Database, organisation: Actor, drain) -> None:
    event = SomethingHappened(text="hello")
    async with database.transaction(organisation) as session:
        await events.publish(session, event)
        await events.publish(session, event)
    assert len(await drain()) == 2, "both deliveries run"
    assert seen == ["hello"], "one has an effect"


async def test_a_run_shows_progress_and_its_end(client, database: Database, organisation: Actor, drain) -> None:
    async with database.transaction(organisation) as session:
        run_id = await jobs.start_run(session, entry("test.long"), Payload(), title="Count to three")
    assert (await client.get(f"/api/v1/jobs/{run_id}")).json()["state"] == "queued"
    await drain()
    run = (await client.get(f"/api/v1/jobs/{run_id}")).json()
    assert (run["state"], run["done"], run["total"], run["message"]) == ("succeeded", 3, 3, "row 3")
    assert (await client.post(f"/api/v1/jobs/{run_id}/cancel")).status_code == 409


async def test_a_cancelled_run_stops(client, database: Database, organisation: Actor, drain) -> None:
    async with database.transaction(organisation) as session:
        run_id = await jobs.start_run(session, entry("test.long"), Payload(), title="Count to three")
    assert (await client.post(f"/api/v1/jobs/{run_id}/cancel")).json()["cancel_requested"] is True
    await drain()
    run = (await client.get(f"/api/v1/jobs/{run_id}")).json()
    assert (run["state"], run["done"]) == ("cancelled", 0)


async def test_runs_of_others_are_invisible(client_of, database: Database, organisation, other_organisation) -> None:
    async with database.transaction(organisation) as session:
        run_id = await jobs.start_run(session, entry("test.long"), Payload(), title="Private")
    stranger = await client_of(other_organisation)
    assert (await stranger.get(f"/api/v1/jobs/{run_id}")).status_code == 404
    assert (await stranger.post(f"/api/v1/jobs/{run_id}/cancel")).status_code == 404
    assert (await stranger.get("/api/v1/jobs")).json()["items"] == []


async def test_only_the_latest_state_is_kept(session: AsyncSession) -> None:
    run_id = await job_runs.insert(session, name="test.long", title="t", total=2, subject="import:1")
    await job_runs.report(session, run_id, done=1, total=None, message=None)
    await job_runs.change_state(session, run_id, "running")
    await job_runs.store_result(session, run_id, {"created": 1})
    row = (
        await session.execute(text("SELECT state, done, total, result FROM job_runs WHERE id = :id"), {"id": run_id})
    ).one()
    assert tuple(row) == ("running", 1, 2, {"created": 1})


def test_cancelling_is_not_a_failure() -> None:
    assert not issubclass(JobCancelled, Reject)

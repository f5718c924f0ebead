"""A worker killed again and again while events fan out: every subscriber takes effect once, nothing is lost."""

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from installation import Installation, wait_until
from tradewind.kernel.database import Database
from tradewind.settings import Settings

pytestmark = pytest.mark.crash
LEADS = 300
KILLS = 6


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    home = tmp_path / "home"
    home.mkdir()
    running = Installation(home, environment={"TRADEWIND_JOB_HEARTBEAT_SECONDS": "2"})
    running.start("migrate").wait(60)
    running.start("web")
    running.wait_ready()
    yield running
    running.stop()


def query(home: Path, sql: str) -> list[tuple]:
    """Read as the owner, across organisations."""

    async def run() -> list[tuple]:
        database = Database(Settings(home=home, _env_file=None))
        database.start_server()
        async with database.owner_connection() as connection:
            rows = [tuple(row) for row in await connection.execute(text(sql))]
        if database.embedded is not None:
            database.embedded.stop()
        return rows

    return asyncio.run(run())


def waiting(home: Path) -> int:
    return query(home, "SELECT count(*) FROM pgqueuer WHERE status IN ('queued', 'picked')")[0][0]


def test_every_event_takes_effect_once(installation: Installation) -> None:
    client = installation.signed_up()
    for number in range(LEADS):
        body = {"full_name": f"Lead {number}", "email": f"lead{number}@customers.example"}
        answer = client.post("/api/v1/leads", json=body)
        assert answer.status_code == httpx.codes.CREATED, answer.text
    published = query(
        installation.home,
        "SELECT entrypoint, convert_from(payload, 'utf8')::jsonb->'payload'->>'id' FROM pgqueuer "
        "WHERE entrypoint LIKE 'leads.lead_created->%'",
    )
    subscribers = {name.split("->")[1] for name, _ in published}
    assert len(published) == LEADS * len(subscribers) > 0

    for _ in range(KILLS):
        before = waiting(installation.home)
        worker = installation.start("worker")
        wait_until(lambda before=before: waiting(installation.home) < before, what="the worker to make progress")
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        if waiting(installation.home) == 0:
            break
    installation.start("worker")
    wait_until(lambda: waiting(installation.home) == 0, seconds=120, what="the queue to empty")

    processed = query(
        installation.home, "SELECT subscriber, event_id::text, count(*) FROM processed_events GROUP BY 1, 2"
    )
    done = {(subscriber, event) for subscriber, event, _ in processed}
    missing = [(name, event) for name, event in published if (name.split("->")[1], event) not in done]
    assert missing == []
    assert all(count == 1 for _, _, count in processed)
    assert query(installation.home, "SELECT name, error_message FROM dead_jobs") == []
    assert query(installation.home, "SELECT count(*) FROM leads")[0][0] == LEADS
    doubled = query(
        installation.home,
        "SELECT lead_id, kind, count(*) FROM activities WHERE kind IN ('lead.created', 'lead.assigned') "
        "GROUP BY 1, 2 HAVING count(*) > 1",
    )
    assert doubled == [], "an effect on the timeline was doubled"

"""A worker killed again and again while events fan out: every subscriber takes effect once, nothing is lost."""

import os
import signal

import httpx
import pytest

from installation import Installation, wait_until

pytestmark = pytest.mark.crash
LEADS = 300
KILLS = 6


@pytest.fixture
def installation(install) -> Installation:
    running = install(TRADEWIND_JOB_HEARTBEAT_SECONDS="1")
    running.start("web")
    running.wait_ready()
    return running


def waiting(installation: Installation) -> int:
    return installation.query("SELECT count(*) FROM pgqueuer WHERE status IN ('queued', 'picked')")[0][0]


def test_every_event_takes_effect_once(installation: Installation) -> None:
    client = installation.signed_up()
    for number in range(LEADS):
        body = {"full_name": f"Lead {number}", "email": f"lead{number}@customers.example"}
        answer = client.post("/api/v1/leads", json=body)
        assert answer.status_code == httpx.codes.CREATED, answer.text
    published = installation.query(
        "SELECT entrypoint, convert_from(payload, 'utf8')::jsonb->'payload'->>'id' FROM pgqueuer "
        "WHERE entrypoint LIKE 'leads.lead_created->%'",
    )
    subscribers = {name.split("->")[1] for name, _ in published}
    assert len(published) == LEADS * len(subscribers) > 0

    for _ in range(KILLS):
        before = waiting(installation)
        worker = installation.start("worker")
        wait_until(lambda before=before: waiting(installation) < before, what="the worker to make progress")
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        if waiting(installation) == 0:
            break
    installation.start("worker")
    wait_until(lambda: waiting(installation) == 0, seconds=120, what="the queue to empty")

    processed = installation.query("SELECT subscriber, event_id::text, count(*) FROM processed_events GROUP BY 1, 2")
    done = {(subscriber, event) for subscriber, event, _ in processed}
    missing = [(name, event) for name, event in published if (name.split("->")[1], event) not in done]
    assert missing == []
    assert all(count == 1 for _, _, count in processed)
    assert installation.query("SELECT name, error_message FROM dead_jobs") == []
    assert installation.query("SELECT count(*) FROM leads")[0][0] == LEADS
    doubled = installation.query(
        "SELECT lead_id, kind, count(*) FROM activities WHERE kind IN ('lead.created', 'lead.assigned') "
        "GROUP BY 1, 2 HAVING count(*) > 1",
    )
    assert doubled == [], "an effect on the timeline was doubled"

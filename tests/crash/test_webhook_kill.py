"""A worker killed while webhooks are under way: every message arrives, repetitions carry the same id."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from installation import Installation, free_port, wait_until

pytestmark = pytest.mark.crash
LEADS = 60
RECEIVER = Path(__file__).parents[1] / "modules" / "webhooks" / "receiver.py"


@pytest.fixture
def installation(install) -> Installation:
    running = install(TRADEWIND_JOB_HEARTBEAT_SECONDS="1", TRADEWIND_WEBHOOKS_ALLOW_LOCALHOST="true")
    running.start("web")
    running.wait_ready()
    return running


@pytest.fixture
def receiver() -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen([sys.executable, str(RECEIVER), str(port)])
    yield f"http://127.0.0.1:{port}"
    process.kill()
    process.wait()


def received(url: str, path: str) -> Counter[str]:
    """How often each webhook-id came to a path."""
    found = httpx.get(f"{url}/received", trust_env=False, timeout=30).json()
    return Counter(request["headers"]["webhook-id"] for request in found if request["path"] == path)


def stored_ids(client: httpx.Client) -> set[str]:
    """The webhook-ids of all deliveries in the log."""
    ids: set[str] = set()
    cursor = None
    while True:
        query = {"limit": 100, **({"cursor": cursor} if cursor else {})}
        page = client.get("/api/v1/webhook-deliveries", params=query).json()
        ids |= {"msg_" + entry["message_id"].replace("-", "") for entry in page["items"]}
        cursor = page["next_cursor"]
        if cursor is None:
            return ids


def test_nothing_is_lost(installation: Installation, receiver: str) -> None:
    client = installation.signed_up()
    for path in ("ok", "slow"):
        body = {"url": f"{receiver}/{path}", "event_types": ["lead.created"]}
        assert client.post("/api/v1/webhook-endpoints", json=body).status_code == httpx.codes.CREATED
    for number in range(LEADS):
        answer = client.post("/api/v1/leads", json={"full_name": f"Lead {number}"})
        assert answer.status_code == httpx.codes.CREATED, answer.text

    # The slow receiver does not answer yet: at this moment requests to it are open, and claims are held.
    worker = installation.start("worker")
    wait_until(lambda: bool(received(receiver, "/slow")), what="a request to be open")
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    held = client.get("/api/v1/webhook-deliveries", params={"state": "sending"}).json()["items"]
    assert held, "the kill came when nothing was under way"
    httpx.post(f"{receiver}/release", timeout=60, trust_env=False).raise_for_status()

    installation.start("worker")
    wait_until(lambda: len(received(receiver, "/ok")) == LEADS, seconds=180, what="all messages to arrive")
    wait_until(lambda: len(received(receiver, "/slow")) == LEADS, seconds=180, what="all slow ones to arrive")
    assert received(receiver, "/ok").keys() == received(receiver, "/slow").keys() == stored_ids(client)
    # What was sent and not recorded goes out again under the id it had.
    wait_until(lambda: max(received(receiver, "/slow").values()) > 1, seconds=180, what="a repetition")

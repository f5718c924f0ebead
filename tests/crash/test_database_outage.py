"""The database goes away and comes back: requests say so, nothing needs a restart, workers resume."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from installation import Installation, wait_until
from tradewind.kernel.database.embedded import EmbeddedServer

pytestmark = pytest.mark.crash


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    home = tmp_path / "home"
    home.mkdir()
    running = Installation(home)
    yield running
    running.stop()


def stop_server(server: EmbeddedServer) -> None:
    """Take the database away as a crash would."""
    server._run("pg_ctl", "stop", "-D", str(server.data), "-m", "immediate", "-w")


def test_requests_get_503_and_workers_resume(installation: Installation) -> None:
    installation.start("migrate").wait(60)
    installation.start("web")
    installation.start("worker")
    installation.wait_ready()
    client = installation.signed_up()
    server = EmbeddedServer(installation.home)
    stop_server(server)

    answer = client.get("/api/v1/leads")
    assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE, answer.text
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.get("/health/live").status_code == httpx.codes.OK
    assert client.get("/health/ready").status_code == httpx.codes.SERVICE_UNAVAILABLE

    server.start()
    try:
        wait_until(installation.is_ready, what="the web role to find the database again")
        created = client.post("/api/v1/leads", json={"full_name": "After The Storm", "email": "after@storm.example"})
        assert created.status_code == httpx.codes.CREATED, created.text

        def worked() -> bool:
            kinds = client.get(f"/api/v1/leads/{created.json()['id']}").json()
            return kinds["score"] is not None

        wait_until(worked, what="the worker to score the new lead")
    finally:
        server.stop()
    assert all(process.poll() is None for process in installation.processes[1:])


def test_up_says_that_its_port_is_taken_and_starts_a_dead_database_again(installation: Installation) -> None:
    installation.start("up")
    installation.wait_ready()
    second = installation.start("up")
    assert second.wait(60) != 0
    assert "in use" in installation.log.read_text()

    client = installation.signed_up()
    stop_server(EmbeddedServer(installation.home))
    wait_until(installation.is_ready, what="the database to be started again")
    assert client.get("/api/v1/leads").status_code == httpx.codes.OK
    client.post("/api/v1/leads", json={"full_name": "Counted Once"}).raise_for_status()
    # The worker has no port here: its figures come through the web role, to whom asks it without a proxy.
    figures = f"{installation.url}/metrics"
    wait_until(
        lambda: "tradewind_jobs_total" in httpx.get(figures, timeout=60, trust_env=False).text,
        what="the worker's figures",
    )

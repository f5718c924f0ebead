"""Killed between a booking and what follows from it: one meeting, one invitation each, one calendar event."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from tests.modules.meetings.peers.radicale import PASSWORD, USER, Radicale

from installation import Installation, wait_until

pytestmark = pytest.mark.crash
WAITING = "SELECT count(*) FROM pgqueuer WHERE status IN ('queued', 'picked') AND execute_after < now() + '1 minute'"

LATER = """
    SELECT entrypoint, count(*) FROM pgqueuer
    WHERE entrypoint LIKE 'meetings.%' AND execute_after > now() + '1 minute' GROUP BY 1
"""


@pytest.fixture
def radicale(tmp_path: Path) -> Iterator[Radicale]:
    server = Radicale(tmp_path)
    server.start()
    server.add_calendar("work", "Work")
    yield server
    server.stop()


@pytest.fixture
def installation(install) -> Installation:
    return install(TRADEWIND_JOB_HEARTBEAT_SECONDS="1", TRADEWIND_CALENDARS_ALLOW_LOCALHOST="true")


def kill(process) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def waiting(installation: Installation) -> int:
    return installation.query(WAITING)[0][0]


def test_a_booking_takes_effect_once(installation: Installation, radicale: Radicale) -> None:
    web = installation.start("web")
    installation.wait_ready()
    client = installation.signed_up()
    account = {"kind": "caldav", "settings": {"url": radicale.url, "username": USER}, "password": PASSWORD}
    connected = client.post("/api/v1/calendar-connections", json=account)
    assert connected.status_code == httpx.codes.CREATED, connected.text
    assert connected.json()["calendars"][0]["takes_meetings"]
    kind = client.post("/api/v1/event-types", json={"title": "Demo", "minimum_notice": 0}).json()
    page = "/api/v1/booking" + kind["path"].removeprefix("/book")
    begin = datetime.now(UTC) + timedelta(days=3)
    span = {"start": begin.isoformat(), "end": (begin + timedelta(days=5)).isoformat()}
    stranger = installation.client()
    starts_at = stranger.get(f"{page}/slots", params=span).json()["slots"][0]["starts_at"]

    def book() -> str:
        guest = {"name": "Ada", "email": "ada@example.com", "starts_at": starts_at}
        answer = stranger.post(f"{page}/bookings", json=guest, headers={"Idempotency-Key": "tab-1-of-ada"})
        assert answer.status_code == httpx.codes.CREATED, answer.text
        return answer.json()["meeting_id"]

    booked = book()
    kill(web)
    assert waiting(installation) > 0, "nothing was left to do"
    # The event is in the calendar the moment the worker dies: whether it wrote that down is open.
    worker = installation.start("worker")
    wait_until(lambda: bool(radicale.texts("work")), what="the event in the calendar")
    kill(worker)

    installation.start("web")
    installation.start("worker")
    installation.wait_ready()
    assert book() == booked, "the same booking, sent again"
    wait_until(lambda: waiting(installation) == 0, what="all that follows")
    meetings = client.get("/api/v1/meetings").json()["items"]
    assert [one["id"] for one in meetings] == [booked]
    mails = client.get("/api/v1/mail-sink").json()["items"]
    assert Counter(one["to_email"] for one in mails if one["kind"].startswith("meeting")) == {
        "ada@example.com": 1, "founder@people.example": 1,
    }  # fmt: skip
    [event] = radicale.texts("work")
    assert event.count("BEGIN:VEVENT") == 1
    assert f"UID:{booked}@tradewind" in event
    assert len(client.get("/api/v1/leads").json()["items"]) == 1
    planned = installation.query(LATER)
    assert dict(planned) == {"meetings.remind": 2, "meetings.end": 1}

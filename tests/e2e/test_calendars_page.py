"""A calendar connected in the browser; a real worker then writes, moves and removes the meeting in a real Radicale."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect
from tests.modules.meetings.peers.radicale import PASSWORD as CALENDAR_PASSWORD
from tests.modules.meetings.peers.radicale import USER, Radicale

from installation import PASSWORD, Installation, wait_until

pytestmark = pytest.mark.browser


@pytest.fixture
def radicale(tmp_path: Path) -> Iterator[Radicale]:
    server = Radicale(tmp_path)
    server.start()
    server.add_calendar("work", "Work")
    yield server
    server.stop()


def test_from_no_calendar_to_a_meeting_in_it(server: Installation, page: Page, radicale: Radicale) -> None:
    email = f"greta.{time.monotonic_ns()}@people.example"
    api = server.signed_up(email)
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    connect(page, radicale)
    follow(api, radicale)
    radicale.stop()
    page.get_by_role("button", name=f"More for {USER}").click()
    page.get_by_role("menuitem", name="Test and read again").click()
    expect(page.get_by_text(f"{USER} does not answer as it should")).to_be_visible()
    page.get_by_role("button", name=f"More for {USER}").click()
    page.get_by_role("menuitem", name="Disconnect").click()
    page.get_by_role("dialog").get_by_role("button", name="Disconnect").click()
    expect(page.get_by_text("No calendar is connected")).to_be_visible()
    api.close()


def connect(page: Page, radicale: Radicale) -> None:
    page.goto("/settings/calendars")
    page.get_by_role("button", name="Connect calendar").click()
    page.get_by_role("menuitem", name="CalDAV", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Server address").fill(radicale.url)
    dialog.get_by_label("User name").fill(USER)
    dialog.get_by_role("textbox", name="Password").fill("wrong")
    dialog.get_by_role("button", name="Connect", exact=True).click()
    expect(dialog.get_by_text("The server refused this user name and password.")).to_be_visible()
    dialog.get_by_role("textbox", name="Password").fill(CALENDAR_PASSWORD)
    dialog.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_role("switch", name="Write meetings into Work")).to_be_checked()
    expect(page.get_by_role("switch", name="Busy times from Work")).to_be_checked()


def follow(api: httpx.Client, radicale: Radicale) -> None:
    """Booked, moved and cancelled as a program does it; the calendar follows each time."""
    kind = api.post("/api/v1/event-types", json={"title": "Demo", "minimum_notice": 0}).json()
    now = datetime.now(UTC)
    span = {"start": now.isoformat(), "end": (now + timedelta(days=7)).isoformat()}
    slots = api.get(f"/api/v1/event-types/{kind['id']}/slots", params=span).json()["slots"]
    first, second = slots[0]["starts_at"], slots[2]["starts_at"]
    guest = {"name": "Ada Lovelace", "email": "ada@example.com", "time_zone": "Asia/Tokyo", "language": "en"}
    booked = api.post("/api/v1/meetings", json={"event_type_id": kind["id"], "starts_at": first} | guest)
    assert booked.status_code == 201, booked.text
    wait_until(lambda: _stands_at(radicale, first), what="the meeting in the calendar")
    url = f"/api/v1/meetings/{booked.json().get('meeting_id') or booked.json()['id']}"
    assert api.post(f"{url}/move", json={"starts_at": second}).is_success
    wait_until(lambda: _stands_at(radicale, second), what="the meeting at its new time")
    assert api.post(f"{url}/cancel", json={}).is_success
    wait_until(lambda: radicale.texts("work") == [], what="the meeting to leave the calendar")


def _stands_at(radicale: Radicale, moment: str) -> bool:
    start = datetime.fromisoformat(moment).astimezone(UTC)
    return [f"DTSTART:{start:%Y%m%dT%H%M%SZ}" in text for text in radicale.texts("work")] == [True]

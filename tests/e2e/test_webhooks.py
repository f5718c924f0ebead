"""Webhooks in the browser: add an endpoint, send a test, look at the answer."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from installation import PASSWORD, Installation, free_port

pytestmark = pytest.mark.browser
RECEIVER = Path(__file__).parents[1] / "modules" / "webhooks" / "receiver.py"


@pytest.fixture
def receiver() -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen([sys.executable, str(RECEIVER), str(port)])
    yield f"http://127.0.0.1:{port}"
    process.kill()
    process.wait()


def test_from_no_endpoint_to_an_answered_test(server: Installation, page: Page, receiver: str) -> None:
    email = f"mira.{time.monotonic_ns()}@people.example"
    server.signed_up(email).close()
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    story(page, receiver)


def story(page: Page, receiver: str) -> None:
    page.goto("/settings/webhooks")
    page.get_by_role("button", name="Add endpoint").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Address").fill("http://10.0.0.1/inside")
    dialog.get_by_role("textbox", name="Name").fill("Warehouse")
    dialog.get_by_label("Search events").fill("lead.created")
    dialog.get_by_role("checkbox", name="lead.created").check()
    dialog.get_by_role("button", name="Add endpoint").click()
    expect(dialog.get_by_text("The address must begin with https://")).to_be_visible()
    dialog.get_by_role("textbox", name="Address").fill(f"{receiver}/ok")
    dialog.get_by_role("button", name="Add endpoint").click()
    expect(page.get_by_role("heading", name="Warehouse", level=1)).to_be_visible()
    page.get_by_role("button", name="Send test").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text("Delivered")).to_be_visible(timeout=60_000)
    expect(drawer.get_by_text("answer of the receiver")).to_be_visible()
    page.reload()
    expect(page.get_by_role("dialog").get_by_text("webhook.ping").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"/settings/webhooks/[0-9a-f-]+$"))

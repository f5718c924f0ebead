"""A source in the browser: added, its first event seen as it arrives, a refused event with its reason, a plan."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from installation import PASSWORD, Installation

pytestmark = pytest.mark.browser


def test_from_no_source_to_its_first_event_and_a_refused_one(server: Installation, page: Page) -> None:
    email = f"mira.{time.monotonic_ns()}@people.example"
    server.signed_up(email).close()
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Sources", exact=True).click()
    page.get_by_role("button", name="Add source", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name="Server").click()
    dialog.get_by_role("textbox", name="Name").fill("Shop backend")
    dialog.get_by_role("button", name="Add source", exact=True).click()

    expect(page.get_by_role("heading", name="Waiting for the first event", exact=True)).to_be_visible()
    page.get_by_role("tab", name="curl", exact=True).click()
    command = page.get_by_role("region", name="Code to copy", exact=True).inner_text()
    address, key = re.search(r"curl (\S+)", command)[1], re.search(r"-u (\S+):", command)[1]
    with server.client() as sender:

        def send(**event: object) -> None:
            answer = sender.post(address, json=event, auth=(key, ""))
            assert answer.is_success, answer.text

        send(userId="user-42", event="Demo Requested", properties={"plan": "team", "email": "ada@example.com"})
        expect(page.get_by_role("heading", name="The first event is here", exact=True)).to_be_visible()
        page.get_by_role("button", name="Open the debugger", exact=True).click()
        events = page.get_by_role("table", name="Accepted", exact=True)
        expect(events.get_by_text("Demo Requested", exact=True)).to_be_visible()
        send(anonymousId="a-1", event="Seen Live")
        expect(events.get_by_text("Seen Live", exact=True)).to_be_visible()
        events.get_by_text("Demo Requested", exact=True).click()
        expect(page.get_by_role("dialog").get_by_text("ada@example.com")).to_be_visible()
        page.keyboard.press("Escape")

        page.get_by_text("Rejected", exact=True).click()
        expect(page.get_by_text("Nothing was rejected", exact=True)).to_be_visible()
        send(event="Nobody's")
        refused = page.get_by_role("table", name="Rejected", exact=True)
        expect(refused.get_by_text("must say whose event it is")).to_be_visible()

    page.get_by_role("tab", name="Schema", exact=True).click()
    kinds = page.get_by_role("table", name="Schema", exact=True)
    expect(kinds.get_by_text("Demo Requested", exact=True)).to_be_visible()

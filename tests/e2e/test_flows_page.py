"""A flow in the browser: begun from a template, changed by mouse and keys, talked to before it is saved, published."""

import time

import pytest
from playwright.sync_api import Page, expect

from installation import PASSWORD, Installation

pytestmark = pytest.mark.browser


def say(page: Page, text: str) -> None:
    page.get_by_label("Message of the visitor", exact=True).fill(text)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Message of the visitor", exact=True)).to_have_value("")


def test_a_flow_is_begun_changed_tried_and_published(server: Installation, page: Page, page_check) -> None:
    email = f"flora.{time.monotonic_ns()}@people.example"
    server.signed_up(email).close()
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    page.goto("/agents/flows")
    page.get_by_role("button", name="New flow", exact=True).click()
    page.get_by_label("Name").fill("Enquiries")
    page.get_by_role("radio", name="BANT", exact=True).click()
    page.get_by_role("button", name="Create flow", exact=True).click()
    expect(page.get_by_role("heading", name="Enquiries", exact=True)).to_be_visible()

    # By keys, then by mouse: the budget first.
    page.get_by_role("button", name="4. Budget").press("Alt+ArrowUp")
    page.locator("li", has=page.get_by_role("button", name="3. Budget")).locator("[draggable]").drag_to(
        page.get_by_role("button", name="1. Need")
    )
    expect(page.get_by_role("button", name="1. Budget")).to_be_visible()
    page.get_by_role("button", name="Add question", exact=True).click()
    page.get_by_role("textbox", name="Name", exact=True).fill("Industry")
    page.get_by_label("Question in English", exact=True).fill("Which industry are you in?")

    # The trial already follows what is not saved.
    page.get_by_role("button", name="Start", exact=True).click()
    trial = page.get_by_role("region", name="Trial conversation", exact=True)
    expect(trial).to_contain_text("Which budget do you have in mind?")
    say(page, "About €20,000. I'm Anna Schmidt from Acme GmbH, there are 25 of us.")
    expect(trial).to_contain_text("Team size: 25")
    expect(trial).to_contain_text("Company: Acme GmbH")
    say(page, "no, I meant 30 people")
    expect(trial).to_contain_text("Team size: 30 (corrected)")

    page.get_by_role("button", name="Save changes", exact=True).click()
    expect(page.get_by_role("button", name="Publish", exact=True)).to_be_enabled()
    page_check(page, "flow")
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_label("What changed", exact=True).fill("First")
    page.get_by_role("dialog").get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Version 1", exact=True).first).to_be_visible()
    stored = page.request.get(f"/api/v1/qualification-flows/{page.url.rpartition('/')[2]}").json()
    assert [one["key"] for one in stored["draft"]["questions"]][::8] == ["budget", "industry"]
    assert stored["published_number"] == 1

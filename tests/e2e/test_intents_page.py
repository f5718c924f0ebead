"""Intents in the browser: two intents typed, trained, asked; a suggestion accepted; a version taken back."""

import time

import pytest
from playwright.sync_api import Page, expect

from installation import PASSWORD, Installation

pytestmark = pytest.mark.browser
OPENING = "when do you open\nwhat are your opening hours\nare you open on Sunday\nuntil when are you open"
PARKING = "where can I park\nis there parking nearby\ndo you have a car park\ncan I leave my car there"


def test_intents_are_typed_trained_and_asked(server: Installation, page: Page, page_check) -> None:
    email = f"ines.{time.monotonic_ns()}@people.example"
    server.signed_up(email).close()
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Intents", exact=True).click()
    expect(page.get_by_role("button", name="Use this set: Sales and support", exact=True)).to_be_visible()

    page.get_by_role("button", name="Add a set", exact=True).click()
    page.get_by_label("Name").fill("Restaurant")
    page.get_by_role("dialog").get_by_role("button", name="Add a set", exact=True).click()
    for label, texts in (("opening", OPENING), ("parking", PARKING)):
        page.get_by_label("New intent", exact=True).fill(label)
        page.get_by_role("button", name="Add", exact=True).click()
        page.get_by_label(f"Examples of “{label}”").fill(texts)
        page.get_by_role("button", name="Add 4 examples", exact=True).click()
        expect(page.get_by_role("button", name="Remove “" + texts.splitlines()[0] + "”", exact=True)).to_be_visible()
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text("Version 1 is in use and knows all examples.")).to_be_visible()
    page.get_by_label("Message", exact=True).fill("What time do you open tomorrow?")
    answer = page.get_by_role("region", name="Try a message", exact=True)
    expect(answer.get_by_text("opening", exact=True).first).to_be_visible()
    expect(answer.get_by_text("opening ·").first).to_be_visible()
    expect(page.get_by_role("region", name="What gets confused", exact=True)).to_contain_text("Right intent")
    page_check(page, "intents")

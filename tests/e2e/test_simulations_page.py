"""Made-up visitors in the browser: a suite keeps an agent from being published until its report is good."""

import contextlib
import re
import time

import pytest
from playwright.sync_api import Page, expect

from installation import PASSWORD, Installation

pytestmark = pytest.mark.browser


def choose(page: Page, name: str, option: str) -> None:
    page.get_by_role("combobox", name=name, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def test_a_suite_fails_is_looked_into_mended_and_opens_the_gate(server: Installation, page: Page) -> None:
    email = f"sim.{time.monotonic_ns()}@people.example"
    with contextlib.closing(server.signed_up(email)) as api:
        agent = api.post("/api/v1/agents", json={"name": "Ava"}).raise_for_status().json()
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    page.goto("/agents/simulations")
    page.get_by_role("button", name="New suite", exact=True).first.click()
    page.get_by_role("textbox", name="Name", exact=True).fill("Before launch")
    choose(page, "Agent", "Ava")
    page.get_by_role("textbox", name="Times each", exact=True).fill("1")
    page.get_by_role("switch", name="Begin with").press("Space")
    page.get_by_role("button", name="Add suite", exact=True).click()

    page.get_by_role("tab", name="Visitors", exact=True).click()
    page.get_by_role("button", name="Add visitor", exact=True).first.click()
    visitor = page.get_by_role("dialog", name="New visitor", exact=True)
    visitor.get_by_role("textbox", name="Name", exact=True).fill("Asks for a price")
    visitor.get_by_role("textbox", name="What they say", exact=True).fill("What does the Starter plan cost?")
    choose(page, "Check 1", "Answered with a source")
    visitor.get_by_role("button", name="Add visitor", exact=True).click()
    expect(visitor).to_be_hidden()
    page.get_by_role("button", name="Run now", exact=True).click()
    expect(page.get_by_text("0 of 1 conversations passed", exact=True)).to_be_visible()
    expect(page.get_by_text(re.compile("^Expected .+; found .+"))).to_be_visible()
    suite = page.url
    page.get_by_role("link", name=re.compile("^Conversation 1 failed")).click()
    expect(page.get_by_text("What does the Starter plan cost?", exact=True).first).to_be_visible()

    def publish() -> None:
        page.goto(f"/agents/{agent['id']}")
        page.get_by_role("button", name="Publish", exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name="Publish", exact=True).click()

    # What is not saved is saved first.
    page.goto(f"/agents/{agent['id']}")
    page.get_by_role("textbox", name="Greeting").fill("Welcome aboard.")
    page.get_by_role("button", name="Save and publish", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Before launch").first).to_be_visible()
    page.goto(suite)
    page.get_by_role("tab", name="Visitors", exact=True).click()
    page.get_by_role("button", name="Edit Asks for a price", exact=True).click()
    choose(page, "Check 1", "Says that it is an AI")
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("button", name="Run now", exact=True).click()
    expect(page.get_by_text("1 of 1 conversations passed", exact=True)).to_be_visible()
    publish()
    expect(page.get_by_text("Talks, version 1", exact=True)).to_be_visible()

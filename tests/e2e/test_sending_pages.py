"""Guardrails in the browser: stop everything, see it in the outbox, lift it; change a rule; ask why not."""

import time

import pytest
from playwright.sync_api import Page, expect

from installation import PASSWORD, Installation

pytestmark = pytest.mark.browser


def test_stop_everything_change_a_rule_and_ask_why_not(server: Installation, page: Page) -> None:
    email = f"mira.{time.monotonic_ns()}@people.example"
    server.signed_up(email).close()
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    story(page)


def story(page: Page) -> None:
    page.goto("/settings/guardrails")
    page.get_by_role("button", name="Stop all messages").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Why").fill("Wrong prices in the mail")
    dialog.get_by_role("button", name="Stop now").click()
    expect(page.get_by_text("Wrong prices in the mail")).to_be_visible()
    expect(page.get_by_role("button", name="Stop all messages")).to_have_count(0)
    page.goto("/sending")
    expect(page.get_by_text("Sending is stopped")).to_be_visible()
    page.get_by_role("link", name="Open the guardrails").click()
    page.get_by_role("button", name="Lift, send what waits").click()
    expect(page.get_by_role("button", name="Stop all messages")).to_be_visible()

    page.get_by_role("button", name="New guardrail").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Slow start")
    dialog.get_by_label("Messages to one person, at most").fill("1")
    dialog.get_by_role("button", name="Try it on the last 30 days").click()
    expect(dialog.get_by_role("status")).to_contain_text("messages sent it would have stopped")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("At most 1 message a day: all channels")).to_be_visible()
    page.reload()
    expect(page.get_by_role("combobox", name="Mode of Slow start")).to_have_value("Takes note")

    page.get_by_label("Address").fill("stranger@people.example")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("There is no recorded basis for messages of this purpose.")).to_be_visible()

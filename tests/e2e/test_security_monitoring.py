"""Somebody guesses a password: the administrator sees the alert, unlocks the account, closes the alert."""

import contextlib
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from installation import PASSWORD, Installation

pytestmark = pytest.mark.browser


def test_from_the_alert_to_the_unlocked_account(
    server: Installation, page: Page, page_check: Callable[..., None]
) -> None:
    email = f"vera.{time.monotonic_ns()}@people.example"
    with contextlib.closing(server.signed_up(email, name="Vera Harbour")):
        page.goto("/login")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("navigation", name="Main")).to_be_visible()
        page.goto("/settings/security-monitoring")
        expect(page.get_by_text("No open alerts")).to_be_visible()
        expect(page.get_by_text("No account is locked.")).to_be_visible()
        with contextlib.closing(server.client()) as stranger:
            guesses = [
                stranger.post("/api/v1/auth/login", json={"email": email, "password": "wrong-guess"}).status_code
                for _ in range(6)
            ]
        assert guesses == [401] * 5 + [429]

        alert = page.get_by_role("listitem").filter(has_text="Account locked: Vera Harbour")

        def shown() -> None:
            page.reload()
            expect(alert).to_be_visible(timeout=3_000)

        for _ in range(20):
            with contextlib.suppress(AssertionError):
                shown()
                break
        expect(alert).to_contain_text("somebody is guessing")
        page_check(page, "settings security monitoring", widths={360: 780, 1440: 900})

        page.get_by_role("button", name="Unlock Vera Harbour").click()
        page.get_by_role("dialog").get_by_role("button", name="Unlock").click()
        expect(page.get_by_text("No account is locked.")).to_be_visible()
        alert.get_by_role("button", name="Close Account locked: Vera Harbour").click()
        dialog = page.get_by_role("dialog", name="Close this alert")
        dialog.get_by_label("Note").fill("Vera had a new keyboard")
        dialog.get_by_role("button", name="Close", exact=True).last.click()
        expect(page.get_by_text("No open alerts")).to_be_visible()
        expect(page.get_by_text("Closed by Vera Harbour")).to_contain_text("“Vera had a new keyboard”")
        page.get_by_role("button", name="Edit Access off hours").click()
        rule = page.get_by_role("dialog", name="Access off hours")
        rule.get_by_label("Working hours to").fill("18")
        rule.get_by_role("button", name="Save").click()
        expect(page.get_by_text("working hours 7:00 to 18:00")).to_be_visible()

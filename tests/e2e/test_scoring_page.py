"""Point rules in the browser: change one, see who changes band, publish, and find the reason on the lead."""

import time

import pytest
from playwright.sync_api import Page, expect

from installation import PASSWORD, Installation

pytestmark = pytest.mark.browser


def test_a_rule_is_changed_previewed_and_published(server: Installation, page: Page) -> None:
    email = f"mira.{time.monotonic_ns()}@people.example"
    api = server.signed_up(email)
    lead = {"first_name": "Ada", "email": "ada@firm.example", "job_title": "CFO"}
    lead_id = api.post("/api/v1/leads", json=lead).json()["id"]
    api.post("/api/v1/leads", json={"email": "kim@gmail.com", "external_id": "K-7"})
    api.close()
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()

    page.goto("/scoring")
    expect(page.get_by_role("heading", name="Fit and engagement", exact=True)).to_be_visible()
    page.get_by_role("link", name="Conversion", exact=True).click()
    page.get_by_role("button", name="Is an executive").click()
    page.get_by_role("textbox", name="Points", exact=True).fill("60")
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.get_by_text("1 of 2 leads (50.0 %) would change their band.")).to_be_visible()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Published; all leads are being scored")).to_be_visible()

    page.goto(f"/leads/{lead_id}")
    score = page.get_by_role("region", name="Score")
    expect(score.get_by_text("Is an executive")).to_be_visible()
    expect(score.get_by_text("Hot", exact=True)).to_be_visible()

"""Consents in the browser: a member notes one, the person leaves by one click, the lead shows why nothing is sent."""

import re
import time
from contextlib import closing

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from installation import PASSWORD, Installation

pytestmark = pytest.mark.browser


def test_from_a_noted_consent_to_an_unsubscribe_that_outlives_everything(
    server: Installation, context: BrowserContext, page: Page
) -> None:
    email = f"nora.{time.monotonic_ns()}@people.example"
    with closing(server.signed_up(email)) as api:
        lead = api.post("/api/v1/leads", json={"first_name": "Ada", "email": "ada@example.com"}).json()
        form = {"address": "ada@example.com", "purpose": "marketing", "source": "form", "language": "en"}
        api.post("/api/v1/consents", json={"changes": [form]}).raise_for_status()
        deadline = time.monotonic() + 60
        while not (
            mails := [m for m in api.get("/api/v1/mail-sink").json()["items"] if m["kind"] == "confirm_consent"]
        ):
            assert time.monotonic() < deadline, "the mail did not come"
        confirm = mails[0]["link"]
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    story(context, page, lead["id"], re.sub(r"^https?://[^/]+", "", confirm))


def story(context: BrowserContext, page: Page, lead_id: str, confirm: str) -> None:
    stranger = context.new_page()
    stranger.goto(confirm)
    stranger.get_by_role("button", name="Yes, that was me", exact=True).click()
    expect(stranger.get_by_role("heading", name="Thank you, confirmed", exact=True)).to_be_visible()
    stranger.get_by_role("link", name="Deutsch", exact=True).click()
    expect(stranger.get_by_role("heading", name="Danke, bestätigt", exact=True)).to_be_visible()
    stranger.close()
    page.goto(f"/leads/{lead_id}")
    card = page.get_by_role("region", name="Consent", exact=True)
    expect(card.get_by_text("Agreed to “Newsletter and offers”", exact=True)).to_be_visible()
    card.get_by_role("button", name="Note a consent for E-mail", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Purpose").click()
    page.get_by_role("option", name="Personal contact", exact=True).click()
    dialog.get_by_role("button", name="Record", exact=True).click()
    expect(dialog.get_by_text("Say how the consent is known", exact=True)).to_be_visible()
    dialog.get_by_role("textbox", name="How it is known").fill("Said so at the fair")
    dialog.get_by_role("button", name="Record", exact=True).click()
    expect(card.get_by_text("Proof: Said so at the fair", exact=True)).to_be_visible()
    card.get_by_role("button", name="Stop everything for E-mail", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Stop everything", exact=True).click()
    expect(card.get_by_text("Unsubscribed from everything", exact=True)).to_be_visible()
    page.goto("/settings/privacy")
    page.get_by_role("textbox", name="Whole address or number", exact=True).fill("ADA@example.com")
    row = page.get_by_role("row", name=re.compile("ada@example.com"))
    expect(row.get_by_text("Unsubscribed", exact=True)).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()
    dialog = page.get_by_role("dialog")
    with page.expect_file_chooser() as chooser:
        dialog.get_by_role("button", name="File").click()
    list_file = {"name": "old.csv", "mimeType": "text/csv", "buffer": b"email\nbob@example.com\nnobody\n"}
    chooser.value.set_files(list_file)
    dialog.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("1 contact point was added", exact=True)).to_be_visible()
    expect(page.get_by_text("Line 3: nobody", exact=True)).to_be_visible()

"""A mail in the browser: begun from the library, changed by mouse and keys, undone, seen by others, published."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from installation import PASSWORD, Installation

pytestmark = pytest.mark.browser


def test_a_mail_is_begun_changed_undone_seen_and_published(server: Installation, page: Page, page_check) -> None:
    email = f"maya.{time.monotonic_ns()}@people.example"
    api = server.signed_up(email)
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    page.goto("/email/templates?settings=true")
    page.get_by_label("Postal address", exact=True).fill("1 High Street, London")
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("button", name="New template", exact=True).click()
    page.get_by_label("Name").fill("Hello")
    page.get_by_role("radio", name="Welcome", exact=True).click()
    page.get_by_role("button", name="Create template", exact=True).click()
    expect(page.get_by_role("heading", name="Hello", exact=True)).to_be_visible()
    # What the library leaves to fill in keeps the mail from being published.
    expect(page.get_by_text("leads to a placeholder").first).to_be_visible()
    expect(page.get_by_role("button", name="Publish", exact=True)).to_be_disabled()

    mail = page.frame_locator("iframe:not([aria-hidden])")
    expect(mail.get_by_role("heading", name="Good to have you here, Alex")).to_be_visible()
    page.get_by_label("Subject", exact=True).fill("Hi {{ person.first_name }}")
    expect(page.get_by_text("Hi Alex", exact=True)).to_be_visible()

    # By keys, by mouse, by the menu; then two steps back and one forth.
    blocks = page.get_by_role("list", name="Blocks", exact=True)
    names = blocks.locator("> li button[aria-keyshortcuts]")
    page.get_by_role("button", name="Button Set up your account").press("Alt+ArrowUp")
    expect(names.nth(1)).to_contain_text("Set up your account")
    blocks.locator("> li").nth(1).locator("[draggable]").drag_to(names.nth(0))
    expect(names.nth(0)).to_contain_text("Set up your account")
    page.get_by_role("button", name="More for Set up your account", exact=True).click()
    page.get_by_role("menuitem", name="Move down", exact=True).click()
    expect(names.nth(1)).to_contain_text("Set up your account")
    page.get_by_role("button", name="Undo", exact=True).click()
    page.get_by_role("button", name="Undo", exact=True).click()
    page.get_by_role("button", name="Redo", exact=True).click()
    expect(names.nth(0)).to_contain_text("Set up your account")

    # A block that is open stays open in the other language.
    page.get_by_role("button", name=re.compile("^Button ")).click()
    for _ in ("en", "de"):
        page.get_by_label("Leads to", exact=True).fill("https://www.acme-robotics.com/start")
        page.get_by_role("radiogroup", name="Language", exact=True).get_by_text("DE", exact=True).click()
    expect(page.get_by_text(re.compile("^Saved"))).to_be_visible()
    expect(page.get_by_role("button", name="Publish", exact=True)).to_be_enabled()
    page_check(page, "mail-template")
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Published 1", exact=True)).to_be_visible()
    [stored] = api.get("/api/v1/mail-templates").json()["items"]
    assert (stored["published_number"], stored["subject"]) == (1, "Hi {{ person.first_name }}")
    api.close()

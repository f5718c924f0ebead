"""A first campaign as a new user meets it: from a segment made in place to mails, a winner, and who got none."""

import re
import time
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from installation import PASSWORD, Installation

pytestmark = pytest.mark.browser
PEOPLE = ("Ada Okafor", "Bo Lindqvist", "Cem Aydin", "Dee Marsh")
MAILS = ("Short and plain", "A question first")


@pytest.fixture
def owner(server: Installation, page: Page) -> httpx.Client:
    """The API of a new organisation whose administrator is signed in to the browser."""
    email = f"kim.{time.monotonic_ns()}@people.example"
    client = server.signed_up(email)
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    return client


def prepared(owner: httpx.Client) -> None:
    """Four people from a fair, of whom three agreed to mails, and messages at any hour of the day."""
    for name in PEOPLE:
        first, last = name.split()
        lead = {"first_name": first, "last_name": last, "email": f"{first.lower()}@fernbrook.example", "source": "Fair"}
        owner.post("/api/v1/leads", json=lead).raise_for_status()
    changes = [
        {"address": f"{name.split()[0].lower()}@fernbrook.example", "purpose": "marketing", "proof": {"text": "Yes"}}
        for name in PEOPLE[:3]
    ]
    owner.post("/api/v1/consents", json={"changes": changes}).raise_for_status()
    for policy in owner.get("/api/v1/sending/policies").raise_for_status().json()["items"]:
        if policy["settings"]["rule"] == "hours":
            changed = {"name": policy["name"], "mode": "off", "settings": policy["settings"]}
            owner.put(f"/api/v1/sending/policies/{policy['key']}", json=changed).raise_for_status()


def mail_made(owner: httpx.Client, name: str) -> None:
    """A mail template, not published yet: without a postal address it cannot be."""
    blocks = [
        {"id": "hello", "kind": "text", "html": "<p>Hello {{ person.first_name }}, thank you for coming by.</p>"},
        {"id": "footer", "kind": "footer", "text": "You get this mail because we met at the fair."},
    ]
    mail = {"subject": name, "blocks": blocks, "fallbacks": {"person.first_name": "there"}}
    content = {"default_language": "en", "languages": {"en": mail}}
    owner.post("/api/v1/mail-templates", json={"name": name, "content": content}).raise_for_status()


def choose(page: Page, label: str, option: str, nth: int = 0) -> None:
    page.get_by_role("combobox", name=label, exact=True).nth(nth).click()
    page.get_by_role("option", name=re.compile(f"^{re.escape(option)}")).click()


def test_a_first_campaign_from_segment_to_winner(page: Page, owner: httpx.Client, page_check: Any) -> None:
    prepared(owner)
    page.goto("/campaigns")
    page.get_by_role("button", name="New campaign", exact=True).click()
    page.get_by_label("Name").fill("After the fair")
    page.get_by_role("radio", name="Announcement", exact=True).check()
    page.get_by_role("button", name="Create campaign", exact=True).click()
    expect(page.get_by_role("radio", name="Click", exact=True)).to_be_checked()
    page.get_by_label("People who reach it").fill("2")
    page.get_by_role("button", name="Next: Audience", exact=True).click()

    # No segment yet: one is made in place, and at once it is known who cannot be reached.
    page.get_by_role("button", name="New segment", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("From the fair")
    dialog.get_by_role("button", name="Condition", exact=True).click()
    choose(page, "Field", "Source")
    dialog.get_by_role("combobox", name="Value of Source").fill("Fair")
    expect(dialog.get_by_text("4 people now")).to_be_visible()
    dialog.get_by_role("button", name="Create segment", exact=True).click()
    reach = page.get_by_role("region", name="Reach", exact=True)
    expect(reach.get_by_text("reached, of 4 people in the audience")).to_be_visible()
    expect(reach.get_by_role("listitem").filter(has_text="No consent")).to_contain_text("1")

    # No template yet: the library is offered; then two ways of saying it, against each other.
    page.get_by_role("button", name="Next: Content", exact=True).click()
    expect(page.get_by_text("No mail templates yet")).to_be_visible()
    for name in MAILS:
        mail_made(owner, name)
    page.reload()
    choose(page, "Mail", MAILS[0])
    page.get_by_role("button", name="Add a variant to compare (A/B)", exact=True).click()
    choose(page, "Mail", MAILS[1], nth=1)
    expect(page.frame_locator("iframe:not([aria-hidden])").get_by_text("thank you for coming by")).to_be_visible()
    page.get_by_role("radio", name="Fixed shares", exact=True).check()
    page.get_by_role("button", name="Next: Schedule", exact=True).click()
    page.get_by_role("button", name="Next: Review", exact=True).click()

    # What is missing is said, and put right from here; nothing is lost on the way.
    expect(page.get_by_role("button", name="Launch", exact=True)).to_be_disabled()
    expect(page.get_by_text("No sender leads outside")).to_be_visible()
    page.get_by_role("button", name="Give the address", exact=True).click()
    page.get_by_role("dialog").get_by_label("Postal address").fill("Pier 4, 20457 Hamburg")
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("region", name="Checks").get_by_role("link", name="Content", exact=True).first.click()
    for _ in MAILS:
        published = page.get_by_text("is published")
        before = published.count()
        page.get_by_role("button", name="Publish", exact=True).first.click()
        expect(published).to_have_count(before + 1)
    page.go_back()
    expect(page.get_by_role("heading", name="Ready to launch", exact=True)).to_be_visible()
    page_check(page, "campaign review")
    page.get_by_role("button", name="Launch", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Launch now", exact=True).click()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()

    # Seen in the sink; one click in a mail ends it for that person.
    expect(page.get_by_text("3 delivered", exact=True)).to_be_visible()
    page.goto("/settings/mail")
    for first in ("bo", "cem"):
        expect(page.get_by_role("button").filter(has_text=f"{first}@fernbrook.example")).to_be_visible()
    expect(page.get_by_role("button").filter(has_text="dee@fernbrook.example")).to_have_count(0)
    page.get_by_role("button").filter(has_text="ada@fernbrook.example").click()
    body = page.get_by_text("Hello Ada, thank you for coming by.")
    expect(body).to_be_visible()
    link = re.search(r"https?://\S+/u/\S+", body.inner_text())
    assert link, body.inner_text()
    page.goto(link[0])
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("unsubscribed", ignore_case=True)

    # Who got nothing, and why; then one variant for everybody.
    page.goto("/campaigns")
    page.get_by_role("link", name="After the fair", exact=True).click()
    page.get_by_role("tab", name="People", exact=True).click()
    expect(page.get_by_role("row").filter(has_text="No consent")).to_contain_text("1")
    page.get_by_role("link", name="Open in the outbox", exact=True).click()
    expect(page.get_by_role("row").filter(has_text="dee@fernbrook.example")).to_contain_text("no recorded basis")
    page.go_back()
    page.get_by_role("tab", name="Variants", exact=True).click()
    page.get_by_role("button", name="Choose A question first for everybody", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Choose", exact=True).click()
    expect(page.get_by_text("Everybody gets “A question first” since")).to_be_visible()

"""The journey builder as a person uses it: ten steps dragged and joined, mended, rehearsed, launched."""

import time
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from installation import PASSWORD, Installation

pytestmark = pytest.mark.browser
# The canvas moves for a moment after its steps were arranged.
STILL = """element => new Promise(resolve => {
  const place = () => JSON.stringify(element.getBoundingClientRect())
  const before = place()
  setTimeout(() => resolve(place() === before), 100)
})"""


@pytest.fixture
def owner(server: Installation, page: Page) -> httpx.Client:
    """The API of a new organisation whose administrator is signed in to the browser."""
    email = f"jo.{time.monotonic_ns()}@people.example"
    client = server.signed_up(email)
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    return client


def prepared(owner: httpx.Client) -> None:
    """A segment with three people, and a mail template that is published."""
    for name in ("Ada Okafor", "Bo Lindqvist", "Cem Aydin"):
        first, last = name.split()
        lead = {"first_name": first, "last_name": last, "email": f"{first.lower()}@fernbrook.example", "source": "Fair"}
        owner.post("/api/v1/leads", json=lead).raise_for_status()
        consent = {"address": lead["email"], "purpose": "marketing", "proof": {"text": "Yes, write to me"}}
        owner.post("/api/v1/consents", json={"changes": [consent]}).raise_for_status()
    condition = {"field": "source", "op": "eq", "value": "Fair"}
    segment = {"name": "From the fair", "kind": "dynamic", "condition": condition}
    owner.post("/api/v1/segments", json=segment).raise_for_status()
    facts = {"company_name": "Harbour Robotics", "postal_address": "Pier 4, 20457 Hamburg"}
    read = owner.get("/api/v1/mail-settings").raise_for_status()
    owner.patch("/api/v1/mail-settings", json=facts, headers={"If-Match": read.headers["ETag"]}).raise_for_status()
    blocks = [
        {"id": "hello", "kind": "text", "html": "<p>Hello {{ person.first_name }}, thank you for coming by.</p>"},
        {"id": "footer", "kind": "footer", "text": "You get this mail because we met at the fair."},
    ]
    mail = {"subject": "Thank you for coming by", "blocks": blocks, "fallbacks": {"person.first_name": "there"}}
    made = {"name": "Hello from the fair", "content": {"default_language": "en", "languages": {"en": mail}}}
    template = owner.post("/api/v1/mail-templates", json=made).raise_for_status().json()
    owner.post(f"/api/v1/mail-templates/{template['id']}/publish", json={}).raise_for_status()


def step(page: Page, name: str) -> Locator:
    """A step on the canvas."""
    return page.locator(".react-flow__node").filter(has_text=name).first


def piece(page: Page, kind: str) -> Locator:
    """A piece of the palette."""
    return page.get_by_role("complementary", name="Steps to add").get_by_role("button", name=kind, exact=True)


def put_between(page: Page, kind: str, before: str, after: str) -> Locator:
    """Drag a piece onto the way between two steps; returns the form of the new step, which opens by itself."""
    way = page.get_by_role("button", name=f"Add a step between “{before}” and “{after}”", exact=True)
    page.wait_for_function(STILL, arg=way.element_handle())
    # The button shows itself on hover only; a dragged piece is dropped on the way behind it.
    piece(page, kind).drag_to(way, force=True)
    opened = page.get_by_role("region", name="Step", exact=True)
    expect(opened.get_by_role("heading", name=kind, exact=True)).to_be_visible()
    into = f"Add a step between “{before}” and “{kind}”"
    expect(page.get_by_role("button", name=into, exact=True)).to_be_attached()
    page.get_by_role("button", name="Arrange", exact=True).click()
    return opened


def choose(page: Page, opened: Locator, label: str, option: str) -> None:
    """Choose from a list of the form."""
    opened.get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def test_ten_steps_are_dragged_mended_rehearsed_and_launched(page: Page, owner: httpx.Client, page_check: Any) -> None:
    prepared(owner)
    page.goto("/journeys")
    page.get_by_role("button", name="New journey", exact=True).click()
    page.get_by_label("Name").fill("After the fair")
    page.get_by_role("button", name="Create journey", exact=True).click()
    expect(page.get_by_role("heading", name="After the fair", exact=True)).to_be_visible()
    pane = page.locator(".react-flow__pane")

    # Two steps joined by a line drawn from one to the other, everything else dropped where it belongs.
    piece(page, "Trigger").drag_to(pane, target_position={"x": 200, "y": 80})
    opened = page.get_by_role("region", name="Step", exact=True)
    choose(page, opened, "Segment", "From the fair")
    opened.get_by_label("Also who is in the segment at the launch").check()
    piece(page, "Exit").drag_to(pane, target_position={"x": 200, "y": 360})
    step(page, "Trigger").locator(".source").drag_to(step(page, "Exit").locator(".target"))

    opened = put_between(page, "Send a message", "Trigger", "Exit")
    choose(page, opened, "Mail template", "Hello from the fair")
    put_between(page, "Wait", "Send a message", "Exit")
    opened = put_between(page, "Branch", "Wait", "Exit")
    opened.get_by_role("button", name="Condition", exact=True).click()
    choose(page, opened, "Field", "Source")
    opened.get_by_role("combobox", name="Value of Source").fill("Fair")
    opened = put_between(page, "Create a task", "Branch: Yes", "Exit")
    opened.get_by_label("What is to be done").fill("Call them")
    opened = put_between(page, "Split", "Create a task", "Exit")
    choose(page, opened, "“Variant B” leads to", "Exit (n2)")
    opened = put_between(page, "Change the person", "Split: Variant A", "Exit")
    choose(page, opened, "Status", "Contacted")
    opened = put_between(page, "Wait for a score", "Change the person", "Exit")
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        choose(page, opened, "“Time over” leads to", "Exit (n2)")

    # What is wrong is said, and leads to where it can be mended; here without a mouse on the canvas.
    page.get_by_role("button", name="1 problem", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="“no” leads nowhere").click()
    page.get_by_text("Outline", exact=True).click()
    page.get_by_role("button", name="Add a step here", exact=True).click()
    page.get_by_role("menuitem", name="Goal", exact=True).click()
    expect(page.get_by_role("button", name="1 problem", exact=True)).to_be_hidden()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_role("button", name="1 problem", exact=True)).to_be_visible()
    page.get_by_role("button", name="Redo", exact=True).click()
    page.get_by_text("Canvas", exact=True).click()
    expect(page.locator(".react-flow__node")).to_have_count(10)
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.reload()
    expect(page.locator(".react-flow__node")).to_have_count(10)
    page_check(page, "journey builder")

    parts = page.get_by_role("tablist", name="Parts of the journey")
    parts.get_by_role("tab", name="Rehearsal", exact=True).click()
    page.get_by_role("button", name="Rehearse", exact=True).click()
    expect(page.get_by_text("Passed", exact=True)).to_be_visible()
    expect(page.get_by_role("table").get_by_text("Send a message")).to_be_visible()

    page.get_by_role("button", name="Launch", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Launch", exact=True).click()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    parts.get_by_role("tab", name="People", exact=True).click()
    row = page.get_by_role("row").filter(has_text="Ada Okafor")
    # At the latest, the look of the next minute moves her.
    expect(row).to_contain_text("Wait", timeout=90_000)
    row.get_by_role("button", name="Why is Ada Okafor here?").click()
    expect(page.get_by_role("dialog")).to_contain_text("Send a message")

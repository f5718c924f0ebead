"""The journey builder as a person uses it: ten steps dragged and joined, mended, rehearsed, launched."""

import time
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from installation import PASSWORD, Installation

pytestmark = pytest.mark.browser


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
    condition = {"field": "source", "op": "eq", "value": "Fair"}
    segment = {"name": "From the fair", "kind": "dynamic", "condition": condition}
    owner.post("/api/v1/segments", json=segment).raise_for_status()
    facts = {"company_name": "Harbour Robotics", "postal_address": "Pier 4, 20457 Hamburg"}
    read = owner.get("/api/v1/mail-settings").raise_for_status()
    owner.patch("/api/v1/mail-settings", json=facts, headers={"If-Match": read.headers["ETag"]}).raise_for_status()
    made: dict[str, Any] = {"name": "Hello from the fair", "library": "welcome"}
    template = owner.post("/api/v1/mail-templates", json=made).raise_for_status().json()
    owner.post(f"/api/v1/mail-templates/{template['id']}/publish", json={}).raise_for_status()


def step(page: Page, name: str) -> Locator:
    return page.locator(".react-flow__node").filter(has_text=name).first


def drop(page: Page, kind: str, *, x: int, y: int) -> None:
    """Drag a piece of the palette to a place of the canvas."""
    pieces = page.get_by_role("complementary", name="Steps to add")
    pieces.get_by_role("button", name=kind, exact=True).drag_to(
        page.locator(".react-flow__pane"), target_position={"x": x, "y": y}
    )


def drop_on_way(page: Page, kind: str, way: str) -> None:
    """Drag a piece onto the way between two steps: it goes in between."""
    pieces = page.get_by_role("complementary", name="Steps to add")
    target = page.get_by_role("button", name=way, exact=True).locator("xpath=..")
    pieces.get_by_role("button", name=kind, exact=True).drag_to(target, force=True)


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("region", name="Step").get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def test_ten_steps_are_dragged_mended_rehearsed_and_launched(
    page: Page, owner: httpx.Client, page_check: Any
) -> None:
    prepared(owner)
    page.goto("/journeys")
    page.get_by_role("button", name="New journey", exact=True).click()
    page.get_by_label("Name").fill("After the fair")
    page.get_by_role("button", name="Create journey", exact=True).click()
    expect(page.get_by_role("heading", name="After the fair", exact=True)).to_be_visible()

    # Two steps joined by a line drawn from one to the other, everything else dropped where it belongs.
    drop(page, "Trigger", x=300, y=80)
    choose(page, "Segment", "From the fair")
    page.get_by_role("region", name="Step").get_by_label("Also who is in the segment at the launch").check()
    drop(page, "Exit", x=300, y=420)
    step(page, "Trigger").locator(".source").drag_to(step(page, "Exit").locator(".target"))
    for kind in ("Send a message", "Wait", "Branch", "Create a task", "Change the person", "Split"):
        choose_after(page, kind)
    expect(page.get_by_text("problems", exact=False).first).to_be_visible()

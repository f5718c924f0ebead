"""A shared budget in the browser: it watches, would move money to what works, moves it, gives it back, and goes."""

import time
from contextlib import closing
from datetime import UTC, datetime

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from installation import PASSWORD, Installation, wait_until

pytestmark = pytest.mark.browser
# Below 30 goals nothing is concluded.
GOALS = 31


def campaign(api: httpx.Client, name: str) -> str:
    """A live campaign for the people of a source of its name; it cost a hundred dollars."""
    draft = {
        "goal": {"kind": "status", "status": "qualified"},
        "audience": {"conditions": {"field": "source", "op": "eq", "value": name}},
        "messages": [{"key": "m1", "channel": "task", "variants": [{"key": "a", "title": "Call {{ full_name }}"}]}],
    }
    made = api.post("/api/v1/campaigns", json={"name": name, "draft": draft}).raise_for_status().json()
    path = f"/api/v1/campaigns/{made['id']}"
    cost = {"day": datetime.now(UTC).date().isoformat(), "amount_minor": 100_00, "currency": "USD"}
    api.post(f"{path}/costs", json=cost).raise_for_status()
    launched = api.post(f"{path}/launch", json={})
    assert launched.is_success, launched.text
    return path


def story_so_far(api: httpx.Client) -> None:
    """Two campaigns that cost the same: at the fair everybody becomes qualified, by post nobody does."""
    people = [{"first_name": f"Visitor {number}", "source": "Fair"} for number in range(GOALS)]
    post = {"first_name": "Reader", "source": "Post"}
    made = api.post("/api/v1/leads/bulk-create", json={"items": [*people, post]}).raise_for_status().json()
    paths = [campaign(api, name) for name in ("Fair", "Post")]
    funnel = lambda step: api.get(f"{paths[0]}/results").raise_for_status().json()["funnel"][step]  # noqa: E731
    wait_until(lambda: funnel("entered") == GOALS, seconds=90, what="everybody of the fair to enter")
    ids = [one["id"] for one in made["results"][:GOALS]]
    changed = {"action": "status", "ids": ids, "parameters": {"status": "qualified"}}
    api.post("/api/v1/leads/bulk", json=changed).raise_for_status()
    wait_until(lambda: funnel("goal") == GOALS, seconds=90, what="everybody of the fair to reach the goal")


def test_a_budget_watches_moves_gives_back_and_goes(server: Installation, page: Page) -> None:
    email = f"bea.{time.monotonic_ns()}@people.example"
    with closing(server.signed_up(email)) as api:
        story_so_far(api)
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    page.goto("/budgets")
    expect(page.get_by_text("No shared budgets yet", exact=True)).to_be_visible()
    page.get_by_role("button", name="New budget", exact=True).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Spring")
    dialog.get_by_label("Amount, US dollars").fill("1000")
    for name in ("Fair", "Post"):
        dialog.get_by_role("combobox", name="Campaigns").click()
        page.get_by_role("option", name=name, exact=True).click()
    # Escape would close the dialog as well, were the list closed already.
    dialog.get_by_label("Name").click()
    expect(page.get_by_role("option")).to_have_count(0)
    # What cannot be is said at its field, and nothing of it is lost.
    for name in ("Fair", "Post"):
        dialog.get_by_label(f"Least share of {name}").fill("60")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog.get_by_text("The least shares add up to more than 100 %")).to_be_visible()
    dialog.get_by_label("Least share of Fair").fill("0")
    dialog.get_by_label("Least share of Post").fill("25")
    dialog.get_by_role("button", name="Save", exact=True).click()

    # Watching, it notes what would move; switched on, it moves.
    card = page.get_by_role("region", name="Spring", exact=True)
    expect(share(card, "Post")).to_contain_text("50%")
    decide(page, card, "Would have moved")
    expect(share(card, "Post")).to_contain_text("50%")
    card.get_by_role("button", name="More for Spring", exact=True).click()
    page.get_by_role("menuitem", name="Change", exact=True).click()
    dialog.get_by_text("On", exact=True).click()
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(card.get_by_text("On", exact=True)).to_be_visible()
    decide(page, card, "Moved")
    expect(share(card, "Post")).to_contain_text("25%")

    # Taken back, and locked where it stands; then it goes.
    card.get_by_role("button", name="Decisions", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Take back", exact=True).click()
    expect(page.get_by_role("dialog").get_by_text("Taken back by Mira Founder")).to_be_visible()
    page.keyboard.press("Escape")
    expect(share(card, "Post")).to_contain_text("50%")
    card.get_by_role("button", name="Lock the share of Post", exact=True).click()
    expect(card.get_by_role("button", name="Unlock the share of Post", exact=True)).to_be_visible()
    decide(page, card, "Nothing to compare")
    card.get_by_role("button", name="More for Spring", exact=True).click()
    page.get_by_role("menuitem", name="Remove", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("No shared budgets yet", exact=True)).to_be_visible()


def share(card: Locator, campaign_name: str) -> Locator:
    return card.get_by_role("row").filter(has_text=campaign_name).get_by_role("cell").nth(1)


def decide(page: Page, card: Locator, told: str) -> None:
    """Decide now and read what was decided, which opens by itself."""
    card.get_by_role("button", name="Decide now", exact=True).click()
    expect(page.get_by_role("dialog").get_by_role("listitem").first).to_contain_text(told)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

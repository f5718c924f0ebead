"""Dashboard, scoring and settings in the browser."""

import contextlib
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from installation import PASSWORD, Installation, wait_until

pytestmark = pytest.mark.browser

SETTINGS = (
    "profile",
    "security",
    "organisation",
    "team",
    "roles",
    "fields",
    "pipelines",
    "routing",
    "tags",
    "keys",
    "provisioning",
    "audit",
    "jobs",
    "mail",
)


@pytest.fixture
def api(server: Installation) -> Iterator[httpx.Client]:
    """A new organisation with three leads and a task; the client acts as its administrator."""
    email = f"mira.{time.monotonic_ns()}@people.example"
    with contextlib.closing(server.signed_up(email)) as client:
        client.headers["X-Test-Email"] = email
        for first, company in (("Ada", "Byron Mills"), ("Grace", "Harbour Yard"), ("Edith", "Clarke Power")):
            body = {"first_name": first, "last_name": "Tester", "company_name": company, "country": "GB"}
            client.post("/api/v1/leads", json=body).raise_for_status()
        due = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
        me = client.get("/api/v1/me").json()["user"]["id"]
        body = {"title": "Call the budget holder", "due_at": due, "assignee_id": me}
        client.post("/api/v1/tasks", json=body).raise_for_status()
        yield client


@pytest.fixture
def signed_in(page: Page, api: httpx.Client) -> Page:
    """A page signed in as the administrator."""
    page.goto("/login")
    page.get_by_label("E-mail").fill(api.headers["X-Test-Email"])
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    return page


def choose(page: Page, label: str, option: str) -> None:
    """Choose from a select of the open dialog."""
    page.get_by_role("dialog").get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def test_the_dashboard_leads_on_and_finishes_tasks(signed_in: Page, page_check: Callable[..., None]) -> None:
    page = signed_in
    page.goto("/dashboard")
    expect(page.get_by_role("heading", name="Dashboard", level=1)).to_be_visible()
    tasks = page.get_by_role("region", name="My tasks")
    expect(tasks.get_by_text("1 overdue")).to_be_visible()
    page_check(page, "dashboard")
    tasks.get_by_role("checkbox", name=re.compile("Call the budget holder")).click()
    expect(page.get_by_role("checkbox", name=re.compile("Call the budget holder"))).to_have_count(0)
    page.reload()
    expect(tasks.get_by_role("link", name="All tasks")).to_be_visible()
    expect(page.get_by_text("Call the budget holder")).to_have_count(0)
    menu = page.get_by_role("button", name="Menu of New leads")
    menu.click()
    page.get_by_role("menuitem", name="View as table").click()
    expect(page.get_by_role("columnheader", name="Period before")).to_be_visible()


def test_a_task_comes_back_when_the_server_refuses(signed_in: Page) -> None:
    page = signed_in
    page.goto("/dashboard")

    def refuse(route: Route) -> None:
        if route.request.method == "PATCH":
            route.fulfill(
                status=500, content_type="application/problem+json", body='{"status": 500, "title": "Broken"}'
            )
        else:
            route.fallback()

    page.route("**/api/v1/tasks/*", refuse)
    task = page.get_by_role("checkbox", name=re.compile("Call the budget holder"))
    task.click()
    expect(page.get_by_text("was not saved; the old value is back")).to_be_visible()
    expect(task).to_be_visible()


def test_a_metric_is_made_renamed_and_removed(signed_in: Page) -> None:
    page = signed_in
    page.goto("/analytics/metrics?edit=new")
    page.get_by_role("textbox", name="Name", exact=True).fill("Average score")
    choose(page, "What is worked out", "Average")
    page.get_by_role("button", name="Add metric", exact=True).click()
    expect(page.get_by_text("Choose a number.")).to_be_visible()
    choose(page, "Which number", "Score")
    page.get_by_role("button", name="Add metric", exact=True).click()
    expect(page.get_by_role("heading", name="Average score", exact=True)).to_be_visible()
    page.get_by_role("button", name="Actions for Average score", exact=True).click()
    page.get_by_role("menuitem", name="Change", exact=True).click()
    page.get_by_role("textbox", name="Name", exact=True).fill("Mean score")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Mean score", exact=True)).to_be_visible()
    page.get_by_role("button", name="Actions for Mean score", exact=True).click()
    page.get_by_role("menuitem", name="Remove", exact=True).click()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_role("heading", name="Mean score", exact=True)).to_be_hidden()


def test_scoring_tells_what_a_model_needs(signed_in: Page, page_check: Callable[..., None]) -> None:
    page = signed_in
    page.goto("/scoring")
    source = page.get_by_role("region", name="Where scores come from")
    expect(source.get_by_text("Rules", exact=True)).to_be_visible()
    expect(source.get_by_role("progressbar", name="Leads with a known outcome")).to_be_attached()
    expect(page.get_by_role("button", name="Train now")).to_have_attribute("aria-disabled", "true")
    expect(page.get_by_role("heading", name="No model yet")).to_be_visible()
    page_check(page, "scoring")
    page.goto("/scoring?model=01a1fc7f-0000-7000-8000-000000000000")
    expect(page.get_by_role("heading", name="This version does not exist here")).to_be_visible()


def test_settings_pages_keep_the_rules(signed_in: Page, page_check: Callable[..., None]) -> None:
    page = signed_in
    for name in SETTINGS:
        page.goto(f"/settings/{name}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_load_state("networkidle")
        # What is empty differs from the sample company's pages, which are checked at all widths.
        page_check(page, f"settings-{name}", widths={360: 780})


def test_custom_fields_are_made_archived_and_brought_back(signed_in: Page) -> None:
    page = signed_in
    page.goto("/settings/fields")
    page.get_by_role("button", name="New field").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Give the field a name")).to_be_visible()
    page.get_by_role("dialog").get_by_label("Name").fill("Fleet size")
    choose(page, "Kind", "Number")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("fleet_size · used for scoring")).to_be_visible()

    page.get_by_role("button", name="Remove Fleet size").click()
    expect(page.get_by_text("fleet_size")).to_have_count(0)
    page.get_by_role("switch", name="Show archived").click()
    page.get_by_role("button", name="Restore Fleet size").click()
    expect(page.get_by_role("button", name="Edit Fleet size")).to_be_visible()


def test_stages_are_added_moved_and_removed(signed_in: Page, api: httpx.Client) -> None:
    page = signed_in
    page.goto("/settings/pipelines")
    page.get_by_role("button", name="Add stage").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Security review")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Edit Security review")).to_be_visible()
    page.get_by_role("button", name="Move Security review up").click()

    def place() -> int:
        stages = api.get("/api/v1/pipelines").json()[0]["stages"]
        opened = [stage["name"] for stage in stages if stage["kind"] == "open"]
        return len(opened) - opened.index("Security review")

    wait_until(lambda: place() == 2, what="the new order")
    page.get_by_role("button", name="Remove Security review").click()
    page.get_by_role("button", name="Remove stage").click()
    expect(page.get_by_role("button", name="Edit Security review")).to_have_count(0)
    page.get_by_role("button", name="Remove Won").click()
    expect(page.get_by_text("This is the only stage for won deals")).to_be_visible()


def test_a_rule_is_made_and_tried(signed_in: Page) -> None:
    page = signed_in
    page.goto("/settings/routing")
    page.get_by_role("button", name="New rule").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Everybody to Mira")
    dialog.get_by_role("checkbox", name="All leads").check()
    choose(page, "Strategy", "One person")
    page.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Choose at least one person")).to_be_visible()
    choose(page, "People", "Mira Founder")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("To Mira Founder · 0 leads so far")).to_be_visible()

    page.get_by_role("combobox", name="Lead").fill("Grace")
    page.get_by_role("option", name=re.compile("Grace Tester")).click()
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.get_by_text("Mira Founder would get it")).to_be_visible()


def test_tags_are_made_renamed_and_removed(signed_in: Page) -> None:
    page = signed_in
    page.goto("/settings/tags")
    page.get_by_role("button", name="New tag").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Trade fair")
    choose(page, "Colour", "Teal")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Edit Trade fair").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Autumn fair")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Remove Autumn fair").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove tag").click()
    expect(page.get_by_role("heading", name="No tags yet")).to_be_visible()


def test_an_invitation_is_sent_and_found_in_the_local_mail(signed_in: Page) -> None:
    page = signed_in
    page.goto("/settings/team")
    page.get_by_role("button", name="Invite someone").click()
    page.get_by_role("dialog").get_by_label("E-mail").fill("new.colleague@people.example")
    page.get_by_role("button", name="Send invitation").click()
    expect(page.get_by_role("heading", name="Open invitations")).to_be_visible()
    page.goto("/settings/audit")
    expect(page.get_by_text("invitation").first).to_be_visible()
    page.get_by_role("button", name="Check the chain").click()
    expect(page.get_by_text(re.compile("Intact: "))).to_be_visible()

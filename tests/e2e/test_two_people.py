"""Two people of one organisation work on the same lead at once: each sees the other, and nothing is lost."""

import re
import time
from collections.abc import Iterator
from typing import NamedTuple

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from tests.e2e.conftest import sign_in

from installation import PASSWORD, Installation, wait_until

pytestmark = pytest.mark.browser
TAKEN = "Someone else changed this too"


class Team(NamedTuple):
    """An administrator's API client and browser page, and a colleague's page."""

    api: httpx.Client
    mira: Page
    grace: Page


@pytest.fixture(scope="module")
def team(server: Installation, browser: Browser) -> Iterator[Team]:
    stamp = time.monotonic_ns()
    api = server.signed_up(f"mira.{stamp}@people.example")
    email = f"grace.{stamp}@people.example"
    api.post("/api/v1/invitations", json={"email": email, "role": "manager"}).raise_for_status()
    contexts = [profile(browser, server) for _ in range(2)]
    mira, grace = (context.new_page() for context in contexts)
    sign_in(mira, f"mira.{stamp}@people.example")
    grace.goto(mailed_link(api, email))
    grace.get_by_label("Your name").fill("Grace Hopper")
    grace.get_by_label("Password", exact=True).fill(PASSWORD)
    grace.get_by_role("button", name="Accept and sign in").click()
    expect(grace.get_by_role("navigation", name="Main")).to_be_visible()
    yield Team(api, mira, grace)
    for context in contexts:
        context.close()
    api.close()


def profile(browser: Browser, server: Installation) -> BrowserContext:
    """A browser profile of its own."""
    headers = {"X-Forwarded-For": server.caller}
    context = browser.new_context(
        base_url=server.url, service_workers="block", locale="en-GB", extra_http_headers=headers
    )
    context.set_default_timeout(60_000)
    return context


def mailed_link(api: httpx.Client, email: str) -> str:
    """The path of the invitation that was mailed to `email`."""
    found: list[str] = []

    def arrived() -> bool:
        mails = api.get("/api/v1/mail-sink").json()["items"]
        found[:] = [mail["link"] for mail in mails if mail["to_email"] == email and mail["link"]]
        return bool(found)

    wait_until(arrived, what="the invitation")
    return httpx.URL(found[0]).raw_path.decode()


def begin(page: Page, label: str, text: str) -> Locator:
    """Type into a field without leaving it."""
    page.get_by_role("button", name=re.compile(rf"^{label}: .*Edit$")).click()
    field = page.get_by_role("textbox", name=label, exact=True)
    field.fill(text)
    return field


def shows(page: Page, label: str, value: str) -> None:
    expect(page.get_by_role("button", name=f"{label}: {value}. Edit")).to_be_visible()


def edit_note(page: Page, text: str) -> Locator:
    """Open the only note, type, and return the dialog."""
    page.get_by_role("button", name="Note actions").click()
    page.get_by_role("menuitem", name="Edit note").click()
    dialog = page.get_by_role("dialog", name="Edit note")
    dialog.get_by_label("Note", exact=True).fill(text)
    return dialog


def test_two_people_work_on_one_lead(team: Team) -> None:
    api, mira, grace = team
    lead = api.post("/api/v1/leads", json={"full_name": "Ada Okafor", "company_name": "Ivybrook"}).json()
    for page in (mira, grace):
        page.goto(f"/leads/{lead['id']}")
        expect(page.get_by_role("heading", level=1, name="Ada Okafor")).to_be_visible()

    # A field: seen by the other at once; where both type, the later one chooses.
    begin(mira, "City", "Lagos").press("Enter")
    shows(grace, "City", "Lagos")
    typing = begin(grace, "Job title", "Buyer")
    # What is shown at once is stored a moment later.
    with mira.expect_response(lambda answer: answer.request.method == "PATCH"):
        begin(mira, "Job title", "Head of Data").press("Enter")
    typing.press("Enter")
    dialog = grace.get_by_role("dialog", name=TAKEN)
    expect(dialog.get_by_role("row").nth(1)).to_contain_text("Job titleBuyerHead of Data")
    dialog.get_by_role("button", name="Save mine").click()
    shows(mira, "Job title", "Buyer")

    # A note: changed by both, then taken away while one still writes.
    mira.get_by_role("textbox", name="Note", exact=True).fill("Likes short mails.")
    mira.get_by_role("button", name="Add note").click()
    timeline = grace.get_by_role("region", name="Timeline")
    expect(timeline.get_by_text("Likes short mails.")).to_be_visible()
    hers = edit_note(grace, "Likes short mails, on Mondays.")
    edit_note(mira, "Likes short mails, never on Mondays.").get_by_role("button", name="Save note").click()
    expect(timeline.get_by_text("never on Mondays")).to_be_visible()
    hers.get_by_role("button", name="Save note").click()
    dialog = grace.get_by_role("dialog", name=TAKEN)
    expect(dialog.get_by_role("row").nth(1)).to_contain_text("never on Mondays")
    dialog.get_by_role("button", name="Save mine").click()
    expect(mira.get_by_role("region", name="Timeline").get_by_text("mails, on Mondays.")).to_be_visible()
    hers = edit_note(grace, "Call her on Mondays.")
    mira.get_by_role("button", name="Note actions").click()
    mira.get_by_role("menuitem", name="Delete note").click()
    mira.get_by_role("dialog").get_by_role("button", name="Delete note").click()
    expect(timeline.get_by_text("on Mondays")).to_have_count(0)
    hers.get_by_role("button", name="Save note").click()
    expect(hers.get_by_role("alert")).to_contain_text("deleted this note")
    hers.get_by_role("button", name="Add as a new note").click()
    expect(mira.get_by_role("region", name="Timeline").get_by_text("Call her on Mondays.")).to_be_visible()


def test_two_people_work_on_one_deal(team: Team) -> None:
    api, mira, grace = team
    stages = [stage["name"] for stage in api.get("/api/v1/pipelines").json()[0]["stages"]]
    body = {"name": "Ivybrook rollout", "amount_minor": 100_000, "currency": "EUR"}
    deal = api.post("/api/v1/deals", json=body).json()
    mira.goto("/deals")
    grace.goto(f"/deals/{deal['id']}")
    peek = grace.get_by_role("dialog", name="Deal")
    peek.get_by_role("button", name=re.compile("^Amount: ")).click()
    peek.get_by_label("Amount").fill("2000")
    # Another stage is no conflict with another amount.
    with mira.expect_response(re.compile("/move$")) as moved:
        mira.get_by_role("listitem").filter(has_text=deal["name"]).drag_to(
            mira.get_by_role("region", name=stages[1]).get_by_role("list")
        )
    assert moved.value.ok
    expect(peek.get_by_text(f"{stages[0]} → {stages[1]}")).to_be_visible()
    peek.get_by_label("Amount").press("Enter")
    expect(mira.get_by_role("region", name=stages[1]).get_by_text("€2,000").first).to_be_visible()

    # Two amounts are one.
    peek.get_by_role("button", name="Amount: €2,000. Edit").click()
    peek.get_by_label("Amount").fill("3000")
    api.patch(f"/api/v1/deals/{deal['id']}", json={"amount_minor": 250_000}).raise_for_status()
    expect(mira.get_by_text("€2,500").first).to_be_visible()
    peek.get_by_label("Amount").press("Enter")
    dialog = grace.get_by_role("dialog", name=TAKEN)
    expect(dialog.get_by_role("row").nth(1)).to_contain_text("Amount€3,000€2,500")
    dialog.get_by_role("button", name="Keep theirs").click()
    expect(peek.get_by_role("button", name="Amount: €2,500. Edit")).to_be_visible()

    # A task, over the deal: Escape closes the upper of the two; what each changes of it is kept.
    task = grace.get_by_role("dialog", name="New task")
    peek.get_by_role("button", name="New task").click()
    expect(task).to_be_visible()
    grace.keyboard.press("Escape")
    expect(task).to_have_count(0)
    peek.get_by_role("button", name="New task").click()
    task.get_by_label("What is to be done").fill("Send the contract")
    task.get_by_role("button", name="Add task").click()
    peek.get_by_role("button", name="Send the contract", exact=True).click()
    edited = grace.get_by_role("dialog", name="Task")
    edited.get_by_label("Details").fill("With the annex.")
    [stored] = api.get("/api/v1/tasks", params={"deal_id": deal["id"]}).json()["items"]
    api.patch(f"/api/v1/tasks/{stored['id']}", json={"priority": "high"}).raise_for_status()
    edited.get_by_role("button", name="Save", exact=True).click()
    expect(edited).to_have_count(0)
    [stored] = api.get("/api/v1/tasks", params={"deal_id": deal["id"]}).json()["items"]
    assert (stored["body"], stored["priority"]) == ("With the annex.", "high")

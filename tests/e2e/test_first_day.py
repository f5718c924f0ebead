"""A new user's first day: sign up, import a real export, see scores, segment, work a deal, merge, undo."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from installation import PASSWORD, wait_until

pytestmark = pytest.mark.browser
MINUTES = 60_000
# The same pages are checked at all widths with the sample company.
PHONE = {360: 780}


def sign_up(page: Page) -> None:
    page.goto("/sign-up")
    page.get_by_label("Your name").fill("Ada Founder")
    page.get_by_label("Organisation").fill("Harbour Courses")
    page.get_by_label("Work e-mail").fill(f"ada.{time.monotonic_ns()}@harbour.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def open_page(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name=name, exact=True).click()
    # The page that is left has a heading too, and may have a button of the same name.
    expect(page.get_by_role("heading", level=1, name=name, exact=True)).to_be_visible()


def import_file(page: Page, path: Path, *, rows: str) -> None:
    """Upload, take the suggested mapping, look at the preview, run, and wait for the result."""
    open_page(page, "Imports")
    page.get_by_label("Choose a file").set_input_files(path)
    expect(page.get_by_role("heading", name=path.name)).to_be_visible(timeout=2 * MINUTES)
    expect(page.get_by_role("combobox", name="Field for Prospect ID")).to_have_value("Id in the old system")
    expect(page.get_by_role("combobox", name="Field for Converted")).to_have_value(re.compile("convert", re.I))
    # What sales typed after the fact must not teach the score.
    expect(page.get_by_label("Use Tags for the score")).not_to_be_checked()
    expect(page.get_by_label("Use Lead Quality for the score")).not_to_be_checked()
    page.get_by_role("button", name="Preview", exact=True).click()
    preview = page.get_by_role("region", name="First rows as they would be imported")
    expect(preview).to_be_visible(timeout=MINUTES)
    expect(preview.get_by_role("row").nth(1)).to_contain_text("New")
    page.get_by_role("button", name="Start the import").click()
    created = page.get_by_text("Created", exact=True).locator("xpath=..")
    expect(created.get_by_text(rows)).to_be_visible(timeout=5 * MINUTES)


def new_lead(page: Page, first: str, last: str, email: str, company: str) -> None:
    open_page(page, "Leads")
    page.get_by_role("button", name="New lead").click()
    dialog = page.get_by_role("dialog", name="New lead")
    dialog.get_by_label("First name").fill(first)
    dialog.get_by_label("Last name").fill(last)
    dialog.get_by_label("E-mail").fill(email)
    dialog.get_by_label("Company").fill(company)
    dialog.get_by_role("button", name="Create lead").click()
    expect(page.get_by_role("heading", level=1, name=f"{first} {last}", exact=True)).to_be_visible()


def merge_into_this(page: Page, *, choose: str) -> None:
    """Merge the lead's only duplicate into it; `choose` is the accessible name of a value to keep."""
    page.get_by_role("button", name="Compare and merge").click()
    dialog = page.get_by_role("dialog", name="Merge duplicates")
    dialog.get_by_role("radio", name=choose).check()
    dialog.get_by_role("button", name="Merge", exact=True).click()
    expect(dialog).to_have_count(0)


def scored(page: Page) -> bool:
    """Whether the list shows at least ten leads after a reload."""
    page.reload()
    page.wait_for_load_state("networkidle")
    return page.get_by_role("table", name="Leads").get_by_role("row").count() > 10


def test_a_new_users_first_day(page: Page, shared_data: Path, page_check: Callable[..., None]) -> None:
    sign_up(page)
    import_file(page, shared_data / "leads_xeducation" / "leads.csv", rows="6,449")
    page_check(page, "import result", widths=PHONE)

    # Scores with reasons: the import trains the model by itself.
    open_page(page, "Leads")
    leads = page.get_by_role("table", name="Leads").get_by_role("row")
    expect(leads).to_have_count(51)
    page.get_by_role("button", name="Hot", exact=True).click()
    expect(page).to_have_url(re.compile("view=hot"))
    wait_until(lambda: scored(page), seconds=120, what="hot leads of a trained model")
    page_check(page, "leads", widths=PHONE)
    leads.nth(1).get_by_role("link").first.click()
    score = page.get_by_role("region", name="Score")
    expect(score.get_by_text("Model", exact=True)).to_be_visible()
    expect(score.get_by_text(re.compile(r"Of 100 leads that look like this one, about \d+ convert"))).to_be_visible()
    expect(score.get_by_role("heading", name="What speaks for this lead")).to_be_visible()
    expect(score.get_by_role("listitem").first).to_contain_text(re.compile(r"\w+"))
    page_check(page, "lead", widths=PHONE)

    # A segment by a condition, with its count before it is saved.
    open_page(page, "Segments")
    page.get_by_role("link", name="New segment").or_(page.get_by_role("button", name="New segment")).first.click()
    page.get_by_label("Name").fill("Ready to talk")
    page.get_by_role("button", name="Condition", exact=True).click()
    page.get_by_role("textbox", name="Field").or_(page.get_by_role("combobox", name="Field")).click()
    page.get_by_role("option", name="Score", exact=True).click()
    page.get_by_label("Value of Score").fill("60")
    matching = page.get_by_text(re.compile(r"[\d,]+ leads match"))
    expect(matching).to_be_visible()
    page.get_by_role("button", name="Create segment").click()
    expect(page.get_by_role("heading", level=1, name="Ready to talk")).to_be_visible()
    page_check(page, "segment", widths=PHONE)

    # Two entries of one person: merged, taken back, merged again.
    new_lead(page, "Nora", "Lindqvist", "nora@tidewater.example", "Tidewater")
    new_lead(page, "N.", "Lindqvist", "nora@tidewater.example", "Tidewater")
    short, full = (
        page.get_by_role("heading", level=1, name=f"{first} Lindqvist", exact=True) for first in ("N.", "Nora")
    )
    merge_into_this(page, choose="Name: Nora Lindqvist (Other lead)")
    expect(full).to_be_visible()
    page.get_by_role("button", name="Undo merge").click()
    expect(page.get_by_text("The merge was undone")).to_be_visible()
    expect(short).to_be_visible()
    merge_into_this(page, choose="Name: Nora Lindqvist (Other lead)")
    expect(full).to_be_visible()
    expect(page.get_by_role("button", name="Compare and merge")).to_have_count(0)

    # A deal, dragged to the next stage.
    open_page(page, "Deals")
    page.get_by_role("button", name="New deal").first.click()
    dialog = page.get_by_role("dialog", name="New deal")
    dialog.get_by_role("textbox", name="Name").fill("Tidewater rollout")
    dialog.get_by_label("Amount").fill("12000")
    dialog.get_by_role("button", name="Create deal").click()
    card = page.get_by_role("listitem").filter(has_text="Tidewater rollout")
    target = page.get_by_role("region", name="Qualified")
    with page.expect_response(re.compile("/move$")) as moved:
        card.drag_to(target.get_by_role("list"))
    assert moved.value.ok
    page.reload()
    expect(target.get_by_text("Tidewater rollout")).to_be_visible()
    page_check(page, "board", widths=PHONE)

    # The import is taken back as a whole; what was entered by hand stays.
    open_page(page, "Imports")
    expect(page.get_by_role("link", name="leads.csv")).to_be_visible()
    page_check(page, "imports", widths=PHONE)
    page.get_by_role("link", name="leads.csv").click()
    page.get_by_role("button", name="Undo the import").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo the import").click()
    expect(page.get_by_text("The import was undone")).to_be_visible(timeout=3 * MINUTES)
    expect(page.get_by_text("Deleted: 6,449")).to_be_visible()
    page_check(page, "import undone")
    open_page(page, "Leads")
    # The list opens as it was looked at last: hot leads.
    page.get_by_role("group", name="Views").get_by_role("button", name="All", exact=True).click()
    expect(leads).to_have_count(2)
    expect(leads.nth(1)).to_contain_text("Nora Lindqvist")
    open_page(page, "Segments")
    page.get_by_role("link", name="Ready to talk").click()
    expect(page.get_by_text("0 leads match", exact=True)).to_be_visible()

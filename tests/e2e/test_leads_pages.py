"""Leads in the browser: the list, a lead's page, companies and tasks."""

import re
import time
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from installation import PASSWORD, Installation, wait_until

pytestmark = pytest.mark.browser

PEOPLE = (
    ("Ada", "Okafor", "ada@ivybrook.example", "Ivybrook Payments"),
    ("Bram", "Visser", "bram@ivybrook.example", "Ivybrook Payments"),
    ("Chioma", "Eze", "chioma@swiftridge.example", "Swiftridge Trading"),
    ("Dario", "Conti", "dario@swiftridge.example", "Swiftridge Trading"),
)


@pytest.fixture
def client(server: Installation, page: Page) -> httpx.Client:
    """An API client of a new organisation with four leads; the browser is signed in as the same person."""
    who = {"name": "Mira Founder", "email": f"mira.{time.monotonic_ns()}@people.example", "password": PASSWORD}
    answer = page.context.request.post("/api/v1/auth/sign-up", data={**who, "organisation_name": "Harbour Robotics"})
    assert answer.ok, answer.text()
    # The browser's own session: another sign-in for each test would meet the limit on sign-ins.
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    client = server.client()
    client.cookies.update(cookies)
    client.headers["X-CSRF-Token"] = cookies["tw_csrf"]
    for first, last, address, company in PEOPLE:
        add(client, first_name=first, last_name=last, email=address, company_name=company)
    return client


def add(client: httpx.Client, **fields: object) -> dict:
    answer = client.post("/api/v1/leads", json=fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


def lead_of(client: httpx.Client, words: str) -> dict:
    items = client.get("/api/v1/leads", params={"q": words}).json()["items"]
    return client.get(f"/api/v1/leads/{items[0]['id']}").json()


def open_lead(page: Page, client: httpx.Client, words: str) -> dict:
    lead = lead_of(client, words)
    page.goto(f"/leads/{lead['id']}")
    expect(page.get_by_role("heading", level=1, name=lead["full_name"])).to_be_visible()
    return lead


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has_text=name)


def edit(page: Page, label: str, value: str) -> None:
    page.get_by_role("button", name=re.compile(rf"^{label}: .*Edit$")).click()
    field = page.get_by_role("textbox", name=label)
    field.fill(value)
    field.press("Enter")


class TestList:
    def test_search_and_filter_live_in_the_address(self, page: Page, client: httpx.Client) -> None:
        page.goto("/leads")
        expect(row(page, "Ada Okafor")).to_be_visible()
        page.keyboard.press("/")
        page.keyboard.type("swiftridge")
        expect(page).to_have_url(re.compile("q=swiftridge"))
        expect(row(page, "Ada Okafor")).to_have_count(0)
        expect(row(page, "Chioma Eze")).to_be_visible()
        page.reload()
        expect(row(page, "Chioma Eze")).to_be_visible()
        expect(row(page, "Ada Okafor")).to_have_count(0)
        page.get_by_role("button", name="Sort").or_(page.get_by_role("button", name="Name")).first.click()
        expect(page).to_have_url(re.compile("sort=full_name"))
        row(page, "Chioma Eze").get_by_role("link").click()
        expect(page.get_by_role("heading", level=1, name="Chioma Eze")).to_be_visible()
        page.keyboard.press("j")
        expect(page.get_by_role("heading", level=1, name="Dario Conti")).to_be_visible()
        page.get_by_role("link", name="Leads", exact=True).last.click()
        expect(page).to_have_url(re.compile("q=swiftridge"))

    def test_nothing_matches_and_everything_again(self, page: Page, client: httpx.Client) -> None:
        page.goto("/leads?q=nobodyatall")
        expect(page.get_by_role("heading", name="No leads match")).to_be_visible()
        page.get_by_role("button", name="Clear filters").click()
        expect(row(page, "Ada Okafor")).to_be_visible()

    def test_a_view_is_saved_edited_and_reset(self, page: Page, client: httpx.Client) -> None:
        page.goto("/leads?q=ivybrook")
        page.get_by_role("button", name="Edited").click()
        page.get_by_role("menuitem", name="Save as new view").click()
        page.get_by_label("Name").last.fill("Ivybrook people")
        page.get_by_role("dialog").get_by_role("button", name="Save").click()
        tab = page.get_by_role("button", name="Ivybrook people")
        expect(tab).to_have_attribute("aria-current", "true")
        page.get_by_role("button", name="All", exact=True).click()
        expect(row(page, "Chioma Eze")).to_be_visible()
        tab.click()
        expect(row(page, "Chioma Eze")).to_have_count(0)
        page.get_by_role("button", name="View", exact=True).click()
        page.get_by_role("menuitem", name="Keep in the navigation").click()
        pinned = page.get_by_role("link", name="Ivybrook people")
        expect(pinned).to_have_attribute("aria-current", "page")
        page.get_by_role("link", name="Dashboard").click()
        expect(page.get_by_role("heading", level=1, name="Dashboard")).to_be_visible()
        pinned.click()
        expect(tab).to_have_attribute("aria-current", "true")
        expect(row(page, "Chioma Eze")).to_have_count(0)
        page.get_by_role("link", name="Dashboard").click()
        expect(page.get_by_role("heading", level=1, name="Dashboard")).to_be_visible()
        page.get_by_role("link", name="Leads", exact=True).click()
        expect(tab).to_have_attribute("aria-current", "true")

    def test_bulk_actions_run_as_jobs_and_a_deletion_is_undone(self, page: Page, client: httpx.Client) -> None:
        page.goto("/leads")
        for name in ("Ada Okafor", "Bram Visser"):
            page.get_by_role("checkbox", name=f"Select {name}").check()
        bar = page.get_by_role("region", name="Selected leads")
        expect(bar).to_contain_text("2 selected")
        bar.get_by_role("button", name="Status").click()
        page.get_by_role("menuitem", name="Qualified", exact=True).click()
        expect(page.get_by_text("Status of 2 leads changed.")).to_be_visible()
        expect(row(page, "Ada Okafor")).to_contain_text("Qualified")

        page.get_by_role("checkbox", name="Select Ada Okafor").check()
        bar.get_by_role("button", name="Delete").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(page.get_by_text("1 lead deleted.")).to_be_visible()
        expect(row(page, "Ada Okafor")).to_have_count(0)
        page.get_by_role("button", name="Undo").click()
        expect(row(page, "Ada Okafor")).to_be_visible()

    def test_a_refused_status_is_put_back(self, page: Page, client: httpx.Client) -> None:
        page.goto("/leads")
        problem = '{"title": "Something went wrong", "detail": "Out of luck.", "status": 500, "request_id": "req-9"}'

        def refuse(route: Route) -> None:
            if route.request.method == "PATCH":
                route.fulfill(status=500, body=problem)
            else:
                route.continue_()

        page.route("**/api/v1/leads/*", refuse)
        row(page, "Ada Okafor").get_by_role("button", name="Status of Ada Okafor").click()
        page.get_by_role("menuitem", name="Lost").click()
        expect(page.get_by_role("alert").filter(has_text="the old value is back")).to_contain_text("req-9")
        expect(row(page, "Ada Okafor")).to_contain_text("New")

    def test_rows_by_keyboard_and_the_peek_panel(self, page: Page, client: httpx.Client) -> None:
        page.goto("/leads?sort=full_name")
        expect(row(page, "Ada Okafor")).to_be_visible()
        page.keyboard.press("j")
        page.keyboard.press("Space")
        panel = page.get_by_role("dialog", name="At a glance")
        expect(panel.get_by_role("heading", name="Ada Okafor")).to_be_visible()
        expect(page).to_have_url(re.compile("peek="))
        page.keyboard.press("j")
        expect(panel.get_by_role("heading", name="Bram Visser")).to_be_visible()
        page.keyboard.press("Escape")
        expect(panel).to_have_count(0)
        expect(page).not_to_have_url(re.compile("peek="))

        row(page, "Ada Okafor").focus()
        page.keyboard.press("a")
        page.get_by_role("dialog", name="Owner of Ada Okafor").get_by_role("combobox").click()
        page.get_by_role("option", name="Mira Founder").click()
        expect(row(page, "Ada Okafor")).to_contain_text("Mira Founder")

    def test_a_new_lead_is_announced_and_shown_on_demand(self, page: Page, client: httpx.Client) -> None:
        page.goto("/leads")
        expect(row(page, "Ada Okafor")).to_be_visible()
        page.wait_for_timeout(1000)
        add(client, first_name="Edda", last_name="Lund")
        page.get_by_role("button", name="1 new lead, show").click()
        expect(row(page, "Edda Lund")).to_be_visible()

    def test_a_lead_is_entered_by_hand(self, page: Page, client: httpx.Client) -> None:
        page.goto("/leads?create=lead")
        dialog = page.get_by_role("dialog", name="New lead")
        dialog.get_by_label("Last name").fill("Ferrari")
        dialog.get_by_label("E-mail").fill("ada@ivybrook.example")
        expect(dialog.get_by_text("A lead with this address exists already")).to_be_visible()
        dialog.get_by_label("E-mail").fill("enzo@ferrari.example")
        dialog.get_by_role("button", name="Create lead").click()
        expect(page.get_by_role("heading", level=1, name="Ferrari")).to_be_visible()


class TestLead:
    def test_a_field_saves_itself(self, page: Page, client: httpx.Client) -> None:
        lead = open_lead(page, client, "Ada Okafor")
        with page.expect_response(lambda answer: answer.request.method == "PATCH"):
            edit(page, "City", "Lagos")
        assert client.get(f"/api/v1/leads/{lead['id']}").json()["city"] == "Lagos"
        edit(page, "E-mail", "no address")
        expect(page.get_by_text(re.compile("is not an e-mail address", re.IGNORECASE))).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name=re.compile("^E-mail: ada@ivybrook.example"))).to_be_visible()

    def test_two_people_edit_one_field(self, page: Page, client: httpx.Client) -> None:
        lead = open_lead(page, client, "Ada Okafor")
        url = f"/api/v1/leads/{lead['id']}"
        for mine, button, kept in (("Oslo", "Keep theirs", "Bergen"), ("Rome", "Save mine", "Rome")):
            page.get_by_role("button", name=re.compile("^City: .*Edit$")).click()
            page.get_by_role("textbox", name="City").fill(mine)
            theirs = "Bergen" if mine == "Oslo" else "Turin"
            assert client.patch(url, json={"city": theirs}).is_success
            page.get_by_role("textbox", name="City").press("Enter")
            dialog = page.get_by_role("dialog", name="Someone else changed this too")
            expect(dialog.get_by_role("row").nth(1)).to_contain_text(f"City{mine}{theirs}")
            dialog.get_by_role("button", name=button).click()
            expect(page.get_by_role("button", name=f"City: {kept}. Edit")).to_be_visible()
            wait_until(lambda kept=kept: client.get(url).json()["city"] == kept, what=f"the city to be {kept}")

    def test_other_peoples_other_fields_are_no_conflict(self, page: Page, client: httpx.Client) -> None:
        lead = open_lead(page, client, "Ada Okafor")
        page.get_by_role("button", name=re.compile("^City: .*Edit$")).click()
        page.get_by_role("textbox", name="City").fill("Oslo")
        assert client.patch(f"/api/v1/leads/{lead['id']}", json={"job_title": "Head of Data"}).is_success
        page.get_by_role("textbox", name="City").press("Enter")
        expect(page.get_by_role("button", name="Job title: Head of Data. Edit")).to_be_visible()

        def both_are_stored() -> bool:
            now_has = client.get(f"/api/v1/leads/{lead['id']}").json()
            return (now_has["city"], now_has["job_title"]) == ("Oslo", "Head of Data")

        wait_until(both_are_stored, what="both people's changes")

    def test_note_call_and_task(self, page: Page, client: httpx.Client) -> None:
        open_lead(page, client, "Ada Okafor")
        timeline = page.get_by_role("region", name="Timeline")
        page.keyboard.press("n")
        page.keyboard.type("Likes short mails.")
        page.keyboard.press("Control+Enter")
        expect(timeline.get_by_text("Likes short mails.")).to_be_visible()
        page.get_by_text("Call or meeting", exact=True).click()
        page.get_by_label("What was said").fill("Wants a quote.")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(timeline.get_by_text("Call held")).to_be_visible()
        page.get_by_role("button", name="Notes", exact=True).click()
        expect(page).to_have_url(re.compile("kind=note"))
        expect(timeline.get_by_text("Call held")).to_have_count(0)
        page.reload()
        expect(timeline.get_by_text("Likes short mails.")).to_be_visible()
        page.get_by_role("button", name="All", exact=True).click()

        page.get_by_text("Task", exact=True).click()
        page.get_by_label("What is to be done").fill("Send the quote")
        page.get_by_role("button", name="Add task").click()
        page.get_by_role("checkbox", name="Mark as done: Send the quote").click()
        expect(timeline.get_by_text("Task done: Send the quote")).to_be_visible()

    def test_unsent_words_are_not_lost_by_accident(self, page: Page, client: httpx.Client) -> None:
        open_lead(page, client, "Ada Okafor")
        page.get_by_label("Note", exact=True).last.fill("Half a thought")
        page.get_by_role("link", name="Tasks").click()
        dialog = page.get_by_role("dialog", name="Leave without saving?")
        dialog.get_by_role("button", name="Cancel").click()
        expect(page.get_by_role("heading", level=1, name="Ada Okafor")).to_be_visible()

    def test_tags_files_and_deals(self, page: Page, client: httpx.Client) -> None:
        lead = open_lead(page, client, "Ada Okafor")
        page.get_by_role("button", name="Add tag").click()
        page.keyboard.type("partner")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Remove tag partner")).to_be_visible()
        assert lead_of(client, "Ada Okafor")["tags"] == ["partner"]

        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Upload a file").click()
        chooser.value.set_files({"name": "offer.txt", "mimeType": "text/plain", "buffer": b"42 seats"})
        with page.expect_download() as download:
            page.get_by_role("link", name="offer.txt").click()
        assert download.value.path().read_bytes() == b"42 seats"
        page.get_by_role("button", name="Delete offer.txt").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete file").click()
        expect(page.get_by_text("No files.")).to_be_visible()

        page.get_by_role("button", name="New deal").click()
        page.get_by_role("dialog").get_by_label(re.compile("^Amount")).fill("1250")
        page.get_by_role("dialog").get_by_role("button", name="Create deal").click()
        expect(page.get_by_role("region", name="Deals").get_by_role("link", name="Ivybrook Payments")).to_be_visible()
        deals = client.get("/api/v1/deals", params={"lead_id": lead["id"]}).json()["items"]
        assert [deal["amount_minor"] for deal in deals] == [125_000]

    def test_duplicates_are_merged_field_by_field_and_parted_again(self, page: Page, client: httpx.Client) -> None:
        twin = add(client, first_name="Ada", last_name="Okafor-Lund", email="ada@ivybrook.example", city="Lagos")
        lead = open_lead(page, client, "Ada Okafor Payments")
        page.get_by_role("button", name="Compare and merge").click()
        dialog = page.get_by_role("dialog", name="Merge duplicates")
        dialog.get_by_role("radio", name="Name: Ada Okafor-Lund (Other lead)").check()
        dialog.get_by_role("button", name="Merge", exact=True).click()
        expect(page.get_by_role("heading", level=1, name="Ada Okafor-Lund")).to_be_visible()
        merged = client.get(f"/api/v1/leads/{lead['id']}").json()
        assert (merged["city"], merged["company_name"]) == ("Lagos", "Ivybrook Payments")
        assert client.get(f"/api/v1/leads/{twin['id']}").status_code == 404
        page.get_by_role("button", name="Undo merge").click()
        expect(page.get_by_role("heading", level=1, name="Ada Okafor", exact=True)).to_be_visible()
        assert client.get(f"/api/v1/leads/{twin['id']}").is_success

    def test_a_deleted_lead_comes_back(self, page: Page, client: httpx.Client) -> None:
        lead = open_lead(page, client, "Ada Okafor")
        page.get_by_role("button", name="More actions").click()
        page.get_by_role("menuitem", name="Delete lead").click()
        expect(page.get_by_role("heading", level=1, name="Leads")).to_be_visible()
        page.get_by_role("button", name="Undo").click()
        expect(row(page, "Ada Okafor")).to_be_visible()
        client.delete(f"/api/v1/leads/{lead['id']}")
        page.goto(f"/leads/{lead['id']}")
        expect(page.get_by_role("heading", name="There is no such lead")).to_be_visible()


class TestCompaniesAndTasks:
    def test_a_company_shows_its_people(self, page: Page, client: httpx.Client) -> None:
        page.goto("/companies")
        row(page, "Ivybrook Payments").get_by_role("link").click()
        people = page.get_by_role("region", name="People")
        expect(people.get_by_role("link", name="Ada Okafor")).to_be_visible()
        expect(people.get_by_role("link")).to_have_count(2)
        edit(page, "Industry", "Payments")
        expect(page.get_by_role("button", name="Industry: Payments. Edit")).to_be_visible()
        page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="Companies").click()
        expect(row(page, "Ivybrook Payments")).to_contain_text("Payments")

    def test_a_company_is_added(self, page: Page, client: httpx.Client) -> None:
        page.goto("/companies?create=company")
        page.get_by_label("Name").fill("Harbour Works")
        page.get_by_role("button", name="Create company").click()
        expect(page.get_by_role("heading", level=1, name="Harbour Works")).to_be_visible()

    def test_tasks_by_due_date(self, page: Page, client: httpx.Client) -> None:
        page.goto("/tasks")
        expect(page.get_by_role("heading", name="Nothing to do")).to_be_visible()
        page.keyboard.press("c")
        page.get_by_role("menuitem", name="New task").click()
        dialog = page.get_by_role("dialog", name="New task")
        dialog.get_by_label("What is to be done").fill("Prepare the demo")
        dialog.get_by_role("button", name="Add task").click()
        tomorrow = page.get_by_role("region", name="Tomorrow")
        tomorrow.get_by_role("button", name="Prepare the demo").click()
        edited = page.get_by_role("dialog", name="Task")
        edited.get_by_label("Due").fill("2020-01-01T09:00")
        edited.get_by_role("button", name="Save").click()
        overdue = page.get_by_role("region", name="Overdue")
        overdue.get_by_role("checkbox", name="Mark as done: Prepare the demo").click()
        expect(overdue).to_have_count(0)
        page.get_by_role("button", name="Undo").click()
        expect(overdue).to_be_visible()


def test_the_tabs_of_a_lead_keep_the_rules(page: Page, client: httpx.Client, page_check: Callable[..., None]) -> None:
    lead = lead_of(client, "Ada Okafor")
    client.post(f"/api/v1/leads/{lead['id']}/notes", json={"body": "A note"})
    client.post("/api/v1/tasks", json={"title": "Call Ada", "lead_id": lead["id"]})
    # The page as it opens, and the lists, are checked with the sample company.
    for tab in ("details", "related"):
        page.goto(f"/leads/{lead['id']}?tab={tab}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_load_state("networkidle")
        page_check(page, f"lead-{tab}")

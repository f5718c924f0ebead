"""The deal board, segments and the import wizard in a real browser."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from installation import PASSWORD, Installation

pytestmark = pytest.mark.browser

CSV = """First Name;Surname;E-Mail;Company;Budget (EUR);Signed up
Ana;Okafor;ana@northwind.example;Northwind;12000;2026-01-04
Ben;Lund;ben@fjord.example;Fjord AS;800;2026-02-11
Cleo;Marsh;not-an-address;Marsh Ltd;50;2026-03-02
"""


@pytest.fixture
def api(server: Installation, page: Page) -> httpx.Client:
    """A new organisation; the page is signed in to it as its administrator."""
    email = f"mira.{time.monotonic_ns()}@harbour.example"
    client = server.signed_up(email)
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    return client


def lead(api: httpx.Client, first: str, last: str, **values: object) -> str:
    """Make a lead and return its id."""
    body = {"first_name": first, "last_name": last, "email": f"{first}.{last}@people.example".lower(), **values}
    answer = api.post("/api/v1/leads", json=body)
    assert answer.is_success, answer.text
    return answer.json()["id"]


def deal(api: httpx.Client, name: str, amount: int) -> str:
    """Make a deal in the first stage of the default pipeline and return its id."""
    assert api.get("/api/v1/pipelines").is_success
    answer = api.post("/api/v1/deals", json={"name": name, "amount_minor": amount, "currency": "EUR"})
    assert answer.is_success, answer.text
    return answer.json()["id"]


def stages(api: httpx.Client) -> list[dict[str, str]]:
    return api.get("/api/v1/pipelines").json()[0]["stages"]


def test_deals_move_by_drag_and_by_menu_and_come_back_when_refused(
    page: Page, api: httpx.Client, page_check: Callable[..., None]
) -> None:
    first, second, *_ = [stage["name"] for stage in stages(api)]
    lost = next(stage["name"] for stage in stages(api) if stage["kind"] == "lost")
    harbour = deal(api, "Harbour crane", 1_200_000)
    deal(api, "Quay lights", 90_000)
    page.goto("/deals")
    source, target = page.get_by_role("region", name=first), page.get_by_role("region", name=second)
    expect(source.get_by_text("€12.9k")).to_be_visible()

    card = page.get_by_role("listitem").filter(has_text="Harbour crane")
    with page.expect_response(re.compile("/move$")) as moved:
        card.drag_to(target.get_by_role("list"))
    assert moved.value.ok
    expect(target.get_by_role("button", name="Harbour crane", exact=True)).to_be_visible()
    page.reload()
    expect(target.get_by_role("button", name="Harbour crane", exact=True)).to_be_visible()
    assert api.get(f"/api/v1/deals/{harbour}").json()["stage_name"] == second

    page.route("**/move", lambda route: route.fulfill(status=500, json={"title": "Broken", "code": "x"}))
    page.get_by_role("button", name="Actions for Quay lights").click()
    page.get_by_role("menuitem", name=second, exact=True).click()
    expect(page.get_by_text("was not saved; the old value is back")).to_be_visible()
    expect(source.get_by_role("button", name="Quay lights", exact=True)).to_be_visible()
    page.unroute("**/move")
    page.get_by_role("alert").get_by_role("button", name="Close").click()

    page.get_by_role("button", name="Actions for Quay lights").click()
    page.get_by_role("menuitem", name=lost, exact=True).click()
    dialog = page.get_by_role("dialog", name="Mark as lost")
    dialog.get_by_role("button", name="Mark as lost").click()
    expect(dialog.get_by_text("Say why the deal was lost")).to_be_visible()
    dialog.get_by_label("Why was “Quay lights” lost?").fill("Chose a rival")
    dialog.get_by_role("button", name="Mark as lost").click()
    expect(page.get_by_role("region", name=lost).get_by_text("Chose a rival")).to_be_visible()
    page_check(page, "board", widths={360: 780, 1440: 900})


def test_a_deal_is_opened_edited_deleted_and_brought_back(page: Page, api: httpx.Client) -> None:
    lead(api, "Ana", "Okafor", company_name="Northwind")
    page.goto("/deals?create=deal")
    dialog = page.get_by_role("dialog", name="New deal")
    dialog.get_by_role("combobox", name="Lead").click()
    page.get_by_role("option", name="Ana Okafor · Northwind").click()
    expect(dialog.get_by_label("Name")).to_have_value("Northwind")
    dialog.get_by_label("Amount").fill("1500.50")
    dialog.get_by_role("button", name="Create deal").click()
    page.get_by_role("button", name="Northwind", exact=True).click()

    peek = page.get_by_role("dialog", name="Deal")
    peek.get_by_role("button", name=re.compile("^Amount: €1,500.50")).click()
    peek.get_by_label("Amount").fill("2000")
    peek.get_by_label("Amount").press("Enter")
    expect(peek.get_by_role("button", name=re.compile("^Amount: €2,000"))).to_be_visible()
    peek.get_by_role("button", name="Delete deal").click()
    expect(page.get_by_text("No deals yet")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Northwind", exact=True)).to_be_visible()
    assert api.get("/api/v1/deals").json()["items"][0]["amount_minor"] == 200_000


def test_a_dynamic_segment_counts_while_it_is_built(
    page: Page, api: httpx.Client, page_check: Callable[..., None]
) -> None:
    lead(api, "Ana", "Okafor", job_title="Head of Operations")
    lead(api, "Ben", "Lund", job_title="Buyer")
    condition = '{"all":[{"field":"job_title","op":"contains","value":"Head"}]}'
    page.goto(f"/segments/new?filter={condition}")
    expect(page.get_by_text("1 lead matches")).to_be_visible()
    page.get_by_role("combobox", name="Value of Job title").fill("e")
    expect(page.get_by_text("2 leads match")).to_be_visible()
    page_check(page, "new segment", widths={360: 780, 1440: 900})
    page.get_by_label("Name").fill("Deciders")
    page.get_by_role("button", name="Create segment").click()
    expect(page.get_by_role("heading", name="Deciders", level=1)).to_be_visible()
    page.get_by_label("Name").fill("Who decides")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Who decides", level=1)).to_be_visible()
    page.get_by_role("link", name="See the leads").click()
    expect(page.get_by_role("link", name="Ben Lund")).to_be_visible()

    page.goto("/segments")
    row = page.get_by_role("row").filter(has_text="Who decides")
    expect(row).to_contain_text("Job title contains e")
    row.get_by_role("link", name="Who decides").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete segment").click()
    expect(page.get_by_text("No segments yet")).to_be_visible()


def test_a_static_segment_takes_and_gives_up_members(page: Page, api: httpx.Client) -> None:
    lead(api, "Ana", "Okafor")
    page.goto("/segments/new")
    page.get_by_text("Static", exact=True).click()
    page.get_by_label("Name").fill("Dinner guests")
    page.get_by_role("button", name="Create segment").click()
    page.get_by_role("combobox", name="Add a lead").fill("okafor")
    page.get_by_role("option", name="Ana Okafor").click()
    expect(page.get_by_role("link", name="Ana Okafor")).to_be_visible()
    expect(page.get_by_text("1 lead · counted")).to_be_visible()
    page.get_by_role("button", name="Remove Ana Okafor from the segment").click()
    expect(page.get_by_text("No leads in it yet")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="Ana Okafor")).to_be_visible()


def test_a_file_is_mapped_previewed_imported_and_undone(
    page: Page, api: httpx.Client, page_check: Callable[..., None], tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(CSV)
    page.goto("/imports")
    page.locator('input[type="file"]').set_input_files(file)
    expect(page.get_by_role("heading", name="people.csv", level=1)).to_be_visible()
    expect(page.get_by_role("combobox", name="Field for Surname")).to_have_value("Last name")
    expect(page.get_by_role("combobox", name="Field for Budget (EUR)", exact=True)).to_have_value("New field")
    page.get_by_label("Name of the new field for Budget (EUR)").fill("Budget")
    page_check(page, "import columns", widths={360: 780, 1440: 900})
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page).to_have_url(re.compile("step=preview"))
    expect(page.get_by_role("row").filter(has_text="not-an-address")).to_contain_text("Kept out")
    page.reload()
    page_check(page, "import preview", widths={360: 780, 1440: 900})
    page.get_by_role("button", name="Back to the columns").click()
    expect(page.get_by_label("Name of the new field for Budget (EUR)")).to_have_value("Budget")
    page.get_by_role("button", name="Preview", exact=True).click()
    page.get_by_role("button", name="Start the import").click()
    expect(page.get_by_role("button", name="Undo the import")).to_be_visible()
    expect(page.get_by_role("link", name="Download 1 row that was kept out")).to_be_visible()
    page_check(page, "import result", widths={360: 780, 1440: 900})
    assert {row["first_name"] for row in api.get("/api/v1/leads").json()["items"]} == {"Ana", "Ben"}
    assert "Budget" in {field["label"] for field in api.get("/api/v1/custom-fields?entity=lead").json()}

    page.get_by_role("link", name="See the leads").click()
    expect(page.get_by_role("link", name="Ben Lund")).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Undo the import").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo the import").click()
    expect(page.get_by_text("The import was undone")).to_be_visible()
    assert api.get("/api/v1/leads").json()["items"] == []


@pytest.mark.parametrize(
    ("name", "content"), [("empty.csv", b""), ("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")]
)
def test_a_file_that_cannot_be_read_says_why(
    page: Page, api: httpx.Client, tmp_path: Path, name: str, content: bytes
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    page.goto("/imports")
    page.locator('input[type="file"]').set_input_files(file)
    expect(page.get_by_role("alert")).to_contain_text(f"{name} was not taken")
    expect(page.get_by_text("Drop a file here")).to_be_visible()

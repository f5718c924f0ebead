"""Making a role and a team in the browser, and what their people then see of a lead."""

import contextlib
import time
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect
from tests.e2e.conftest import sign_in

from installation import PASSWORD, Installation

pytestmark = pytest.mark.browser


@pytest.fixture
def api(server: Installation) -> Iterator[httpx.Client]:
    """The administrator of a new organisation."""
    email = f"rosa.{time.monotonic_ns()}@people.example"
    with contextlib.closing(server.signed_up(email)) as client:
        client.headers["X-Test-Email"] = email
        yield client


def join(server: Installation, api: httpx.Client, email: str, role: str) -> None:
    """Invite somebody and take the place by the mailed link."""
    assert api.post("/api/v1/invitations", json={"email": email, "role": role}).status_code == 201
    deadline = time.monotonic() + 60
    link = None
    while link is None and time.monotonic() < deadline:
        mails = api.get("/api/v1/mail-sink").json()["items"]
        link = next((mail["link"] for mail in mails if mail["to_email"] == email and mail["link"]), None)
    assert link, "the invitation was not mailed"
    payload = {"token": link.partition("token=")[2], "password": PASSWORD, "name": "Grace Hopper"}
    with httpx.Client(base_url=server.url, timeout=30, trust_env=False) as visitor:
        assert visitor.post("/api/v1/auth/invitations/accept", json=payload).status_code == 200


def test_from_a_copied_role_to_masked_leads(
    server: Installation, page: Page, api: httpx.Client, page_check: Callable[..., None]
) -> None:
    lead = api.post("/api/v1/leads", json={"full_name": "Ada Lovelace", "email": "ada@engine.example"}).json()
    sign_in(page, api.headers["X-Test-Email"])
    page.goto("/settings/roles")
    page.get_by_role("button", name="Copy Analyst").click()
    dialog = page.get_by_role("dialog", name="New role")
    dialog.get_by_label("Name").fill("Trainee")
    # What a permission needs is ticked with it.
    dialog.get_by_role("checkbox", name="Delete people and companies").check()
    expect(dialog.get_by_role("status")).to_have_text("1 more, 0 less")
    page_check(page, "role-dialog")
    dialog.get_by_role("button", name="Save").click()
    row = page.get_by_role("listitem").filter(has_text="Trainee")
    expect(row.get_by_text("Contact details masked")).to_be_visible()
    key = next(r["key"] for r in api.get("/api/v1/roles").json()["roles"] if r["label"] == "Trainee")
    email = f"grace.{time.monotonic_ns()}@people.example"
    join(server, api, email, key)

    page.goto("/settings/teams")
    page.get_by_role("button", name="New team").click()
    dialog = page.get_by_role("dialog", name="New team")
    dialog.get_by_label("Name").fill("North")
    dialog.get_by_label("Members").first.click()
    page.get_by_role("option", name="Grace Hopper").click()
    dialog.get_by_label("Members").first.press("Escape")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("listitem").filter(has_text="North")).to_contain_text("Grace Hopper")
    page_check(page, "teams")

    page.goto("/settings/roles")
    page.get_by_role("button", name="Remove Trainee", exact=True).click()
    removal = page.get_by_role("dialog", name="Delete “Trainee”?")
    removal.get_by_role("button", name="Move and delete").click()
    expect(removal.get_by_text("Choose a role")).to_be_visible()
    removal.get_by_role("button", name="Cancel").click()

    page.context.clear_cookies()
    sign_in(page, email)
    page.goto(f"/leads/{lead['id']}")
    shown = page.get_by_text("a•••@engine.example").first
    expect(shown).to_be_visible()
    expect(page.get_by_role("img", name="Masked: your role does not see personal data").first).to_be_visible()
    expect(page.get_by_text("ada@engine.example")).to_have_count(0)
    page_check(page, "masked-lead")

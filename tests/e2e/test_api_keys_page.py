"""Making, trying and revoking API keys in the browser; the command that the page shows is run as it stands."""

import contextlib
import json
import subprocess
import time
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from installation import PASSWORD, Installation

pytestmark = pytest.mark.browser


@pytest.fixture
def api(server: Installation) -> Iterator[httpx.Client]:
    """The administrator of a new organisation."""
    email = f"kim.{time.monotonic_ns()}@people.example"
    with contextlib.closing(server.signed_up(email)) as client:
        client.headers["X-Test-Email"] = email
        yield client


@pytest.fixture
def keys_page(page: Page, api: httpx.Client) -> Page:
    """The settings page of the API keys, opened by the administrator."""
    page.goto("/login")
    page.get_by_label("E-mail").fill(api.headers["X-Test-Email"])
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    page.goto("/settings/keys")
    expect(page.get_by_text("No API keys")).to_be_visible()
    return page


def run(command: str) -> dict[str, str]:
    """What a command from the page answers."""
    told = subprocess.run(
        ["bash", "-c", command.replace("curl ", "curl -s ")], capture_output=True, text=True, timeout=60, check=True
    )
    return json.loads(told.stdout)


def make(page: Page, name: str, kind: str, **fields: str) -> str:
    """Make a key in the dialog; returns the command that the page offers to try it."""
    page.get_by_role("button", name="New API key").click()
    dialog = page.get_by_role("dialog", name="New API key")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_role("radio", name=kind).check()
    dialog.get_by_label("Search permissions").fill("see people")
    dialog.get_by_role("checkbox", name="leads:read").check()
    for label, value in fields.items():
        dialog.get_by_role("textbox", name=label.replace("_", " ")).fill(value)
    dialog.get_by_role("button", name="Make the key").click()
    ready = page.get_by_role("dialog", name=f"“{name}” is ready")
    expect(ready.get_by_text("It is shown this once")).to_be_visible()
    command = ready.locator("pre").last.inner_text()
    ready.get_by_role("button", name="I have copied it").click()
    return command


def test_from_making_a_key_to_revoking_it(keys_page: Page, page_check: Callable[..., None]) -> None:
    page = keys_page
    command = make(page, "Nightly export", "Secret key", Requests_per_minute="600")
    answer = run(command)
    assert (answer["name"], answer["scopes"]) == ("Nightly export", ["leads:read"])
    signed = make(page, "Billing", "Signed requests")
    assert run(signed)["kind"] == "signed"
    row = page.get_by_role("listitem").filter(has_text="Nightly export")
    page.reload()
    expect(row).to_contain_text("Last used")
    expect(row).to_contain_text("600 requests per minute")
    page_check(page, "settings api keys", widths={360: 780, 1440: 900})
    row.get_by_role("button", name="Revoke Nightly export").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(row).to_have_count(0)
    assert run(command)["code"] == "identity.key_revoked"
    page.get_by_role("switch", name="Show revoked").check(force=True)
    expect(row).to_contain_text("Revoked")


def test_what_is_wrong_is_said_at_its_field(keys_page: Page) -> None:
    page = keys_page
    page.get_by_role("button", name="New API key").click()
    dialog = page.get_by_role("dialog", name="New API key")
    dialog.get_by_role("button", name="Make the key").click()
    expect(dialog.get_by_text("Give the key a name.")).to_be_visible()
    expect(dialog.get_by_text("Choose at least one.")).to_be_visible()
    dialog.get_by_label("Name").fill("Web site")
    dialog.get_by_role("radio", name="Browser key").check()
    dialog.get_by_placeholder("https://www.example.com").fill("example.com")
    dialog.get_by_role("button", name="Make the key").click()
    expect(dialog.get_by_text("is no site such as https://www.example.com")).to_be_visible()
    expect(dialog.get_by_label("Name")).to_have_value("Web site")

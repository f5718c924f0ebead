"""The API reference and the guides in a real browser: offline, under our policy for contents, with a request run."""

import re

import pytest
from playwright.sync_api import Page, expect

from installation import PASSWORD, Installation

pytestmark = pytest.mark.browser


def test_a_request_is_run_from_the_reference_with_the_session(page: Page, server: Installation):
    server.signed_up("reference@people.example").close()
    # The session's cookies, as the web app gets them.
    signed_in = page.request.post(
        "/api/v1/auth/login", data={"email": "reference@people.example", "password": PASSWORD}
    )
    assert signed_in.ok
    foreign: list[str] = []
    page.on("request", lambda request: foreign.append(request.url) if not request.url.startswith(server.url) else None)
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto("/docs")
    page.get_by_label("Find").fill("no such words")
    expect(page.get_by_text("No operation has all these words.")).to_be_visible()
    page.get_by_label("Find").fill("create tag")
    page.get_by_role("link", name="/api/v1/tags Create tag").click()
    operation = page.locator("#operations-Tags-tags_create")
    expect(operation).to_be_visible()
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table tbody .response-col_status").first).to_contain_text("201")
    page.goto("/docs/guides/conditions")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Conditions")
    page.get_by_role("link", name="Error codes").click()
    page.get_by_label("Find").fill("lead_not_found")
    expect(page.locator("tbody tr:visible")).to_have_count(1)
    expect(page).to_have_title(re.compile("Error codes"))
    assert [url for url in foreign if not url.startswith(("data:", "blob:"))] == []
    # The library's own notice about underscores in its links.
    assert [text for text in problems if "escaping deep link" not in text] == []

"""A visitor becomes a lead; the lead's page tells how they came, and lets go of a browser that was not theirs."""

import re
import time
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from installation import PASSWORD, Installation, wait_until

pytestmark = pytest.mark.browser
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
SITE = "https://www.harbour.example"


def sign_up(server: Installation, page: Page) -> httpx.Client:
    who = {"name": "Mira Founder", "email": f"mira.{time.monotonic_ns()}@people.example", "password": PASSWORD}
    answer = page.context.request.post("/api/v1/auth/sign-up", data={**who, "organisation_name": "Harbour Robotics"})
    assert answer.ok, answer.text()
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    client = server.client()
    client.cookies.update(cookies)
    client.headers["X-CSRF-Token"] = cookies["tw_csrf"]
    return client


def visit(client: httpx.Client) -> None:
    """Ada comes by an advertisement, comes back by a mail, and signs up on a laptop that Ben lent her."""
    source = client.post(
        "/api/v1/sources", json={"name": "Website", "kind": "website", "allowed_origins": [SITE]}
    ).json()

    def event(kind: str, browser: str, at: str, path: str, **more: object) -> dict:
        url = SITE + path
        context = {"userAgent": CHROME, "locale": "en", "page": {"url": url, "path": path.split("?")[0], "title": path}}
        return {"type": kind, "anonymousId": browser, "timestamp": f"2026-03-0{at}Z", "context": context, **more}

    ada = {"traits": {"email": "ada@ivybrook.example", "name": "Ada Okafor"}}
    events = [
        event("page", "phone", "2T09:00:00", "/?utm_source=google&utm_medium=cpc&utm_campaign=robots"),
        event("page", "phone", "2T09:02:00", "/pricing"),
        event("identify", "phone", "2T09:03:00", "/pricing", **ada),
        event("page", "laptop", "4T10:00:00", "/news?utm_source=newsletter&utm_medium=email"),
        event("identify", "laptop", "4T10:01:00", "/news", **ada),
    ]
    sent = client.post("/v1/batch", json={"batch": events}, auth=(source["write_key"], ""))
    assert sent.status_code == 200, sent.text


def test_visits_are_shown_and_a_wrong_browser_is_let_go(
    server: Installation, page: Page, page_check: Callable[..., None]
) -> None:
    client = sign_up(server, page)
    visit(client)
    wait_until(lambda: bool(client.get("/api/v1/leads").json()["items"]), what="the visitor to become a lead")
    lead = client.get("/api/v1/leads").json()["items"][0]
    page.goto(f"/leads/{lead['id']}")
    card = page.get_by_role("region", name="Web visits")
    expect(card).to_contain_text("First touch")
    expect(card).to_contain_text("google · robots")
    card.get_by_role("button", name="Show visits", exact=True).click()
    drawer = page.get_by_role("dialog", name="Web visits")
    expect(drawer).to_contain_text("Visits: 2, pages: 3. Nothing speaks against a person.")
    expect(page).to_have_url(re.compile(r"visits=true"))
    page_check(page, "lead with visits")
    joined = drawer.get_by_role("listitem").filter(has_text="4 Mar").filter(has_text="belongs to")
    joined.get_by_role("button").click()
    page.get_by_role("dialog", name="Take these apart?").get_by_role("button", name="Undo", exact=True).click()
    expect(drawer).to_contain_text("Taken apart by Mira Founder")
    expect(drawer).to_contain_text("Visits: 1, pages: 2.")
    page.keyboard.press("Escape")
    expect(page.get_by_text("Visited /news", exact=False)).to_have_count(0)
    expect(page.get_by_text("Visited /pricing", exact=False)).to_be_visible()

"""Two browsers talking: a visitor on a page of another site, as strict as a page can be, and a member in the inbox."""

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from tests.e2e.conftest import EVERYTHING, _axe

from installation import PASSWORD, Installation, free_port, wait_until

pytestmark = pytest.mark.browser

# Exactly the lines that the guide and the widget's page name, and nothing else; no markup made from text.
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Harbour Shop</title>
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src {tradewind} 'nonce-own';
 connect-src {tradewind} {socket}; require-trusted-types-for 'script'; trusted-types 'none'">
<script nonce="own">
  window.failures = [];
  addEventListener('error', event => failures.push(event.message));
  addEventListener('unhandledrejection', event => failures.push(String(event.reason)));
  document.addEventListener('securitypolicyviolation', event =>
    failures.push(event.violatedDirective + ' ' + event.blockedURI));
</script>
<script async src="{tradewind}/chat/widget.js" data-key="{key}"></script></head>
<body><main><h1>Harbour Shop</h1><p>Robots for harbours.</p></main></body></html>"""


@dataclass
class Shop:
    """The website, and its owner's API client."""

    url: str
    owner: httpx.Client
    widget: dict[str, Any]

    def conversation(self) -> dict[str, Any]:
        """The only conversation there is."""
        [found] = self.owner.get("/api/v1/conversations", params={"channel": "chat"}).raise_for_status().json()["items"]
        return found

    def said(self) -> list[str]:
        """What the visitor has said, as stored."""
        path = f"/api/v1/conversations/{self.conversation()['id']}/messages"
        rows = self.owner.get(path).raise_for_status().json()
        return [row["text"] for row in rows if row["author"] == "visitor"]


@pytest.fixture
def shop(server: Installation, page: Page, tmp_path: Path) -> Iterator[Shop]:
    """A website on another origin with a widget, an agent behind it, and people who are there around the clock."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    owner = signed_in(server, page)
    demo = owner.post("/api/v1/event-types", json={"title": "Demo"}).raise_for_status().json()
    made = {"name": "Ava", "settings": {"event_type_id": demo["id"]}}
    agent = owner.post("/api/v1/agents", json=made).raise_for_status().json()
    owner.post(f"/api/v1/agents/{agent['id']}/publish", json={}).raise_for_status()
    # Nobody is in the office: who asks for a person may leave a message.
    owner.patch("/api/v1/office-hours", json={"time_zone": "UTC", "weekly": []}).raise_for_status()
    settings = {
        "allowed_domains": ["127.0.0.1"],
        "consent_required": True,
        "consent_text": {"en": "May we store what you write?"},
        "colour": "#ffe600",
    }
    body = {"name": "Shop", "agent_id": agent["id"], "settings": settings}
    widget = owner.post("/api/v1/chat-widgets", json=body).raise_for_status().json()
    (tmp_path / "index.html").write_text(
        PAGE.format(tradewind=server.url, socket=server.url.replace("http", "ws", 1), key=widget["key"])
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(tmp_path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until(lambda: reachable(url), what="the website")
    yield Shop(url, owner, widget)
    process.kill()
    process.wait()
    owner.close()


def signed_in(server: Installation, page: Page) -> httpx.Client:
    """An API client of a new organisation's administrator, whose session the browser has as well."""
    who = {"name": "Ada Keeper", "email": f"ada.{time.monotonic_ns()}@people.example", "password": PASSWORD}
    answer = page.context.request.post("/api/v1/auth/sign-up", data={**who, "organisation_name": "Harbour Robotics"})
    assert answer.ok, answer.text()
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    client = server.client()
    client.cookies.update(cookies)
    client.headers["X-CSRF-Token"] = cookies["tw_csrf"]
    return client


def reachable(url: str) -> bool:
    try:
        return httpx.get(url, timeout=60, trust_env=False).is_success
    except httpx.TransportError:
        return False


def visitor(browser: Browser) -> BrowserContext:
    """A fresh profile of somebody else."""
    return browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800}, service_workers="block")


def log_of(page: Page) -> Locator:
    return page.get_by_role("log", name="Conversation")


def say(page: Page, words: str) -> None:
    page.get_by_role("textbox", name="Write a message").fill(words)
    page.keyboard.press("Enter")


def test_a_visitor_and_a_member_talk(server: Installation, browser: Browser, page: Page, shop: Shop):
    profile = visitor(browser)
    try:
        stranger = profile.new_page()
        nothing_is_stored_before_consent(stranger, shop)
        the_agent_answers_and_hands_over(stranger, shop)
        people_answer(stranger, page, shop)
        second = two_tabs_show_the_same(profile, shop)
        two_tabs_that_write_at_once_lose_nothing(stranger, second, shop)
        what_is_written_offline_is_sent_once(profile, stranger, second, shop)
        it_ends_with_a_rating(stranger, shop)
        assert stranger.evaluate("failures") == []
    finally:
        profile.close()


def nothing_is_stored_before_consent(stranger: Page, shop: Shop) -> None:
    stranger.goto(shop.url)
    button = stranger.get_by_role("button", name="Open chat")
    button.focus()
    stranger.keyboard.press("Enter")
    dialog = stranger.get_by_role("dialog", name="Ava")
    expect(dialog.get_by_text("May we store what you write?")).to_be_visible()
    assert _axe(stranger, EVERYTHING) == []
    assert stranger.evaluate("localStorage.length") == 0
    stranger.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()
    stranger.keyboard.press("Enter")
    dialog.get_by_role("button", name="Agree and start").click()


def the_agent_answers_and_hands_over(stranger: Page, shop: Shop) -> None:
    expect(stranger.get_by_text("I am an AI assistant")).to_be_visible()
    log = log_of(stranger)
    say(stranger, "I would like to book a demo.")
    expect(log.get_by_role("group", name="Choose a time")).to_be_visible()
    # The answer came in pieces, each of which stays where it is.
    expect(log.get_by_text("I am an AI assistant").last).to_have_js_property("tagName", "SPAN")
    say(stranger, "<b>Where</b> are you?")
    expect(log.get_by_text("<b>Where</b> are you?")).to_be_visible()
    yes = stranger.get_by_role("button", name="Yes", exact=True)
    expect(yes).to_be_visible()
    # What was offered stays within reach after another question, and after a reload.
    stranger.reload()
    # It stands open where it stood open, and leaves the focus to the page.
    expect(log).to_be_visible()
    assert stranger.evaluate("document.activeElement.tagName") == "BODY"
    log.get_by_text("Choose a time").click()
    expect(log.get_by_text("Times in")).to_be_visible()
    yes.click()
    expect(log.get_by_role("button", name="Leave message")).to_be_visible()
    assert _axe(stranger, EVERYTHING) == []
    assert shop.conversation()["state"] == "waiting"


def people_answer(stranger: Page, member: Page, shop: Shop) -> None:
    member.goto(f"/inbox?conversation={shop.conversation()['id']}")
    member.get_by_role("textbox", name="Reply", exact=True).fill("Ada here. We are in the harbour.")
    member.keyboard.press("Control+Enter")
    log = log_of(stranger)
    expect(log.get_by_text("Ada here. We are in the harbour.")).to_be_visible()
    expect(log.get_by_text("Ada has joined")).to_be_visible()
    expect(log.get_by_role("button", name="Leave message")).to_have_count(0)
    say(stranger, "Thank you, Ada")
    expect(member.get_by_text("Thank you, Ada").last).to_be_visible()


def two_tabs_show_the_same(profile: BrowserContext, shop: Shop) -> Page:
    second = profile.new_page()
    second.goto(shop.url)
    second.get_by_role("button", name="Open chat").click()
    expect(log_of(second).get_by_text("Thank you, Ada")).to_be_visible()
    return second


def two_tabs_that_write_at_once_lose_nothing(one: Page, other: Page, shop: Shop) -> None:
    before = len(shop.said())
    for count in range(3):
        for name, tab in (("first", one), ("second", other)):
            say(tab, f"Message {count} of the {name} tab")
    wait_until(lambda: len(shop.said()) == before + 6, what="all of both tabs")
    for name in ("first", "second"):
        mine = [text for text in shop.said() if f"of the {name} tab" in text]
        assert mine == [f"Message {count} of the {name} tab" for count in range(3)]


def what_is_written_offline_is_sent_once(profile: BrowserContext, one: Page, other: Page, shop: Shop) -> None:
    profile.set_offline(True)
    expect(one.get_by_text("You are offline.")).to_be_visible()
    say(one, "Written on the train")
    say(one, "And in the tunnel")
    expect(log_of(one).get_by_text("Waiting for the connection")).to_have_count(2)
    profile.set_offline(False)
    wait_until(lambda: shop.said()[-2:] == ["Written on the train", "And in the tunnel"], what="both, in order")
    for tab in (one, other):
        expect(log_of(tab).get_by_text("And in the tunnel")).to_have_count(1)
        expect(log_of(tab).get_by_text("Sending")).to_have_count(0)
    assert shop.said().count("Written on the train") == 1


def it_ends_with_a_rating(stranger: Page, shop: Shop) -> None:
    found = shop.conversation()
    shop.owner.post(f"/api/v1/conversations/{found['id']}/close", json={"confirmed": True}).raise_for_status()
    stranger.get_by_role("radio", name="Very good").check()
    stranger.get_by_role("button", name="Send rating").click()
    expect(log_of(stranger).get_by_text("Thank you for your rating.")).to_be_visible()
    satisfaction = shop.owner.get("/api/v1/client-satisfaction").raise_for_status().json()
    assert satisfaction["csat"]["n"] == 1

"""The inbox in the browser: somebody waits, is answered with a canned reply, and two colleagues do not collide."""

import contextlib
import time
import uuid
from collections.abc import Iterator
from typing import NamedTuple

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect
from tests.e2e.conftest import sign_in

from installation import PASSWORD, Installation

pytestmark = pytest.mark.browser
VISITOR = "Visitor #1"


class Team(NamedTuple):
    """A new organisation: its administrator's client and address, and a colleague's address."""

    api: httpx.Client
    email: str
    colleague: str


@pytest.fixture
def team(server: Installation) -> Iterator[Team]:
    stamp = time.monotonic_ns()
    email, colleague = f"mira.{stamp}@people.example", f"grace.{stamp}@people.example"
    with contextlib.closing(server.signed_up(email)) as api:
        join(server, api, colleague)
        yield Team(api, email, colleague)


def join(server: Installation, api: httpx.Client, email: str) -> None:
    """Invite a colleague, who takes the place by the mailed link."""
    api.post("/api/v1/invitations", json={"email": email, "role": "manager"}).raise_for_status()
    deadline, link = time.monotonic() + 60, None
    while link is None and time.monotonic() < deadline:
        mails = api.get("/api/v1/mail-sink").json()["items"]
        link = next((mail["link"] for mail in mails if mail["to_email"] == email and mail["link"]), None)
    assert link, "the invitation was not mailed"
    payload = {"token": link.partition("token=")[2], "password": PASSWORD, "name": "Grace Hopper"}
    with httpx.Client(base_url=server.url, timeout=30, trust_env=False) as visitor:
        visitor.post("/api/v1/auth/invitations/accept", json=payload).raise_for_status()


class Visitor:
    """Somebody on a website with a widget that no agent answers: what they write waits for people."""

    def __init__(self, server: Installation, api: httpx.Client) -> None:
        widget = api.post("/api/v1/chat-widgets", json={"name": "Website"}).raise_for_status().json()
        self.path = f"/api/v1/chat/{widget['key']}"
        self.client = httpx.Client(
            base_url=server.url, timeout=30, trust_env=False, headers={"Origin": "https://garden.example"}
        )
        session = self.client.post(f"{self.path}/sessions", json={}).raise_for_status().json()
        self.client.headers["Chat-Token"] = session["token"]

    def say(self, text: str) -> None:
        message = {"key": str(uuid.uuid4()), "text": text}
        self.client.post(f"{self.path}/messages", json=message).raise_for_status()

    def read(self) -> list[str]:
        said = self.client.get(f"{self.path}/messages").raise_for_status().json()["messages"]
        return [one["text"] for one in said if one["author"] == "member" and one["kind"] == "message"]


def test_a_waiting_conversation_is_answered_put_away_and_closed(
    server: Installation, page: Page, browser: Browser, team: Team
) -> None:
    team.api.post(
        "/api/v1/canned-replies",
        json={
            "shortcut": "hello",
            "title": "Welcome",
            "text": "Hello {{lead.first_name|there}}, this is {{me.first_name}}.",
            "scope": "everyone",
        },
    ).raise_for_status()
    visitor = Visitor(server, team.api)
    sign_in(page, team.email)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Inbox").click()
    expect(page.get_by_role("heading", name="No open conversations")).to_be_visible()
    visitor.say("Is the garden open on Sunday?")
    # It comes by itself.
    row = page.get_by_role("list", name="Conversations").get_by_role("link", name=VISITOR)
    expect(row).to_be_visible()
    row.click()
    thread = page.get_by_role("region", name=f"Conversation with {VISITOR}", exact=True)
    expect(thread.get_by_role("listitem").filter(has_text="Is the garden open on Sunday?")).to_be_visible()

    colleague = browser.new_context(
        base_url=server.url, service_workers="block", extra_http_headers={"X-Forwarded-For": server.caller}
    )
    other = colleague.new_page()
    sign_in(other, team.colleague)
    other.goto(page.url)
    expect(other.get_by_text("Mira Founder has this open too")).to_be_visible()
    expect(page.get_by_text("Grace Hopper has this open too")).to_be_visible()

    thread.get_by_role("button", name="Take over", exact=True).click()
    expect(thread.get_by_text("You", exact=False).first).to_be_visible()
    answer(page, other, thread)
    assert visitor.read() == ["Hello there, this is Mira. We are, from ten to four."]
    colleague.close()

    visitor.say("Thank you!")
    expect(thread.get_by_role("listitem").filter(has_text="Thank you!")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("h")
    page.get_by_role("dialog").get_by_role("button", name="Until tomorrow morning").click()
    expect(row).to_have_count(0)
    page.get_by_role("navigation", name="Queues").get_by_role("link", name="Snoozed").click()
    row.click()
    thread.get_by_role("button", name="Wake now", exact=True).click()
    expect(thread.get_by_role("button", name="Close", exact=True)).to_be_visible()
    page.keyboard.press("e")
    page.get_by_role("dialog").get_by_role("button", name="Solved").click()
    expect(page.get_by_text(f"Conversation with {VISITOR} closed", exact=True)).to_be_visible()
    page.get_by_role("navigation", name="Queues").get_by_role("link", name="Closed").click()
    expect(row).to_be_visible()
    closed = team.api.get("/api/v1/conversations?state=closed").raise_for_status().json()["items"]
    assert [one["outcome"] for one in closed] == ["confirmed"]


def refuse_sending(route: Route) -> None:
    if route.request.method == "POST":
        route.abort()
    else:
        route.continue_()


def answer(page: Page, other: Page, thread: Locator) -> None:
    """Answer with a canned reply and a note; the colleague sees that somebody writes, and then what was written."""
    page.keyboard.press("r")
    reply = thread.get_by_role("textbox", name="Reply", exact=True)
    reply.press_sequentially("/hel")
    expect(other.get_by_text("Mira Founder is writing an answer")).to_be_visible()
    page.get_by_role("button", name="/hello Welcome").click()
    expect(reply).to_have_value("Hello there, this is Mira.")
    reply.press("End")
    reply.press_sequentially(" We are, from ten to four.")
    # A refused answer stays in the thread, with what was written.
    page.route("**/conversations/*/messages", refuse_sending)
    reply.press("Control+Enter")
    expect(thread.get_by_text("Not sent: no connection.")).to_be_visible()
    page.unroute("**/conversations/*/messages")
    thread.get_by_role("button", name="Retry", exact=True).click()
    expect(thread.get_by_text("Not sent: no connection.")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    note = thread.get_by_role("textbox", name="Internal note", exact=True)
    note.fill("Asks about Sundays every year.")
    note.press("Control+Enter")
    for one in (page, other):
        said = one.get_by_role("region", name="Messages", exact=True).get_by_role("listitem")
        expect(said.filter(has_text="We are, from ten to four.")).to_be_visible()
        expect(said.filter(has_text="Asks about Sundays every year.")).to_be_visible()

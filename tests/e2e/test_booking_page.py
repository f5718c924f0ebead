"""A stranger books, loses a race, moves and cancels, each time from another time zone; and the page inside others."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from installation import Installation

pytestmark = pytest.mark.browser
PHONE = {360: 780}
HOST_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>
<script async src="{tradewind}/book/embed.js"></script></head>
<body><h1>Talk to us</h1><button data-tradewind-popup="{link}" data-name="Bo Guest">Book a call</button>
<div data-tradewind-inline="{link}" data-email="bo@people.example" data-answer-company-size="11–50"></div>
<script>document.addEventListener('tradewind:booked', event => {{ window.told = event.detail }})</script>
</body></html>"""
QUESTIONS = [
    {"key": "company_size", "label": "Company size", "kind": "select", "required": True, "options": ["1–10", "11–50"]},
    {"key": "agree", "label": "The call may be recorded", "kind": "checkbox", "required": True},
]


@pytest.fixture(scope="module")
def offered(server: Installation) -> tuple[httpx.Client, str]:
    """An API client of an administrator, and the path of a meeting that can be booked around the clock."""
    owner = server.signed_up("bookings@people.example")
    everyday = [{"days": [1, 2, 3, 4, 5, 6, 7], "start": "00:00", "end": "24:00"}]
    schedule = owner.post("/api/v1/availability", json={"name": "Always", "time_zone": "UTC", "weekly": everyday})
    created = owner.post(
        "/api/v1/event-types",
        json={
            "title": "Product tour",
            "description": "We look at your goals.",
            "lengths": [30, 60],
            "questions": QUESTIONS,
            "schedule_id": schedule.raise_for_status().json()["id"],
        },
    )
    return owner, created.raise_for_status().json()["path"]


def visitor(browser: Browser, server: Installation, *, zone: str, locale: str) -> Page:
    context = browser.new_context(
        base_url=server.url,
        timezone_id=zone,
        locale=locale,
        extra_http_headers={"X-Forwarded-For": server.caller},
        viewport={"width": 1440, "height": 900},
    )
    context.set_default_timeout(60_000)
    return context.new_page()


@contextmanager
def website(html: str) -> Iterator[str]:
    """Another site of one page; its port makes it another origin."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *arguments: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as site:
        Thread(target=site.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{site.server_port}/"
        site.shutdown()


def chosen(page: Page) -> str:
    """The instant that the page is about to book, or has booked."""
    return str(page.locator(".when time").first.get_attribute("datetime"))


def test_booking_losing_moving_and_cancelling(
    server: Installation, browser: Browser, offered: tuple[httpx.Client, str], page_check: Callable[..., None]
) -> None:
    owner, path = offered
    page = visitor(browser, server, zone="Asia/Tokyo", locale="de-DE")
    page.goto(path)
    expect(page.get_by_label("Zeitzone")).to_have_value("Asia/Tokyo")
    page_check(page, "booking page")

    # By keyboard: into the grid, a day on, choose; then the first time of that day.
    first = page.locator(".day[tabindex='0']")
    first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("td[aria-selected=true] .day")).to_be_focused()
    page.get_by_role("button", name="09:00", exact=True).click()
    page.get_by_role("button", name="Buchen", exact=True).click()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    expect(page.get_by_text("Bitte füllen Sie dieses Feld aus.", exact=True)).to_have_count(2)
    page_check(page, "booking page details", widths=PHONE)

    wanted = chosen(page)
    faster = httpx.post(
        f"{server.url}/api/v1/booking{path.removeprefix('/book')}/bookings",
        json={
            "starts_at": wanted,
            "name": "Fast Guest",
            "email": "fast@people.example",
            "answers": {"company_size": "1–10", "agree": True},
        },
        timeout=60,
        trust_env=False,
    )
    assert faster.status_code == 201, faster.text
    page.get_by_label("Name", exact=True).fill("Ann Guest")
    page.get_by_label("E-Mail", exact=True).fill("ann@people.example")
    page.get_by_label("Company size", exact=True).select_option("11–50")
    page.get_by_label("The call may be recorded", exact=True).check()
    page.get_by_role("button", name="Buchen", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("hat gerade jemand anders gebucht")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Ann Guest")
    page.get_by_role("list", name="Andere Zeiten").get_by_role("button").last.click()
    booked = chosen(page)
    assert booked != wanted
    page.get_by_role("button", name="Buchen", exact=True).click()
    expect(page.get_by_role("heading", name="Ihr Termin ist gebucht", exact=True)).to_be_focused()
    page_check(page, "booking page booked", widths=PHONE)
    link = str(page.get_by_role("link", name="Verschieben oder absagen", exact=True).get_attribute("href"))
    page.context.close()

    page = visitor(browser, server, zone="America/New_York", locale="en-US")
    page.goto(link)
    assert chosen(page) == booked
    # What they chose when they booked stays their language; the zone is the one they are in now.
    expect(page.get_by_label("Zeitzone")).to_have_value("America/New_York")
    page.get_by_label("Sprache").select_option("en")
    expect(page.get_by_role("heading", name="Your meeting stands", exact=True)).to_be_visible()
    page_check(page, "meeting link", widths=PHONE)
    with page.expect_download() as download:
        page.get_by_role("link", name="Calendar file", exact=True).click()
    assert b"SEQUENCE:0" in download.value.path().read_bytes()
    page.get_by_role("button", name="Move", exact=True).click()
    page.get_by_role("button", name="Next month", exact=True).click()
    page.get_by_role("button", name="9:00 AM", exact=True).click()
    page.get_by_role("button", name="Move the meeting", exact=True).click()
    expect(page.get_by_role("heading", name="Your meeting is moved", exact=True)).to_be_visible()
    moved = chosen(page)
    assert moved != booked
    page.get_by_role("button", name="Cancel meeting", exact=True).click()
    page.get_by_label("Reason").fill("Ill")
    page.get_by_role("button", name="Cancel the meeting", exact=True).click()
    expect(page.get_by_role("heading", name="Your meeting is cancelled", exact=True)).to_be_visible()
    page.context.close()

    kept = owner.get("/api/v1/meetings", params={"state": "cancelled"}).raise_for_status().json()["items"]
    assert [row["starts_at"] for row in kept] == [moved.replace(".000Z", "Z")]


def test_inside_another_site(server: Installation, browser: Browser, offered: tuple[httpx.Client, str]) -> None:
    _, path = offered
    page = visitor(browser, server, zone="Europe/Paris", locale="fr-FR")
    html = HOST_PAGE.format(tradewind=server.url, link=path.removeprefix("/book/"))
    with website(html) as shop:
        page.goto(shop)
        embedded(page)
    page.context.close()


def embedded(page: Page) -> None:
    """What the host page shows and hears."""
    frame = page.frame_locator("[data-tradewind-inline] iframe")
    frame.get_by_role("grid").wait_for()
    opener = page.get_by_role("button", name="Book a call", exact=True)
    opener.click()
    dialog = page.get_by_role("dialog")
    inside = page.frame_locator("dialog iframe")
    inside.get_by_role("grid").wait_for()
    inside.locator("h1").click()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()

    frame.locator(".slots .slot").last.click()
    height = "document.querySelector('[data-tradewind-inline] iframe').getBoundingClientRect().height"
    inner = "document.body.getBoundingClientRect().height"
    expect(frame.get_by_label("E-mail", exact=True)).to_have_value("bo@people.example")
    expect(frame.get_by_label("Company size", exact=True)).to_have_value("11–50")
    page.wait_for_function(f"{height} >= {page.frames[1].evaluate(inner)}")
    frame.get_by_label("Nom", exact=True).fill("Bo Guest")
    frame.get_by_label("The call may be recorded", exact=True).check()
    frame.get_by_role("button", name="Réserver", exact=True).click()
    frame.get_by_role("heading", name="Votre rendez-vous est réservé", exact=True).wait_for()
    told = page.evaluate("window.told")
    assert told["event_type"] == "product-tour"
    assert told.keys() == {"event_type", "starts_at", "ends_at", "state"}  # nothing about people

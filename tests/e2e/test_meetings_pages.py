"""Meetings in the browser: an event type made, a time explained, a meeting booked, moved and cancelled."""

import re
import time

import pytest
from playwright.sync_api import Browser, Page, expect

from installation import PASSWORD, Installation

pytestmark = pytest.mark.browser


def test_from_an_event_type_to_a_cancelled_meeting(server: Installation, page: Page, browser: Browser) -> None:
    email = f"nadia.{time.monotonic_ns()}@people.example"
    server.signed_up(email).close()
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Meetings", exact=True).click()
    make_event_type(page)
    close_fridays(page)
    book(page)
    move_and_cancel(page)
    form = make_routing_form(page)
    answer_as_a_stranger(server, browser, form)
    page.get_by_role("tab", name="Answers", exact=True).click()
    answers = page.get_by_role("list", name="Answers", exact=True)
    expect(answers.get_by_text("“Parks” fits: “How large is your garden?” is at least 100.")).to_be_visible()
    expect(answers.get_by_text("rosa@park.example")).to_be_visible()


def make_event_type(page: Page) -> None:
    page.get_by_role("link", name="Event types", exact=True).click()
    page.get_by_role("button", name="Add event type", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("Garden visit")
    dialog.get_by_role("button", name="Add event type", exact=True).click()
    expect(page.get_by_role("heading", name="Garden visit", level=1)).to_be_visible()
    preview = page.get_by_role("region", name="What visitors see", exact=True)
    expect(preview.get_by_text(re.compile(r"\d+ times? offered from"))).to_be_visible()
    # Nobody works at four in the morning; the answer stays in the address.
    preview.get_by_label("Why is a time not offered?").fill("2034-03-06T04:00")
    expect(preview.get_by_text("is not offered")).to_be_visible()
    expect(preview.get_by_text("has 09:00–17:00 on Monday")).to_be_visible()
    page.get_by_role("tab", name="Questions", exact=True).click()
    page.get_by_role("button", name="Add question", exact=True).click()
    page.get_by_label("Question 1", exact=True).fill("How large is your garden?")
    page.get_by_role("tab", name="Times", exact=True).click()
    page.get_by_label("Minimum notice", exact=True).fill("0")
    page.get_by_label("Days ahead", exact=True).fill("400")
    expect(preview.get_by_text("With your changes")).to_be_visible()
    page.get_by_role("button", name="Save changes", exact=True).click()
    expect(page.get_by_text(re.compile("was saved")).first).to_be_visible()
    page.reload()
    expect(preview.get_by_text("has 09:00–17:00 on Monday")).to_be_visible()
    page.get_by_role("tab", name="Questions", exact=True).click()
    expect(page.get_by_label("Question 1", exact=True)).to_have_value("How large is your garden?")


def close_fridays(page: Page) -> None:
    page.goto("/meetings/availability")
    page.get_by_role("switch", name="Friday", exact=True).uncheck()
    start = page.get_by_label("Monday: from (1)", exact=True)
    start.fill("830")
    start.press("Enter")
    start.press("ArrowUp")
    expect(start).to_have_value("08:45")
    page.get_by_role("button", name="Copy Monday to other days", exact=True).click()
    page.get_by_label("Friday", exact=True).last.uncheck()
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_label("Thursday: from (1)", exact=True)).to_have_value("08:45")
    page.get_by_role("button", name="Save changes", exact=True).click()
    expect(page.get_by_text(re.compile("was saved")).first).to_be_visible()


def book(page: Page) -> None:
    page.goto("/meetings")
    page.get_by_role("button", name="Book a meeting", exact=True).click()
    dialog = page.get_by_role("dialog", name="Book a meeting", exact=True)
    dialog.get_by_role("combobox", name="Event type").click()
    page.get_by_role("option", name="Garden visit", exact=True).click()
    dialog.get_by_role("radio", name="13:45", exact=True).click()
    dialog.get_by_role("textbox", name="Name").fill("Ida Falk")
    dialog.get_by_role("textbox", name="E-mail").fill("ida@falk.example")
    dialog.get_by_label("How large is your garden?", exact=True).fill("Two acres")
    dialog.get_by_role("button", name=re.compile("^Book ")).click()
    drawer = page.get_by_role("dialog", name="Garden visit", exact=True)
    expect(drawer.get_by_role("link", name="Ida Falk", exact=True)).to_be_visible()
    expect(drawer.get_by_text("Two acres")).to_be_visible()
    expect(drawer.get_by_text("The only host")).to_be_visible()


def move_and_cancel(page: Page) -> None:
    drawer = page.get_by_role("dialog", name="Garden visit", exact=True)
    drawer.get_by_role("button", name="Move", exact=True).click()
    dialog = page.get_by_role("dialog", name="Move “Garden visit”", exact=True)
    dialog.get_by_role("radio", name="14:15", exact=True).click()
    dialog.get_by_role("button", name=re.compile("^Move to")).click()
    expect(drawer.get_by_text(re.compile("14:15 – 14:45"))).to_be_visible()
    drawer.get_by_role("button", name="Cancel meeting", exact=True).click()
    dialog = page.get_by_role("dialog", name="Cancel “Garden visit”", exact=True)
    dialog.get_by_role("button", name="I am ill that day", exact=True).click()
    dialog.get_by_role("button", name="Cancel meeting", exact=True).click()
    expect(drawer.get_by_text("Cancelled by a member")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Cancelled", exact=True).click()
    expect(page.get_by_role("row", name=re.compile("Ida Falk"))).to_be_visible()


def make_routing_form(page: Page) -> str:
    """A form that leads owners of parks to “Garden visit”, everybody else to the first event type; its path."""
    page.get_by_role("link", name="Routing forms", exact=True).click()
    page.get_by_role("button", name="Add routing form", exact=True).click()
    dialog = page.get_by_role("dialog", name="Add routing form", exact=True)
    dialog.get_by_role("textbox", name="Name").fill("Find your gardener")
    dialog.get_by_role("combobox", name="Leads to").click()
    page.get_by_role("option", name="30-minute meeting", exact=True).click()
    dialog.get_by_role("button", name="Add routing form", exact=True).click()
    page.get_by_role("button", name="Add question", exact=True).click()
    page.get_by_label("Question 3", exact=True).fill("How large is your garden?")
    page.get_by_role("combobox", name="Kind of question 3", exact=True).click()
    page.get_by_role("option", name="Number", exact=True).click()
    page.get_by_role("tab", name="Rules", exact=True).click()
    page.get_by_role("button", name="Add rule", exact=True).click()
    page.get_by_label("Name of rule 1", exact=True).fill("Parks")
    page.get_by_role("combobox", name="Question of condition 1, rule 1", exact=True).click()
    page.get_by_role("option", name="How large is your garden?", exact=True).click()
    page.get_by_role("combobox", name="Comparison of condition 1, rule 1", exact=True).click()
    page.get_by_role("option", name="is at least", exact=True).click()
    page.get_by_role("combobox", name="Event type: rule 1", exact=True).click()
    page.get_by_role("option", name="Garden visit", exact=True).click()
    page.get_by_role("button", name="Save changes", exact=True).click()
    expect(page.get_by_text("Give a value", exact=True)).to_be_visible()
    page.get_by_label("Value of condition 1, rule 1", exact=True).fill("100")
    page.get_by_role("button", name="Save changes", exact=True).click()
    expect(page.get_by_text(re.compile("was saved")).first).to_be_visible()
    tried = page.get_by_role("region", name="Try it", exact=True)
    tried.get_by_label("How large is your garden?", exact=True).fill("12")
    tried.get_by_role("button", name="Where does this lead?", exact=True).click()
    expect(tried.get_by_role("status")).to_contain_text("Books 30-minute meeting")
    page.get_by_role("tab", name="Basics", exact=True).click()
    return "/book/" + page.get_by_text("/forms/find-your-gardener").inner_text().partition("/book/")[2]


def answer_as_a_stranger(server: Installation, browser: Browser, form: str) -> None:
    context = browser.new_context(
        base_url=server.url, locale="fr-FR", extra_http_headers={"X-Forwarded-For": server.caller}
    )
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(form)
    expect(page.get_by_role("heading", name="Find your gardener", level=1)).to_be_visible()
    page.get_by_label("Name", exact=True).fill("Rosa Park")
    page.get_by_label("E-mail", exact=True).fill("rosa")
    page.get_by_label("How large is your garden?").fill("450")
    page.get_by_role("button", name="Continuer", exact=True).click()
    expect(page.get_by_label("E-mail", exact=True)).to_be_focused()
    page.get_by_label("E-mail", exact=True).fill("rosa@park.example")
    page.get_by_role("button", name="Continuer", exact=True).click()
    expect(page.get_by_role("heading", name="Garden visit", level=1)).to_be_visible()
    assert "rosa" not in page.url
    page.locator(".slot").first.click()
    expect(page.get_by_label("E-mail", exact=True)).to_have_value("rosa@park.example")
    expect(page.get_by_label("How large is your garden?")).to_have_value("450")
    context.close()

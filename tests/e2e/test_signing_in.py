"""Sign-up to sign-out in the browser, the frame of the app, and its behaviour without a connection."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from installation import PASSWORD, Installation, wait_until

pytestmark = pytest.mark.browser

CACHED = """async part => {
  const [name] = await caches.keys()
  const entries = await (await caches.open(name)).keys()
  return entries.some(entry => entry.url.includes(part) && entry.url.endsWith('.js'))
}"""


@pytest.fixture
def address() -> str:
    """An e-mail address nobody has used yet."""
    return f"ana.{time.monotonic_ns()}@northwind.example"


def sign_up(page: Page, email: str) -> None:
    page.goto("/sign-up")
    page.get_by_label("Your name").fill("Ana Okafor")
    page.get_by_label("Organisation").fill("Northwind Instruments")
    page.get_by_label("Work e-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def mailed_link(server: Installation, email: str, page_name: str) -> str:
    """The newest link to a page in a mail to the address, from the local mail sink's log."""
    pattern = re.compile(rf'"to": "{re.escape(email)}".*?"link": "([^"]+/{page_name}\?[^"]+)"')
    wait_until(lambda: bool(pattern.search(server.log.read_text())), what=f"a mail with a {page_name} link")
    return pattern.findall(server.log.read_text())[-1]


def test_a_weak_password_is_refused_with_the_servers_reason(page: Page, address: str) -> None:
    page.goto("/sign-up")
    page.get_by_label("Your name").fill("Ana Okafor")
    page.get_by_label("Organisation").fill("Northwind Instruments")
    page.get_by_label("Work e-mail").fill(address)
    password = page.get_by_label("Password", exact=True)
    password.fill("password1234")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_text("most often found in leaks")).to_be_visible()
    expect(page.get_by_text("Too weak")).to_be_visible()
    expect(password).to_be_focused()


def test_sign_up_confirm_sign_out_and_come_back(page: Page, server: Installation, address: str) -> None:
    sign_up(page, address)
    expect(page.get_by_text(f"we sent a link to {address}")).to_be_visible()
    page.goto(mailed_link(server, address, "verify-email"))
    expect(page.get_by_role("heading", name="Address confirmed")).to_be_visible()
    page.get_by_role("link", name="Continue to Tradewind").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    expect(page.get_by_text("we sent a link to")).to_have_count(0)

    page.get_by_role("button", name="Account of Ana Okafor").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()

    page.goto("/get-started")
    expect(page).to_have_url(re.compile("/login"))
    sign_in(page, address, "not-the-password")
    expect(page.get_by_role("alert")).to_contain_text("E-mail or password is not right")
    sign_in(page, address)
    expect(page).to_have_url(re.compile("/get-started$"))


def test_a_forgotten_password_is_replaced(page: Page, server: Installation, address: str) -> None:
    sign_up(page, address)
    page.context.clear_cookies()
    page.goto("/login")
    page.get_by_label("E-mail").fill(address)
    page.get_by_role("link", name="Forgot password?").click()
    expect(page.get_by_label("E-mail")).to_have_value(address)
    page.get_by_role("button", name="Send link").click()
    expect(page.get_by_role("heading", name="Check your inbox")).to_be_visible()
    page.goto(mailed_link(server, address, "reset-password"))
    page.get_by_label("New password").fill("tidal-orchard-73-violin")
    page.get_by_role("button", name="Save password").click()
    page.get_by_role("link", name="Sign in", exact=True).click()
    sign_in(page, address, "tidal-orchard-73-violin")
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def test_a_session_is_renewed_without_a_word(page: Page, address: str) -> None:
    sign_up(page, address)
    page.context.clear_cookies(name="tw_access")
    page.goto("/get-started")
    expect(page.get_by_role("heading", name="Get started")).to_be_visible()
    assert any(cookie["name"] == "tw_access" for cookie in page.context.cookies())


def test_the_frame_works_by_keyboard(page: Page, address: str) -> None:
    sign_up(page, address)
    page.goto("/get-started")
    expect(page.get_by_text("First steps")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Search and commands")
    expect(palette).to_be_visible()
    page.keyboard.type("get st")
    expect(palette.get_by_text("Get started")).to_be_visible()
    page.keyboard.press("Escape")
    expect(palette).to_have_count(0)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Collapse the sidebar").click()
    expect(page.get_by_role("button", name="Expand the sidebar")).to_be_visible()
    with page.expect_response("**/api/v1/me"):
        page.reload()
    expect(page.get_by_role("button", name="Expand the sidebar")).to_be_visible()


def test_a_failed_part_says_so_and_tries_again(page: Page, address: str) -> None:
    sign_up(page, address)
    problem = '{"title": "Something went wrong", "detail": "Out of luck.", "status": 500, "request_id": "req-77"}'
    page.route("**/api/v1/onboarding", lambda route: route.fulfill(status=500, body=problem))
    page.goto("/get-started")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Out of luck.")
    expect(alert).to_contain_text("req-77")
    page.unroute("**/api/v1/onboarding")
    alert.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("First steps")).to_be_visible()


def test_pages_before_sign_in_keep_the_rules(page: Page, page_check: Callable[..., None]) -> None:
    for path in ("login", "sign-up", "forgot-password", "reset-password?token=x", "verify-email"):
        page.goto(f"/{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page_check(page, path.partition("?")[0])


def test_the_frame_keeps_the_rules(page: Page, page_check: Callable[..., None], address: str) -> None:
    sign_up(page, address)
    page.goto("/get-started")
    expect(page.get_by_text("First steps")).to_be_visible()
    page_check(page, "get-started")
    page.goto("/nothing-here")
    expect(page.get_by_role("heading", name="There is no page here")).to_be_visible()
    page_check(page, "not-found")


def test_the_app_opens_without_a_connection(browser: Browser, server: Installation, address: str) -> None:
    context = browser.new_context(base_url=server.url, locale="en-GB")
    try:
        page = context.new_page()
        sign_up(page, address)
        # `wait_for_function` needs eval, which our policy forbids; evaluating from outside does not.
        wait_until(lambda: page.evaluate("navigator.serviceWorker.controller !== null"), what="the service worker")
        # The other pages' code is fetched some seconds after the first paint; no need to wait for it here.
        page.evaluate("navigator.serviceWorker.controller.postMessage('precache')")
        wait_until(lambda: page.evaluate(CACHED, "get-started-"), what="the code of the other pages")
        context.set_offline(True)
        page.goto("/get-started")
        expect(page.get_by_role("alert")).to_contain_text("No connection to the server")
        context.set_offline(False)
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_role("heading", name="Get started")).to_be_visible()
    finally:
        context.close()

"""Single sign-on in the browser: an administrator connects a provider and tries it, a person comes in through it."""

import re
from collections.abc import Iterator

import httpx
import pytest
from oidc_provider_mock import run_server_in_thread
from playwright.sync_api import Browser, Page, expect

from installation import PASSWORD, Installation

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The address of an OpenID provider with two people."""
    with pytest.MonkeyPatch.context() as patch, run_server_in_thread(require_nonce=True) as mock:
        patch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
        address = f"http://localhost:{mock.server_port}"
        people = {
            "grace": {"email": "grace@people.example", "email_verified": True, "name": "Grace", "groups": ["crew"]},
            "eve": {"email": "eve@people.example", "email_verified": False},
        }
        for sub, claims in people.items():
            httpx.put(f"{address}/users/{sub}", json=claims, timeout=60, trust_env=False).raise_for_status()
        yield address


def approve(page: Page, sub: str) -> None:
    """Sign in at the provider's page."""
    page.wait_for_url("**/oauth2/authorize**", wait_until="commit")
    page.locator("input[name=sub]").first.fill(sub)
    page.get_by_role("button", name="Authorize").click()


def test_a_provider_is_connected_tried_and_used(
    page: Page, server: Installation, provider: str, browser: Browser
) -> None:
    page.goto("/sign-up")
    page.get_by_label("Your name").fill("Mira Founder")
    page.get_by_label("Organisation").fill("Harbour Robotics")
    page.get_by_label("Work e-mail").fill("mira@people.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible(timeout=30_000)

    page.goto("/settings/single-sign-on")
    page.get_by_role("button", name="Add connection").click()
    form = page.get_by_role("dialog", name="Add connection")
    form.get_by_role("textbox", name="Name", exact=True).fill("Company login")
    form.get_by_label("Issuer").fill("not an address")
    form.get_by_label("Client ID").fill("tradewind")
    form.get_by_label("Client secret").fill("any secret will do here")
    form.get_by_role("button", name="Add rule").click()
    form.get_by_label("Group of rule 1").fill("crew")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_label("Issuer")).to_have_attribute("aria-invalid", "true")
    form.get_by_label("Issuer").fill(provider)
    form.get_by_role("button", name="Save").click()

    details = page.get_by_role("dialog", name="Company login")
    details.get_by_role("button", name="Check").click()
    expect(details.get_by_text("The discovery document was read")).to_be_visible()
    sign_in_link = details.get_by_text(re.compile(r"/login\?sso=")).inner_text()
    details.get_by_role("button", name="Test sign-in").click()
    approve(page, "grace")
    expect(details.get_by_text("A new member would be made.")).to_be_visible(timeout=30_000)
    expect(details.get_by_role("row", name="Role Content creator")).to_be_visible()
    page.keyboard.press("Escape")
    expect(details).to_be_hidden()
    page.get_by_role("switch", name="Sign-in through Company login").press("Space")
    expect(page.get_by_text("Company login is on")).to_be_visible()

    context = browser.new_context(base_url=server.url, service_workers="block", locale="en-GB")
    try:
        visitor = context.new_page()
        visitor.goto(sign_in_link)
        visitor.get_by_role("button", name="Continue with single sign-on").click()
        approve(visitor, "eve")
        expect(visitor.get_by_role("alert")).to_contain_text("not verified")
        visitor.goto(f"{sign_in_link}&next=/tasks")
        visitor.get_by_role("button", name="Continue with single sign-on").click()
        approve(visitor, "grace")
        expect(visitor.get_by_role("navigation", name="Main")).to_be_visible(timeout=30_000)
        expect(visitor).to_have_url(re.compile("/tasks$"))
    finally:
        context.close()


def test_an_unknown_domain_is_told_at_sign_in(page: Page) -> None:
    page.goto("/login")
    page.get_by_role("button", name="Continue with single sign-on").click()
    expect(page.get_by_text("Enter your work e-mail first")).to_be_visible()
    page.get_by_label("E-mail").fill("someone@elsewhere.example")
    page.get_by_role("button", name="Continue with single sign-on").click()
    expect(page.get_by_role("alert")).to_contain_text("No organisation here uses single sign-on")

"""Second factors in the browser, with Chromium's virtual authenticator in the place of a fingerprint reader."""

import contextlib
import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pyotp import TOTP

from installation import PASSWORD, Installation, wait_until

pytestmark = pytest.mark.browser
NARROW = {360: 780}  # the cards of signing in look the same on every width


@pytest.fixture
def origin(server: Installation) -> str:
    """Browsers make no passkeys for bare addresses, so the installation is visited by its name."""
    return f"http://localhost:{server.port}"


@pytest.fixture
def authenticator(page: Page):
    """A platform authenticator that verifies its user at once; the handle speaks Chromium's WebAuthn protocol."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    added = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devtools, added["authenticatorId"]


def sign_up(page: Page, origin: str, email: str) -> None:
    page.goto(f"{origin}/sign-up")
    page.get_by_label("Your name").fill("Ana Okafor")
    page.get_by_label("Organisation").fill("Northwind Instruments")
    page.get_by_label("Work e-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    expect(page.get_by_text("Strong", exact=True)).to_be_visible()
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def give_password(page: Page, origin: str, email: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{origin}/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def fresh_code(secret: str, used: set[str]) -> str:
    """A code not used before: this step's, else the next one's, which is accepted as well."""
    app = TOTP(secret)
    code = next(c for c in (app.at(time.time()), app.at(time.time(), counter_offset=1)) if c not in used)
    used.add(code)
    return code


def test_passkey_from_registration_to_sign_in(
    page: Page, origin: str, authenticator, page_check: Callable[..., None]
) -> None:
    devtools, device = authenticator
    email = f"ana.{time.monotonic_ns()}@northwind.example"
    sign_up(page, origin, email)
    page.goto(f"{origin}/settings/security")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_label("Name of the passkey").fill("Blue laptop")
    page.get_by_role("button", name="Create passkey").click()
    codes = page.get_by_role("list", name="Recovery codes").get_by_role("listitem")
    expect(codes).to_have_count(10)
    recovery = codes.first.inner_text()
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_role("button", name="Remove the passkey Blue laptop")).to_be_visible()
    expect(page.get_by_text("10 codes left")).to_be_visible()
    [credential] = devtools.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    assert credential["isResidentCredential"]
    assert credential["rpId"] == "localhost"

    # Alone, with no address and no password. The list in the e-mail field would answer by itself, so it is kept out.
    page.context.clear_cookies()
    page.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = async () => false")
    page.goto(f"{origin}/login")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    page.goto(f"{origin}/settings/security")
    expect(page.get_by_text(re.compile("by passkey")).first).to_be_visible()

    # As second factor after the password, or a recovery code in its place.
    give_password(page, origin, email)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    page_check(page, "second-factor", widths=NARROW)
    page.get_by_role("button", name="Use passkey").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    give_password(page, origin, email)
    page.get_by_role("button", name="Use a recovery code").click()
    page.get_by_label("Recovery code").fill(recovery)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()

    # A copied key whose counter is behind is noticed.
    devtools.send("WebAuthn.removeCredential", {"authenticatorId": device, "credentialId": credential["credentialId"]})
    devtools.send("WebAuthn.addCredential", {"authenticatorId": device, "credential": credential | {"signCount": 0}})
    page.context.clear_cookies()
    page.goto(f"{origin}/login")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("could not be verified")


def test_app_required_by_the_organisation_and_confirmed_again(
    page: Page, origin: str, server: Installation, page_check: Callable[..., None]
) -> None:
    email, used = f"bo.{time.monotonic_ns()}@northwind.example", set[str]()
    sign_up(page, origin, email)
    page.goto(f"{origin}/settings/security")
    page.get_by_role("button", name="Set up an app").click()
    secret = page.locator("code").inner_text().replace(" ", "")
    code = page.get_by_label("Six-digit code")
    code.fill("000000")
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_text("This code is not right")).to_be_visible()
    code.fill(fresh_code(secret, used))
    page.get_by_role("button", name="Confirm", exact=True).click()
    page.get_by_role("button", name="I have kept them").click()
    page.get_by_role("switch", name="Require a second factor").click()
    expect(page.get_by_text("A second factor is required now")).to_be_visible()
    expect(page.get_by_text("1 of 1 member has one")).to_be_visible()

    # Ten minutes later a dangerous action asks for the code, then goes through by itself.
    page.route("**/api/v1/me/factors/recovery-codes", refuse_once())
    page.get_by_role("button", name="Make new codes").click()
    page.get_by_role("dialog").get_by_role("button", name="Make new codes").click()
    dialog = page.get_by_role("dialog", name="Confirm that it is you")
    expect(dialog).to_be_visible()
    page_check(page, "step-up", widths=NARROW)
    dialog.get_by_label("Digit 1 of 6").click()
    page.keyboard.type(fresh_code(secret, used))
    expect(page.get_by_role("dialog", name="Your recovery codes")).to_be_visible()
    page.get_by_role("button", name="I have kept them").click()

    # The last factor cannot go while the organisation requires one.
    page.get_by_role("button", name="Remove", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Add another second factor before you remove the last one.")).to_be_visible()


def test_members_without_a_factor_are_led_to_add_one(
    page: Page, origin: str, server: Installation, page_check: Callable[..., None]
) -> None:
    email = f"cy.{time.monotonic_ns()}@northwind.example"
    with contextlib.closing(server.signed_up(f"boss.{time.monotonic_ns()}@northwind.example")) as boss:
        secret = boss.post("/api/v1/me/factors/totp").json()["secret"]
        boss.post("/api/v1/me/factors/totp/confirm", json={"code": TOTP(secret).now()}).raise_for_status()
        boss.put("/api/v1/organisation/security", json={"second_factor_required": True}).raise_for_status()
        boss.post("/api/v1/invitations", json={"email": email, "role": "analyst"}).raise_for_status()
    link = re.compile(rf'"to": "{re.escape(email)}".*?"link": "[^"]+/accept-invitation\?([^"]+)"')
    wait_until(lambda: bool(link.search(server.log.read_text())), what="the invitation")
    page.goto(f"{origin}/accept-invitation?{link.findall(server.log.read_text())[-1]}")
    page.get_by_label("Your name").fill("Cy Twombly")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Accept and sign in").click()
    expect(page.get_by_role("heading", name="Add a second factor")).to_be_visible()
    expect(page.get_by_text("Harbour Robotics requires one")).to_be_visible()
    page_check(page, "secure-account", widths=NARROW)
    page.goto(f"{origin}/leads")
    expect(page.get_by_role("heading", name="Add a second factor")).to_be_visible()
    page.get_by_role("button", name="Use an authenticator app").click()
    secret = page.locator("code").inner_text().replace(" ", "")
    page.get_by_label("Six-digit code").fill(TOTP(secret).now())
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_role("heading", name="Keep your recovery codes")).to_be_visible()
    page_check(page, "recovery-codes", widths=NARROW)
    page.get_by_role("button", name="I have kept them").click()
    expect(page).to_have_url(re.compile("/leads$"))


def refuse_once():
    """The answer of a session that was proven too long ago, the first time only."""
    asked: list[str] = []

    def handle(route):
        if asked:
            route.continue_()
            return
        asked.append(route.request.url)
        problem = {"code": "identity.step_up_required", "status": 403, "title": "x", "methods": ["totp"]}
        route.fulfill(status=403, json=problem, content_type="application/problem+json")

    return handle

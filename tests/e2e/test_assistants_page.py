"""A person connects an assistant from its link, through sign-in and consent, sees it in the settings and ends it."""

import base64
import hashlib
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from playwright.sync_api import BrowserContext, Route, expect

from installation import PASSWORD, Installation

pytestmark = pytest.mark.browser
OAUTH = "/api/v1/auth/oauth"
VERIFIER = "v" * 43


def test_an_assistant_is_connected_and_disconnected(context: BrowserContext, server: Installation):
    server.signed_up("mira@people.example")
    programs = server.client()
    callback = f"{server.url}/callback"
    made = programs.post(f"{OAUTH}/register", json={"client_name": "Claude", "redirect_uris": [callback]}).json()
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "client_id": made["client_id"],
        "redirect_uri": callback,
        "response_type": "code",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "state": "1e3",
    }
    page = context.new_page()

    def answered(route: Route) -> None:
        route.fulfill(body="connected")

    page.route("**/callback?*", answered)
    page.goto(f"/oauth/authorize?{urlencode(asked)}")
    page.get_by_label("E-mail").fill("mira@people.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Connect Claude?")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Add notes, tasks and message drafts")).to_be_visible()
    page.get_by_role("radio", name="Read only").check()
    expect(page.get_by_text("Add notes, tasks and message drafts")).to_be_hidden()
    page.get_by_role("button", name="Connect").click()
    page.wait_for_url("**/callback?*")
    answer = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
    assert (answer["state"], answer["iss"]) == ("1e3", server.url)
    tokens = _tokens(programs, made["client_id"], answer["code"])
    assert tokens["scope"] == "tradewind:read"

    page.goto("/settings/assistants")
    expect(page.get_by_text("Reads only")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Disconnect Claude").click()
    page.get_by_role("dialog").get_by_role("button", name="Disconnect").click()
    expect(page.get_by_text("No assistant is connected")).to_be_visible()
    refused = programs.post("/mcp", json={}, headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert refused.status_code == httpx.codes.UNAUTHORIZED

    page.goto(f"/oauth/authorize?{urlencode(asked | {'redirect_uri': 'https://evil.example/'})}")
    expect(page.get_by_text("at an address it did not register")).to_be_visible()


def _tokens(programs: httpx.Client, client_id: str, code: str) -> dict[str, str]:
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER, "client_id": client_id}
    answer = programs.post(f"{OAUTH}/token", data=form)
    assert answer.is_success, answer.text
    return answer.json()

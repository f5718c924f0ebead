"""An identity provider is connected in the browser and provisions people over HTTP."""

import contextlib
import time
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from installation import PASSWORD, Installation

pytestmark = pytest.mark.browser


@pytest.fixture
def api(server: Installation) -> Iterator[httpx.Client]:
    """The administrator of a new organisation."""
    email = f"noor.{time.monotonic_ns()}@people.example"
    with contextlib.closing(server.signed_up(email)) as client:
        client.headers["X-Test-Email"] = email
        yield client


@pytest.fixture
def settings_page(page: Page, api: httpx.Client) -> Page:
    """The settings page of user provisioning, opened by the administrator."""
    page.goto("/login")
    page.get_by_label("E-mail").fill(api.headers["X-Test-Email"])
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    page.goto("/settings/provisioning")
    expect(page.get_by_text("No token yet")).to_be_visible()
    return page


def test_from_a_token_to_a_provisioned_team(settings_page: Page, page_check: Callable[..., None]) -> None:
    page = settings_page
    page_check(page, "settings provisioning empty", widths={360: 780})
    page.get_by_role("button", name="New token").click()
    dialog = page.get_by_role("dialog", name="New token")
    dialog.get_by_label("Name").fill("Okta")
    dialog.get_by_role("button", name="Make the token").click()
    ready = page.get_by_role("dialog", name="“Okta” is ready")
    token = ready.locator("pre").inner_text()
    ready.get_by_role("button", name="I have copied it").click()
    endpoint = page.get_by_role("region", name="Connection").locator("pre").inner_text()

    with httpx.Client(
        base_url=endpoint, timeout=60, trust_env=False, headers={"Authorization": f"Bearer {token}"}
    ) as provider:
        ids = []
        for name in ("Ada Lovelace", "Grace Hopper"):
            address = f"{name.split()[0].lower()}.{time.monotonic_ns()}@people.example"
            user = {"userName": address, "displayName": name, "emails": [{"value": address, "primary": True}]}
            ids.append(provider.post("/Users", json=user).raise_for_status().json()["id"])
        group = {"displayName": "Sales leads", "members": [{"value": ids[0]}]}
        provider.post("/Groups", json=group).raise_for_status()
        assert provider.post("/Groups", json={"displayName": "x", "members": [{"value": "nobody"}]}).status_code == 400

        page.reload()
        page.get_by_role("button", name="Add a rule").click()
        page.get_by_role("combobox", name="Group of rule 1").fill("sales leads")
        page.keyboard.press("Escape")
        page.get_by_role("combobox", name="Role of rule 1").click()
        page.get_by_role("option", name="Manager").click()
        page.get_by_role("button", name="Save and apply").click()
        people = page.get_by_role("region", name="Provisioned people")
        expect(people.get_by_role("listitem").filter(has_text="Ada Lovelace")).to_contain_text("Manager")
        expect(people.get_by_role("listitem").filter(has_text="Grace Hopper")).to_contain_text("Analyst")
        expect(page.get_by_role("region", name="Groups", exact=True)).to_contain_text("1 person")
        expect(page.get_by_role("region", name="Last requests")).to_contain_text("there is no user 'nobody'")
        page_check(page, "settings provisioning")

        page.get_by_role("button", name="Revoke Okta").click()
        page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
        expect(page.get_by_text("No token yet")).to_be_visible()
        assert provider.get("/Users").status_code == 401

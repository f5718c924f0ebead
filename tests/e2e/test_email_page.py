"""E-mail in the browser: a sender is added and tried, a domain verified, and a list of consents brought in."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from installation import PASSWORD, Installation

pytestmark = pytest.mark.browser
PEERS = Path(__file__).parents[1] / "modules" / "email" / "mail_peers.py"
LIST = (
    "E-mail;Topic;Opt-in;Origin;Consent date\n"
    "ada@people.example;Newsletter and offers;yes;Webinar;13/04/2024\n"
    "bob@people.example;marketing;no;Webinar;14/04/2024\n"
    "nobody;marketing;yes;Webinar;15/04/2024\n"
)


@pytest.fixture
def peers(server: Installation, tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """(port of a mail server, zone file of the name server that the installation asks)."""
    zone = tmp_path / "zone.json"
    zone.write_text("{}")
    dns_port = server.environment["TRADEWIND_DNS_SERVER"].rpartition(":")[2]
    commands = (["smtp", str(tmp_path)], ["dns", str(zone), dns_port])
    started = [
        subprocess.Popen([sys.executable, str(PEERS), *one], stdout=subprocess.PIPE, text=True) for one in commands
    ]
    ports = [int(one.stdout.readline()) for one in started if one.stdout]
    yield ports[0], zone
    for one in started:
        one.kill()
        one.wait()


def test_a_sender_a_domain_and_a_list_of_consents(
    server: Installation, page: Page, peers: tuple[int, Path], page_check: Callable[..., None], tmp_path: Path
) -> None:
    email = f"ann.{time.monotonic_ns()}@people.example"
    server.signed_up(email).close()
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    port, zone = peers
    a_sender(page, port)
    what_was_sent(page, page_check)
    a_domain(page, zone)
    consents(page, tmp_path)


def a_sender(page: Page, port: int) -> None:
    page.goto("/settings/email")
    page.get_by_role("button", name="Add sender").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Address", exact=True).fill("ann@news.example")
    dialog.get_by_label("Name people see").fill("Ann of News")
    dialog.get_by_role("textbox", name="Server").fill("127.0.0.1")
    dialog.get_by_label("Port").fill(str(port))
    dialog.get_by_role("combobox", name="Encryption").click()
    page.get_by_role("option", name="None", exact=True).click()
    dialog.get_by_role("button", name="Add sender").click()
    expect(page.get_by_text("Day 1 of 30")).to_be_visible()
    for to, outcome in (("ada@people.example", "left"), ("gone@people.example", "did not leave")):
        page.get_by_role("button", name="Send test from ann@news.example").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("textbox", name="To").fill(to)
        dialog.get_by_role("button", name="Send test").click()
        expect(dialog.get_by_text(f"The test to {to} {outcome}")).to_be_visible()
        if outcome != "left":
            expect(dialog.get_by_text("User unknown")).to_be_visible()
        dialog.get_by_role("button", name="Close", exact=True).last.click()
        expect(dialog).to_have_count(0)


def what_was_sent(page: Page, page_check: Callable[..., None]) -> None:
    page.get_by_role("link", name="Sent mail").click()
    table = page.get_by_role("table", name="Sent mail")
    expect(table.get_by_text("ada@people.example")).to_be_visible()
    page_check(page, "email-sent", widths={360: 780})
    page.set_viewport_size({"width": 1440, "height": 900})
    choose(page, page.get_by_role("combobox", name="State"), "Did not arrive")
    expect(table.get_by_text("ada@people.example")).to_have_count(0)
    table.get_by_role("cell", name="gone@people.example", exact=True).click()
    drawer = page.get_by_role("dialog", name="Sent mail")
    expect(drawer.get_by_text("5.1.1").first).to_be_visible()
    expect(drawer.get_by_text("While it was sent")).to_be_visible()
    drawer.get_by_role("button", name="Close the mail").click()


def a_domain(page: Page, zone: Path) -> None:
    page.get_by_role("tab", name="Set-up").click()
    page.get_by_role("button", name="Add domain").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Domain").fill("news.example")
    dialog.get_by_role("button", name="Add domain").click()
    card = page.get_by_role("region", name="Sending domains")
    expect(card.locator("pre")).to_have_count(2)
    host, record = card.locator("pre").all_inner_texts()
    assert record.startswith("v=DKIM1")
    card.get_by_role("button", name="Check DNS of news.example").click()
    expect(card.get_by_text("There is no SPF record.")).to_be_visible()
    parts = " ".join(f'"{record[place : place + 200]}"' for place in range(0, len(record), 200))
    known = {
        "news.example TXT": ['"v=spf1 a mx ~all"'],
        f"{host} TXT": [parts],
        "_dmarc.news.example TXT": ['"v=DMARC1; p=none"'],
        "news.example MX": ["10 mx.news.example."],
    }
    zone.write_text(json.dumps(known))
    card.get_by_role("button", name="Check DNS of news.example").click()
    expect(card.get_by_text("Verified", exact=True)).to_be_visible()


def consents(page: Page, folder: Path) -> None:
    page.goto("/settings/privacy")
    page.get_by_role("button", name="Import consents").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="File", exact=True).click()
    chooser.value.set_files({"name": "old.csv", "mimeType": "text/csv", "buffer": LIST.encode()})
    page.get_by_role("button", name="Look at the file").click()
    dialog = page.get_by_role("dialog", name="What old.csv says")
    expect(dialog.get_by_text("2 lines can be recorded")).to_be_visible()
    expect(dialog.get_by_role("combobox", name="What “Consent date” means")).to_have_value("When it was said")
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Download these lines").click()
    assert "“nobody” is no address" in download.value.path().read_text("utf-8-sig")
    expect(dialog.get_by_text("an import cannot be undone")).to_be_visible()
    dialog.get_by_role("button", name="Record 2 consents").click()
    expect(page.get_by_role("dialog").get_by_text("2 lines were recorded")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Close", exact=True).last.click()
    expect(page.get_by_text("1 contact point agreed")).to_be_visible()


def choose(page: Page, field: Locator, option: str) -> None:
    field.click()
    page.get_by_role("option", name=option, exact=True).click()

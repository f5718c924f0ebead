"""The snippet on a sample website in a real browser, up to the lead and its score on the open page."""

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, Request, expect

from installation import PASSWORD, Installation, free_port, wait_until

pytestmark = pytest.mark.browser
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
# What a person's browser does not show and Playwright's does.
A_PERSON = "Object.defineProperty(Navigator.prototype, 'webdriver', {get: () => false})"
GPC = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})"

# As strict as a page can be: no inline script without its nonce, no markup from scripts, nothing from elsewhere.
PLAIN = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Harbour Shop</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src {tradewind} 'nonce-stub';
 connect-src {tradewind}; form-action 'self'; require-trusted-types-for 'script'; trusted-types 'none'">
<script nonce="stub">
  window.failures = [];
  addEventListener('error', event => failures.push(event.message));
  addEventListener('unhandledrejection', event => failures.push(String(event.reason)));
  document.addEventListener('securitypolicyviolation', event => failures.push(event.violatedDirective));
  window.tradewind = window.tradewind || [];
  ['page', 'track', 'identify', 'group', 'alias', 'consent', 'reset', 'ready'].forEach(function (name) {{
    tradewind[name] = tradewind[name] || function () {{ tradewind.push([name].concat([].slice.call(arguments))); }};
  }});
  tradewind.track('Before Loading', {{early: true}});
</script>
<script async src="{tradewind}/tw.js" data-key="{key}" data-chat="{chat}"></script></head>
<body><h1>Talk to us</h1>
<form id="contact" action="thanks.html">
  <label>First name <input name="first_name" autocomplete="given-name"></label>
  <label>Last name <input name="last_name" autocomplete="family-name"></label>
  <label>E-mail <input name="email" type="email"></label>
  <label>Company <input name="company"></label>
  <label>Password <input name="password" type="password"></label>
  <label>Card <input name="number"></label>
  <label>Diary <input name="diary" data-tw-ignore></label>
  <input type="hidden" name="csrf" value="hidden-token">
  <button>Send</button>
</form></body></html>"""
SINGLE_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Home</title>
<script async src="{tradewind}/tw.js" data-key="{key}"></script></head>
<body><h1>App</h1>
<button data-tw-event="Tour Started" data-tw-place="header">Tour</button>
<button onclick="tradewind.consent({{analytics: true}})">Accept</button>
<script>
  function go(path) {{ history.pushState(null, '', path); document.title = path.slice(1); }}
</script></body></html>"""


@dataclass
class Site:
    """The sample website, and the sources its pages send to."""

    url: str
    owner: httpx.Client
    source: dict[str, Any]
    asking: dict[str, Any]

    def events(self, source: dict[str, Any]) -> list[dict[str, Any]]:
        """All events of a source, oldest first, with their details."""
        path = f"/api/v1/sources/{source['id']}/events"
        rows = self.owner.get(path, params={"limit": 100}).raise_for_status().json()["items"]
        return [self.owner.get(f"{path}/{row['id']}").raise_for_status().json() for row in reversed(rows)]

    def wait_for(self, source: dict[str, Any], *names: str) -> list[dict[str, Any]]:
        """The source's events once all of these have arrived; page views are named by their path."""
        wait_until(lambda: set(names) <= {named(event) for event in self.events(source)}, what=f"the events {names}")
        return self.events(source)


def named(event: dict[str, Any]) -> str:
    return event["name"] or (event["path"] if event["type"] == "page" else event["type"])


@pytest.fixture
def site(server: Installation, page: Page, tmp_path: Path) -> Iterator[Site]:
    """A website on another origin: a plain page and a single-page app whose source requires consent."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    owner = signed_in(server, page)
    sources = [
        owner.post(
            "/api/v1/sources",
            json={
                "name": name,
                "kind": "website",
                "allowed_origins": [url],
                "settings": {"require_consent": name == "App"},
            },
        )
        .raise_for_status()
        .json()
        for name in ("Shop", "App")
    ]
    chat = owner.post("/api/v1/chat-widgets", json={"name": "Shop"}).raise_for_status().json()["key"]
    for name, page, source in (("shop.html", PLAIN, sources[0]), ("app.html", SINGLE_PAGE, sources[1])):
        (tmp_path / name).write_text(page.format(tradewind=server.url, key=source["write_key"], chat=chat))
    (tmp_path / "thanks.html").write_text("<!doctype html><title>Thanks</title><h1>Thank you</h1>")
    process = subprocess.Popen(
        [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(tmp_path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until(lambda: reachable(url), what="the sample website")
    yield Site(url, owner, sources[0], sources[1])
    process.kill()
    process.wait()
    owner.close()


def signed_in(server: Installation, page: Page) -> httpx.Client:
    """An API client of a new organisation's administrator, whose session the browser has as well."""
    who = {"name": "Mira Founder", "email": f"mira.{time.monotonic_ns()}@people.example", "password": PASSWORD}
    answer = page.context.request.post("/api/v1/auth/sign-up", data={**who, "organisation_name": "Harbour Robotics"})
    assert answer.ok, answer.text()
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    client = server.client()
    client.cookies.update(cookies)
    client.headers["X-CSRF-Token"] = cookies["tw_csrf"]
    return client


def reachable(url: str) -> bool:
    try:
        return httpx.get(f"{url}/thanks.html", timeout=60, trust_env=False).is_success
    except httpx.TransportError:
        return False


def visitor(browser: Browser, *scripts: str) -> Page:
    """A page of a fresh profile, as a person has it."""
    context = browser.new_context(user_agent=CHROME, locale="en-GB")
    for script in (A_PERSON, *scripts):
        context.add_init_script(script)
    return context.new_page()


def test_from_a_visit_to_the_score_on_the_open_page(server: Installation, browser: Browser, page: Page, site: Site):
    consent_is_waited_for(browser, site)
    signals_take_marketing_away(browser, site)
    programs_are_marked(browser, site)
    a_form_becomes_a_lead(browser, page, site)


def consent_is_waited_for(browser: Browser, site: Site) -> None:
    page = visitor(browser)
    posts: list[Request] = []
    page.on("request", lambda request: posts.append(request) if request.method == "POST" else None)
    page.goto(f"{site.url}/app.html?utm_source=news&gclid=click-1")
    page.wait_for_function("window.tradewind?.options")
    page.evaluate("new Promise(resolve => tradewind.ready(resolve))")
    page.evaluate("go('/features')")
    page.wait_for_function("document.title === 'features'")
    page.get_by_role("button", name="Tour").click()
    assert posts == []
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length") == 0
    page.get_by_role("button", name="Accept").click()
    events = site.wait_for(site.asking, "/app.html", "/features", "Tour Started")
    assert {event["anonymous_id"] for event in events} == {cookie_of(page, "tw_id").split(".")[0]}
    tour = next(event for event in events if event["name"] == "Tour Started")
    assert tour["properties"] == {"place": "header"}
    features = next(event for event in events if event["path"] == "/features")
    assert features["referrer"] == f"{site.url}/app.html?utm_source=news"
    first = next(event for event in events if event["path"] == "/app.html" and event["type"] == "page")
    assert first["context"]["campaign"] == {"source": "news", "click_ids": ["gclid"]}
    assert first["context"]["consent"] == {"analytics": True, "marketing": False}
    assert "click-1" not in str(events)
    page.context.close()


def cookie_of(page: Page, name: str) -> str:
    return next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == name)


def signals_take_marketing_away(browser: Browser, site: Site) -> None:
    page = visitor(browser, GPC)
    page.goto(f"{site.url}/shop.html?utm_source=ads&gclid=click-2")
    events = site.wait_for(site.source, "/shop.html", "Before Loading")
    assert page.evaluate("failures") == []
    for event in events:
        assert event["context"]["gpc"] is True
        assert event["context"]["consent"] == {"analytics": True, "marketing": False}
        assert event["human"] > 0.9
    assert "click-2" not in str(events)
    # Where consent is required, the signal is a no.
    page.goto(f"{site.url}/app.html")
    page.evaluate("new Promise(resolve => tradewind.ready(resolve))")
    assert [cookie["name"] for cookie in page.context.cookies()] == ["tw_id"]
    page.context.close()


def programs_are_marked(browser: Browser, site: Site) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{site.url}/shop.html?robot=1")
    wait_until(lambda: any(event["likely_bot"] for event in site.events(site.source)), what="the robot's visit")
    robot = next(event for event in site.events(site.source) if event["likely_bot"])
    assert {"headless", "webdriver"} <= set(robot["human_reasons"])
    context.close()


def a_form_becomes_a_lead(browser: Browser, page: Page, site: Site) -> None:
    page.goto("/leads")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    guest = visitor(browser)
    guest.goto(f"{site.url}/shop.html?utm_source=news&utm_medium=email")
    expect(guest.get_by_role("button", name="Open chat")).to_be_visible()
    guest.get_by_label("First name").fill("Ada")
    guest.get_by_label("Last name").fill("Okafor")
    guest.get_by_label("E-mail").fill("ada.okafor@ivybrook.example")
    guest.get_by_label("Company").fill("Ivybrook Payments")
    guest.get_by_label("Password").fill("her-password")
    guest.get_by_label("Card").fill("4111 1111 1111 1111")
    guest.get_by_label("Diary").fill("dear diary")
    guest.get_by_role("button", name="Send").click()
    expect(guest.get_by_role("heading", name="Thank you")).to_be_visible()
    page.get_by_role("button", name="new lead, show").click()
    row = page.get_by_role("row").filter(has_text="Ada Okafor")
    expect(row).to_be_visible()
    events = site.wait_for(site.source, "identify", "Form Submitted")
    form = next(event for event in events if event["name"] == "Form Submitted")
    assert form["properties"]["form_id"] == "contact"
    assert set(form["properties"]["fields"]) == {"first_name", "last_name", "email", "company"}
    for secret in ("her-password", "4111", "dear diary", "hidden-token"):
        assert secret not in str(events)
    lead = site.owner.get("/api/v1/leads", params={"q": "Ada Okafor"}).json()["items"][0]
    wait_until(lambda: score_of(site, lead) is not None, what="the score")
    first = score_of(site, lead)
    # The page stays as it is open: the next visits move the score under the eyes of whoever looks at it.
    for path in ("pricing", "features", "pricing"):
        guest.goto(f"{site.url}/shop.html?{path}")
        guest.evaluate("new Promise(resolve => tradewind.ready(resolve))")
    wait_until(lambda: score_of(site, lead) != first, what="another score")
    wait_until(
        lambda: row.get_by_text(str(score_of(site, lead)), exact=True).is_visible(), what="the new score on the page"
    )
    guest.context.close()


def score_of(site: Site, lead: dict[str, Any]) -> int | None:
    return site.owner.get(f"/api/v1/leads/{lead['id']}").json()["score"]

"""A real installation (database, web and worker processes) and a real Chromium for the browser tests."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from zlib import crc32

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from tests.modules.ai.peers.fixtures import ModelServer

from installation import PASSWORD, Installation, free_port

ROOT = Path(__file__).parents[2]
# Hashing, dictionaries and drawing take their time on a busy machine; what works is not held up by it.
PATIENCE_MILLISECONDS = 60_000
expect.set_options(timeout=PATIENCE_MILLISECONDS)
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
# A folder for pictures of every page, to be looked at; drawing them takes a tenth of the run.
SCREENSHOTS = os.environ.get("TRADEWIND_SCREENSHOTS")
# Rules of axe, by tag and by name.
EVERYTHING = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
WIDTHS = {360: 780, 768: 1024, 1440: 900}
# Two painted frames, then the end of every animation that has one: colours are judged as they stay.
SETTLED = """async () => {
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
  const finite = document.getAnimations().filter(a => Number.isFinite(a.effect?.getComputedTiming().endTime))
  await Promise.allSettled(finite.map(a => a.finished))
}"""
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory, model_server: ModelServer) -> Iterator[Installation]:
    """One installation for all files of this process; it may use servers of this machine."""
    environment = {
        "TRADEWIND_LOCAL_IDENTITY_PROVIDERS": "true",
        "TRADEWIND_WEBHOOKS_ALLOW_LOCALHOST": "true",
        "TRADEWIND_KNOWLEDGE_ALLOW_LOCALHOST": "true",
        "TRADEWIND_CALENDARS_ALLOW_LOCALHOST": "true",
        "TRADEWIND_MAIL_SERVERS": "127.0.0.1:*",
        "TRADEWIND_DNS_SERVER": f"127.0.0.1:{free_port()}",
        "TRADEWIND_MODEL_SERVERS": model_server.url.removeprefix("http://"),
    }
    installation = Installation(tmp_path_factory.mktemp("installation") / "home", environment=environment)
    installation.start("up")
    installation.wait_ready()
    yield installation
    installation.stop()


@pytest.fixture(scope="module")
def server(installation: Installation, request: pytest.FixtureRequest) -> Installation:
    """The installation, called from an address of the file's own: sign-ups and failures are limited by address."""
    installation.caller = f"198.18.{crc32(request.module.__name__.encode()) % 250}.7"
    return installation


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    executable = next((path for name in names if (path := shutil.which(name))), None)
    assert executable, "Chromium is missing: run tests/find_chromium.sh"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, headless=True, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser, server: Installation) -> Iterator[BrowserContext]:
    """A fresh browser profile that knows the installation's address."""
    context = browser.new_context(
        base_url=server.url,
        viewport={"width": 1440, "height": 900},
        service_workers="block",
        locale="en-GB",
        extra_http_headers={"X-Forwarded-For": server.caller},
    )
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page of the fresh profile."""
    return context.new_page()


@pytest.fixture
def page_check() -> Callable[..., None]:
    """`page_check(page, name)`: the rules every page keeps, at three widths in light and dark."""
    return check_page


def sign_in(page: Page, email: str) -> None:
    """From the sign-in page to the app, with the password of all tests."""
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def check_page(page: Page, name: str, *, widths: dict[int, int] | None = None) -> None:
    """No console error, axe clean, no sideways scrolling, one h1; screenshots are saved if wanted."""
    problems: list[str] = []
    listener = lambda message: problems.append(f"console: {message.text}") if message.type == "error" else None  # noqa: E731
    page.on("console", listener)
    widths = widths or WIDTHS
    for width, height in widths.items():
        outermost = width in (min(widths), max(widths))
        # What lies between the narrowest and the widest is made of the same parts; the dark differs in colours.
        for scheme in ("light", "dark") if outermost or SCREENSHOTS else ("light",):
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.evaluate(
                "scheme => { localStorage.setItem('mantine-color-scheme-value', scheme);"
                " document.documentElement.setAttribute('data-mantine-color-scheme', scheme) }",
                scheme,
            )
            page.evaluate(SETTLED)
            where = f"{name} at {width} {scheme}"
            if outermost:
                problems += [f"{where}: {text}" for text in _axe(page, EVERYTHING if scheme == "light" else COLOURS)]
            overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if overflow > 0:
                problems.append(f"{where}: the page scrolls sideways by {overflow} px")
            headings = page.locator("h1:visible").count()
            if headings != 1:
                problems.append(f"{where}: {headings} h1 headings")
            if SCREENSHOTS:
                safe = re.sub(r"[^a-z0-9-]+", "-", name.lower())
                page.screenshot(path=Path(SCREENSHOTS) / f"{safe}-{width}-{scheme}.png")
    page.remove_listener("console", listener)
    page.set_viewport_size({"width": 1440, "height": 900})
    assert problems == []


def _axe(page: Page, rules: list[str]) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    violations = page.evaluate(
        "rules => axe.run(document, {resultTypes: ['violations'], runOnly: rules}).then(result => result.violations)",
        rules,
    )
    return [
        f"axe {violation['id']} at {node['target']}: {' '.join(node['failureSummary'].split())}"
        for violation in violations
        for node in violation["nodes"][:1]
    ]

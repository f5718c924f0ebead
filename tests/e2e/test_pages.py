"""Every page of the app, filled with the sample company, keeps the rules: axe, overflow, headings, console."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from installation import Installation

pytestmark = pytest.mark.browser
ROUTES = Path(__file__).parents[2] / "web" / "src" / "routes" / "_app"
PAGES = [
    "/get-started",
    "/dashboard",
    "/inbox",
    "/sending",
    "/inbox?conversation={conversation}",
    "/leads",
    "/leads?view=hot",
    "/leads/{lead}",
    "/companies",
    "/companies/{company}",
    "/deals",
    "/deals/{deal}",
    "/meetings",
    "/meetings?view=week",
    "/meetings/event-types",
    "/meetings/event-types/{eventType}",
    "/meetings/routing-forms",
    "/meetings/routing-forms/{form}",
    "/meetings/availability",
    "/knowledge",
    "/knowledge?add=site",
    "/knowledge/articles/{article}",
    "/knowledge/documents/{document}",
    "/agents",
    "/agents/{agent}",
    "/agents/{agent}?tab=versions",
    "/agents/widgets",
    "/agents/widgets/{widget}",
    "/agents/flows",
    "/agents/flows/{flow}",
    "/agents/flows/{flow}?tab=outcomes",
    "/agents/simulations",
    "/agents/simulations/{suite}",
    "/agents/simulations/{suite}?tab=cases&case=new",
    "/campaigns",
    "/campaigns?tab=timeline",
    "/campaigns/{campaign}",
    "/campaigns/{campaign}?tab=variants",
    "/campaigns/{campaign}?tab=money&costs=true",
    "/campaigns/{campaign}/edit?step=audience",
    "/campaigns/{campaign}/edit?step=content",
    "/journeys",
    "/journeys/{journey}?tab=people",
    "/journeys/{journey}?tab=rehearsal",
    "/journeys/{journey}?tab=results",
    "/budgets",
    "/journeys/{journey}?tab=settings",
    "/email/templates",
    "/email/templates?settings=true",
    "/email/templates/{template}",
    "/email/templates/{template}?tab=details&dark=true&view=mobile",
    "/segments",
    "/segments/new",
    "/segments/{segment}",
    "/imports",
    "/imports/{import}",
    "/sources",
    "/sources/{source}",
    "/sources/{source}?tab=debugger",
    "/knowledge/test",
    "/knowledge/questions",
    "/knowledge/issues",
    "/intents",
    "/scoring",
    "/scoring/{setup}",
    "/scoring/evaluate",
    "/analytics/metrics",
    "/analytics/metrics?edit=new",
    "/tasks",
    "/settings/profile",
    "/settings/security",
    "/settings/calendars",
    "/settings/assistants",
    "/settings/organisation",
    "/settings/team",
    "/settings/roles",
    "/settings/teams",
    "/settings/single-sign-on",
    "/settings/security-monitoring",
    "/settings/fields",
    "/settings/tags",
    "/settings/inbox",
    "/settings/pipelines",
    "/settings/routing",
    "/settings/privacy",
    "/settings/guardrails",
    "/settings/email",
    "/settings/ai",
    "/settings/ai/usage",
    "/settings/prompts",
    "/settings/prompts/{prompt}",
    "/settings/mail",
    "/settings/jobs",
    "/settings/data-map",
    "/settings/webhooks",
    "/settings/webhooks/{endpoint}",
    "/settings/keys",
    "/settings/provisioning",
    "/settings/audit",
]
COLLECTIONS = {
    "lead": "/api/v1/leads?sort=-score",
    "campaign": "/api/v1/campaigns?state=live",
    "journey": "/api/v1/journeys",
    "company": "/api/v1/companies",
    "deal": "/api/v1/deals",
    "eventType": "/api/v1/event-types",
    "form": "/api/v1/routing-forms",
    "conversation": "/api/v1/conversations?state=person",
    "agent": "/api/v1/agents",
    "widget": "/api/v1/chat-widgets",
    "flow": "/api/v1/qualification-flows",
    "suite": "/api/v1/simulation-suites",
    "template": "/api/v1/mail-templates",
    "segment": "/api/v1/segments",
    "import": "/api/v1/imports",
    "source": "/api/v1/sources",
    "endpoint": "/api/v1/webhook-endpoints",
    "article": "/api/v1/knowledge/documents?kind=article",
    "document": "/api/v1/knowledge/documents?kind=qa",
}
ENDPOINT = {"url": "https://hooks.example.com/tradewind", "event_types": ["lead.created", "deal.won"]}
# These send on to another page or answer for unknown ones.
WITHOUT_PAGE = {"/", "/$", "/settings"}
# A renderer keeps some 30 MB of each page it has shown.
PAGES_A_RENDERER = 10


@dataclass
class Demo:
    """A running sample company: a browser that is signed in, and one id of each thing that has a page."""

    context: BrowserContext
    ids: dict[str, str]
    shown: int = field(default=0, init=False)

    def tab(self) -> Page:
        """The tab for the next page: now and then another one, whose renderer is empty."""
        if self.shown % PAGES_A_RENDERER == 0:
            for tab in self.context.pages:
                tab.close()
            self.context.new_page()
        self.shown += 1
        return self.context.pages[0]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Demo]:
    """The sample company in an installation of its own, opened by its administrator."""
    installation = Installation(tmp_path_factory.mktemp("demo") / "home")
    environment = os.environ | {"TRADEWIND_HOME": str(installation.home), "TRADEWIND_PORT": str(installation.port)}
    command = [sys.executable, "-m", "tradewind.cli", "demo", "--once", "--yes", "--scale", "400"]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    email, password = (re.search(rf"{name}\s+(\S+)", told.stdout)[1] for name in ("E-mail", "Password"))
    installation.start("up")
    context = None
    try:
        installation.wait_ready()
        context = browser.new_context(base_url=installation.url, service_workers="block", locale="en-GB")
        context.set_default_timeout(30_000)
        page = context.new_page()
        page.goto("/login")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("navigation", name="Main")).to_be_visible()
        yield Demo(context, first_ids(installation, email, password))
    finally:
        if context:
            context.close()
        installation.stop()


def first_ids(installation: Installation, email: str, password: str) -> dict[str, str]:
    """The id of the first entry of each collection."""
    with installation.client() as api:
        token = api.post("/api/v1/auth/token", json={"email": email, "password": password}).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        api.post("/api/v1/webhook-endpoints", json=ENDPOINT, headers=headers).raise_for_status()
        found = {name: first_id(api.get(path, headers=headers)) for name, path in COLLECTIONS.items()}
        return found | {"setup": "conversion", "prompt": "knowledge.answer"}


def first_id(answer: httpx.Response) -> str:
    assert answer.is_success, answer.text
    body = answer.json()
    return (body["items"] if isinstance(body, dict) else body)[0]["id"]


def test_no_page_is_forgotten() -> None:
    files = (path.relative_to(ROUTES).with_suffix("").as_posix() for path in ROUTES.rglob("*.tsx"))
    routes = {f"/{name}".removesuffix("/index") or "/" for name in files}
    listed = {re.sub(r"\{(\w+)\}", r"$\1Id", path).partition("?")[0] for path in PAGES}
    assert routes - WITHOUT_PAGE == listed


@pytest.mark.parametrize("path", PAGES)
def test_a_page_keeps_the_rules(demo: Demo, path: str, page_check: Callable[..., None]) -> None:
    page = demo.tab()
    failed: list[str] = []
    on_response = lambda answer: failed.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None  # noqa: E731
    page.on("response", on_response)
    page.goto(path.format(**demo.ids))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".mantine-Skeleton-root:visible")).to_have_count(0)
    expect(page.get_by_role("heading", name="There is no page here")).to_have_count(0)
    page_check(page, f"page {path}")
    page.remove_listener("response", on_response)
    assert failed == []

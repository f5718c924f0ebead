"""From an empty knowledge base to cited answers, honest refusals, an answer written and a contradiction found."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Page, expect
from tests.modules.knowledge.sample_files import pdf

from installation import PASSWORD, Installation

pytestmark = pytest.mark.browser
PAGES = {
    "careers.html": "<h1>Careers</h1><p>We are looking for people who like robots and small warehouses.</p>",
    "docs/index.html": "<h1>Harbour Robotics</h1><p>We build robots that sort parcels in small warehouses. "
    "See our <a href='/docs/prices.html'>prices</a> and <a href='/careers.html'>careers</a>.</p>",
    "docs/prices.html": "<h1>Prices</h1><h2>Starter plan</h2><p>The Starter plan costs €29 per month and includes one "
    "robot. It can be cancelled at any time.</p><h2>Fleet plan</h2><p>The Fleet plan costs €190 per month.</p>",
}
MANUAL = [[(24, "Cleaning"), (11, "The gripper must be cleaned every 14 days with a dry cloth.")]]
PAIRS = {
    "How much does the Starter plan cost?": "The Starter plan costs €35 per month.",
    "Do you offer a free trial?": "Yes, the free trial lasts 30 days.",
    "Where is your office?": "Our office is in Rotterdam, Wijnhaven 3.",
    "How do I reach support?": "Write to support@harbour.example.",
    "Do you train our staff?": "Yes, training takes one day and is free.",
    "Which parcels can the robot lift?": "Parcels of up to 25 kg.",
    "Is there a warranty?": "Yes, the warranty lasts two years.",
    "Do you sell used robots?": "No, we sell new robots only.",
    "When can a robot be delivered?": "Robots are delivered within six weeks.",
    "Who owns our data?": "You do. We never share it.",
}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """A website on this machine."""
    for name, body in PAGES.items():
        html = f"<!doctype html><html lang=en><title>{name}</title><main>{body}</main></html>"
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(html, encoding="utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        return


def test_from_nothing_to_cited_answers(
    server: Installation, page: Page, site: str, page_check: Callable[..., None]
) -> None:
    email = f"olga.{time.monotonic_ns()}@people.example"
    server.signed_up(email).close()
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    adding(page, site)
    asking(page, page_check)
    writing(page, page_check)
    finding(page, page_check)


def adding(page: Page, site: str) -> None:
    """A section of a site, a PDF, and ten pairs: one typed, the others from a file."""
    page.goto("/knowledge?add=site")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Address").fill(f"{site}docs/index.html")
    dialog.get_by_label("Only these paths").fill("/docs/*")
    dialog.get_by_label("Only these paths").press("Enter")
    dialog.get_by_role("button", name="Start crawling", exact=True).click()
    expect(page.get_by_text("Crawling 127.0.0.1")).to_be_visible()

    page.goto("/knowledge?add=file")
    dialog.get_by_role("combobox", name="Who may see it").click()
    page.get_by_role("option", name="Public –").click()
    manual = {"name": "manual.pdf", "mimeType": "application/pdf", "buffer": pdf(MANUAL)}
    dialog.get_by_label("Choose files").set_input_files(manual)
    expect(dialog.get_by_text("Uploaded. It is read now.")).to_be_visible()

    (question, answer), *others = PAIRS.items()
    page.goto("/knowledge?add=pair")
    dialog.get_by_role("textbox", name="Question").fill(question)
    dialog.get_by_role("textbox", name="Answer").fill(answer)
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("Added", exact=True)).to_be_visible()
    rows = "question,answer\n" + "".join(f'"{question}","{answer}"\n' for question, answer in others)
    pairs = {"name": "pairs.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    dialog.get_by_label("Import a CSV file").set_input_files(pairs)
    expect(page.get_by_text("Importing pairs.csv")).to_be_visible()
    # The page of the whole site is told from the section, and everything is there without a reload.
    documents = page.get_by_role("table", name="Documents", exact=True)
    expect(documents.get_by_text("Searchable", exact=True)).to_have_count(len(PAIRS) + 3)
    expect(documents.get_by_role("link", name="Careers")).to_have_count(0)


def ask(page: Page, question: str) -> None:
    page.get_by_role("textbox", name="Question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()


def asking(page: Page, page_check: Callable[..., None]) -> None:
    """Cited answers from each kind of source, and an honest refusal."""
    page.goto("/knowledge/test")
    expect(page.get_by_role("heading", name="Nothing asked yet")).to_be_visible()
    answers = page.get_by_role("list", name="Answers")
    ask(page, "How often must the gripper be cleaned?")
    expect(answers.get_by_text("every 14 days").first).to_be_visible()
    expect(answers.get_by_text("No language model is connected")).to_be_visible()
    ask(page, "How much is the Fleet plan?")
    expect(answers.get_by_text("The Fleet plan costs €190 per month.").first).to_be_visible()
    answers.get_by_role("button", name="Source 1:").first.click()
    ask(page, "Can the robot swim under water?")
    expect(answers.get_by_text("I found nothing about this").first).to_be_visible()
    answers.get_by_role("button", name="Good answer").last.click()
    expect(answers.get_by_text("Thank you, this is kept")).to_be_visible()
    page_check(page, "knowledge-test", widths={360: 780, 1440: 900})


def writing(page: Page, page_check: Callable[..., None]) -> None:
    """What was refused is in the report; its answer is written and given at once."""
    page.goto("/knowledge/questions")
    expect(page.get_by_role("heading", name="Can the robot swim under water?")).to_be_visible()
    page_check(page, "knowledge-questions-filled", widths={360: 780})
    page.get_by_role("button", name="Write the answer to “Can the robot swim under water?”").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Answer", exact=False).last.fill("No, the robot must stay dry.")
    dialog.get_by_role("button", name="Save and ask again").click()
    expect(dialog.get_by_text("Now it is answered")).to_be_visible()
    expect(dialog.get_by_text("No, the robot must stay dry.")).to_be_visible()
    dialog.get_by_role("button", name="Done").click()
    expect(page.get_by_role("heading", name="Everything was answered")).to_be_visible()


def finding(page: Page, page_check: Callable[..., None]) -> None:
    """The website and a pair name two prices; dismissed with a reason, the finding goes."""
    page.goto("/knowledge/issues")
    found = page.get_by_role("heading", name="Different prices:").first
    expect(found).to_be_visible()
    page_check(page, "knowledge-issues-filled", widths={360: 780})
    page.get_by_role("button", name="Dismiss: Different prices:").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("The website is of last year.")
    dialog.get_by_role("button", name="Dismiss", exact=True).click()
    expect(page.get_by_role("heading", name="Different prices:")).to_have_count(0)

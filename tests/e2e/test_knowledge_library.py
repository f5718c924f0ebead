"""The library in the browser: a pair and an article are added, published, changed by two people, and removed."""

import time

import pytest
from playwright.sync_api import Page, expect

from installation import PASSWORD, Installation

pytestmark = pytest.mark.browser


def test_knowledge_is_added_written_merged_and_removed(server: Installation, page: Page) -> None:
    email = f"kim.{time.monotonic_ns()}@people.example"
    server.signed_up(email).close()
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    story(page)


def story(page: Page) -> None:
    """What somebody does who is signed in."""
    page.goto("/knowledge?add=pair")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Question").fill("Do you repair e-bikes?")
    dialog.get_by_role("textbox", name="Answer").fill("Yes, within two days.")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("Added", exact=True)).to_be_visible()
    dialog.get_by_role("button", name="Cancel", exact=True).click()
    documents = page.get_by_role("table", name="Documents", exact=True)
    expect(documents.get_by_role("link", name="Do you repair e-bikes?", exact=True)).to_be_visible()

    page.get_by_role("button", name="Add knowledge", exact=True).click()
    page.get_by_role("menuitem", name="Write an article", exact=True).click()
    dialog.get_by_role("textbox", name="Title").fill("Opening hours")
    dialog.get_by_role("button", name="Write", exact=True).click()
    text = page.get_by_role("textbox", name="Text of the article", exact=True)
    text.click()
    page.keyboard.type("We open at nine.")
    expect(page.get_by_text("Draft saved at")).to_be_visible()
    # Somebody else saves on top of the same draft.
    article = page.url.rpartition("/")[2]
    saved = page.evaluate(
        """async (id) => {
            const token = document.cookie.match(/csrf[^=]*=([^;]+)/)?.[1] ?? '';
            const draft = (await (await fetch(`/api/v1/knowledge/articles/${id}`)).json()).draft;
            const answer = await fetch(`/api/v1/knowledge/articles/${id}/draft`, {
                method: 'PUT',
                headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': decodeURIComponent(token) },
                body: JSON.stringify({ title: draft.title, content: 'Closed on Sunday.', base_version: draft.version }),
            });
            return answer.status;
        }""",
        article,
    )
    assert saved == 200
    text.click()
    page.keyboard.type(" And close at six.")
    expect(dialog.get_by_role("heading", name="Somebody else wrote here too", exact=True)).to_be_visible()
    dialog.get_by_role("button", name="Go on with both, merged", exact=True).click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Published", exact=True)).to_be_visible()
    page.get_by_text("Preview", exact=True).click()
    for words in ("Closed on Sunday.", "And close at six."):
        expect(page.get_by_text(words)).to_be_visible()

    page.get_by_role("button", name="More actions", exact=True).click()
    page.get_by_role("menuitem", name="Remove", exact=True).click()
    expect(page.get_by_text("“Opening hours” was removed", exact=True)).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(documents.get_by_role("link", name="Opening hours", exact=True)).to_be_visible()

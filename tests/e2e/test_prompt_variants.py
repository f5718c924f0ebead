"""Two versions of the agent's prompt take turns: a visitor is served, and the page says by what each was judged."""

import contextlib
import re
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, expect
from tests.modules.ai.peers.fixtures import KEY, ModelServer

from installation import PASSWORD, Installation

pytestmark = pytest.mark.browser
MODEL = "host"
PROMPT = "/api/v1/ai/prompts/conversations.agent"
GREETING = {
    "tools": [{"name": "final_answer", "arguments": {"actions": [{"kind": "small_talk", "about": "greeting"}]}}]
}


def test_a_served_visitor_speaks_for_a_version(
    server: Installation, page: Page, model_server: ModelServer, page_check: Callable[..., None]
) -> None:
    email = f"vera.{time.monotonic_ns()}@people.example"
    with contextlib.closing(server.signed_up(email)) as api:
        prepare(api, model_server)
        page.goto("/login")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("navigation", name="Main")).to_be_visible()
        page.goto("/settings/prompts")
        page.get_by_role("link", name=json_of(api, PROMPT)["name"], exact=True).click()
        page.get_by_role("tab", name="Variants", exact=True).click()
        # What is in use and the newest version are proposed.
        for name in ("Tradewind's own", "Version 1"):
            expect(page.get_by_role("checkbox", name=name)).to_be_checked()
        page.get_by_role("button", name="Start", exact=True).click()
        expect(page.get_by_role("heading", name="Versions take turns", exact=True)).to_be_visible()
        serve(server, api, model_server)
    page.reload()
    expect(page.get_by_text("1 confirmed", exact=True)).to_be_visible()
    expect(page.get_by_text("Used 1×, judged 1×")).to_be_visible()
    page_check(page, "prompt variants", widths={360: 780, 1440: 900})
    page.get_by_role("button", name=re.compile("^Use .* from now on$")).click()
    expect(page.get_by_text("Taken", exact=True)).to_be_visible()


def json_of(api: httpx.Client, path: str) -> Any:
    return api.get(path).raise_for_status().json()


def prepare(api: httpx.Client, model_server: ModelServer) -> None:
    """A model, and a second version of the prompt."""
    connection = {
        "provider": "openai_compatible",
        "label": "Our server",
        "settings": {"base_url": model_server.address("openai")},
        "key": KEY,
        "models": [{"capability": "text", "name": MODEL}],
    }
    api.post("/api/v1/ai/connections", json=connection).raise_for_status()
    content = json_of(api, PROMPT)["content"]
    content["instructions"] += "\n\nBe brief."
    api.post(f"{PROMPT}/versions", json={"content": content, "note": "Shorter"}).raise_for_status()


def serve(server: Installation, api: httpx.Client, model_server: ModelServer) -> None:
    """A visitor greets, the agent's model answers, and the visitor says that this was all."""
    agent = api.post("/api/v1/agents", json={"name": "Ava"}).raise_for_status().json()
    api.post(f"/api/v1/agents/{agent['id']}/publish", json={}).raise_for_status()
    model_server.answer(MODEL, *[GREETING] * 4)
    widget = api.post("/api/v1/chat-widgets", json={"name": "Website", "agent_id": agent["id"]})
    path = f"/api/v1/chat/{widget.raise_for_status().json()['key']}"
    with httpx.Client(
        base_url=server.url, timeout=60, headers={"Origin": "https://a.example"}, trust_env=False
    ) as visitor:
        session = visitor.post(f"{path}/sessions", json={}).raise_for_status().json()
        visitor.headers["Chat-Token"] = session["token"]
        visitor.post(f"{path}/messages", json={"key": str(uuid4()), "text": "Hello there"}).raise_for_status()
    (found,) = until(lambda: json_of(api, "/api/v1/conversations")["items"])
    turns = f"/api/v1/conversations/{found['id']}/turns"
    until(lambda: [one for one in json_of(api, turns)["items"] if one["made_by"] == "model"])
    api.post(f"/api/v1/conversations/{found['id']}/close", json={"confirmed": True}).raise_for_status()
    until(lambda: [one for one in json_of(api, f"{PROMPT}/experiments")["items"][0]["arms"] if one["judged"]])


def until(ask: Callable[[], list[Any]]) -> list[Any]:
    """What workers come to, as soon as it is there."""
    deadline = time.monotonic() + 60
    while not (found := ask()):
        assert time.monotonic() < deadline, "nothing came of it"
        time.sleep(0.1)
    return found

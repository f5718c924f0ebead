"""Visitors of websites: sessions, consent, proof of who they are, and what they say."""

from typing import Any

import httpx
import pytest

SITE = "https://www.example.com"


class Browser:
    """A visitor's browser on a page of a site."""

    def __init__(self, http: httpx.AsyncClient, key: str, origin: str = SITE) -> None:
        self.http = http
        self.path = f"/api/v1/chat/{key}"
        self.headers = {"Origin": origin}

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        return await self.http.request(method, self.path + path, headers=self.headers, **options)

    async def open(self, **data: Any) -> httpx.Response:
        answer = await self.call("POST", "/sessions", json=data)
        if answer.status_code == 201 and answer.json()["token"]:
            self.headers["Chat-Token"] = answer.json()["token"]
        return answer

    async def say(self, words: str, key: str, **data: Any) -> httpx.Response:
        return await self.call("POST", "/messages", json={"key": key, "text": words, **data})


@pytest.fixture
def make_widget(client):
    async def make(**settings: Any) -> dict[str, Any]:
        answer = await client.post("/api/v1/chat-widgets", json={"name": "Website", "settings": settings})
        assert answer.status_code == 201, answer.text
        return answer.json()

    return make


async def test_a_visitor_talks_and_comes_back(make_widget, client, anonymous):
    widget = await make_widget(allowed_domains=["example.com"], greeting={"en": "Hi", "de": "Moin"}, colour="#ffe600")
    browser = Browser(anonymous, widget["key"])
    shown = await browser.call("GET", "?language=de-AT")
    assert shown.headers["access-control-allow-origin"] == "*"
    assert (shown.json()["greeting"], shown.json()["language"], shown.json()["consent"]) == ("Moin", "de", None)
    opened = await browser.open(language="de", time_zone="Europe/Vienna")
    assert opened.status_code == 201, opened.text
    assert (opened.json()["conversation"], opened.json()["messages"]) == (None, [])
    said = await browser.say("<b>Hello</b> pay\u200bpal \u202eevil", "key-0000-1", page_url=f"{SITE}/pricing")
    assert said.status_code == 201, said.text
    # HTML stays text, what nobody sees is gone.
    assert said.json()["message"]["text"] == "<b>Hello</b> paypal evil"
    again = await browser.say("<b>Hello</b> pay\u200bpal \u202eevil", "key-0000-1")
    assert again.json()["message"]["id"] == said.json()["message"]["id"]
    back = await browser.open()
    assert back.json()["token"] is None
    assert [one["text"] for one in back.json()["messages"] if one["kind"] == "message"] == ["<b>Hello</b> paypal evil"]
    stranger = Browser(anonymous, widget["key"])
    await stranger.open()
    assert (await stranger.call("GET", "/messages")).json()["messages"] == []
    seen = (await client.get(f"/api/v1/chat-widgets/{widget['id']}")).json()
    assert seen["seen_on"] == "www.example.com"
    assert (await browser.call("DELETE", "/sessions/current")).status_code == 204
    assert (await browser.call("GET", "/messages")).json()["code"] == "chat.session_ended"

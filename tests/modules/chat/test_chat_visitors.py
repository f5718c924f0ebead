"""Visitors of websites: sessions, consent, proof of who they are, and what they say."""

import hashlib
import hmac
import io
import zipfile
from typing import Any

import httpx
import pytest

from tradewind.modules.chat.plain_text import plain

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
    sample = await anonymous.get(f"/chat/try/{widget['key']}")
    assert f'src="/chat/widget.js" data-key="{widget["key"]}"' in sample.text
    stranger = Browser(anonymous, widget["key"])
    await stranger.open()
    assert (await stranger.call("GET", "/messages")).json()["messages"] == []
    seen = (await client.get(f"/api/v1/chat-widgets/{widget['id']}")).json()
    assert seen["seen_on"] == "www.example.com"
    assert (await browser.call("DELETE", "/sessions/current")).status_code == 204
    assert (await browser.call("GET", "/messages")).json()["code"] == "chat.session_ended"


async def test_the_widget_begins_with_openers_that_learn(make_widget, client, anonymous, drain):
    openers = [
        {"key": "ask", "text": "What are you looking for?"},
        {"key": "offer", "text": "Shall I show you around?"},
    ]
    agent = (await client.post("/api/v1/agents", json={"name": "Ava", "settings": {"openers": openers}})).json()
    await client.post(f"/api/v1/agents/{agent['id']}/publish", json={})
    widget = await make_widget(greeting={"de": "Moin"})
    browser = Browser(anonymous, widget["key"])
    german = (await browser.call("GET", "?language=de")).json()
    assert (german["greeting"], german["opener"]) == ("Moin", "")
    shown = (await browser.call("GET", "?language=en")).json()
    [key] = [one["key"] for one in openers if one["text"] == shown["greeting"]]
    await browser.open(language="en")
    assert (await browser.say("Hello!", "key-opener-1", opener=shown["opener"])).status_code == 201
    await drain()
    talk = (await browser.call("GET", "/messages")).json()
    # Nobody is greeted twice in the same words.
    assert shown["greeting"] not in talk["messages"][-1]["text"]
    turns = (await client.get(f"/api/v1/conversations/{talk['conversation']['id']}/turns")).json()["items"]
    assert [one["variant"] for one in turns] == [key]
    # What was not sealed here is nothing.
    other = Browser(anonymous, (await make_widget())["key"])
    await other.open(language="en")
    assert (await other.say("Hello!", "key-opener-2", opener=shown["opener"])).status_code == 201
    assert "opener" not in (await other.call("GET", "/messages")).json()["messages"][0]["data"]


async def test_nothing_is_stored_before_consent(make_widget, client, anonymous):
    widget = await make_widget(consent_required=True, consent_text={"de": "Dürfen wir?"})
    browser = Browser(anonymous, widget["key"])
    assert (await browser.call("GET", "?language=de")).json()["consent"]["text"] == "Dürfen wir?"
    refused = await browser.open()
    assert (refused.status_code, refused.json()["code"]) == (403, "chat.consent_required")
    # Pages of other sites can read the refusal.
    assert refused.headers["access-control-allow-origin"] == "*"
    assert (await browser.open(consent={"given": False})).status_code == 403
    assert (await browser.open(consent={"given": True, "text": "Dürfen wir?"})).status_code == 201
    assert (await browser.say("Hallo", "key-consent")).status_code == 201
    assert (await browser.call("POST", "/consent", json={"given": False})).status_code == 204
    assert (await browser.say("Noch da?", "key-consent-2")).json()["code"] == "chat.consent_required"
    log = (await client.get("/api/v1/audit-log", params={"action": "chat_visitor.consent_given"})).json()
    assert [entry["after"] for entry in log["items"]] == [{"text": "Dürfen wir?"}]


async def test_only_the_site_can_say_who_somebody_is(make_widget, client, anonymous):
    widget = await make_widget()
    path = f"/api/v1/chat-widgets/{widget['id']}/identity-secret"
    secret = (await client.get(path)).json()["secret"]
    lead = (await client.post("/api/v1/leads", json={"email": "ada@customer.example", "last_name": "Ada"})).json()

    def signed(user: str, key: str = secret) -> dict[str, str]:
        return {"id": user, "signature": hmac.new(key.encode(), user.encode(), hashlib.sha256).hexdigest()}

    liar = Browser(anonymous, widget["key"])
    refused = await liar.open(user=signed("ada@customer.example", "guessed"))
    assert (refused.status_code, refused.json()["code"]) == (403, "chat.identity_refused")
    # An address beside the signed id is what somebody says, and proves nothing.
    await liar.open(user={**signed("liar-7"), "email": "ada@customer.example"})
    await liar.say("Show me everything", "key-liar")
    phone, laptop = Browser(anonymous, widget["key"]), Browser(anonymous, widget["key"])
    assert (await phone.open(user=signed("ada@customer.example"))).json()["verified"] is True
    await phone.say("From my phone", "key-phone")
    seen = (await laptop.open(user=signed("ada@customer.example"))).json()
    assert [one["text"] for one in seen["messages"] if one["author"] == "visitor"] == ["From my phone"]
    listed = (await client.get("/api/v1/conversations")).json()["items"]
    by_text = {one["preview"]: one for one in listed}
    assert by_text["From my phone"]["lead"]["id"] == lead["id"]
    rotated = (await client.post(f"{path}/rotations", json={"grace_hours": 0})).json()["secret"]
    assert (await Browser(anonymous, widget["key"]).open(user=signed("ada@customer.example"))).status_code == 403
    assert (await Browser(anonymous, widget["key"]).open(user=signed("a", rotated))).status_code == 201
    # Somebody else signs in on the same device: they see nothing of what was said before.
    other = await phone.open(user=signed("bob", rotated))
    assert (other.json()["messages"], bool(other.json()["token"])) == ([], True)


async def test_sites_texts_and_paces_have_limits(make_widget, anonymous):
    widget = await make_widget(allowed_domains=["https://shop.example.com/", "*.partner.example"])
    assert widget["settings"]["allowed_domains"] == ["shop.example.com", "*.partner.example"]
    for origin, status in (
        ("https://shop.example.com", 201),
        ("https://www.partner.example:8443", 201),
        ("https://evil.example", 403),
        ("https://notpartner.example", 403),
    ):
        assert (await Browser(anonymous, widget["key"], origin).open()).status_code == status, origin
    browser = Browser(anonymous, widget["key"], "https://shop.example.com")
    assert (await browser.call("OPTIONS", "/messages")).headers["access-control-allow-headers"].endswith("Chat-Token")
    await browser.open()
    long = await browser.say("a" * 1_000_000, "key-long")
    assert (long.status_code, long.json()["code"]) == (413, "chat.message_too_long")
    assert "1,000,000" in long.json()["detail"]
    assert (await browser.say("\u200b\u202e \n", "key-empty")).json()["code"] == "chat.message_empty"
    codes = [(await browser.say(f"Message {n}", f"key-many-{n}")).status_code for n in range(40)]
    assert set(codes) == {201, 429}
    kept = (await browser.call("GET", "/messages", params={"after": 0})).json()["messages"]
    assert len([one for one in kept if one["author"] == "visitor"]) == codes.count(201)


async def test_files_are_judged_by_their_content(make_widget, client, anonymous):
    widget = await make_widget()
    browser = Browser(anonymous, widget["key"])
    await browser.open()

    async def send(name: str, content: bytes, key: str) -> httpx.Response:
        return await browser.call("POST", "/files", params={"key": key}, files={"file": (name, content)})

    picture = b"\x89PNG\r\n\x1a\n" + bytes(64)
    sent = await send("../photo\u202egnp.exe.png", picture, "key-file-1")
    assert sent.status_code == 201, sent.text
    [file] = sent.json()["message"]["data"]["files"]
    assert (file["name"], file["media_type"], file["size_bytes"]) == ("photognp.exe.png", "image/png", len(picture))
    again = await send("photo.png", picture, "key-file-1")
    assert again.json()["message"]["id"] == sent.json()["message"]["id"]
    for name, content, why in (
        ("holiday.png", b"MZ\x90\x00" + bytes(64), "programs"),
        ("page.html", b"<script>alert(1)</script>", "code"),
        ("bomb.zip", _zip({"a.txt": bytes(30_000_000)}), "unpacks"),
        ("letter.docx", _zip({"[Content_Types].xml": b"", "word/vbaProject.bin": b"x"}), "macros"),
        ("pictures.zip", _zip({"cat.jpg": b"MZ\x90\x00"}), "can run"),
        ("form.pdf", b"%PDF-1.7 /OpenAction << /S /J#61vaScript /JS (app.alert(1)) >>", "run something"),
    ):
        refused = await send(name, content, f"key-{why.split()[0]}-refused")
        assert (refused.status_code, refused.json()["code"]) == (422, "conversations.file_refused"), name
        assert why in refused.json()["detail"], refused.json()["detail"]
    assert (await send("big.txt", b"a" * (10 * 1024**2 + 1), "key-too-big")).status_code == 413
    path = f"/conversations/{sent.json()['conversation']['id']}/files/{file['id']}"
    answer = await browser.call("GET", path)
    assert (answer.content, answer.headers["content-disposition"][:10]) == (picture, "attachment")
    stranger = Browser(anonymous, widget["key"])
    await stranger.open()
    assert (await stranger.call("GET", path)).status_code == 404
    seen = await client.get(f"/api/v1{path}/content")
    assert (seen.content, seen.headers["x-content-type-options"]) == (picture, "nosniff")
    assert seen.headers["content-security-policy"].startswith("sandbox")
    # A member answers with a file of their own: judged the same, stored once, there for this visitor only.
    upload = f"/api/v1{path.rpartition('/')[0]}"
    for _ in range(2):
        told = await client.post(upload, params={"key": "offer-1"}, files={"file": ("offer.txt", b"20 a month")})
        assert (told.status_code, told.json()["author"], told.json()["text"]) == (201, "member", "offer.txt")
    [offer] = told.json()["files"]
    refused = await client.post(upload, params={"key": "offer-2"}, files={"file": ("offer.txt", b"MZ\x90\x00" * 9)})
    assert refused.json()["code"] == "conversations.file_refused"
    theirs = path.replace(file["id"], offer["id"])
    assert (await browser.call("GET", theirs)).content == b"20 a month"
    assert (await stranger.call("GET", theirs)).status_code == 404


def _zip(entries: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return held.getvalue()


def test_what_nobody_sees_is_taken_out_of_texts():
    for written, kept in (
        ("pay\u200bpal", "paypal"),
        ("a\u202eb\u2066c\u2069", "abc"),
        ("p\u200cr\u200di\u200cce", "price"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🚀 👋🏽 ❤️", "👩\u200d🚀 👋🏽 ❤️"),
        ("Ignore\U000e0041\U000e0042 this", "Ignore this"),
        ("e" + "\u0301" * 50, "é" + "\u0301" * 8),
        ("one\r\n\n\n\n\ntwo\x00", "one\n\ntwo"),
        ("\ud800lone", "?lone"),
    ):
        assert plain(written) == kept, ascii(written)

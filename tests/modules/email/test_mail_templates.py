"""Mail templates: written, checked, published, rendered for people, and what comes back from their links."""

import http.server
import re
import threading
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from tradewind.kernel.clock import now
from tradewind.kernel.http import OutboundClient
from tradewind.kernel.ids import new_id
from tradewind.modules.email import api as email
from tradewind.modules.email.contracts_rendering import MailPerson, MailSender
from tradewind.modules.email.models.sink import HTML, SunkMail
from tradewind.modules.email.service import engagement, link_checking
from tradewind.modules.email.tracking_links import read_token
from tradewind.modules.privacy import api as privacy
from tradewind.modules.privacy.contracts import ConsentChange
from tradewind.modules.tracking.api import lead_of_browser
from tradewind.modules.tracking.contracts import CollectedEvent
from tradewind.modules.tracking.service import mail_clicks
from tradewind.modules.tracking.service.identities import Evidence, learn
from tradewind.modules.tracking.service.known_people import attach

API = "/api/v1/mail-templates"
PERSON = {
    "User-Agent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.5 Safari/605.1"
}
TEXT = {
    "subject": "News for {{ person.first_name }}",
    "preheader": "Only the best",
    "fallbacks": {"person.first_name": "you"},
    "blocks": [
        {"id": "title", "kind": "heading", "text": "Hello {{ person.first_name }}"},
        {
            "id": "words",
            "kind": "text",
            "html": '<p>Dear <strong onclick="x()">{{ person.full_name }}</strong>, <a href="https://shop.acme.com/a?x=1">look</a>'
            "<script>alert(1)</script></p>",
        },
        {"id": "german", "kind": "text", "html": "<p>Servus</p>", "condition": 'person.country == "DE"'},
        {
            "id": "go",
            "kind": "button",
            "label": "Buy now",
            "href": "https://shop.acme.com/{{ person.city | url_encode }}",
        },
        {"id": "foot", "kind": "footer", "text": "You asked for it."},
    ],
}
GERMAN = {**TEXT, "subject": "Neues für {{ person.first_name }}", "fallbacks": {"person.first_name": "Sie"}}
CONTENT = {
    "default_language": "en",
    "languages": {"en": TEXT, "de": GERMAN},
    "utm": {"source": "news", "campaign": "spring"},
}


@pytest.fixture
async def template(client):
    await client.patch(
        "/api/v1/mail-settings",
        json={
            "company_name": "Acme",
            "postal_address": "1 High Street\nLondon",
            "sites": ["https://acme.com", "127.0.0.1"],
        },
    )
    made = await client.post(API, json={"name": "Spring", "content": CONTENT})
    assert made.status_code == 201, made.text
    return made.json()


@pytest.fixture
async def published(client, template):
    answer = await client.post(f"{API}/{template['id']}/publish", json={"note": "first"})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def lead(client, **fields) -> UUID:
    answer = await client.post("/api/v1/leads", json={"full_name": "Ann Lee", **fields})
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["id"])


def to(person_id: UUID | None, address: str, **more) -> MailPerson:
    return MailPerson(message_id=new_id(), address=address, person_id=person_id, **more)


async def test_a_draft_is_saved_checked_published_and_brought_back(client, template, client_for):
    one = f"{API}/{template['id']}"
    assert [p["rule"] for p in template["problems"]] == ["no_fallback"] * 4, template["problems"]
    broken = {
        **CONTENT,
        "languages": {
            "en": {
                **TEXT,
                "subject": "",
                "blocks": [
                    {"id": "a", "kind": "text", "html": "<p>{{ person.first_nam }} {{ x | nope }}</p>"},
                    {"id": "b", "kind": "button", "label": "Go", "href": "javascript:alert(1)"},
                    {"id": "c", "kind": "button", "label": "Go", "href": "https://www.example.com"},
                ],
            }
        },
    }
    saved = await client.patch(one, json={"draft": broken}, headers={"If-Match": '"1"'})
    rules = {(p["rule"], p["block"]) for p in saved.json()["problems"]}
    assert {("no_subject", None), ("no_footer", None), ("unreadable", "a")} <= rules, rules
    assert (await client.patch(one, json={"name": "X"}, headers={"If-Match": '"1"'})).status_code == 412
    refused = await client.post(f"{one}/publish", json={})
    assert (refused.status_code, refused.json()["code"]) == (422, "email.template_invalid")
    repaired = {**broken["languages"]["en"]["blocks"][0], "html": "<p>{{ person.first_nam }}</p>"}
    broken["languages"]["en"]["blocks"][0] = repaired
    rules = {(p["rule"], p["block"]) for p in (await client.patch(one, json={"draft": broken})).json()["problems"]}
    assert {("unknown_value", None), ("bad_link", "b"), ("placeholder_link", "c")} <= rules, rules
    await client.patch(one, json={"draft": CONTENT})
    first = (await client.post(f"{one}/publish", json={"note": "one"})).json()
    assert (first["published_number"], first["unpublished_changes"]) == (1, False)
    await client.patch(one, json={"draft": {**CONTENT, "utm": {}}})
    await client.post(f"{one}/publish", json={})
    back = (await client.post(f"{one}/restore", json={"number": 1})).json()
    assert (back["draft"]["utm"], back["published_number"], back["unpublished_changes"]) == (CONTENT["utm"], 2, True)
    versions = (await client.get(f"{one}/versions")).json()
    assert [(v["number"], v["current"], v["note"]) for v in versions] == [(2, True, ""), (1, False, "one")]
    copy = (await client.post(API, json={"name": "Copy", "copy_of": template["id"]})).json()
    assert copy["draft"] == back["draft"]
    assert (await client.post(f"{one}/archive")).json()["archived"] is True
    assert (await client.patch(one, json={"name": "Y"})).json()["code"] == "email.template_archived"
    assert [row["name"] for row in (await client.get(API)).json()["items"]] == ["Copy"]
    assert [row["name"] for row in (await client.get(API, params={"archived": True})).json()["items"]] == ["Spring"]
    for key in [row["key"] for row in (await client.get("/api/v1/mail-template-library")).json()]:
        made = await client.post(API, json={"name": key, "library": key})
        found = [p for p in made.json()["problems"] if p["severity"] == "error"]
        assert {p["rule"] for p in found} == {"placeholder_link"}, (key, made.json()["problems"])
        assert found[0]["language"] == made.json()["draft"]["default_language"], found
    analyst = await client_for("analyst")
    assert (await analyst.get(API)).status_code == 200
    assert (await analyst.patch(one, json={"name": "Z"})).status_code == 403


async def test_each_person_gets_their_own_mail_and_bad_ones_are_blocked(client, published, session):
    version = UUID(published["published_version_id"])
    ann = await lead(
        client, email="ann@reader.org", country="DE", language="de", city="Bad Tölz", first_name="<b>Ann</b>"
    )
    bob = await lead(client, full_name="Bob Ray", email="bob@reader.org")
    people = [
        to(ann, "ann@reader.org"),
        to(bob, "bob@reader.org", variables={"person": {"city": "x"}}),
        to(ann, "nowhere"),
    ]
    german, english, lost = await email.render(session, version, people)
    assert not german.blocked, german.problems
    assert (german.language, german.subject) == ("de", "Neues für <b>Ann</b>")
    assert "<b>Ann" not in german.html
    assert "&lt;b&gt;Ann" in german.html
    assert "<script" not in german.html
    assert "onclick" not in german.html
    assert "Servus" in german.text
    assert "1 High Street, London" in german.text
    targets = [_target(url) for url in re.findall(r'href="([^"]*/l/[^"]*)"', german.html)]
    assert targets == [
        "https://shop.acme.com/a?x=1&utm_source=news&utm_campaign=spring",
        "https://shop.acme.com/Bad%20T%C3%B6lz?utm_source=news&utm_campaign=spring",
    ]
    assert german.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert german.headers["List-Unsubscribe"].strip("<>") in german.html
    assert "/o/" not in german.html, "opens are off by default"
    # Bob has no city: nobody's variables speak for him, and “/” alone would be another page.
    assert [p.rule for p in english.problems] == ["missing_value"]
    assert "Servus" not in english.text
    assert {p.rule for p in lost.problems} == {"no_unsubscribe"}
    aligned = MailSender(address="news@acme.com", aligned=False)
    [refused] = await email.render(session, version, people[:1], sender=aligned)
    assert [p.rule for p in refused.problems] == ["unaligned_sender"]
    [service] = await email.render(session, version, [to(ann, "ann@reader.org", purpose="transactional")])
    assert (service.blocked, dict(service.headers)) == (False, {})
    await client.patch("/api/v1/mail-settings", json={"postal_address": "", "track_clicks": "off"})
    [bare] = await email.render(session, version, people[:1])
    assert [p.rule for p in bare.problems] == ["no_postal_address"]
    assert "https://shop.acme.com/a?x=1&amp;utm_source=news" in bare.html


async def test_tracking_asks_for_consent_where_that_is_wanted(client, published, session):
    changed = {"track_clicks": "with_consent", "track_opens": "with_consent", "tracking_purpose": "marketing"}
    await client.patch("/api/v1/mail-settings", json=changed)
    ann = await lead(client, email="ann@reader.org", city="Rome")
    grant = ConsentChange(
        channel="email", address="ann@reader.org", purpose="marketing", state="granted", source="manual"
    )
    await privacy.record_consents(session, [grant])
    asked, not_asked = await email.render(
        session, UUID(published["published_version_id"]), [to(ann, "ann@reader.org"), to(ann, "other@reader.org")]
    )
    assert ("/l/" in asked.html, "/o/" in asked.html) == (True, True)
    assert ("/l/" in not_asked.html, "/o/" in not_asked.html) == (False, False)


async def test_links_lead_where_they_say_and_scanners_count_apart(
    client, anonymous, published, database, tenant, drain, frozen
):
    await client.patch("/api/v1/mail-settings", json={"track_opens": "always"})
    version = UUID(published["published_version_id"])
    ann = await lead(client, email="ann@reader.org", city="Rome")
    bob = await lead(client, full_name="Bob Ray", email="bob@reader.org", city="Rome")
    async with database.transaction(tenant.actor) as session:
        people = [to(ann, "ann@reader.org"), to(bob, "bob@reader.org")]
        for_ann, for_bob = await email.render(session, version, people)
    links = {mail.address: re.findall(r'href="[^"]*(/l/[^"]*)"', mail.html) for mail in (for_ann, for_bob)}
    one = links["ann@reader.org"][0]
    # A scanner takes all links of Bob's mail at once, Ann reads first.
    landed = [await _follow(anonymous, link) for link in links["bob@reader.org"]]
    frozen.tick(300)
    assert (await anonymous.head(one, follow_redirects=False)).status_code == 302
    address = await _follow(anonymous, one)
    assert urlsplit(address).netloc == "shop.acme.com"
    for altered in (one[:-4], one[:30] + ("A" if one[30] != "A" else "B") + one[31:], "/l/" + "A" * 150):
        answer = await anonymous.get(altered, follow_redirects=False)
        assert (answer.status_code, "location" in answer.headers) == (404, False)
    pixel = re.search(r'src="[^"]*(/o/[^"]*)"', for_ann.html)
    assert pixel is not None
    assert (await anonymous.get(pixel[1], headers=PERSON)).content.startswith(b"GIF89a")

    # The browser that comes with the click is Ann's; with a scanner's click, or as the second one, it is nobody's.
    async with database.transaction(tenant.actor) as session:
        pages = [_page(tenant, landed[0], "scanner"), _page(tenant, address, "first"), _page(tenant, address, "second")]
        for page in pages:
            evidence = Evidence()
            await mail_clicks.read(session, [page], evidence)
            await attach(session, await learn(session, evidence), may_add=(), traits={})
        found = [await lead_of_browser(session, browser) for browser in ("scanner", "first", "second")]
        assert found == [None, ann, None]
    frozen.tick(120)
    async with database.transaction(tenant.actor) as session:
        while await engagement.judge_waiting(session):
            pass
    await drain()
    row = (await client.get(f"{API}/{published['id']}")).json()
    assert row["engagement"] == {"clicked": 1, "opened": 1, "scanned": 2}
    for person_id, kinds in ((ann, ["email.clicked", "email.opened"]), (bob, [])):
        told = (await client.get(f"/api/v1/leads/{person_id}/timeline")).json()["items"]
        assert sorted(entry["kind"] for entry in told if entry["kind"].startswith("email.")) == kinds


async def test_what_is_not_there_keeps_the_mail_from_leaving(client, template, session, monkeypatch):
    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/here" else 404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(link_checking, "_client", lambda: OutboundClient("mail_links", attempts=1))
    site = f"http://127.0.0.1:{server.server_port}"
    blocks = [
        {"id": "a", "kind": "button", "label": "Good", "href": f"{site}/here"},
        {"id": "b", "kind": "button", "label": "Bad", "href": f"{site}/gone"},
        {"id": "f", "kind": "footer"},
    ]
    content = {"languages": {"en": {"subject": "S", "blocks": blocks}}, "utm": {"source": "news"}}
    made = (await client.post(API, json={"name": "Links", "content": content})).json()
    one = f"{API}/{made['id']}"
    version = UUID((await client.post(f"{one}/publish", json={})).json()["published_version_id"])
    checked = {row["address"]: row["dead"] for row in (await client.post(f"{one}/check-links")).json()}
    server.shutdown()
    assert checked == {f"{site}/here": False, f"{site}/gone": True}
    refused = await client.post(f"{one}/publish", json={})
    assert refused.json()["errors"][0]["field"] == "draft.languages.en.b"
    [mail] = await email.render(session, version, [to(None, "ann@reader.org")])
    assert "dead_link" in {problem.rule for problem in mail.problems}


async def test_previews_and_tests(client, client_for, template, tenant, drain, database):
    one = f"{API}/{template['id']}"
    ann = await lead(client, first_name="Ann", email="ann@reader.org", city="Rome", language="de")
    shown = (await client.post(f"{one}/preview", json={"person_id": str(ann)})).json()
    assert (shown["subject"], shown["language"], shown["problems"]) == ("Neues für Ann", "de", [])
    example = (await client.post(f"{one}/preview", json={"language": "en"})).json()
    assert example["subject"] == "News for Alex"
    page = await client.get(f"{one}/preview.html", params={"person_id": str(ann), "scheme": "dark"})
    policy = page.headers["content-security-policy"]
    assert "script-src" not in policy
    assert policy.startswith("sandbox")
    assert 'id="block-title"' in page.text
    assert "@media all" in page.text
    assert "/l/" not in page.text
    masked = await (await client_for("analyst")).post(f"{one}/preview", json={"person_id": str(ann)})
    assert "Rome" not in masked.text
    assert (await client.post(f"{one}/preview", json={"person_id": str(new_id())})).status_code == 404
    sent = await client.post(f"{one}/test", json={"to": tenant.email, "person_id": str(ann)})
    assert sent.status_code == 200, sent.text
    await drain()
    mail = next(one for one in await email.recent_mails(database) if one.kind == "template_test")
    assert (mail.to_email, mail.subject) == (tenant.email, "[Test] Neues für Ann")
    async with database.transaction(tenant.actor) as session:
        kept = await session.get(SunkMail, mail.id)
        assert "Dear <strong>" not in mail.body
        assert "<strong>" in HTML.open_text(kept.id, kept.html_sealed)
    stranger = await client.post(f"{one}/test", json={"to": "stranger@elsewhere.org"})
    assert (stranger.status_code, stranger.json()["code"]) == (422, "email.test_recipient")
    fields = {field["path"] for field in (await client.get("/api/v1/mail-fields")).json()}
    assert {"person.first_name", "company.name", "owner.name"} <= fields


async def _follow(anonymous, link: str) -> str:
    answer = await anonymous.get(link, headers=PERSON, follow_redirects=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def _page(tenant, url: str, browser: str) -> CollectedEvent:
    return CollectedEvent(
        id=new_id(), organisation_id=tenant.organisation_id, source_id=new_id(), type="page", name="", message_id="m",
        anonymous_id=browser, user_id=None, previous_id=None, group_id=None, occurred_at=now(), received_at=now(),
        ip=None, user_agent=None, url=url, path="/", title=None, referrer=None, properties={}, context={}, human=1.0,
        human_reasons=(),
    )  # fmt: skip


def _target(url: str) -> str:
    return read_token(url.rpartition("/")[2]).url

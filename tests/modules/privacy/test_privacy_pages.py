"""The public pages and the API: preferences, one-click, double opt-in, lists."""

import re

import pytest
from sqlalchemy import text

from tradewind.kernel.ids import new_id
from tradewind.modules.privacy import api as privacy
from tradewind.modules.privacy.contracts import ConsentChange, ContactAsk, LinkAsk, NewSuppression

ADA = "ada@example.com"


@pytest.fixture
async def link(session):
    """The links of a marketing mail to Ada, who agreed to two purposes."""
    await privacy.record_consents(
        session,
        [
            ConsentChange(channel="email", address=ADA, purpose=purpose, state="granted", source="manual")
            for purpose in ("marketing", "sales")
        ],
    )
    [token] = await privacy.link_tokens(session, [LinkAsk("Ada@Example.com", "marketing", new_id())])
    return token.token


async def allowed(session, purpose="marketing", address=ADA):
    [answer] = await privacy.standings(session, [ContactAsk("email", address, purpose)])
    return answer.allowed


def boxes(page):
    """Purpose → whether its box is ticked."""
    found = re.findall(r'name="purpose" value="(\w+)"( checked)?>', page)
    return {key: bool(checked) for key, checked in found}


async def test_looking_changes_nothing_and_one_click_ends_one_purpose_once(session, anonymous, link):
    for _ in range(2):
        for path in (f"/u/{link}", f"/preferences/{link}"):
            shown = await anonymous.get(path)
            assert shown.status_code == 200
            assert (await anonymous.head(path)).status_code == 200
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    assert "script" not in shown.headers["content-security-policy"]
    assert shown.headers["cache-control"] == "no-store"
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert "<script" not in shown.text
    assert ADA not in shown.text
    assert "a•••@example.com" in shown.text
    assert await allowed(session)
    for body in ({"data": {"List-Unsubscribe": "One-Click"}}, {"files": {"List-Unsubscribe": (None, "One-Click")}}):
        done = await anonymous.post(f"/u/{link}", **body)
        assert done.status_code == 200
        assert "set-cookie" not in done.headers
    assert not await allowed(session)
    assert await allowed(session, "sales")
    lines, _ = await privacy.history(session, ["email"], ADA)
    assert [(line.source, line.state) for line in lines if line.purpose == "marketing"] == [
        ("one_click", "withdrawn"),
        ("manual", "granted"),
    ]
    assert lines[0].proof["text"].startswith("Newsletter and offers")


async def test_a_member_who_is_signed_in_acts_on_the_pages_as_a_stranger(session, client, link):
    client.cookies.set("tw_access", client.headers.pop("authorization").removeprefix("Bearer "))
    assert (await client.post(f"/u/{link}")).status_code == 200
    assert not await allowed(session)


async def test_preferences_are_chosen_in_ones_own_language(session, anonymous, link):
    page = await anonymous.get(f"/preferences/{link}", headers={"Accept-Language": "fr;q=.9, de"})
    assert page.headers["content-language"] == "de"
    assert "Ihre Einstellungen" in page.text
    assert "Neuigkeiten, Tipps und Angebote" in page.text
    assert boxes(page.text) == {"marketing": True, "product_updates": False, "sales": True}
    saved = await anonymous.post(
        f"/preferences/{link}?lang=es", data={"action": "save", "purpose": ["product_updates", "sales", "forged"]}
    )
    assert "Guardado" in saved.text
    assert boxes(saved.text) == {"marketing": False, "product_updates": True, "sales": True}
    assert await allowed(session, "product_updates")
    stopped = await anonymous.post(f"/preferences/{link}?lang=fr", data={"action": "stop"})
    assert not any(boxes(stopped.text).values())
    assert not await allowed(session, "sales")
    await anonymous.post(f"/preferences/{link}", data={"purpose": ["sales"]})
    assert await allowed(session, "sales"), "who unsubscribed may come back alone"
    assert not await allowed(session)
    too_much = await anonymous.post(f"/preferences/{link}", content=b"purpose=" + b"x" * 20_000)
    assert too_much.status_code == 413
    for odd in (b"&".join([b"purpose=a"] * 101), b"\xff%00=%zz"):
        assert (await anonymous.post(f"/preferences/{link}", content=odd)).status_code in (200, 400)


async def test_forged_and_broken_links_do_nothing(session, anonymous, link, other_organisation, database):
    async with database.transaction(other_organisation) as theirs:
        [foreign] = await privacy.link_tokens(theirs, [(ADA, "marketing")])
    swapped = link[:22] + foreign.token[22:]
    for token in (
        link[:-2],
        link[:-1] + ("A" if link[-1] != "A" else "B"),
        swapped,
        "AQ",
        "%00",
        "é" * 5,
        link + "AAAA",
    ):
        for method in ("GET", "POST"):
            answer = await anonymous.request(method, f"/u/{token}")
            assert answer.status_code == 404, token
    assert (await anonymous.post(f"/confirm/{link}")).status_code == 404, "made for another page"
    assert await allowed(session)


async def test_a_form_waits_for_its_mail_and_only_the_click_confirms(session, client, anonymous, drain):
    asked = {
        "address": "New@Example.com",
        "purpose": "marketing",
        "source": "form",
        "language": "de",
        "proof": {"form": "footer", "ip": "203.0.113.77"},
    }
    [outcome] = (await client.post("/api/v1/consents", json={"changes": [asked]})).json()
    assert outcome["state"] == "pending"
    await client.post("/api/v1/consents", json={"changes": [asked, asked]})
    await drain()
    mails = (await client.get("/api/v1/mail-sink")).json()["items"]
    [mail] = [mail for mail in mails if mail["kind"] == "confirm_consent"]
    assert mail["to_email"] == "new@example.com"
    assert mail["subject"].startswith("Bitte bestätigen: Newsletter und Angebote von Fernweh Bikes")
    path = mail["link"].partition("8420")[2]
    question = await anonymous.get(path)
    assert "Please confirm" in question.text
    assert not await allowed(session, address="new@example.com")
    for _ in range(2):
        assert "Thank you" in (await anonymous.post(path)).text
    assert "Thank you" in (await anonymous.get(path)).text
    assert await allowed(session, address="new@example.com")
    lines, _ = await privacy.history(session, ["email"], "new@example.com")
    assert [line.state for line in lines] == ["granted", "pending", "pending", "pending"]
    assert lines[-1].proof == {"form": "footer", "ip": "203.0.113.0/24"}
    assert lines[0].proof["form"] == "footer"


async def test_confirmations_run_out_and_reach_no_suppressed_address(session, client, anonymous, drain):
    await privacy.record_consents(
        session,
        [
            ConsentChange(channel="email", address=address, purpose="marketing", state="granted", source="form")
            for address in ("late@example.com", "gone@example.com")
        ],
    )
    await privacy.suppress(
        session,
        [NewSuppression(channel="email", address="gone@example.com", reason="hard_bounce", source="provider")],
    )
    await drain()
    mails = (await client.get("/api/v1/mail-sink")).json()["items"]
    [mail] = [mail for mail in mails if mail["kind"] == "confirm_consent"]
    assert mail["to_email"] == "late@example.com"
    await session.execute(text("UPDATE consent_confirmations SET expires_at = now() - interval '1 day'"))
    assert "run out" in (await anonymous.post(mail["link"].partition("8420")[2])).text
    assert not await allowed(session, address="late@example.com")


async def test_lists_come_in_and_go_out(session, client, client_for):
    content = (
        "Name;E-Mail;Reason\nAda;ADA@example.com;x\nBob;bob@example.com;\nBad;nobody;\nAda again;ada@example.com;\n"
    )
    files = {"file": ("list.csv", content.encode(), "text/csv")}
    brought = await client.post("/api/v1/suppressions/import?reason=complaint&note=old+system", files=files)
    assert brought.json() == {
        "lines": 4,
        "added": 2,
        "known": 0,
        "repeated": 1,
        "invalid": 1,
        "refused": [{"line": 4, "text": "Bad, nobody, "}],
    }
    again = (await client.post("/api/v1/suppressions/import?reason=complaint", files=files)).json()
    assert (again["added"], again["known"]) == (0, 2)
    registry = {"file": ("dnc.txt", b"415,5552671\n212,5550100\n", "text/plain")}
    called = await client.post("/api/v1/suppressions/import?channel=call&reason=do_not_call", files=registry)
    assert called.json()["added"] == 2
    [answer] = await privacy.standings(session, [ContactAsk("call", "+1 (415) 555-2671", "sales")])
    assert answer.reasons[0].code == "suppressed.do_not_call"
    for wrong, code in ((b"\x00\x01\x02", "privacy.list_unreadable"), (b"a,b\n1,2\n", "privacy.list_unreadable")):
        refused = await client.post("/api/v1/suppressions/import", files={"file": ("x", wrong, "text/csv")})
        assert (refused.status_code, refused.json()["code"]) == (400, code)
    found = (await client.get("/api/v1/suppressions", params={"address": " Ada@Example.com "})).json()
    assert [(item["address"], item["note"]) for item in found["items"]] == [(ADA, "old system")]
    exported = (await client.get("/api/v1/suppressions/export")).text
    assert "ada@example.com,all,complaint,import" in exported
    assert "'+14155552671" in exported
    analyst = await client_for("analyst")
    masked = (await analyst.get("/api/v1/suppressions", params={"address": ADA})).json()["items"][0]
    assert (masked["address"], masked["note"]) == ("a•••@example.com", "")
    assert ADA not in (await analyst.get("/api/v1/suppressions/export")).text
    released = await client.post(f"/api/v1/suppressions/{masked['id']}/release", json={"note": "asked us to"})
    assert released.status_code == 204
    assert (
        await client.post(f"/api/v1/suppressions/{masked['id']}/release", json={"note": "again"})
    ).status_code == 404
    looked = (await client.post("/api/v1/consent-lookups", json={"address": ADA})).json()
    assert [(stop["reason"], stop["release_note"]) for stop in looked["suppressions"]] == [("complaint", "asked us to")]
    assert looked["standings"]["transactional"]["allowed"]
    counts = (await client.get("/api/v1/suppression-counts")).json()
    assert {(count["channel"], count["contacts"]) for count in counts} == {("call", 2), ("email", 1)}


async def test_purposes_are_changed_and_kept(session, client):
    before = (await client.get("/api/v1/consent-purposes")).json()
    assert [purpose["key"] for purpose in before] == ["transactional", "marketing", "product_updates", "sales"]
    made = await client.post(
        "/api/v1/consent-purposes", json={"key": "events", "name": "Events", "text": "Our meetings"}
    )
    assert made.status_code == 201
    taken = await client.post("/api/v1/consent-purposes", json={"key": "events", "name": "Events"})
    assert (taken.status_code, taken.json()["code"]) == (409, "privacy.purpose_key_taken")
    path = f"/api/v1/consent-purposes/{made.json()['id']}"
    changed = await client.patch(path, json={"requires": "soft_opt_in", "archived": True}, headers={"If-Match": '"1"'})
    assert changed.json()["archived_at"]
    assert (await client.patch(path, json={"name": "Late"}, headers={"If-Match": '"1"'})).status_code == 412
    service = f"/api/v1/consent-purposes/{before[0]['id']}"
    assert (await client.patch(service, json={"requires": "opt_in"})).json()["code"] == "privacy.purpose_protected"
    asked = {"contacts": [{"address": ADA, "purpose": "events"}, {"address": ADA, "purpose": "marketing"}]}
    answers = (await client.post("/api/v1/consent-checks", json=asked)).json()
    assert [answer["reasons"][0]["code"] for answer in answers] == ["purpose.unknown", "consent.missing"]

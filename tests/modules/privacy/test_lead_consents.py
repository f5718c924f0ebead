"""Wishes of leads: the panel, timelines, marks, merging, deleting for good."""

from datetime import timedelta

from sqlalchemy import text

from tradewind.kernel.clock import frozen, now
from tradewind.modules.leads.service import people
from tradewind.modules.privacy import api as privacy
from tradewind.modules.privacy.contracts import ContactAsk

PHONE = "+4917012345678"


async def add(client, **fields):
    made = await client.post("/api/v1/leads", json={"first_name": "Ada", **fields})
    assert made.status_code == 201, made.text
    return made.json()


async def codes(session, address, purpose="marketing", channel="email"):
    [answer] = await privacy.standings(session, [ContactAsk(channel, address, purpose)])
    return [reason.code for reason in answer.reasons]


async def test_a_member_notes_a_consent_and_the_timeline_shows_what_became_of_it(session, client, client_for, drain):
    lead = await add(client, email="Ada@Example.com", phone=PHONE)
    path = f"/api/v1/leads/{lead['id']}/consents"
    without_proof = await client.post(path, json={"channel": "email", "purpose": "marketing", "state": "granted"})
    assert without_proof.status_code == 422
    said = {"channel": "email", "purpose": "marketing", "state": "granted", "note": "Asked for it on the phone"}
    shown = (await client.post(path, json=said)).json()
    assert [contact["channel"] for contact in shown["contacts"]] == ["email", "call", "sms"]
    mail = shown["contacts"][0]
    assert {each["key"]: each["allowed"] for each in mail["purposes"]} == {
        "transactional": True,
        "marketing": True,
        "product_updates": False,
        "sales": False,
    }
    assert mail["ledger"][0]["proof"] == {"note": "Asked for it on the phone"}
    masked = (await (await client_for("analyst")).get(path)).json()["contacts"][0]
    assert (masked["address"], masked["ledger"][0]["proof"]) == ("A•••@Example.com", {})
    await client.post(path, json={"channel": "email", "state": "withdrawn"})
    await drain()
    timeline = (await client.get(f"/api/v1/leads/{lead['id']}/timeline")).json()["items"]
    told = [entry["title"] for entry in timeline if entry["kind"].startswith("consent.")]
    assert told == ["Unsubscribed from everything", "Agreed to “Newsletter and offers”"]
    assert await codes(session, "ada@example.com") == ["suppressed.unsubscribed", "consent.withdrawn"]
    unreachable = await client.post(path, json={**said, "channel": "chat"})
    assert unreachable.status_code == 422


async def test_marks_on_leads_stand_on_the_suppression_list_as_long_as_they_are_set(session, client):
    lead = await add(client, email="ada@example.com", phone=PHONE, do_not_call=True)
    assert await codes(session, PHONE, "sales", "sms") == ["suppressed.manual", "consent.missing"]
    path = f"/api/v1/leads/{lead['id']}"
    await client.patch(path, json={"do_not_call": False, "do_not_email": True})
    assert await codes(session, PHONE, "sales", "call") == ["consent.missing"]
    await client.patch(path, json={"email": "ada@new.example"})
    assert "suppressed.manual" in await codes(session, "ada@example.com")
    assert "suppressed.manual" in await codes(session, "ada@new.example")


async def test_merging_and_deleting_for_good_keep_the_strictest_wish(session, client):
    winner = await add(client, email="ada@example.com")
    loser = await add(client, email="ada@home.example")
    refused = {"channel": "email", "state": "withdrawn", "note": "Please do not write again"}
    await client.post(f"/api/v1/leads/{loser['id']}/consents", json=refused)
    merged = await client.post("/api/v1/leads/merge", json={"winner_id": winner["id"], "loser_ids": [loser["id"]]})
    assert merged.status_code in (200, 201), merged.text
    assert await codes(session, "ada@example.com", "sales") == ["suppressed.unsubscribed", "consent.withdrawn"]
    await client.delete(f"/api/v1/leads/{winner['id']}")
    with frozen(now() + timedelta(days=400)):
        assert await people.purge_deleted(session) >= 1
    for address in ("ada@example.com", "ada@home.example"):
        assert (await codes(session, address))[0] == "suppressed.unsubscribed"
    left = await session.scalar(text("SELECT count(*) FROM contact_points"))
    assert left == 1, "a lead that was merged is kept, so that the merge can be undone"
    left = await session.scalar(
        text("SELECT count(*) FROM consent_records WHERE person_id = CAST(:id AS uuid)"), {"id": winner["id"]}
    )
    assert left == 0
    listed = (await client.get("/api/v1/suppressions", params={"address": "ada@example.com"})).json()["items"]
    assert [(item["address"], item["reason"]) for item in listed] == [(None, "unsubscribed")]

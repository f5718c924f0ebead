"""Guardrails over HTTP and in the ledger: what is changed holds for the next message, and for those that wait."""

from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from tradewind.kernel import clock
from tradewind.modules.privacy import api as privacy
from tradewind.modules.privacy.contracts import ConsentChange
from tradewind.modules.sending import api
from tradewind.modules.sending.worker.dispatcher import dispatch

CAMPAIGN = UUID(int=11)
ADA = UUID(int=21)


@pytest.fixture
async def willing(database, organisation, frozen):
    """Ada and Bob agreed to marketing mails."""
    async with database.transaction(organisation) as session:
        changes = [
            ConsentChange(
                channel="email", address=f"{name}@people.example", purpose="sales", state="granted", source="manual"
            )
            for name in ("ada", "bob", "cem")
        ]
        await privacy.record_consents(session, changes)


async def intend(database, actor, *intents):
    async with database.transaction(actor) as session:
        return await api.intend(session, intents)


@pytest.mark.usefixtures("willing")
async def test_marketing_asks_for_consent_and_keeps_to_caps_and_hours(
    database, organisation, client: httpx.AsyncClient, client_of, channel, message, frozen
):
    bulk = {"purpose": "sales", "priority": "bulk", "person": ADA}
    one, two, three, night, never = await intend(
        database, organisation, message("ada", key="1", **bulk), message("ada", key="2", **bulk),
        message("ada", key="3", **bulk), message("bob", purpose="sales", time_zone="Pacific/Auckland"),
        message("eve", purpose="sales"),
    )  # fmt: skip
    assert [ref.decision.verdict for ref in (one, two, three, night, never)] == [
        "allow",
        "allow",
        *["defer"] * 2,
        "block",
    ]
    assert three.decision.not_before == clock.now().replace(day=3)
    [because] = [reason for reason in never.decision.reasons if reason.verdict == "block"]
    assert (because.rule, because.facts["code"]) == ("wish", "consent.missing")
    await dispatch(database)
    assert channel.left == ["ada@people.example"] * 2

    panel = (await client.get("/api/v1/sending/intents", params={"person_id": str(ADA)})).json()["items"]
    assert [row["state"] for row in panel] == ["scheduled", "sent", "sent"]
    assert panel[0]["reason"] == "The person has had 2 of at most 2 messages in a day."
    answer = (await client.get(f"/api/v1/sending/intents/{one.id}")).json()
    assert {"wish", "cap", "hours"} <= {reason["rule"] for reason in answer["decision"]["reasons"]}
    overview = (await client.get("/api/v1/sending/overview")).json()
    assert (overview["waiting"], overview["sent_today"]) == (2, 2)
    assert overview["not_sent"] == [{"state": "blocked", "rule": "wish", "messages": 1}]

    # What the person says meanwhile is heard at the last moment.
    frozen.tick(60)
    withdrawn = ConsentChange(
        channel="email", address="ada@people.example", purpose="sales", state="withdrawn", source="manual"
    )
    async with database.transaction(organisation) as session:
        await privacy.record_consents(session, [withdrawn])
    frozen.tick(86_400)
    await dispatch(database)
    later = await client_of(organisation)
    assert (await later.get(f"/api/v1/sending/intents/{three.id}")).json()["state"] == "blocked"
    later = await client_of(organisation)
    assert (await later.get(f"/api/v1/sending/intents/{three.id}")).json()["state"] == "blocked"


@pytest.mark.usefixtures("willing")
async def test_policies_are_changed_shadowed_tried_and_removed(
    database, organisation, client: httpx.AsyncClient, client_of, channel, message, frozen
):
    path = "/api/v1/sending/policies"
    listed = (await client.get(path)).json()
    assert {item["key"] for item in listed["items"]} >= {"message_hours", "daily_cap", "large_audience"}
    shadow = {"name": "Ignored", "mode": "shadow", "settings": {"rule": "cap", "amount": 1, "period": "day"}}
    changed = await client.put(f"{path}/daily_cap", json=shadow, headers={"If-Match": '"0"'})
    assert (changed.status_code, changed.json()["name"]) == (200, "A day's messages to one person")
    stale = await client.put(f"{path}/daily_cap", json=shadow, headers={"If-Match": '"0"'})
    assert stale.status_code == 412
    other_kind = {**shadow, "settings": {"rule": "limit", "amount": 1, "period": "day"}}
    assert (await client.put(f"{path}/daily_cap", json=other_kind)).status_code == 422
    assert (await client.delete(f"{path}/daily_cap")).json()["code"] == "sending.built_in_policy"
    assert (await client.put(f"{path}/own_none", json=shadow)).status_code == 404

    bulk = {"purpose": "sales", "priority": "bulk", "person": ADA}
    await intend(database, organisation, *(message("ada", key=str(number), **bulk) for number in range(3)))
    await dispatch(database)
    assert len(channel.left) == 3, "a shadow stops nothing"
    report = (await client.get("/api/v1/sending/shadow-report")).json()
    assert [(line["key"], line["messages"], line["people"]) for line in report["items"]] == [("daily_cap", 2, 1)]
    trial = await client.post(f"{path}/trial", json={"settings": {"rule": "cap", "amount": 1, "period": "week"}})
    assert trial.json() == {
        "messages": 3, "blocked": 0, "deferred": 2, "approvals": 0, "people": 1, "complete": True,
    }  # fmt: skip

    limit = {"name": "Small steps", "mode": "enforce", "settings": {"rule": "limit", "amount": 4, "period": "hour"}}
    added = (await client.post(path, json=limit)).json()
    await intend(
        database, organisation, *(message(n, purpose="sales", priority="bulk", key=f"l{n}") for n in ("bob", "cem"))
    )
    await dispatch(database)
    assert len(channel.left) == 4, "the fifth waits for the next hour"
    frozen.tick(3600)
    await dispatch(database)
    assert len(channel.left) == 5
    client = await client_of(organisation)
    assert (await client.delete(f"{path}/{added['key']}")).status_code == 204
    wrong = {**limit, "settings": {"rule": "hours", "start": "20:00", "end": "08:00", "channels": ["pigeon"]}}
    assert (await client.post(path, json=wrong)).status_code == 422


@pytest.mark.usefixtures("willing")
async def test_kill_switches_and_people_s_agreement(
    database, organisation, client: httpx.AsyncClient, client_for, channel, message, frozen, drain
):
    stop = (await client.post("/api/v1/sending/stops", json={"scope": "channel", "subject": "email"})).json()
    assert (await client.post("/api/v1/sending/stops", json={"scope": "channel", "subject": "email"})).json() == stop
    bad = await client.post("/api/v1/sending/stops", json={"scope": "campaign", "subject": "x"})
    assert bad.json()["errors"][0]["field"] == "subject"
    [ref] = await intend(database, organisation, message("ada"))
    assert (ref.state, ref.decision.verdict, ref.decision.not_before) == ("scheduled", "defer", None)
    await dispatch(database)
    assert channel.left == []
    assert (await client.delete(f"/api/v1/sending/stops/{stop['id']}")).status_code == 204
    await dispatch(database)
    assert channel.left == ["ada@people.example"]

    large = {"campaign_id": CAMPAIGN, "audience_size": 9_000, "purpose": "sales", "priority": "bulk"}
    refs = await intend(database, organisation, message("bob", **large), message("cem", **large))
    assert [held.state for held in refs] == ["held", "held"]
    await dispatch(database)
    [approval] = (await client.get("/api/v1/sending/approvals", params={"state": "waiting"})).json()["items"]
    assert (approval["waiting"], approval["tier"], approval["subject_id"]) == (2, "medium", str(CAMPAIGN))
    path = f"/api/v1/sending/approvals/{approval['id']}"
    creator = await client_for("creator")
    assert (await creator.post(f"{path}/approve", json={})).status_code == 403
    # Those who may agree hear of it in the app and by mail, the others do not.
    await drain()
    [told] = (await client.get("/api/v1/notifications")).json()["items"]
    assert (told["kind"], told["subject_type"], told["body"][:16]) == (
        "sending.approval",
        "send_approval",
        "2 messages wait.",
    )
    assert (await creator.get("/api/v1/notifications")).json()["items"] == []
    async with database.transaction(organisation) as session:
        mailed = (await session.execute(text("SELECT kind, recipient_id FROM mail_sink"))).all()
    assert mailed == [("send_approval", organisation.user_id)]
    assert (await client.post(f"{path}/approve", json={"note": "go"})).json()["state"] == "approved"
    assert (await client.post(f"{path}/refuse", json={})).json()["code"] == "sending.already_decided"
    await dispatch(database)
    assert sorted(channel.left[1:]) == ["bob@people.example", "cem@people.example"]


async def test_people_decide_on_unknown_ones_and_withdraw_what_waits(
    database, organisation, client: httpx.AsyncClient, channel, message, frozen
):
    doubt, waits = await intend(
        database, organisation, message("ada", do="doubt"), message("bob", not_before=clock.now().replace(year=2027))
    )
    await dispatch(database)
    path = "/api/v1/sending/intents"
    listed = (await client.get(path, params={"state": ["unknown"]})).json()["items"]
    assert [(row["id"], row["reason"]) for row in listed] == [(str(doubt.id), "no answer")]
    again = await client.post(f"{path}/{doubt.id}/resolve", json={"verdict": "send_again", "note": "she had nothing"})
    assert again.json()["state"] == "scheduled"
    assert (await client.post(f"{path}/{doubt.id}/resolve", json={"verdict": "sent"})).status_code == 409
    await dispatch(database)
    assert (await client.post(f"{path}/{doubt.id}/resolve", json={"verdict": "sent"})).json()["state"] == "sent"
    gone = await client.post(f"{path}/{waits.id}/withdraw", json={"reason": "changed our mind"})
    assert (gone.json()["state"], gone.json()["reason"]) == ("cancelled", "changed our mind")
    assert (await client.post(f"{path}/{waits.id}/withdraw", json={})).status_code == 409
    assert (await client.post(f"{path}/{UUID(int=5)}/withdraw", json={})).status_code == 404

    check = {"channel": "email", "address": "ada@people.example", "purpose": "sales"}
    answer = (await client.post("/api/v1/sending/check", json=check)).json()
    assert answer["verdict"] == "block"
    assert channel.left == ["ada@people.example"] * 2, "asking sends nothing"

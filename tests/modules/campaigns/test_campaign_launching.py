"""Campaigns from draft to end: reach, rehearsal, launch by hand and by the clock, pause, results, the end."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.modules.campaigns.campaign_drafts import CAMPAIGNS, added, agreed, draft_for, launched, segment, sent
from tests.modules.campaigns.journeys import happened, people, states, ticks

from tradewind.kernel.clock import now
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.campaigns.service import budgets, campaign_launching, journeys
from tradewind.modules.leads.events import ActivityRecorded, LeadsChanged
from tradewind.modules.privacy import api as privacy
from tradewind.modules.privacy.contracts import NewSuppression
from tradewind.modules.sending import api as sending
from tradewind.modules.sending.contracts import NewIntent, Recipient

pytestmark = pytest.mark.usefixtures("nobody_sends")
STEPS = text("""
    SELECT step_key, count(DISTINCT person_id) AS count FROM send_intents
    WHERE campaign_id = :id AND state = 'sent' GROUP BY 1""")


async def test_a_campaign_from_draft_to_results(client, database, organisation, frozen, drain, monkeypatch):
    monkeypatch.setattr(journeys, "LARGE", 20)
    async with database.transaction(organisation) as session:
        ids = await people(session, 60)
        await agreed(session, ids[:54])
        await privacy.suppress(
            session,
            [NewSuppression(channel="chat", address=str(one), reason="manual", source="manual") for one in ids[:2]],
        )
        other = [
            NewIntent(key=f"o{place}", channel="chat", recipient=Recipient(address=str(one), person_id=one),
                      purpose="product_updates", campaign_id=new_id(), content={"text": "x"})
            for place, one in enumerate(ids[5:10])
        ]  # fmt: skip
        await sending.intend(session, other)
    everybody = await segment(client, "Everybody", ids)
    left_out = await segment(client, "Customers", ids[2:6])
    audience = {"segments": [everybody], "without": [left_out], "without_recent_days": 7}
    draft = draft_for([everybody], audience=audience)
    campaign = await added(client, draft)
    path = f"{CAMPAIGNS}/{campaign['id']}"
    assert [one for one in campaign["problems"] if one["severity"] == "error"] == []
    # 4 are customers, one of the 5 who were written to lately among them; 6 never agreed, 2 are suppressed.
    reach = (await client.post(f"{path}/reach", json={})).json()
    assert {one["rule"]: one["count"] for one in reach["reasons"]} == {
        "excluded": 4, "recent": 4, "suppressed": 2, "no_consent": 6,
    }  # fmt: skip
    assert (reach["people"], reach["audience"], reach["reachable"], reach["confirm_people"]) == (60, 52, 44, 52)
    held = {**draft, "audience": {"segments": [everybody]}, "testing": {"mode": "fixed", "holdout": 0.25}}
    other = (await client.post(f"{path}/reach", json={"draft": held})).json()
    assert (other["people"], other["reachable"], other["reasons"][-1]["count"]) == (60, 39, 13)
    # Nobody is written to at night: 30 of the 44 live where it is morning when it is midnight at the others'.
    async with database.transaction(organisation) as session:
        zone = "UPDATE leads SET time_zone = CASE WHEN id = ANY (:ids) THEN 'Etc/GMT-12' ELSE 'UTC' END"
        await session.execute(text(zone), {"ids": ids[24:]})
    midnight = now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=2)
    later = {"start": "at", "at": midnight.isoformat()}
    at_night = (await client.post(f"{path}/reach", json={"draft": {**draft, "schedule": later}})).json()
    assert (at_night["reachable"], at_night["waiting"]) == (44, 14)
    by_clock = {**draft, "schedule": {**later, "send_time": "clock", "clock": "09:00"}}
    assert (await client.post(f"{path}/reach", json={"draft": by_clock})).json()["waiting"] == 0

    refused = await client.post(f"{path}/launch", json={})
    assert (refused.status_code, refused.json()["code"], refused.json()["people"]) == (
        409, "campaigns.confirmation_needed", 52,
    )  # fmt: skip
    refused = await client.post(f"{path}/launch", json={"confirm_people": 52})
    assert (refused.status_code, refused.json()["code"]) == (409, "campaigns.rehearsal_needed")
    begun = await client.post(f"{path}/rehearse", json={})
    assert begun.status_code == 201, begun.text
    await drain()
    shown = (await client.get(path)).json()
    assert shown["rehearsal"]["passed"] is True, (
        await client.get(f"/api/v1/journey-rehearsals/{begun.json()['id']}")
    ).json()
    report = (await client.get(f"/api/v1/journey-rehearsals/{begun.json()['id']}")).json()["report"]
    assert (report["entered"], report["messages"]) == (52, {"chat": 104})
    live = await client.post(
        f"{path}/launch", json={"confirm_people": 52}, headers={"If-Match": f'"{shown["version"]}"'}
    )
    assert (live.status_code, live.json()["state"]) == (200, "live"), live.text
    journey_id = UUID(live.json()["journey_id"])
    made_on = now().date().isoformat()
    ahead = {"from": made_on, "to": (now() + timedelta(days=20)).date().isoformat()}
    [bar] = (await client.get(f"{CAMPAIGNS}/timeline", params=ahead)).json()["campaigns"]
    assert sum(one["planned"] for one in bar["volume"]) == 52
    # What begins and ends its journey is the campaign alone; nobody changes what has begun.
    assert (await client.post(f"/api/v1/journeys/{journey_id}/stop")).json()["code"] == "campaigns.wrong_state"
    assert (await client.delete(f"/api/v1/journeys/{journey_id}")).status_code == 409
    assert (await client.patch(path, json={"draft": {}})).status_code == 409
    assert (await client.delete(path)).status_code == 409

    await drain()
    await ticks(database, organisation, journey_id)
    async with database.transaction(organisation) as session:
        assert {row["person_id"] for row in await states(session, journey_id)} == {*ids[:2], *ids[10:]}
        await sent(session, campaign)
        intents = (await session.execute(text("SELECT state, count(*), count(DISTINCT person_id) FROM send_intents "
            "WHERE campaign_id = :id GROUP BY 1"), {"id": campaign["id"]})).all()  # fmt: skip
        assert {tuple(one) for one in intents} == {("sent", 44, 44), ("blocked", 8, 8)}
    paused = (await client.post(f"{path}/pause")).json()
    assert paused["state"] == "paused"
    assert [one["subject"] for one in (await client.get("/api/v1/sending/stops")).json()["items"]] == [campaign["id"]]
    assert (await client.post(f"{path}/pause")).status_code == 409
    assert (await client.post(f"{path}/resume")).json()["state"] == "live"
    assert (await client.get("/api/v1/sending/stops")).json()["items"] == []
    # Two book a meeting: the one in time gets no second message; one of them buys.
    frozen.tick(86_400)
    async with database.transaction(organisation) as session:
        for one in ids[10:12]:
            await happened(session, one, "meeting.booked", now())
        await publish(session, ActivityRecorded(lead_ids=ids[10:12], kinds=["meeting.booked"]))
    await drain()
    deal = {"name": "Big", "lead_id": str(ids[10]), "amount_minor": 50_000, "currency": "EUR"}
    deal_id = (await client.post("/api/v1/deals", json=deal)).json()["id"]
    stages = (await client.get("/api/v1/pipelines")).json()[0]["stages"]
    won = next(one["id"] for one in stages if one["kind"] == "won")
    moved = await client.post(f"/api/v1/deals/{deal_id}/move", json={"stage_id": won})
    assert moved.status_code < 300, moved.text
    for day, amount in (("2026-03-01", 6_000), ("2026-03-02", 4_000)):
        cost = {"day": day, "amount_minor": amount, "currency": "EUR", "channel": "Ads"}
        assert (await client.post(f"{path}/costs", json=cost)).status_code == 201
    frozen.tick(3 * 86_400)
    await ticks(database, organisation, journey_id)
    async with database.transaction(organisation) as session:
        await sent(session, campaign)
        steps = await session.execute(STEPS, {"id": campaign["id"]})
        counted = {row.step_key: row.count for row in steps}
        assert counted["m_m1_a"] + counted["m_m1_b"] == 44
        assert min(counted.values()) > 5
        assert counted["m_m2_a"] == 42
    results = (await client.get(f"{path}/results")).json()
    funnel = results["funnel"]
    assert {name: funnel[name] for name in ("entered", "sent", "delivered", "goal", "won", "holdout")} == {
        "entered": 52, "sent": 44, "delivered": 44, "goal": 2, "won": 1, "holdout": 0,
    }  # fmt: skip
    assert results["money"] == [
        {"currency": "EUR", "costs_minor": 10_000, "messages_minor": 0, "spend_minor": 10_000, "revenue_minor": 50_000,
         "deals": 1, "roi": 4.0, "roas": 5.0, "cost_per_goal_minor": 5_000},
    ]  # fmt: skip
    assert (results["goal"]["share"]["of"], results["goal"]["target_on"] is None) == (52, False)
    assert results["goal"]["foreseen_low"] <= results["goal"]["foreseen"] <= results["goal"]["foreseen_high"]
    assert [one["rule"] for one in results["not_sent"]] == ["wish"]
    [variants] = results["variants"]
    assert sum(one["drawn"] for one in variants["arms"]) == 52
    assert sum(one["rewarded"] for one in variants["arms"]) == 2
    days = (await client.get(f"{path}/timeline?days=10")).json()["days"]
    assert sum(day["goals"] for day in days) == 2
    assert sum(each["sent"] for day in days for each in day["channels"]) == 44 + 42
    [cohort] = (await client.get(f"{path}/cohorts")).json()
    assert (cohort["entered"], cohort["goals"][-1], cohort["shares"][-1]) == (52, 2, pytest.approx(2 / 52))
    lines = (await client.get(f"{path}/people.csv")).text.splitlines()
    assert (len(lines), lines[0].startswith("Person id,Name")) == (53, True)
    assert {line.split(",")[7] for line in lines} == {"Variants", "Short", "Long"}
    span = {"from": now().date().isoformat(), "to": (now() + timedelta(days=5)).date().isoformat()}
    [bar] = (await client.get(f"{CAMPAIGNS}/timeline", params=span)).json()["campaigns"]
    assert (bar["name"], bar["state"], bar["channels"]) == ("Spring", "live", ["chat"])
    planned = {**span, "to": (now() + timedelta(days=30)).date().isoformat(), "from": made_on}
    [bar] = (await client.get(f"{CAMPAIGNS}/timeline", params=planned)).json()["campaigns"]
    assert sum(one["planned"] for one in bar["volume"]) == 0  # all that the rehearsal foresaw is over
    [row] = (await client.get(f"{CAMPAIGNS}?state=live&q=spr")).json()
    assert (row["entered"], row["goal"]["reached"], row["spend"]) == (
        52,
        2,
        [{"amount_minor": 10_000, "currency": "EUR"}],
    )
    # People who are gone for good leave the figures as they were.
    async with database.transaction(organisation) as session:
        await sending.forget_people(session, [ids[11]])
        await session.execute(text("DELETE FROM leads WHERE id = :id"), {"id": ids[11]})
    after = (await client.get(f"{path}/results")).json()
    assert after["funnel"] | {"audience": 0} == funnel | {"audience": 0}
    assert after["goal"]["share"] == results["goal"]["share"]
    # Ended by hand, it can run again as a copy.
    assert (await client.post(f"{path}/stop")).json()["state"] == "stopped"
    await drain()
    assert (await client.get(path)).json()["journeys"][0]["state"] == "stopped"
    copy = (await client.post(f"{path}/duplicate")).json()
    assert (copy["state"], copy["name"], copy["draft"]["audience"]) == ("draft", "Spring (copy)", {
        **shown["draft"]["audience"]})  # fmt: skip


async def test_the_clock_begins_and_ends_campaigns_all_or_nothing(
    client, database, organisation, frozen, drain, monkeypatch
):
    async with database.transaction(organisation) as session:
        ids = await people(session, 3)
        await agreed(session, ids)
    segment_id = await segment(client, "All", ids)
    schedule = {
        "start": "at", "at": (now() + timedelta(hours=2)).isoformat(),
        "ends_at": (now() + timedelta(days=9)).isoformat(),
    }  # fmt: skip
    campaign = await launched(client, draft_for([segment_id], schedule=schedule))
    assert (campaign["state"], campaign["launched_at"]) == ("scheduled", None)
    path, campaign_id = f"{CAMPAIGNS}/{campaign['id']}", UUID(campaign["id"])

    async def clock():
        async with database.transaction(organisation) as session:
            await campaign_launching.by_clock(session, campaign_id)
        return (await client.get(path)).json()

    assert (await clock())["state"] == "scheduled"
    # Called off, it is a draft; launched again, its time has to come.
    assert (await client.post(f"{path}/stop")).json()["state"] == "draft"
    assert (await client.post(f"{path}/launch", json={})).json()["state"] == "scheduled"
    frozen.tick(2 * 3600 + 1)
    # The process dies after the journey is published: neither of the two has begun.
    keep = budgets.keep

    async def crash(session, campaign):
        raise RuntimeError("the process dies on this line")

    monkeypatch.setattr(budgets, "keep", crash)
    with pytest.raises(RuntimeError):
        await clock()
    shown = (await client.get(path)).json()
    assert (shown["state"], shown["journeys"][0]["state"]) == ("scheduled", "draft")
    monkeypatch.setattr(budgets, "keep", keep)
    # What it needs has gone: it says why instead.
    removed = await client.delete(f"/api/v1/segments/{segment_id}")
    assert removed.status_code == 204, removed.text
    shown = await clock()
    assert (shown["state"], shown["trouble"]) == ("draft", "Put 1 thing right first.")
    other = await segment(client, "All again", ids)
    draft = {**shown["draft"], "audience": {"segments": [other]}}
    draft["schedule"]["at"] = (now() + timedelta(hours=1)).isoformat()
    assert (await client.patch(path, json={"draft": draft})).json()["trouble"] == ""
    assert (await client.post(f"{path}/launch", json={})).json()["state"] == "scheduled"
    frozen.tick(3601)
    shown = await clock()
    assert (shown["state"], shown["journeys"][0]["state"]) == ("live", "live")
    await drain()
    await ticks(database, organisation, UUID(shown["journey_id"]))
    assert (await clock())["state"] == "live"
    frozen.tick(9 * 86_400)
    assert ((ended := await clock())["state"], ended["journeys"][0]["state"]) == ("done", "stopped")
    async with database.transaction(organisation) as session:
        left = await session.execute(
            text("SELECT state FROM send_intents WHERE campaign_id = :id"), {"id": campaign_id}
        )
        assert {row.state for row in left} == {"cancelled"}


async def test_a_campaign_is_done_when_nobody_is_left_and_people_may_come_later(
    client, database, organisation, frozen, drain
):
    async with database.transaction(organisation) as session:
        ids = await people(session, 4)
        await agreed(session, ids)
    score = {"conditions": {"field": "score", "op": "gte", "value": 50}}
    once = await launched(client, draft_for([], audience={"segments": [await segment(client, "All", ids)]}), "Once")
    later = await launched(client, draft_for([], audience={**score, "later": True}), "Later")
    await drain()
    async with database.transaction(organisation) as session:
        [late] = await people(session, 1, score=70)
        await publish(session, LeadsChanged(lead_ids=[late, *ids]))
    await drain()
    for day in (0, 4, 25):
        frozen.tick(day * 86_400)
        for one in (once, later):
            await ticks(database, organisation, UUID(one["journey_id"]))
            async with database.transaction(organisation) as session:
                await sent(session, one)
                await campaign_launching.by_clock(session, UUID(one["id"]))
    async with database.transaction(organisation) as session:
        assert len(await states(session, UUID(once["journey_id"]))) == 4
        assert [row["person_id"] for row in await states(session, UUID(later["journey_id"]))] == [late]
    assert {one["name"]: one["state"] for one in (await client.get(CAMPAIGNS)).json()} == {
        "Once": "done",
        "Later": "live",
    }


async def test_a_journey_that_was_changed_by_hand_is_what_the_campaign_runs(client, database, organisation, drain):
    async with database.transaction(organisation) as session:
        ids = await people(session, 2)
    campaign = await added(client, draft_for([await segment(client, "All", ids)]))
    path = f"{CAMPAIGNS}/{campaign['id']}"
    journey_id = (await client.post(f"{path}/journey", json={})).json()["journey_id"]
    journey = (await client.get(f"/api/v1/journeys/{journey_id}")).json()
    assert (journey["campaign_id"], journey["name"]) == (campaign["id"], "Spring")
    draft = journey["draft"]
    draft["nodes"].append({"id": "extra", "kind": "task", "settings": {"title": "Call {{ first_name }}"}})
    draft["edges"] = [{**one, "to": "extra"} if one["to"] == "rest" else one for one in draft["edges"]]
    draft["edges"].append({"from": "extra", "to": "rest"})
    assert (await client.patch(f"/api/v1/journeys/{journey_id}", json={"draft": draft})).status_code == 200
    assert (await client.get(path)).json()["changed_in_builder"] is True
    live = (await client.post(f"{path}/launch", json={})).json()
    assert live["state"] == "live"
    published = (await client.get(f"/api/v1/journeys/{journey_id}/versions")).json()[0]
    assert "extra" in {one["id"] for one in published["draft"]["nodes"]}
    # Another journey may belong to it as well, and to no campaign again.
    other = (await client.post("/api/v1/journeys", json={"name": "Beside"})).json()
    beside = f"/api/v1/journeys/{other['id']}"
    assert (await client.patch(beside, json={"campaign_id": campaign["id"]})).json()["campaign_id"] == campaign["id"]
    assert {one["name"]: one["composed"] for one in (await client.get(path)).json()["journeys"]} == {
        "Spring": True, "Beside": False,
    }  # fmt: skip
    assert (await client.patch(beside, json={"campaign_id": None})).json()["campaign_id"] is None
    assert (await client.patch(beside, json={"campaign_id": str(new_id())})).status_code == 404
    assert (await client.patch(f"/api/v1/journeys/{journey_id}", json={"campaign_id": None})).status_code == 409

"""What a campaign gives to whom: a chosen variant, what a split is judged by, a budget; and how it is read."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.modules.campaigns.campaign_drafts import CAMPAIGNS, agreed, draft_for, launched, segment
from tests.modules.campaigns.journeys import BY_HAND, END, happened, line, node, people, ticks, wait

from tradewind.kernel.clock import now
from tradewind.kernel.database import asyncpg_connection
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.campaigns.repository import campaign_results
from tradewind.modules.leads.events import ActivityRecorded
from tradewind.modules.sending import api as sending
from tradewind.modules.sending.contracts import Recipient, SendRequest

pytestmark = pytest.mark.usefixtures("nobody_sends")


async def test_a_variant_that_is_chosen_is_everybodys_from_then_on(client, database, organisation, frozen, drain):
    async with database.transaction(organisation) as session:
        ids = await people(session, 40)
        await agreed(session, ids)
    testing = {"mode": "first", "first_share": 0.5, "first_hours": 6}
    campaign = await launched(client, draft_for([await segment(client, "All", ids)], testing=testing))
    path, journey_id = f"{CAMPAIGNS}/{campaign['id']}", UUID(campaign["journey_id"])
    await drain()
    await ticks(database, organisation, journey_id)
    before = {one["variant"]: one["drawn"] for one in await arms(client, path)}
    assert min(before.values()) > 0
    assert sum(before.values()) < 35
    assert (await client.post(f"{path}/variants/m1/c/choose")).json()["code"] == "campaigns.variant_not_found"
    chosen = await client.post(f"{path}/variants/m1/b/choose")
    assert chosen.status_code == 200, chosen.text
    frozen.tick(6 * 3600)
    await ticks(database, organisation, journey_id)
    after = {one["variant"]: (one["drawn"], one["propensity"]) for one in await arms(client, path)}
    assert after == {"a": (before["a"], 0.0), "b": (40 - before["a"], 1.0)}
    async with database.transaction(organisation) as session:
        late = (await session.execute(text("SELECT enrolment_id, propensity FROM journey_draws WHERE node = 'test_m1' "
            "ORDER BY at DESC LIMIT 1"))).one()  # fmt: skip
        assert late.propensity == 1
    trace = (await client.get(f"/api/v1/journey-enrolments/{late.enrolment_id}")).json()
    name = (await client.get(f"{path}/results")).json()["variants"][0]["chosen"]["by"]
    [why] = [one["why"] for one in trace["steps"] if one["node"] == "test_m1"]
    assert why == f"Everybody gets this way: chosen by {name}"
    split = f"/api/v1/journeys/{journey_id}/splits"
    told = {one["node"]: one for one in (await client.get(split)).json()}["test_m1"]
    assert (told["chosen"]["variant"], told["chosen"]["by"]) == ("b", name)
    back = await client.delete(f"{path}/variants/m1/choice")
    assert back.status_code == 200, back.text
    assert all(0 < one["propensity"] < 1 for one in await arms(client, path))
    assert [one["chosen"] for one in (await client.get(split)).json()] == [None, None]
    assert (await client.delete(f"{path}/variants/m1/choice")).status_code == 409
    # The same at the journey's own split, and the log says who did it.
    assert (await client.post(f"{path}/variants/m1/a/choose")).status_code == 200
    freed = await client.delete(f"{split}/test_m1/choice")
    assert (freed.status_code, [one["chosen"] for one in freed.json()]) == (200, [None, None])
    audit = (await client.get("/api/v1/audit-log", params={"limit": 50})).json()["items"]
    said = [(one["action"], one["before"]["variant"]) for one in audit if one["action"].endswith("chance_restored")]
    assert said == [("journey.chance_restored", "a"), ("campaign.chance_restored", "b")]


async def arms(client, path):
    return (await client.get(f"{path}/results")).json()["variants"][0]["arms"]


async def test_a_split_may_be_judged_by_clicks_instead_of_the_goal(client, database, organisation, frozen, drain):
    async with database.transaction(organisation) as session:
        ids = await people(session, 12)
    split = {"variants": [{"key": "a"}, {"key": "b"}], "measure": "click", "reward_days": 2}
    nodes = [BY_HAND, node("test", "split", **split), wait("w", 9), END]
    edges = line("in > test", ("test", "a", "w"), ("test", "b", "w"), ("w", "next", "out"))
    goal = {"goal": {"event": {"kind": "meeting.booked"}}}
    draft = {"nodes": nodes, "edges": edges, "settings": goal}
    journey = (await client.post("/api/v1/journeys", json={"name": "Clicks", "draft": draft})).json()
    path = f"/api/v1/journeys/{journey['id']}"
    assert (await client.post(f"{path}/launch", json={})).status_code == 200
    await client.post(f"{path}/enrolments", json={"person_ids": [str(one) for one in ids]})
    await drain()
    await ticks(database, organisation, UUID(journey["id"]))
    for days, kind, who in (
        (0, "email.clicked", ids[:4]),
        (0, "meeting.booked", ids[4:6]),
        (3, "email.clicked", ids[6:]),
    ):
        frozen.tick(days * 86_400 + 60)
        async with database.transaction(organisation) as session:
            for _ in range(2):
                for one in who:
                    await happened(session, one, kind, now())
                await publish(session, ActivityRecorded(lead_ids=who, kinds=[kind]))
        await drain()
        await ticks(database, organisation, UUID(journey["id"]))
    [told] = (await client.get(f"{path}/splits")).json()
    assert sum(one["rewarded"] for one in told["arms"]) == 4  # once each; a goal is none, and later ones are too late
    assert (await client.get(path)).json()["people"]["goal"] == 2


async def test_the_budget_is_never_passed_and_costs_leave_less_of_it(client, database, organisation, frozen, drain):
    async with database.transaction(organisation) as session:
        ids = await people(session, 8)
        await agreed(session, ids)
    budget = {"amount_minor": 100, "prices_microusd": {"chat": 200_000}}
    campaign = await launched(client, draft_for([await segment(client, "All", ids)], budget=budget))
    path = f"{CAMPAIGNS}/{campaign['id']}"
    cost = {"day": "2026-03-01", "amount_minor": 30, "currency": "USD"}
    added = (await client.post(f"{path}/costs", json=cost)).json()
    await drain()
    await ticks(database, organisation, UUID(campaign["journey_id"]))
    # 70 cents are left: three messages at 20 cents. Another campaign is not bound by it.
    async with database.transaction(organisation) as session:
        counted = {row.state: row.count for row in await session.execute(text("SELECT state, count(*) AS count "
            "FROM send_intents WHERE campaign_id = :id GROUP BY 1"), {"id": campaign["id"]})}  # fmt: skip
        assert counted == {"scheduled": 3, "blocked": 5}
        strangers = [
            SendRequest(channel="chat", recipient=Recipient(address=str(one), person_id=one), cost_microusd=900_000,
                        purpose="product_updates", campaign_id=new_id())
            for one in ids
        ]  # fmt: skip
        assert "block" not in {one.verdict for one in await sending.may_send(session, strangers, now())}
    assert [one["rule"] for one in (await client.get(f"{path}/results")).json()["not_sent"]] == ["budget"]
    policies = (await client.get("/api/v1/sending/policies")).json()["items"]
    [kept] = [one for one in policies if one["key"].startswith("campaign_")]
    told = kept["settings"]
    assert (told["amount_microusd"], told["besides_microusd"], told["campaign_id"]) == (
        1_000_000, 300_000, campaign["id"],
    )  # fmt: skip
    # By the day, what costs took is given back when the day is over: until then messages wait, and none is lost.
    async with database.transaction(organisation) as session:
        midnight = now().replace(hour=0, minute=0, second=0, microsecond=0)
        other, person = new_id(), ids[0]
        await sending.keep_campaign_budget(
            session, other, name="By the day", amount_microusd=1_000_000, period="day", besides_microusd=900_000,
            besides_since=midnight,
        )  # fmt: skip
        asked = SendRequest(channel="chat", recipient=Recipient(address=str(person), person_id=person, time_zone="UTC"),
                            cost_microusd=200_000, purpose="product_updates", campaign_id=other)  # fmt: skip
        [today], [tomorrow] = [
            await sending.may_send(session, [asked], at) for at in (now(), midnight + timedelta(days=1, hours=12))
        ]
        told = [reason.verdict for one in (today, tomorrow) for reason in one.reasons if reason.rule == "budget"]
        assert (told, today.verdict) == (["defer", "allow"], "defer")
        assert today.not_before >= midnight + timedelta(days=1)
        await sending.drop_campaign_budget(session, other)
    changed = await client.patch(f"{path}/costs/{added['id']}", json={"amount_minor": 50, "note": "Less"})
    assert (changed.json()["amount_minor"], changed.json()["note"]) == (50, "Less")
    file = (
        "\ufeffday;amount;currency;channel\n2026-03-02;1.234,50;EUR;=Ads\n2026-03-02;0,10;usd;\n2026-03-02;0,10;usd;\n"
    )
    imported = await client.post(f"{path}/costs/import", json={"csv": file})
    assert imported.json() == {"added": 3, "passed_over": 0}, imported.text
    assert (await client.post(f"{path}/costs/import", json={"csv": file})).json() == {"added": 0, "passed_over": 3}
    lines = ("day,amount,currency", "2026-13-01,5,USD", "2026-03-01,-5,USD", "2026-03-01,5,XXQ", "2026-03-01,x,USD")
    wrong = "\n".join((*lines, "2026-03-01,5,USD"))
    refused = await client.post(f"{path}/costs/import", json={"csv": wrong})
    assert (refused.json()["code"], [one["field"] for one in refused.json()["errors"]]) == (
        "campaigns.costs_invalid", ["line 2", "line 3", "line 4", "line 5"],
    )  # fmt: skip
    assert {(one["amount_minor"], one["currency"]) for one in (await client.get(f"{path}/costs")).json()} == {
        (50, "USD"), (10, "USD"), (123_450, "EUR"),
    }  # fmt: skip
    [kept] = [
        one for one in (await client.get("/api/v1/sending/policies")).json()["items"]
        if one["key"].startswith("campaign_")
    ]  # fmt: skip
    assert (kept["settings"]["amount_microusd"], kept["settings"]["besides_microusd"]) == (1_000_000, 700_000)
    assert (await client.delete(f"{path}/costs/{added['id']}")).status_code == 204
    await client.post(f"{path}/stop")
    policies = (await client.get("/api/v1/sending/policies")).json()["items"]
    assert not [one for one in policies if one["key"].startswith("campaign_")]


async def test_results_are_read_by_the_campaigns_own_index(database, organisation):
    async with database.transaction(organisation) as session:
        connection = await asyncpg_connection(session)
        await connection.execute("SET LOCAL enable_seqscan = off")
        rows = await connection.fetch(
            f"EXPLAIN {campaign_results.FUNNEL}", organisation.organisation_id, new_id(), campaign_results.HUMAN
        )
        plan = "\n".join(row[0] for row in rows)
    for index in ("send_intents_of_campaign", "mail_engagements_of_message", "email_arrivals_of_delivery"):
        assert index in plan, plan
    assert "Seq Scan" not in plan, plan

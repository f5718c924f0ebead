"""Suites run against a draft, what they report, and the gate they keep."""

from xml.etree import ElementTree

import pytest
from sqlalchemy import text
from tests.modules.conversations.conftest import add_pair, base  # noqa: F401

from tradewind.modules.simulations.service import running

SUITES = "/api/v1/simulation-suites"


@pytest.fixture
async def agent(base, client):  # noqa: F811
    """An agent with a flow of three questions and an event type, as a draft."""
    flow = (await client.post("/api/v1/qualification-flows", json={"name": "Inbound", "template": "bant"})).json()
    await client.post(f"/api/v1/qualification-flows/{flow['id']}/publish", json={"note": ""})
    kind = (await client.post("/api/v1/event-types", json={"title": "Demo"})).json()
    settings = {"flow_id": flow["id"], "event_type_id": kind["id"]}
    made = await client.post("/api/v1/agents", json={"name": "Ava", "settings": settings})
    assert made.status_code == 201, made.text
    return made.json()


async def test_a_suite_is_run_reported_and_keeps_the_gate(agent, client, drain, database, tenant):
    made = await client.post(SUITES, json={"agent_id": agent["id"], "name": "Launch", "repetitions": 2, "gate": True})
    assert made.status_code == 201, made.text
    suite = made.json()
    path = f"{SUITES}/{suite['id']}"
    assert suite["cases"] == len(suite["items"]) >= 9

    closed = await client.post(f"/api/v1/agents/{agent['id']}/publish", json={})
    assert (closed.status_code, closed.json()["code"]) == (409, "simulations.gate_not_passed")

    begun = await client.post(f"{path}/runs")
    assert begun.status_code == 202, begun.text
    assert (await client.post(f"{path}/runs")).json()["code"] == "simulations.already_running"
    await drain()
    report = (await client.get(f"{path}/runs/{begun.json()['id']}")).json()
    broken = [(one["name"], one["results"][0]["failures"]) for one in report["items"] if one["passed"] < one["tried"]]
    assert broken == []
    assert (report["state"], report["passed"], report["failed"]) == ("passed", 2 * suite["cases"], 0)
    assert report["current"]
    assert report["pass_k"] == 1
    assert report["pass_low"] < 0.9 < report["pass_high"]
    # Nothing left: visitors that were made up are no leads, and book no real time.
    async with database.transaction(tenant.actor) as session:
        for table in ("meetings", "leads", "outgoing_mails"):
            there = await session.scalar(text("SELECT to_regclass(:name)"), {"name": table})
            assert not there or await session.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table
    opened = await client.get(f"/api/v1/conversations/{report['items'][0]['results'][0]['conversation_id']}")
    assert opened.json()["channel"] == "simulation"

    published = await client.post(f"/api/v1/agents/{agent['id']}/publish", json={})
    assert published.status_code == 200, published.text
    version = (await client.get(f"/api/v1/agents/{agent['id']}/versions")).json()[0]
    assert version["gate"]["simulations"]["Launch"]["passed"] == report["passed"]

    # A changed flow is held as well, until the suite has passed with its draft.
    flow = (await client.get(f"/api/v1/qualification-flows/{agent['settings']['flow_id']}")).json()
    draft = flow["draft"]
    draft["questions"][0]["text"]["en"] = "What brings you here?"
    changed = await client.patch(f"/api/v1/qualification-flows/{flow['id']}", json={"draft": draft})
    assert changed.status_code == 200, changed.text
    assert changed.json()["problems"] == []
    held = await client.post(f"/api/v1/qualification-flows/{flow['id']}/publish", json={"note": ""})
    assert (held.status_code, held.json()["code"]) == (409, "simulations.gate_not_passed")
    assert "of Ava with this flow first" in held.json()["detail"]
    assert not (await client.get(f"{path}/runs")).json()[0]["current"]
    await client.patch(path, json={"repetitions": 1})
    # The agent is held, too, as long as visitors would be asked what nothing was tried with.
    settings = agent["settings"] | {"tone": "formal"}
    assert (await client.patch(f"/api/v1/agents/{agent['id']}", json={"settings": settings})).status_code == 200
    tried = (await client.post(f"{path}/runs")).json()
    await drain()
    early = await client.post(f"/api/v1/agents/{agent['id']}/publish", json={})
    assert (early.status_code, early.json()["run_id"]) == (409, tried["id"])
    assert early.json()["detail"].startswith("Publish the flow first")
    let = await client.post(f"/api/v1/qualification-flows/{flow['id']}/publish", json={"note": ""})
    assert let.status_code == 200, let.text
    assert (await client.post(f"/api/v1/agents/{agent['id']}/publish", json={})).json()["published"] == 2

    # A regression is planted: the draft loses its questions and its times.
    changed = await client.patch(f"/api/v1/agents/{agent['id']}", json={"settings": {}})
    assert changed.status_code == 200
    stale = await client.post(f"/api/v1/agents/{agent['id']}/publish", json={})
    assert "with this draft first" in stale.json()["detail"]
    worse = (await client.post(f"{path}/runs")).json()
    await drain()
    report = (await client.get(f"{path}/runs/{worse['id']}")).json()
    assert report["state"] == "failed"
    failed = {one["name"] for one in report["items"] if one["passed"] < one["tried"]}
    assert {"Books a meeting", "Answers every question"} <= failed
    refused = await client.post(f"/api/v1/agents/{agent['id']}/publish", json={})
    assert (refused.status_code, refused.json()["run_id"]) == (409, worse["id"])
    xml = ElementTree.fromstring((await client.get(f"{path}/runs/{worse['id']}/junit")).content)
    assert len(xml.findall(".//failure")) >= report["failed"] > 0
    # What visitors meet is still the version that passed.
    assert (await client.get(f"/api/v1/agents/{agent['id']}")).json()["published"] == 2


async def test_a_conversation_becomes_a_case_and_a_changed_draft_breaks_its_run(
    agent, client, client_for, drain, database, tenant
):
    suite = (await client.post(SUITES, json={"agent_id": agent["id"], "name": "Mine", "starter": False})).json()
    path = f"{SUITES}/{suite['id']}"
    assert (await client.post(f"{path}/runs")).json()["code"] == "simulations.nothing_to_run"
    case = {
        "name": "Asks for the price",
        "visitor": {"lines": ["How much does the Starter plan cost?"]},
        "checks": [{"kind": "cites", "value": "How much does the Starter plan cost?"}],
    }
    added = await client.post(f"{path}/cases", json=case)
    assert added.status_code == 201, added.text
    bad = await client.post(f"{path}/cases", json={**case, "checks": [{"kind": "captured"}]})
    assert bad.status_code == 422
    begun = (await client.post(f"{path}/runs")).json()
    todo = await running.todo(database, tenant.actor, begun["id"])
    assert todo is not None
    assert [attempt for _, attempt in todo[1]] == [1, 2, 3]
    # The first conversation is kept; a worker that takes over goes on with the second.
    assert await running.attempt(database, tenant.actor, begun["id"], todo[0], *todo[1][0])
    left = await running.todo(database, tenant.actor, begun["id"])
    assert left is not None
    assert [attempt for _, attempt in left[1]] == [2, 3]
    await client.patch(f"/api/v1/agents/{agent['id']}", json={"settings": {"tone": "formal"}})
    await drain()
    report = (await client.get(f"{path}/runs/{begun['id']}")).json()
    assert (report["state"], report["problem"]) == ("broken", "The draft was changed while it was tried")

    talked = report["items"][0]["results"][0]["conversation_id"]
    learnt = await client.post(f"{path}/cases/from-conversation", json={"conversation_id": talked})
    assert learnt.status_code == 201, learnt.text
    assert learnt.json()["visitor"]["lines"][0] == "How much does the Starter plan cost?"
    assert {"kind": "cites", "field": "", "value": "How much does the Starter plan cost?"} in learnt.json()["checks"]
    analyst = await client_for("analyst")
    assert "Starter" not in str((await analyst.get(path)).json()["items"][-1])
    etag = f'"{added.json()["version"]}"'
    kept = await client.put(
        f"{path}/cases/{added.json()['id']}", json={**case, "critical": False}, headers={"If-Match": etag}
    )
    assert kept.status_code == 200, kept.text
    late = await client.put(f"{path}/cases/{added.json()['id']}", json=case, headers={"If-Match": etag})
    assert late.status_code == 412
    assert (await client.delete(f"{path}/cases/{added.json()['id']}")).status_code == 204
    assert len((await client.get(path)).json()["items"]) == 1
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).json()["code"] == "simulations.suite_not_found"

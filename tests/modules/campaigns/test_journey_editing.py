"""Journeys as people edit them: drafts with problems at their steps, versions, launch and its gate."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

import numpy as np
import pytest
from tests.modules.campaigns.journeys import BY_HAND, END, event_wait, happened, line, node, people, wait

from tradewind.kernel.clock import now
from tradewind.modules.campaigns.engine.allocation import best_chances, pick, shares
from tradewind.modules.campaigns.engine.checking import read
from tradewind.modules.campaigns.engine.graph import JourneyDraft
from tradewind.modules.campaigns.engine.steps import SplitSettings
from tradewind.modules.campaigns.service import journeys

JOURNEYS = "/api/v1/journeys"


async def test_a_draft_may_be_incomplete_and_says_at_each_step_what_is_missing(client):
    made = await client.post(JOURNEYS, json={"name": "Welcome"})
    assert made.status_code == 201, made.text
    assert [one["code"] for one in made.json()["problems"]] == ["no_trigger"]
    draft = {
        "nodes": [
            {"id": "in", "kind": "trigger", "settings": {"on": "api"}},
            {"id": "w", "kind": "wait", "settings": {"until": "duration", "duration": {"amount": 0}}},
            {"id": "mail", "kind": "send", "settings": {"channel": "email"}},
            {"id": "loop", "kind": "branch", "settings": {"condition": {"field": "nonsense", "op": "eq", "value": 1}}},
        ],
        "edges": [{"from": "in", "to": "w"}, {"from": "w", "to": "ghost"}],
    }
    path = f"{JOURNEYS}/{made.json()['id']}"
    saved = await client.patch(path, json={"draft": draft}, headers={"If-Match": made.headers["ETag"]})
    assert saved.status_code == 200, saved.text
    found = {(one["node"], one["code"], one["field"]) for one in saved.json()["problems"]}
    assert {("w", "settings", "duration.amount"), ("mail", "settings", None), ("w", "dangling", None)} <= found


async def test_every_flaw_is_told_at_its_step_and_keeps_a_journey_from_its_launch(client):
    loop = {
        "nodes": [
            BY_HAND, wait("w", 1), node("split", "split", variants=[{"key": "a"}, {"key": "b"}]),
            node("t1", "task", title="One"), node("t2", "task", title="Two"), node("lonely", "task", title="Three"),
            node("ask", "branch", condition={"field": "no_such_field", "op": "eq", "value": 1}), END,
            node("say", "send", channel="sms", text="Hello"),
        ],
        "edges": line(
            "in > w > split", ("split", "a", "t1"), ("split", "b", "ask"), ("t1", "next", "t2"), ("t2", "next", "t1"),
            ("ask", "yes", "say"), ("say", "next", "out"), ("ask", "no", "w"), ("lonely", "next", "out"),
        ),
    }  # fmt: skip
    made = (await client.post(JOURNEYS, json={"name": "Loop", "draft": loop})).json()
    found = {(one["code"], one["node"], one["severity"]) for one in made["problems"]}
    assert found == {
        ("no_exit", "t1", "error"), ("no_exit", "t2", "error"), ("endless", "t1", "error"), ("endless", "t2", "error"),
        ("unreachable", "lonely", "warning"), ("condition", "ask", "error"), ("no_channel", "say", "error"),
    }  # fmt: skip
    refused = await client.post(f"{JOURNEYS}/{made['id']}/launch", json={})
    assert (refused.status_code, refused.json()["code"]) == (422, "campaigns.journey_invalid")
    shape = {"nodes": [BY_HAND, wait("w", 1)], "edges": line("in > w", ("in", "next", "w"), ("w", "sideways", "in"))}
    checked = (await client.post(f"{JOURNEYS}/{made['id']}/check", json={"draft": shape})).json()
    assert {(one["code"], one["node"], one["port"]) for one in checked} == {
        ("forked", "in", "next"), ("unknown_port", "w", "sideways"), ("into_trigger", "in", None),
        ("open", "w", "next"),
    }  # fmt: skip
    too_long = {"nodes": [BY_HAND, wait("w", 100_000, "weeks")], "edges": []}
    checked = (await client.post(f"{JOURNEYS}/{made['id']}/check", json={"draft": too_long})).json()
    assert {one["code"] for one in checked} == {"settings"}


async def test_templates_open_with_nothing_wrong_but_what_only_the_organisation_has(client):
    listed = (await client.get("/api/v1/journey-templates")).json()
    assert {"welcome", "trial", "demo-no-show", "win-back", "nurture-unqualified"} <= {one["key"] for one in listed}
    kinds = (await client.get("/api/v1/journey-step-kinds")).json()
    assert len(kinds) == len({one["kind"] for one in kinds}) == 12
    # Filled in with what an organisation brings along, each one can run.
    for one in listed:
        draft = one["draft"]
        for step in draft["nodes"]:
            if step["kind"] == "send":
                step["settings"]["template_id"] = str(UUID(int=1))
            if step["settings"].get("on") == "segment_entry":
                step["settings"]["segment_id"] = str(UUID(int=2))
        graph, found = read(JourneyDraft.model_validate(draft))
        assert graph is not None, (one["key"], found)
        assert found == [], one["key"]


async def test_a_large_audience_asks_for_a_rehearsal_of_exactly_this_draft(
    client, database, organisation, frozen, drain, monkeypatch
):
    monkeypatch.setattr(journeys, "LARGE", 5)
    segment = {"name": "All", "kind": "dynamic", "condition": {"field": "score", "op": "gte", "value": 0}}
    async with database.transaction(organisation) as session:
        ids = await people(session, 12, score=50, created_at=now() - timedelta(days=5))
        other = await people(session, 3, score=80, created_at=now() - timedelta(days=5))
        for person_id in [*ids[:4], *other]:
            await happened(session, person_id, "web.page_view", now() - timedelta(days=3), path="/pricing")
    segment_id = (await client.post("/api/v1/segments", json=segment)).json()["id"]
    nodes = [
        node("in", "trigger", on="segment_entry", segment_id=segment_id, include_current=True),
        node("split", "split", variants=[{"key": "a", "weight": 1}, {"key": "b", "weight": 0}]),
        event_wait("seen", "web.page_view", 5, {"path": "path", "op": "contains", "value": "PRICING"}),
        node("say", "send", channel="chat", text="Hi"), node("never", "task", title="Nobody comes"), END,
    ]  # fmt: skip
    edges = line("in > split", ("split", "a", "seen"), ("split", "b", "never"), ("never", "next", "out"),
                 ("seen", "next", "say"), ("seen", "timeout", "out"), ("say", "next", "out"))  # fmt: skip
    made = (await client.post(JOURNEYS, json={"name": "Big", "draft": {"nodes": nodes, "edges": edges}})).json()
    path = f"{JOURNEYS}/{made['id']}"
    assert (made["audience_estimate"], made["rehearsal_needed"]) == (15, True)
    refused = await client.post(f"{path}/launch", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "campaigns.rehearsal_needed")
    begun = await client.post(f"{path}/rehearsals", json={"mode": "simulate", "event_rates": {"seen": 1}})
    assert begun.status_code == 201, begun.text
    await drain()
    told = (await client.get(f"/api/v1/journey-rehearsals/{begun.json()['id']}")).json()
    report = told["report"]
    assert (report["entered"], report["messages"], report["ended"]) == (15, {"chat": 15}, {"exit": 15})
    assert report["not_sent"] == {"wish": 15}
    codes = {(one["code"], one["severity"], one["node"]) for one in report["findings"]}
    assert {("never_reached", "warning", "never"), ("mostly_blocked", "grave", None)} <= codes
    assert told["passed"] is False
    # Without messages it passes; another draft than the one rehearsed is refused again.
    nodes[3] = node("say", "task", title="Call {{ first_name }}")
    await client.patch(path, json={"draft": {"nodes": nodes, "edges": edges}})
    begun = (await client.post(f"{path}/rehearsals", json={"mode": "replay", "days": 30})).json()
    await drain()
    told = (await client.get(f"/api/v1/journey-rehearsals/{begun['id']}")).json()
    assert (told["passed"], told["fits_draft"]) == (True, True)
    steps = {one["node"]: one["ports"] for one in told["report"]["steps"]}
    assert (steps["split"], steps["seen"]) == ({"a": 15}, {"next": 7, "timeout": 8})
    assert (await client.get(path)).json()["rehearsal_needed"] is False
    nodes[2]["settings"]["timeout"]["amount"] = 6
    await client.patch(path, json={"draft": {"nodes": nodes, "edges": edges}})
    assert (await client.post(f"{path}/launch", json={})).status_code == 409
    assert [one["fits_draft"] for one in (await client.get(f"{path}/rehearsals")).json()] == [False, False]


def test_adaptive_splits_follow_what_works_and_never_below_the_floor():
    told = SplitSettings.model_validate(
        {
            "method": "adaptive", "floor": 0.1,
            "variants": [{"key": "a"}, {"key": "b"}, {"key": "none", "holdout": True}],
        }
    )  # fmt: skip
    even = shares(told, {})
    assert even["a"] == pytest.approx(even["b"]) == pytest.approx(1 / 3)
    learned = shares(told, {"a": (1000, 100), "b": (1000, 50)})
    assert learned["none"] == pytest.approx(1 / 3)
    assert learned["b"] == pytest.approx(0.1 * 2 / 3, abs=1e-3)
    assert sum(learned.values()) == pytest.approx(1)
    # The computed chance is that of sampling: 12 of 100 against 8 of 100, from a million draws of each posterior.
    random = np.random.default_rng(1)
    sampled = (random.beta(13, 89, 1_000_000) > random.beta(9, 93, 1_000_000)).mean()
    assert best_chances([(100, 12), (100, 8)])[0] == pytest.approx(sampled, abs=0.005)
    drawn = Counter(pick(learned, number / 1000)[0] for number in range(1000))
    assert drawn == {"a": 600, "b": 67, "none": 333}

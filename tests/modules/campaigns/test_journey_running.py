"""People in live journeys: entered, moved, signalled, ended; versions, pauses, merges, and clocks that jump."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from tests.modules.campaigns.journeys import BY_HAND, END, event_wait, happened, line, node, people, states, ticks, wait

from tradewind.kernel.clock import now
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.campaigns.service import ticking
from tradewind.modules.campaigns.service.running import run_turn
from tradewind.modules.leads.events import ActivityRecorded, LeadDeleted, LeadsChanged, SegmentChanged
from tradewind.modules.leads.events_deals import LeadsMerged

JOURNEYS = "/api/v1/journeys"


async def launched(client, nodes, edges, **settings):
    made = await client.post(
        JOURNEYS, json={"name": "Test", "draft": {"nodes": nodes, "edges": edges, "settings": settings}}
    )
    assert made.status_code == 201, made.text
    live = await client.post(f"{JOURNEYS}/{made.json()['id']}/launch", json={"note": "First"})
    assert live.status_code == 200, live.text
    return live.json()


async def enrol(client, journey, ids, **more):
    answer = await client.post(
        f"{JOURNEYS}/{journey['id']}/enrolments", json={"person_ids": [str(one) for one in ids], **more}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_people_move_by_conditions_events_and_time_and_every_step_says_why(
    client, database, organisation, tenant, frozen, drain
):
    nodes = [
        BY_HAND,
        node("hot", "branch", "Hot?", condition={"field": "score", "op": "gte", "value": 60}),
        node("call", "task", title="Call {{ first_name }}", due_days=2),
        event_wait("opened", "email.opened", 3),
        node("tag", "update", add_tags=["engaged"], status="contacted"),
        node("tagged", "branch", condition={"field": "tags", "op": "has_any", "value": ["engaged"]}),
        node("won", "goal", "Engaged"),
        END,
    ]
    edges = line(
        "in > hot", ("hot", "yes", "call"), ("hot", "no", "opened"), ("call", "next", "opened"),
        ("opened", "next", "tag"), ("opened", "timeout", "out"), ("tag", "next", "tagged"), ("tagged", "yes", "won"),
        ("tagged", "no", "out"),
    )  # fmt: skip
    journey = await launched(client, nodes, edges)
    async with database.transaction(organisation) as session:
        [hot] = await people(session, 1, score=80, owner_id=tenant.user_id)
        [cold] = await people(session, 1, score=10)
    assert await enrol(client, journey, [hot, cold], key="k1") == {"entered": 2, "passed_over": 0}
    assert await enrol(client, journey, [hot], key="k1") == {"entered": 0, "passed_over": 1}
    await drain()
    async with database.transaction(organisation) as session:
        assert {row["node"] for row in await states(session, UUID(journey["id"]))} == {"opened"}
        assert [(await session.execute(text("SELECT title, assignee_id FROM tasks"))).one()] == [
            ("Call P1", tenant.user_id)
        ]
    frozen.tick(3600)
    async with database.transaction(organisation) as session:
        await happened(session, hot, "email.opened", now())
        await publish(session, ActivityRecorded(lead_ids=[hot], kinds=["email.opened"]))
    await drain()
    await ticks(database, organisation, UUID(journey["id"]))
    frozen.tick(3 * 86_400)
    await ticks(database, organisation, UUID(journey["id"]))
    async with database.transaction(organisation) as session:
        ended = {
            row["person_id"]: (row["state"], row["reason"], row["node"])
            for row in await states(session, UUID(journey["id"]))
        }
    assert ended == {hot: ("done", "goal", "won"), cold: ("done", "exit", "out")}
    told = (await client.get("/api/v1/journey-enrolments", params={"person_id": str(hot)})).json()
    trace = (await client.get(f"/api/v1/journey-enrolments/{told[0]['id']}")).json()
    assert [(one["node"], one["port"]) for one in trace["steps"]] == [
        ("in", "next"), ("hot", "yes"), ("call", "next"), ("opened", "next"), ("tag", "next"), ("tagged", "yes"),
        ("won", "next"),
    ]  # fmt: skip
    assert trace["steps"][3]["why"] == "It happened in time"
    counts = (await client.get(f"{JOURNEYS}/{journey['id']}/counts")).json()
    assert {(one["node"], one["port"]): one["people"] for one in counts["left"]}[("opened", "timeout")] == 1
    row = next(one for one in (await client.get(JOURNEYS)).json() if one["id"] == journey["id"])
    assert row["people"] == {"waiting": 0, "done": 2, "exited": 0, "failed": 0, "goal": 1}


async def test_versions_pauses_and_moves_leave_nobody_behind(client, database, organisation, frozen, drain):
    journey = await launched(client, [BY_HAND, wait("w", 2), END], line("in > w > out"))
    path, key = f"{JOURNEYS}/{journey['id']}", UUID(journey["id"])
    async with database.transaction(organisation) as session:
        ids = await people(session, 6)
    await enrol(client, journey, ids[:4])
    await ticks(database, organisation, key)
    # Edited while people are in flight: they finish on theirs.
    second = {"nodes": [BY_HAND, wait("longer", 9), END], "edges": line("in > longer > out")}
    assert (await client.patch(path, json={"draft": second})).status_code == 200
    assert (await client.post(f"{path}/publish", json={})).json()["published_number"] == 2
    await enrol(client, journey, ids[4:])
    await ticks(database, organisation, key)
    frozen.tick(1000)
    # A preview says who would have nowhere to go, and nothing is moved until that is decided.
    seen = (await client.post(f"{path}/move-people", json={})).json()
    assert [(one["node"], one["people"], one["decided"]) for one in seen["steps"]] == [("w", 4, False)]
    refused = await client.post(f"{path}/move-people", json={"confirm": True})
    assert (refused.status_code, refused.json()["code"]) == (422, "campaigns.mapping_invalid")
    unknown = await client.post(f"{path}/move-people", json={"confirm": True, "steps": {"w": "ghost"}})
    assert unknown.status_code == 422
    assert (await client.post(f"{path}/move-people", json={"confirm": True, "steps": {"w": "longer"}})).json()["run_id"]
    await drain()
    await ticks(database, organisation, key)
    versions = (await client.get(f"{path}/versions")).json()
    assert [(one["number"], one["waiting"]) for one in versions] == [(2, 6), (1, 0)]
    # A pause holds them; a clock set back, or far ahead, moves nobody twice.
    assert (await client.post(f"{path}/pause")).json()["state"] == "paused"
    frozen.tick(-86_400)
    assert await ticks(database, organisation, key) == 0
    frozen.tick(30 * 86_400)
    assert await ticks(database, organisation, key) == 0
    assert (await client.post(f"{path}/resume")).json()["state"] == "live"
    assert await ticks(database, organisation, key) == 6
    row = (await client.get(path)).json()
    assert row["people"] == {"waiting": 0, "done": 6, "exited": 0, "failed": 0, "goal": 0}


async def test_a_late_engine_keeps_the_length_of_waits_and_goals_and_stops_end_journeys(
    client, database, organisation, frozen, drain
):
    nodes = [BY_HAND, wait("first", 1), wait("second", 2), END]
    settings = {
        "goal": {"event": {"kind": "meeting.booked"}},
        "exit_when": {"condition": {"field": "status", "op": "in", "value": ["customer"]}},
    }
    journey = await launched(client, nodes, line("in > first > second > out"), **settings)
    path, key = f"{JOURNEYS}/{journey['id']}", UUID(journey["id"])
    async with database.transaction(organisation) as session:
        booked, bought, slow, merged, deleted = await people(session, 5)
    await enrol(client, journey, [booked, bought, slow, merged, deleted])
    await ticks(database, organisation, key)
    frozen.tick(4 * 86_400)
    await ticks(database, organisation, key)
    async with database.transaction(organisation) as session:
        # The server was away for three days: the second wait still lasts two.
        assert {row["due_at"] for row in await states(session, key)} == {now() + timedelta(days=2)}
        await happened(session, booked, "meeting.booked", now())
        await publish(session, ActivityRecorded(lead_ids=[booked], kinds=["meeting.booked"]))
        await session.execute(text("UPDATE leads SET status = 'customer' WHERE id = :id"), {"id": bought})
        await publish(session, LeadsChanged(lead_ids=[bought], changed=["status"]))
        await publish(session, LeadsMerged(merge_id=new_id(), winner_id=slow, loser_ids=[merged]))
        await publish(session, LeadDeleted(lead_id=deleted))
    await drain()
    frozen.tick(1)
    await ticks(database, organisation, key)
    async with database.transaction(organisation) as session:
        found = [(row["person_id"], row["state"], row["reason"]) for row in await states(session, key)]
    assert sorted(found, key=str) == sorted(
        [
            (booked, "done", "goal"), (bought, "exited", "exit_when"), (slow, "waiting", ""),
            (slow, "exited", "merged"), (deleted, "exited", "deleted"),
        ],
        key=str,
    )  # fmt: skip
    assert (await client.post(f"{path}/stop")).json()["state"] == "stopped"
    assert await ticks(database, organisation, key) == 0
    await drain()
    read = (await client.get(path)).json()
    assert read["people"] == {"waiting": 0, "done": 1, "exited": 4, "failed": 0, "goal": 1}
    assert (await client.post(f"{path}/resume")).status_code == 409


async def test_audiences_enter_once_while_they_change_and_messages_that_must_not_leave_go_another_way(
    client, database, organisation, frozen, drain
):
    condition = {"field": "score", "op": "gte", "value": 50}
    segment = (
        await client.post("/api/v1/segments", json={"name": "Warm", "kind": "dynamic", "condition": condition})
    ).json()
    nodes = [
        node("in", "trigger", on="segment_entry", segment_id=segment["id"], include_current=True),
        node("say", "send", channel="chat", text="Hello {{ first_name }}", purpose="marketing"),
        node("call", "task", title="Call {{ full_name }}"),
        wait("w", 30),
        END,
    ]
    edges = line("in > say > w > out", ("say", "blocked", "call"), ("call", "next", "w"))
    journey = await launched(client, nodes, edges, re_entry={"mode": "after", "days": 10})
    key = UUID(journey["id"])
    async with database.transaction(organisation) as session:
        warm, cold = await people(session, 1, score=70), await people(session, 1, score=10)
    await drain()
    async with database.transaction(organisation) as session:
        [row] = await states(session, key)
        assert (row["person_id"], row["node"]) == (warm[0], "w")
        # Nobody agreed to marketing by chat: the ledger says no, and a task is made instead.
        assert await session.scalar(text("SELECT count(*) FROM tasks WHERE lead_id = :id"), {"id": warm[0]}) == 1
        kept = (await session.execute(text("SELECT key, state FROM send_intents"))).all()
        assert kept == [(f"journey:{row['id']}:1:say", "blocked")]
        await session.execute(text("UPDATE leads SET score = 90 WHERE id = :id"), {"id": cold[0]})
        await publish(session, LeadsChanged(lead_ids=cold, changed=["score"]))
    await drain()
    async with database.transaction(organisation) as session:
        assert {row["person_id"] for row in await states(session, key)} == {warm[0], cold[0]}
    # Looked at as often as one likes, nobody enters twice.
    async with database.transaction(organisation) as session:
        await publish(session, SegmentChanged(segment_id=UUID(segment["id"])))
    await drain()
    assert (await client.get(f"{JOURNEYS}/{journey['id']}")).json()["people"]["waiting"] == 2


async def test_one_person_who_breaks_a_tick_does_not_hold_up_the_others(
    client, database, organisation, frozen, monkeypatch
):
    journey = await launched(client, [BY_HAND, END], line("in > out"))
    async with database.transaction(organisation) as session:
        ids = await people(session, 3)
    await enrol(client, journey, ids)
    real = ticking.advance

    def breaks(program, place, at, facts, identity):
        if identity.startswith(str(ids[1])):
            raise ZeroDivisionError
        return real(program, place, at, facts, identity)

    monkeypatch.setattr(ticking, "advance", breaks)
    monkeypatch.setattr(ticking, "BATCH", 3)
    await run_turn(database, seconds=30)
    async with database.transaction(organisation) as session:
        found = {row["person_id"]: row["state"] for row in await states(session, UUID(journey["id"]))}
    assert found == {ids[0]: "done", ids[1]: "failed", ids[2]: "done"}

"""The engine where things go wrong around it: calls that come late, channels that are gone, steps that always fail."""

from uuid import UUID

import pytest
from sqlalchemy import text
from tests.modules.campaigns.journeys import BY_HAND, END, line, node, people, states, ticks, wait

from tradewind.modules.campaigns.service import running, ticking, waking
from tradewind.modules.sending import channels as port

JOURNEYS = "/api/v1/journeys"
QUEUED = text("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'journeys.turn' AND status = 'queued'")


async def made(client, nodes, edges):
    answer = await client.post(JOURNEYS, json={"name": "Test", "draft": {"nodes": nodes, "edges": edges}})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def launched(client, nodes, edges):
    journey = await made(client, nodes, edges)
    live = await client.post(f"{JOURNEYS}/{journey['id']}/launch", json={})
    assert live.status_code == 200, live.text
    return live.json()


async def enrol(client, journey, ids):
    answer = await client.post(f"{JOURNEYS}/{journey['id']}/enrolments", json={"person_ids": [str(one) for one in ids]})
    assert answer.status_code == 200, answer.text


async def test_whoever_becomes_due_while_a_turn_looks_for_the_last_time_is_not_left_to_wait(
    client, database, organisation, frozen, drain, monkeypatch
):
    journey = await launched(client, [BY_HAND, END], line("in > out"))
    key = UUID(journey["id"])
    await drain()
    async with database.transaction(organisation) as session:
        first, second = await people(session, 2)
        await waking.wake(session)
        # A worker has taken the call, and may have looked already.
        await session.execute(text("UPDATE pgqueuer SET status = 'picked' WHERE entrypoint = 'journeys.turn'"))
    await enrol(client, journey, [first])
    async with database.transaction(organisation) as session:
        assert await session.scalar(QUEUED) == 1, "a call while one runs is a call of its own"
    await drain()
    async with database.transaction(organisation) as session:
        assert [row["state"] for row in await states(session, key)] == ["done"]

    look = running._due
    asked = 0

    async def looks(*arguments):
        nonlocal asked
        asked += 1
        found = await look(*arguments)
        if asked == 1:
            # It has seen nobody; now somebody comes in, and the call reaches the process that is still at it.
            await enrol(client, journey, [second])
            assert not await running.run_turn(database)
        return found

    monkeypatch.setattr(running, "_due", looks)
    assert not await running.run_turn(database, seconds=30)
    async with database.transaction(organisation) as session:
        assert [row["state"] for row in await states(session, key)] == ["done", "done"]


@pytest.mark.parametrize("channel", ["sms", "call", "social", "in_app"])
async def test_a_channel_that_nothing_serves_is_told_before_the_launch(client, channel):
    say = node("say", "send", channel=channel, text="Hello", purpose="sales")
    journey = await made(client, [BY_HAND, say, END], line("in > say > out"))
    assert [(one["code"], one["node"]) for one in journey["problems"]] == [("no_channel", "say")]
    refused = await client.post(f"{JOURNEYS}/{journey['id']}/launch", json={})
    assert (refused.status_code, refused.json()["code"]) == (422, "campaigns.journey_invalid")
    assert "Nothing is connected" in refused.json()["errors"][0]["message"]


async def test_a_channel_that_goes_away_fails_nobody_and_is_told_of_each(
    client, database, organisation, frozen, drain, monkeypatch
):
    say = node("say", "send", channel="chat", text="Hello", purpose="sales")
    ask = node("ask", "send", channel="chat", text="Hello?", purpose="sales")
    nodes = [BY_HAND, say, ask, node("call", "task", title="Call"), END]
    edges = line("in > say > ask > out", ("ask", "blocked", "call"), ("call", "next", "out"))
    journey = await launched(client, nodes, edges)
    async with database.transaction(organisation) as session:
        ids = await people(session, 2)
    monkeypatch.delitem(port._channels, "chat")
    await enrol(client, journey, ids)
    await drain()
    async with database.transaction(organisation) as session:
        rows = await states(session, UUID(journey["id"]))
        assert [row["state"] for row in rows] == ["done", "done"]
        assert await session.scalar(text("SELECT count(*) FROM tasks")) == 2
    trace = (await client.get(f"/api/v1/journey-enrolments/{rows[0]['id']}")).json()
    why = {(one["node"], one["port"]): one["why"] for one in trace["steps"]}
    assert why["say", "next"] == why["ask", "asked"] == "No message: nothing is connected that sends on this channel"
    assert why["ask", "blocked"] == "The message must not be sent"


async def test_a_journey_in_which_nobody_can_be_moved_is_paused_before_it_loses_everybody(
    client, database, organisation, frozen, drain, monkeypatch
):
    journey = await launched(client, [BY_HAND, wait("w", 1), END], line("in > w > out"))
    async with database.transaction(organisation) as session:
        ids = await people(session, 14)
    await enrol(client, journey, ids)
    monkeypatch.setattr(ticking, "BATCH", 20)

    def breaks(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(ticking, "advance", breaks)
    await running.run_turn(database, seconds=30)
    read = (await client.get(f"{JOURNEYS}/{journey['id']}")).json()
    assert (read["state"], read["people"]["failed"], read["people"]["waiting"]) == ("paused", 10, 4)
    audit = (await client.get("/api/v1/audit-log", params={"action": "journey.paused"})).json()
    assert "10 people in a row could not be moved" in str(audit["items"])
    monkeypatch.undo()
    await drain()
    [told] = (await client.get("/api/v1/notifications")).json()["items"]
    assert (told["kind"], told["subject_id"]) == ("journey.held", journey["id"])
    assert (await client.post(f"{JOURNEYS}/{journey['id']}/resume")).status_code == 200
    assert await ticks(database, organisation, UUID(journey["id"])) == 4

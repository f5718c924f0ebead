"""People in live journeys: entered, moved, signalled, ended; versions, pauses, merges, and clocks that jump."""

from uuid import UUID

from tests.modules.campaigns.journeys import BY_HAND, END, event_wait, happened, line, node, people, states, ticks

from tradewind.kernel.clock import now
from tradewind.kernel.events import publish
from tradewind.modules.leads.events import ActivityRecorded

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
        assert [
            (await session.execute(__import__("sqlalchemy").text("SELECT title, assignee_id FROM tasks"))).one()
        ] == [("Call P1", tenant.user_id)]
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

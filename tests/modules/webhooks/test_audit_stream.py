"""The audit log by webhook: in order, from outage to outage, nothing left out."""

import json

import pytest
from sqlalchemy import text

from tradewind.modules.identity import api as identity
from tradewind.modules.webhooks.sending import schedule


@pytest.fixture
def stream(send, tenant):
    """Cut what is new, and send."""

    async def run() -> None:
        await send(audit_of=tenant.organisation_id)

    return run


async def write(database, tenant, count: int, *, words: str = "") -> None:
    for number in range(count):
        async with database.transaction(tenant.actor) as session:
            await identity.record(session, action="test.written", after={"number": number, "words": words})


def rows(receiver, path: str) -> list[dict]:
    return [row for request in receiver.received(path) for row in json.loads(request["body"])["data"]["rows"]]


async def test_a_write_wakes_the_stream(client, endpoint, receiver, add_lead, database, tenant, frozen):
    await endpoint(event_types=["audit.recorded"])
    await add_lead()
    async with database.transaction(tenant.actor) as session:
        names = (await session.scalars(text("SELECT DISTINCT entrypoint FROM pgqueuer"))).all()
    assert "webhooks.stream_audit" in names


async def test_rows_come_in_order_and_in_batches(client, endpoint, receiver, database, tenant, stream):
    await endpoint(event_types=["audit.recorded"])
    await write(database, tenant, 250)
    await stream()
    told = rows(receiver, "/ok")
    numbers = [row["after"]["number"] for row in told if row["action"] == "test.written"]
    assert numbers == list(range(250))
    sequences = [row["sequence"] for row in told]
    assert sequences == list(range(sequences[0], sequences[0] + len(sequences)))
    requests = receiver.received("/ok")
    assert 3 <= len(requests) < 30
    assert all(len(request["body"]) < 20_000 for request in requests)
    example = next(e for e in (await client.get("/api/v1/webhook-event-types")).json() if e["type"] == "audit.recorded")
    assert set(told[0]) == set(example["example"]["rows"][0])


async def test_an_outage_leaves_nothing_out(client, endpoint, receiver, database, tenant, stream, send, frozen):
    added = await endpoint("/fail", event_types=["audit.recorded"])
    await write(database, tenant, 30)
    await stream()
    for delay in schedule.DELAYS:
        frozen.tick(delay * 1.1 + 61)
        await send()
    path = f"/api/v1/webhook-endpoints/{added['id']}"
    assert (await client.get(path)).json()["state"] == "disabled"
    await write(database, tenant, 5, words="while switched off")
    attempts = len(receiver.received("/fail"))
    receiver.behave(fail=200)
    await client.patch(path, json={"state": "active"})
    await stream()
    told = [
        row["sequence"]
        for request in receiver.received("/fail")[attempts:]
        for row in json.loads(request["body"])["data"]["rows"]
    ]
    first = json.loads(receiver.received("/fail")[0]["body"])["data"]["first"]
    assert told[0] == first
    assert told == list(range(first, first + len(told)))
    async with database.transaction(tenant.actor) as session:
        assert told[-1] == await identity.audit_head(session)


async def test_a_row_too_long_for_a_message_is_named_and_does_not_stop_the_stream(
    client, endpoint, receiver, database, tenant, stream
):
    await endpoint(event_types=["audit.recorded"])
    await write(database, tenant, 1)
    await write(database, tenant, 1, words="x" * 30_000)
    await write(database, tenant, 1)
    await stream()
    bodies = [json.loads(request["body"])["data"] for request in receiver.received("/ok")]
    assert [body.get("truncated", False) for body in bodies] == [False, True, False]
    whole = (await client.get("/api/v1/" + bodies[1]["full"].split("/api/v1/")[1])).json()
    assert whole["data"]["rows"][0]["after"]["words"] == "x" * 30_000
    assert bodies[2]["first"] == bodies[1]["last"] + 1


async def test_unsubscribing_and_subscribing_again_begins_at_the_end(
    client, endpoint, receiver, database, tenant, stream
):
    added = await endpoint(event_types=["audit.recorded", "lead.created"])
    path = f"/api/v1/webhook-endpoints/{added['id']}"
    await client.patch(path, json={"event_types": ["lead.created"]})
    await write(database, tenant, 3)
    await client.patch(path, json={"event_types": ["audit.recorded"]})
    await stream()
    assert [row["action"] for row in rows(receiver, "/ok")] == ["webhook_endpoint.updated"]

"""From an event to a signed request at a real receiver, and what its answers lead to."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_structured_event
from cloudevents.core.formats.json import JSONFormat
from standardwebhooks import Webhook, WebhookVerificationError

from tradewind.kernel import clock
from tradewind.kernel.events import publish
from tradewind.kernel.ids import new_id
from tradewind.modules.leads.events import LeadsChanged
from tradewind.modules.webhooks.sending import dispatcher, schedule, sender


async def log(client, **query) -> list[dict]:
    answer = await client.get("/api/v1/webhook-deliveries", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def only(client, **query) -> dict:
    [entry] = await log(client, **query)
    return (await client.get(f"/api/v1/webhook-deliveries/{entry['id']}")).json()


async def read(client, endpoint_id: str) -> dict:
    return (await client.get(f"/api/v1/webhook-endpoints/{endpoint_id}")).json()


async def test_an_event_arrives_signed_and_verifies(client, endpoint, receiver, secret_of, add_lead, drain):
    added = await endpoint()
    lead_id = await add_lead()
    assert "webhooks.dispatch" in await drain()
    [request] = receiver.received("/ok")
    payload = Webhook(await secret_of(added["id"])).verify(request["body"].encode(), request["headers"])
    assert payload["type"] == "lead.created"
    assert payload["data"] == {"lead_id": lead_id}
    assert request["headers"]["content-type"] == "application/json"
    assert " " not in request["body"]
    with pytest.raises(WebhookVerificationError):
        Webhook(await secret_of(added["id"])).verify(request["body"].encode() + b" ", request["headers"])
    entry = await only(client)
    assert (entry["state"], entry["attempts"], entry["last_status"]) == ("delivered", 1, 200)
    [attempt] = entry["log"]
    assert attempt["answer"] == "answer of the receiver"
    assert entry["bodies"]["standard"] == request["body"]
    shown = {name: value for name, value in request["headers"].items() if name in attempt["request_headers"]}
    assert attempt["request_headers"] == shown


async def test_only_subscribed_types_leave_and_once_per_endpoint(client, endpoint, receiver, add_lead, drain):
    await endpoint("/one")
    await endpoint("/two", event_types=["lead.created", "lead.deleted"])
    await endpoint("/three", event_types=["deal.won"])
    lead_id = await add_lead()
    await client.delete(f"/api/v1/leads/{lead_id}")
    await drain()
    types = [(r["path"], json.loads(r["body"])["type"]) for r in receiver.received()]
    assert sorted(types) == [("/one", "lead.created"), ("/two", "lead.created"), ("/two", "lead.deleted")]
    ids = {r["headers"]["webhook-id"] for r in receiver.received() if json.loads(r["body"])["type"] == "lead.created"}
    assert len(ids) == 1


async def test_without_endpoints_publishing_does_nothing(client, add_lead, drain):
    await add_lead()
    assert "webhooks.dispatch" not in await drain()
    assert await log(client) == []


async def test_rotation_signs_with_both_secrets_until_the_overlap_ends(
    client, endpoint, receiver, secret_of, add_lead, drain, frozen
):
    added = await endpoint()
    old = await secret_of(added["id"])
    answer = await client.post(f"/api/v1/webhook-endpoints/{added['id']}/secret-rotations", json={})
    assert answer.status_code == 201, answer.text
    new = answer.json()["secret"]
    assert new != old
    await add_lead("Ada Byron")
    await drain()
    frozen.tick(timedelta(hours=25).total_seconds())
    await add_lead("Grace Hopper")
    await drain()
    both, late = (request["headers"]["webhook-signature"].split() for request in receiver.received("/ok"))
    assert (len(both), len(late)) == (2, 1)
    for request, secrets in zip(receiver.received("/ok"), ([old, new], [new]), strict=True):
        body, headers = request["body"].encode(), request["headers"]
        at = int(headers["webhook-timestamp"])
        for secret in secrets:
            signed = Webhook(secret).sign(headers["webhook-id"], datetime.fromtimestamp(at, UTC), body.decode())
            assert signed in headers["webhook-signature"].split()
    assert (await read(client, added["id"]))["previous_secret_until"] is None


async def test_a_cloudevent_parses_and_has_the_same_id(client, endpoint, receiver, secret_of, add_lead, drain):
    added = await endpoint(format="cloudevents")
    lead_id = await add_lead()
    await drain()
    [request] = receiver.received("/ok")
    event = from_structured_event(HTTPMessage(request["headers"], request["body"].encode()), JSONFormat())
    assert event.get_id() == request["headers"]["webhook-id"]
    assert (event.get_type(), event.get_data()) == ("lead.created", {"lead_id": lead_id})
    assert request["headers"]["content-type"].startswith("application/cloudevents+json")
    Webhook(await secret_of(added["id"])).verify(request["body"].encode(), request["headers"])


async def test_a_failure_is_tried_again_under_the_same_id(client, endpoint, receiver, add_lead, drain, send, frozen):
    added = await endpoint("/fail")
    await add_lead()
    await drain()
    entry = await only(client)
    assert (entry["state"], entry["attempts"], entry["last_status"]) == ("waiting", 1, 500)
    frozen.tick(4)
    await send()
    assert len(receiver.received("/fail")) == 1
    frozen.tick(2)
    receiver.behave(fail=200)
    await send()
    first, second = receiver.received("/fail")
    assert first["headers"]["webhook-id"] == second["headers"]["webhook-id"]
    assert first["headers"]["webhook-timestamp"] != second["headers"]["webhook-timestamp"]
    assert (await only(client))["state"] == "delivered"
    assert (await read(client, added["id"]))["health"] == "healthy"


async def test_after_the_last_attempt_the_endpoint_is_disabled_and_administrators_know(
    client, endpoint, receiver, add_lead, drain, send, frozen
):
    added = await endpoint("/fail")
    await add_lead()
    await drain()
    for delay in schedule.DELAYS:
        frozen.tick(delay * 1.1 + 61)
        await send()
    assert len(receiver.received("/fail")) == schedule.ATTEMPTS == 10
    assert (await only(client))["state"] == "failed"
    after = await read(client, added["id"])
    assert (after["state"], after["health"]) == ("disabled", "disabled")
    assert "10 attempts" in after["disabled_reason"]
    await add_lead("Grace Hopper")
    await drain()
    assert len(await log(client)) == 1
    news = (await client.get("/api/v1/notifications")).json()["items"]
    assert [n["kind"] for n in news if n["kind"].startswith("webhook")] == ["webhook.disabled"]
    mails = (await client.get("/api/v1/mail-sink")).json()["items"]
    assert any("webhook" in mail["subject"].lower() for mail in mails)


async def test_one_bad_message_does_not_stop_an_endpoint_that_works(
    client, endpoint, receiver, add_lead, drain, send, frozen
):
    added = await endpoint("/bad")
    await add_lead()
    await drain()
    for number, delay in enumerate(schedule.DELAYS):
        frozen.tick(delay * 1.1 + 61)
        await send()
        if number == 3:
            receiver.behave(bad=200)
            await client.post(f"/api/v1/webhook-endpoints/{added['id']}/pings")
            await send()
            receiver.behave(bad=400)
    states = {entry["type"]: entry["state"] for entry in await log(client)}
    assert states == {"lead.created": "failed", "webhook.ping": "delivered"}
    assert (await read(client, added["id"]))["state"] == "active"


async def test_gone_disables_at_once(client, endpoint, receiver, add_lead, drain):
    added = await endpoint("/gone")
    await add_lead()
    await drain()
    assert (await only(client))["state"] == "failed"
    after = await read(client, added["id"])
    assert (after["state"], after["disabled_reason"]) == ("disabled", "The receiver answered 410 Gone.")


async def test_retry_after_is_honoured_and_rests_the_endpoint(
    client, endpoint, receiver, add_lead, drain, send, frozen
):
    await endpoint("/busy")
    await add_lead()
    await drain()
    await add_lead("Grace Hopper")
    frozen.tick(600)
    await send()
    assert len(receiver.received("/busy")) == 1
    receiver.behave(busy=200)
    frozen.tick(6_700)
    await send()
    assert len(receiver.received("/busy")) == 3


async def test_redirects_are_not_followed(client, endpoint, receiver, add_lead, drain):
    await endpoint("/redirect")
    await add_lead()
    await drain()
    entry = await only(client)
    assert (entry["state"], entry["last_status"]) == ("waiting", 302)
    assert "redirects" in entry["last_error"]
    assert receiver.received("/elsewhere") == []


async def test_giant_answers_are_cut(client, endpoint, receiver, add_lead, drain):
    await endpoint("/giant")
    await add_lead()
    await drain()
    entry = await only(client)
    assert entry["state"] == "delivered"
    assert entry["log"][0]["answer"] == "x" * 2048


async def test_a_broken_connection_is_told(client, endpoint, receiver, add_lead, drain):
    await endpoint("/drop")
    await add_lead()
    await drain()
    entry = await only(client)
    assert (entry["state"], entry["last_status"]) == ("waiting", None)
    assert entry["last_error"]


async def test_in_order_a_failing_message_holds_up_the_next(client, endpoint, receiver, add_lead, drain, send, frozen):
    await endpoint("/fail", in_order=True)
    names = [await add_lead(name) for name in ("Ada Byron", "Grace Hopper", "Edith Clarke")]
    await drain()
    assert len(receiver.received("/fail")) == 1
    receiver.behave(fail=200)
    frozen.tick(6)
    await send()
    told = [json.loads(request["body"])["data"]["lead_id"] for request in receiver.received("/fail")]
    assert told == [names[0], *names]


async def test_paused_endpoints_keep_their_messages(client, endpoint, receiver, add_lead, drain):
    added = await endpoint()
    await client.patch(f"/api/v1/webhook-endpoints/{added['id']}", json={"state": "paused"})
    await add_lead()
    await drain()
    assert receiver.received("/ok") == []
    await client.patch(f"/api/v1/webhook-endpoints/{added['id']}", json={"state": "active"})
    await drain()
    assert len(receiver.received("/ok")) == 1


async def test_ping_tells_how_the_receiver_answers(client, endpoint, receiver, drain):
    added = await endpoint("/bad")
    answer = await client.post(f"/api/v1/webhook-endpoints/{added['id']}/pings")
    assert answer.status_code == 202, answer.text
    await drain()
    entry = (await client.get(f"/api/v1/webhook-deliveries/{answer.json()['id']}")).json()
    assert (entry["state"], entry["last_status"], entry["type"]) == ("failed", 400, "webhook.ping")
    assert (await read(client, added["id"]))["state"] == "active"


async def test_replay_of_one_and_of_all_that_failed(client, endpoint, receiver, add_lead, drain, frozen):
    added = await endpoint("/gone")
    await add_lead()
    await drain()
    receiver.behave(gone=200)
    await client.patch(f"/api/v1/webhook-endpoints/{added['id']}", json={"state": "active"})
    since = (clock.now() - timedelta(hours=1)).isoformat()
    answer = await client.post(f"/api/v1/webhook-endpoints/{added['id']}/replays", json={"since": since})
    assert answer.json() == {"deliveries": 1}
    await drain()
    entry = await only(client)
    assert (entry["state"], entry["attempts"]) == ("delivered", 2)
    again = await client.post(f"/api/v1/webhook-deliveries/{entry['id']}/replays")
    assert again.status_code == 202, again.text
    await drain()
    requests = receiver.received("/gone")
    assert len(requests) == 3
    assert len({request["headers"]["webhook-id"] for request in requests}) == 1


async def test_a_slow_receiver_delays_nobody(client, endpoint, receiver, add_lead, drain, monkeypatch):
    monkeypatch.setattr(sender, "TIMEOUT_SECONDS", 300.0)
    # Nobody takes over the next turn here: `drain` runs one job at a time.
    monkeypatch.setattr(dispatcher, "_TURN_SECONDS", 300.0)
    await endpoint("/slow")
    await endpoint("/ok")
    for number in range(30):
        await add_lead(f"Lead {number}")
    sending = asyncio.create_task(drain())
    while len(await asyncio.to_thread(receiver.received, "/ok")) < 30:
        assert not sending.done()
        await asyncio.sleep(0.05)
    # All of one have arrived while the other has answered nothing, and has no more open than its lanes.
    assert not sending.done()
    assert 1 <= len(receiver.received("/slow")) <= dispatcher.LANES_PER_ENDPOINT
    receiver.release()
    await sending


async def test_long_data_is_shortened_and_whole_in_the_api(client, endpoint, receiver, database, organisation, drain):
    await endpoint(event_types=["leads.changed"])
    ids = [new_id() for _ in range(1000)]
    async with database.transaction(organisation) as session:
        await publish(session, LeadsChanged(lead_ids=ids, changed=["owner_id"]))
    await drain()
    [request] = receiver.received("/ok")
    assert len(request["body"]) < 20_000
    data = json.loads(request["body"])["data"]
    assert data["truncated"] is True
    path = "/api/v1/" + data["full"].split("/api/v1/")[1]
    whole = (await client.get(path)).json()
    assert whole["data"]["lead_ids"] == [str(i) for i in ids]
    assert whole["webhook_id"] == request["headers"]["webhook-id"]

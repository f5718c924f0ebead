"""Managing endpoints: addresses, rights, secrets, limits, the catalogue, other organisations."""

import asyncio
import socket
from dataclasses import replace

import pytest
from sqlalchemy import text

from tradewind.kernel import http_guard
from tradewind.kernel.access import Actor
from tradewind.kernel.crypto import get_vault
from tradewind.kernel.errors import Forbidden
from tradewind.kernel.jobs import JobContext, NoPayload
from tradewind.modules.webhooks import jobs
from tradewind.modules.webhooks.catalogue import event_types
from tradewind.modules.webhooks.catalogue_page import render
from tradewind.modules.webhooks.schemas import EndpointCreate
from tradewind.modules.webhooks.sending.sender import Sender
from tradewind.modules.webhooks.service import endpoints as service

BODY = {"url": "https://hooks.example.com/in", "event_types": ["lead.created"]}


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "https://user:password@hooks.example.com/",
        "https://hooks.example.com/#part",
        "https://10.0.0.1/", "https://169.254.169.254/latest/meta-data/", "https://192.168.1.1/",
        "https://[fe80::1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:169.254.169.254]/", "https://[fd00::1]/",
        "https://[64:ff9b::7f00:1]/", "https://0.0.0.0/", "https://127.0.0.2/",
        "not an address", "https://",
    ],
)  # fmt: skip
async def test_addresses_that_are_refused(client, url):
    answer = await client.post("/api/v1/webhook-endpoints", json={**BODY, "url": url})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"].endswith("url")


@pytest.mark.parametrize("url", ["http://localhost:9/", "https://127.0.0.1/", "http://[::1]:9/"])
async def test_this_machine_is_refused_unless_the_settings_allow_it(client, settings, monkeypatch, url):
    assert (await client.post("/api/v1/webhook-endpoints", json={**BODY, "url": url})).status_code == 201
    monkeypatch.setattr(settings, "webhooks_allow_localhost", False)
    answer = await client.post("/api/v1/webhook-endpoints", json={**BODY, "url": url})
    assert (answer.status_code, answer.json()["code"]) == (422, "webhooks.url_not_allowed")


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1"])
async def test_a_name_that_leads_inside_is_never_connected_to(
    client, endpoint, receiver, add_lead, drain, monkeypatch, address
):
    """The name was public when the endpoint was saved; what counts is where it leads at each connection."""
    connected = []

    async def getaddrinfo(self, host, port, **_):
        assert host == "rebound.example"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    async def connect_tcp(self, host, port, **_):
        connected.append(host)
        raise AssertionError("connected")

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(type(asyncio.get_running_loop()), "getaddrinfo", getaddrinfo, raising=False)
    monkeypatch.setattr(http_guard.AutoBackend, "connect_tcp", connect_tcp)
    answer = await client.post("/api/v1/webhook-endpoints", json={**BODY, "url": "https://rebound.example/hook"})
    assert answer.status_code == 201
    await add_lead()
    await drain()
    [entry] = (await client.get("/api/v1/webhook-deliveries")).json()["items"]
    assert (entry["state"], entry["last_status"]) == ("waiting", None)
    assert "private network" in entry["last_error"]
    assert connected == []


def test_only_named_localhost_bypasses_the_guard(settings):
    sender = Sender(get_vault(), "http://tradewind.test", allow_localhost=True)
    assert sender._client_for("http://localhost:1/") is sender._local
    for url in ("https://rebound.example/", "http://127.0.0.2/", "http://localhost.example/", "http://10.0.0.1/"):
        assert sender._client_for(url) is sender._outside
    strict = Sender(get_vault(), "http://tradewind.test", allow_localhost=False)
    assert strict._client_for("http://localhost:1/") is strict._outside


async def test_every_type_in_the_catalogue_can_be_subscribed_and_has_an_example(client):
    listed = (await client.get("/api/v1/webhook-event-types")).json()
    types = [entry["type"] for entry in listed]
    assert {"lead.created", "deal.won", "member.joined", "leads.scored", "audit.recorded"} <= set(types)
    assert all(entry["example"] and entry["description"].endswith(".") for entry in listed)
    answer = await client.post("/api/v1/webhook-endpoints", json={**BODY, "event_types": types})
    assert answer.status_code == 201, answer.text
    unknown = await client.post("/api/v1/webhook-endpoints", json={**BODY, "event_types": ["lead.exploded"]})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "webhooks.unknown_event_type")


def test_the_guide_lists_the_catalogue_as_it_is(request):
    page = request.config.rootpath / "docs" / "guides" / "webhook-events.md"
    assert page.read_text() == render(event_types()), "run: python -m tradewind.modules.webhooks.catalogue_page"


async def test_who_may_not_hear_of_something_cannot_subscribe_to_it(client, database, tenant, client_of):
    limited = replace(tenant.actor, permissions=frozenset({"webhooks:write", "leads:read"}))
    async with database.transaction(limited) as session:
        await service.create(session, EndpointCreate(**BODY))
        with pytest.raises(Forbidden) as refused:
            await service.create(session, EndpointCreate(**{**BODY, "event_types": ["audit.recorded"]}))
        assert refused.value.extra == {"permission": "audit:read"}


async def test_bodies_of_audit_messages_need_the_right_to_read_the_log(client, client_for, endpoint, send, tenant):
    await endpoint(event_types=["audit.recorded"])
    await client.post("/api/v1/leads", json={"full_name": "Ada Byron"})
    await send(audit_of=tenant.organisation_id)
    [entry] = (await client.get("/api/v1/webhook-deliveries")).json()["items"]
    analyst = await client_for("analyst")
    assert (await analyst.get("/api/v1/webhook-deliveries")).status_code == 200
    assert (await analyst.get(f"/api/v1/webhook-deliveries/{entry['id']}")).status_code == 403
    assert (await analyst.get(f"/api/v1/webhook-messages/{entry['message_id']}")).status_code == 403
    assert (await client.get(f"/api/v1/webhook-deliveries/{entry['id']}")).status_code == 200


async def test_the_secret_is_sealed_recorded_and_for_people_who_proved_themselves(
    client, endpoint, secret_of, database, tenant
):
    added = await endpoint()
    assert "secret" not in added
    secret = await secret_of(added["id"])
    assert secret.startswith("whsec_")
    async with database.transaction(tenant.actor) as session:
        stored = await session.scalar(text("SELECT secret_sealed FROM webhook_endpoints"))
        actions = (await session.scalars(text("SELECT action FROM audit_log"))).all()
    assert stored.startswith("tw1.")
    assert secret not in stored
    assert "webhook_endpoint.secret_shown" in actions


async def test_the_number_of_endpoints_is_bounded(client, endpoint, monkeypatch):
    monkeypatch.setattr(service, "MAX_ENDPOINTS", 2)
    await endpoint()
    await endpoint()
    answer = await client.post("/api/v1/webhook-endpoints", json=BODY)
    assert (answer.status_code, answer.json()["code"]) == (409, "webhooks.too_many_endpoints")


async def test_a_change_on_an_old_version_is_refused(client, endpoint):
    added = await endpoint()
    path = f"/api/v1/webhook-endpoints/{added['id']}"
    assert (await client.patch(path, json={"description": "CRM"}, headers={"If-Match": '"1"'})).status_code == 200
    late = await client.patch(path, json={"description": "ERP"}, headers={"If-Match": '"1"'})
    assert late.status_code == 412
    assert (await client.get(path)).json()["description"] == "CRM"


async def test_deleting_an_endpoint_takes_its_log_along(client, endpoint, add_lead, drain):
    added = await endpoint()
    await add_lead()
    await drain()
    assert (await client.delete(f"/api/v1/webhook-endpoints/{added['id']}")).status_code == 204
    assert (await client.get("/api/v1/webhook-deliveries")).json()["items"] == []
    await add_lead("Grace Hopper")
    await drain()
    assert (await client.get("/api/v1/webhook-endpoints")).json() == []


async def test_events_stay_in_their_organisation(client, client_of, endpoint, receiver, other_organisation, drain):
    await endpoint()
    other = await client_of(other_organisation)
    assert (await other.post("/api/v1/leads", json={"full_name": "Foreign Lead"})).status_code == 201
    await drain()
    assert receiver.received("/ok") == []
    assert (await other.get("/api/v1/webhook-endpoints")).json() == []
    assert (await other.get("/api/v1/webhook-deliveries")).json()["items"] == []


async def test_the_log_is_filtered_and_paged(client, endpoint, add_lead, drain):
    added = await endpoint()
    await endpoint("/gone")
    for name in ("Ada Byron", "Grace Hopper", "Edith Clarke"):
        await add_lead(name)
    await drain()
    path = "/api/v1/webhook-deliveries"
    first = (await client.get(path, params={"endpoint_id": added["id"], "limit": 2})).json()
    rest = (await client.get(path, params={"endpoint_id": added["id"], "cursor": first["next_cursor"]})).json()
    assert (len(first["items"]), len(rest["items"])) == (2, 1)
    failed = (await client.get(path, params={"state": "failed"})).json()["items"]
    assert failed
    assert all(entry["endpoint_id"] != added["id"] for entry in failed)
    assert (await client.get(path, params={"type": "deal.won"})).json()["items"] == []


async def test_the_log_is_forgotten_after_thirty_days(client, endpoint, add_lead, drain, database, tenant, frozen):
    await endpoint()
    await add_lead()
    await drain()
    context = JobContext(database, Actor.system(), "webhooks.purge")
    frozen.tick(29 * 86_400)
    await jobs.purge.handler(context, NoPayload())
    assert len((await client.get("/api/v1/webhook-deliveries")).json()["items"]) == 1
    frozen.tick(2 * 86_400)
    await jobs.purge.handler(context, NoPayload())
    assert (await client.get("/api/v1/webhook-deliveries")).json()["items"] == []

"""API keys: making, using, limits of use, revoking."""

import string
from datetime import timedelta

import pytest
from sqlalchemy import text
from tests.modules.identity.keys import caller, make_key

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.crypto import Vault, get_vault
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import AppError
from tradewind.kernel.testing.fixtures import add_member
from tradewind.modules.identity import api as identity
from tradewind.modules.identity.service import key_format

LEADS = "/api/v1/leads"


@pytest.fixture
def transactions(database, monkeypatch):
    """Actors of the transactions opened since."""
    opened = []
    whole = database.transaction

    def counted(actor):
        opened.append(actor)
        return whole(actor)

    monkeypatch.setattr(database, "transaction", counted)
    return opened


async def test_a_key_is_shown_once_and_stored_as_hash(app, client, database, organisation):
    made = await make_key(client, name="Sync", scopes=["leads:write", "leads:read"])
    secret = made["secret"]
    assert secret.startswith("tw_live_")
    assert len(secret) == 44
    assert made["shown"] == f"{secret[:12]}…"
    assert made["scopes"] == made["effective_scopes"] == ["leads:read", "leads:write"]
    assert made["status"] == "active"
    listed = await client.get("/api/v1/keys")
    assert secret not in listed.text
    assert [item["name"] for item in listed.json()["items"]] == ["Sync"]
    async with database.transaction(organisation) as session:
        stored = await session.scalar(text("SELECT row_to_json(k)::text FROM api_keys k"))
        log = await session.scalar(text("SELECT string_agg(a::text, ' ') FROM audit_log a"))
    assert secret not in stored
    assert secret not in log
    async with caller(app, secret) as robot:
        assert (await robot.get(LEADS)).status_code == 200
    async with caller(app) as robot:
        assert (await robot.get(LEADS, headers={"X-API-Key": secret})).status_code == 200
        both = {"X-API-Key": secret, "Authorization": f"Bearer {secret}"}
        assert (await robot.get(LEADS, headers=both)).json()["code"] == "identity.many_credentials"


async def test_what_a_key_writes_carries_its_name(app, client, database, organisation):
    made = await make_key(client, name="Form bridge", scopes=["leads:read", "leads:write", "tasks:write", "tasks:read"])
    async with caller(app, made["secret"]) as robot:
        lead = (await robot.post(LEADS, json={"first_name": "Ada"})).json()
        note = await robot.post(f"{LEADS}/{lead['id']}/notes", json={"body": "Came by form"})
        assert note.status_code == 201
        assert note.json()["author_name"] == "Form bridge"
        task = await robot.post("/api/v1/tasks", json={"title": "Call", "lead_id": lead["id"]})
        assert task.status_code == 201
        assert task.json()["assignee_id"] is None
        assert (await robot.get("/api/v1/tasks", params={"assignee": "me"})).json()["items"] == []
    log = (await client.get("/api/v1/audit-log", params={"action": "lead.created"})).json()["items"]
    assert [(row["actor_kind"], row["actor_name"], row["actor_id"]) for row in log] == [
        ("api_key", "Form bridge", made["id"])
    ]
    assert log[0]["ip"] == "203.0.113.9"


async def test_idempotency_keys_of_two_keys_of_one_name_are_apart(app, client):
    scopes = ["leads:read", "leads:write"]
    first, second = [await make_key(client, name="Twin", scopes=scopes) for _ in range(2)]
    leads = []
    for made in (first, second, first):
        async with caller(app, made["secret"]) as robot:
            answer = await robot.post(LEADS, json={"first_name": "Ada"}, headers={"Idempotency-Key": "one"})
            leads.append(answer.json()["id"])
    assert leads[0] == leads[2] != leads[1]


async def test_after_the_first_request_a_key_costs_no_query(app, client, transactions, frozen):
    made = await make_key(client)
    async with caller(app, made["secret"]) as robot:
        await robot.get(LEADS)
        transactions.clear()
        assert (await robot.get(LEADS)).status_code == 200
        assert [actor.kind for actor in transactions] == ["api_key"]
        frozen.tick(2)
        transactions.clear()
        await robot.get(LEADS)
        assert [actor.kind for actor in transactions] == ["system", "api_key"]


async def test_any_changed_character_is_refused_without_asking_the_database(app, client, transactions):
    secret = (await make_key(client))["secret"]
    async with caller(app) as robot:
        transactions.clear()
        for place, character in enumerate(secret):
            alphabet = string.digits + string.ascii_letters
            other = alphabet[(alphabet.find(character) + 1) % len(alphabet)]
            wrong = secret[:place] + other + secret[place + 1 :]
            answer = await robot.get(LEADS, headers={"Authorization": f"Bearer {wrong}"})
            assert (answer.status_code, answer.json()["code"]) == (401, "identity.key_mistyped"), place
            assert "mistyped" in answer.json()["title"]
        for wrong in (secret[:-1], secret + "x", secret.swapcase(), "tw_", "tw_live_", "tw_live_" + "é" * 36):
            answer = await robot.get(LEADS, headers={"X-API-Key": wrong.encode()})
            assert answer.json()["code"] == "identity.key_mistyped", wrong
        assert transactions == []
        unknown = key_format.generate(key_format.LIVE)
        answer = await robot.get(LEADS, headers={"X-API-Key": unknown})
        assert (answer.status_code, answer.json()["code"]) == (401, "identity.key_unknown")


async def test_expiry(app, client, frozen):
    made = await make_key(client, expires_at=(now() + timedelta(days=30)).isoformat())
    async with caller(app, made["secret"]) as robot:
        assert (await robot.get(LEADS)).status_code == 200
        frozen.tick(30 * 86_400)
        answer = await robot.get(LEADS)
    assert (answer.status_code, answer.json()["code"]) == (401, "identity.key_expired")


@pytest.mark.parametrize(
    ("allowed", "inside", "outside"),
    [
        (["203.0.113.7"], ["203.0.113.7", "::ffff:203.0.113.7"], ["203.0.113.8", "2001:db8::1", "testclient"]),
        (["203.0.113.0/24", "10.0.0.0/8"], ["203.0.113.255", "10.1.2.3"], ["203.0.114.1"]),
        (["2001:db8:1::/48"], ["2001:db8:1:2::3", "2001:DB8:1::1%eth0"], ["2001:db8:2::1", "203.0.113.7"]),
    ],
)
async def test_allowed_addresses(app, client, allowed, inside, outside):
    made = await make_key(client, allowed_networks=allowed)
    for address in inside:
        async with caller(app, made["secret"], address=address) as robot:
            assert (await robot.get(LEADS)).status_code == 200, address
    for address in outside:
        async with caller(app, made["secret"], address=address) as robot:
            answer = await robot.get(LEADS)
            assert (answer.status_code, answer.json()["code"]) == (403, "identity.key_address_refused"), address


async def test_revoking_is_immediate_here_and_soon_elsewhere(app, client, database, organisation, frozen):
    here, elsewhere = await make_key(client), await make_key(client)
    async with caller(app, here["secret"]) as robot:
        assert (await robot.get(LEADS)).status_code == 200
        assert (await client.delete(f"/api/v1/keys/{here['id']}")).status_code == 204
        answer = await robot.get(LEADS)
        assert (answer.status_code, answer.json()["code"]) == (401, "identity.key_revoked")
    async with caller(app, elsewhere["secret"]) as robot:
        assert (await robot.get(LEADS)).status_code == 200
        async with database.transaction(organisation) as session:
            await session.execute(
                text("UPDATE api_keys SET revoked_at = now() WHERE id = :id"), {"id": elsewhere["id"]}
            )
        frozen.tick(2)
        assert (await robot.get(LEADS)).json()["code"] == "identity.key_revoked"
    assert (await client.delete(f"/api/v1/keys/{here['id']}")).status_code == 204
    items = (await client.get("/api/v1/keys")).json()["items"]
    assert {item["status"] for item in items} == {"revoked"}
    log = (await client.get("/api/v1/audit-log", params={"action": "api_key"})).json()["items"]
    assert [row["action"] for row in log] == ["api_key.revoked", "api_key.created", "api_key.created"]


async def test_a_key_never_outgrows_its_creator(app, client, client_of, database, tenant, frozen):
    other = await add_member(database, tenant.organisation_id, role="admin", name="Grace")
    theirs = await client_of(other.actor)
    made = await make_key(theirs, scopes=["leads:read", "leads:write"])
    member = f"/api/v1/members/{other.user_id}"
    async with caller(app, made["secret"]) as robot:
        assert (await robot.post(LEADS, json={"first_name": "Ada"})).status_code == 201
        assert (await client.patch(member, json={"role": "analyst"})).status_code == 200
        assert (await robot.get(LEADS)).status_code == 200
        assert (await robot.post(LEADS, json={"first_name": "Bea"})).json()["permission"] == "leads:write"
        [listed] = (await client.get("/api/v1/keys")).json()["items"]
        assert listed["effective_scopes"] == ["leads:read"]
        assert (await client.patch(member, json={"active": False})).status_code == 200
        answer = await robot.get(LEADS)
        assert (answer.status_code, answer.json()["code"]) == (401, "identity.key_creator_inactive")
        [listed] = (await client.get("/api/v1/keys")).json()["items"]
        assert (listed["status"], listed["effective_scopes"]) == ("creator_inactive", [])
        assert (await client.patch(member, json={"active": True, "role": "admin"})).status_code == 200
        assert (await robot.post(LEADS, json={"first_name": "Bea"})).status_code == 201


async def test_a_key_sees_and_makes_what_its_creator_sees(app, client, client_of, database, tenant):
    held = ["leads:read", "leads:write", "tasks:read", "tasks:write", "keys:read", "keys:write"]
    role = {"name": "Own seller", "permissions": held, "lead_visibility": "own"}
    key = (await client.post("/api/v1/roles", json=role)).json()["key"]
    seller = await add_member(database, tenant.organisation_id, role="analyst", name="Grace")
    assert (await client.patch(f"/api/v1/members/{seller.user_id}", json={"role": key})).status_code == 200
    made = await make_key(await client_of(seller.actor), scopes=held[:4])
    assert (await client.post(LEADS, json={"first_name": "Foreign"})).status_code == 201
    async with caller(app, made["secret"]) as robot:
        assert (await robot.get(LEADS)).json()["items"] == []
        lead = (await robot.post(LEADS, json={"first_name": "Ada"})).json()
        assert lead["owner_id"] == str(seller.user_id)
        task = (await robot.post("/api/v1/tasks", json={"title": "Call"})).json()
        assert task["assignee_id"] == str(seller.user_id)
        away = await robot.post("/api/v1/tasks", json={"title": "Call", "assignee_id": str(tenant.user_id)})
        assert away.status_code == 422
        assert len((await robot.get(LEADS)).json()["items"]) == 1


async def test_the_own_limit_is_told_and_kept(app, client, frozen):
    made = await make_key(client, requests_per_minute=3)
    other = await make_key(client)
    async with caller(app, made["secret"]) as robot:
        answers = [await robot.get(LEADS) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["ratelimit-policy"] == '"api";q=3;w=60'
    assert answers[0].headers["ratelimit"].startswith('"api";r=2;')
    assert int(answers[3].headers["retry-after"]) > 0
    async with caller(app, other["secret"]) as robot:
        assert (await robot.get(LEADS)).status_code == 200


async def test_last_use_is_noted_once_a_minute(app, client, transactions, frozen):
    made = await make_key(client)
    started = now()

    async def last_use():
        [key] = (await client.get("/api/v1/keys")).json()["items"]
        return key["last_used_at"], key["last_used_ip"]

    assert await last_use() == (None, None)
    async with caller(app, made["secret"]) as robot:
        await robot.get(LEADS)
    first = f"{started:%Y-%m-%dT%H:%M:%SZ}"
    assert await last_use() == (first, "203.0.113.9")
    async with caller(app, made["secret"], address="203.0.113.10") as robot:
        frozen.tick(50)
        await robot.get(LEADS)
        assert await last_use() == (first, "203.0.113.9")
        frozen.tick(10)
        await robot.get(LEADS)
    assert await last_use() == (f"{now():%Y-%m-%dT%H:%M:%SZ}", "203.0.113.10")


async def test_a_test_key_marks_what_it_starts(app, client, database, drain):
    """Nothing of what a test key starts may leave: senders see it on the actor, in requests and in jobs."""
    from pydantic import BaseModel

    from tradewind.kernel import jobs

    seen = []

    class Payload(BaseModel):
        pass

    async def handler(context, payload):
        async with context.transaction() as session:
            seen.append(actor_of(session).test)

    entry = jobs.register("identity.test_probe", handler, Payload, max_attempts=1)
    made = await make_key(client, test=True)
    assert made["secret"].startswith("tw_test_")
    actor = await app.state.authenticator.authenticate(made["secret"])
    assert actor.test
    async with database.transaction(actor) as session:
        await jobs.enqueue_many(session, [jobs.Request(entry, Payload())])
    live = await app.state.authenticator.authenticate((await make_key(client))["secret"])
    async with database.transaction(live) as session:
        await jobs.enqueue_many(session, [jobs.Request(entry, Payload())])
    await drain()
    assert seen == [True, False]


async def test_what_a_test_key_does_is_not_told_to_webhooks(app, client):
    endpoint = {"url": "https://hooks.example.com/tradewind", "event_types": ["lead.created"]}
    made = (await client.post("/api/v1/webhook-endpoints", json=endpoint)).json()
    told = []
    for test in (True, False):
        key = await make_key(client, test=test, scopes=["leads:read", "leads:write"])
        async with caller(app, key["secret"]) as robot:
            assert (await robot.post(LEADS, json={"first_name": "Ada"})).status_code == 201
        deliveries = await client.get("/api/v1/webhook-deliveries", params={"endpoint_id": made["id"]})
        told.append(len(deliveries.json()["items"]))
    assert told == [0, 1]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["keys:write"]}, "scopes"),
        ({"scopes": ["leads:read", "moon:write"]}, "scopes"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "2090-01-01T00:00:00Z"}, "expires_at"),
        ({"allowed_networks": ["10.0.0.0/8", "10.0.0.1/8"]}, "allowed_networks.1"),
        ({"allowed_networks": ["example.com"]}, "allowed_networks.0"),
        ({"allowed_origins": ["https://example.com"]}, "allowed_origins"),
        ({"requests_per_minute": 0}, "requests_per_minute"),
        ({"kind": "publishable", "scopes": []}, "allowed_origins"),
        ({"kind": "publishable", "allowed_origins": ["https://example.com"], "scopes": ["leads:read"]}, "scopes"),
        ({"kind": "publishable", "allowed_origins": ["https://example.com/page"], "scopes": []}, "allowed_origins.0"),
        ({"kind": "publishable", "allowed_origins": ["ftp://example.com"], "scopes": []}, "allowed_origins.0"),
        ({"kind": "publishable", "allowed_origins": ["https://e.com"], "scopes": [], "test": True}, "test"),
        ({"name": " "}, "name"),
    ],
)
async def test_bad_input_names_the_field(client, values, field):
    answer = await client.post("/api/v1/keys", json={"name": "Robot", "scopes": ["leads:read"], **values})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field], answer.text


async def test_nobody_gives_a_key_more_than_they_have(client_for, client):
    manager = await client_for("manager")
    assert (await manager.post("/api/v1/keys", json={"name": "x", "scopes": ["leads:read"]})).status_code == 403
    assert (await manager.get("/api/v1/keys")).json()["grantable"] == []
    assert "keys:write" not in (await client.get("/api/v1/keys")).json()["grantable"]


async def test_keys_neither_make_nor_revoke_keys(app, client):
    scopes = (await client.get("/api/v1/keys")).json()["grantable"]
    made = await make_key(client, scopes=scopes)
    async with caller(app, made["secret"]) as robot:
        for answer in (
            await robot.post("/api/v1/keys", json={"name": "Child", "scopes": ["leads:read"]}),
            await robot.delete(f"/api/v1/keys/{made['id']}"),
            await robot.get("/api/v1/me"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "kernel.people_only")
        current = (await robot.get("/api/v1/keys/current")).json()
        assert (current["name"], current["scopes"]) == ("Robot", scopes)
    assert (await client.get("/api/v1/keys/current")).json()["code"] == "identity.key_not_found"


async def test_a_publishable_key_reads_nothing(app, client, database):
    made = await make_key(
        client, kind="publishable", allowed_origins=["https://www.Example.com/", "http://localhost:3000"]
    )
    secret = made["secret"]
    assert secret.startswith("tw_pub_")
    assert made["shown"] == secret
    assert made["scopes"] == ["events:write"]
    assert made["allowed_origins"] == ["https://www.example.com", "http://localhost:3000"]
    async with caller(app, secret) as robot:
        for path in (LEADS, "/api/v1/keys/current", "/api/v1/me"):
            answer = await robot.get(path, headers={"Origin": "https://www.example.com"})
            assert (answer.status_code, answer.json()["code"]) == (403, "identity.key_publishable")

    async def verify(token, origin):
        return await identity.verify_publishable_key(database, token, origin=origin, ip="203.0.113.9")

    actor = await verify(secret, "https://www.example.com")
    assert actor.permissions == {"events:write"}
    assert str(actor.key_id) == made["id"]
    assert actor.ip == "203.0.113.9"
    assert (await verify(secret, "http://localhost:3000")).key_id == actor.key_id
    assert (await verify(secret, None)).key_id == actor.key_id  # servers send no Origin
    for origin in ("null", "", "https://example.com", "http://www.example.com", "https://www.example.com:8443",
                   "https://www.example.com.evil.example", "https://www.example.com@evil.example"):  # fmt: skip
        with pytest.raises(AppError) as refused:
            await verify(secret, origin)
        assert refused.value.code == "identity.key_origin_refused", origin
    with pytest.raises(AppError) as refused:
        await verify((await make_key(client))["secret"], "https://www.example.com")
    assert refused.value.code == "identity.key_not_publishable"
    assert (await client.delete(f"/api/v1/keys/{made['id']}")).status_code == 204
    with pytest.raises(AppError) as refused:
        await verify(secret, "https://www.example.com")
    assert refused.value.code == "identity.key_revoked"


async def test_keys_of_another_organisation_stay_out_of_reach(app, client, client_of, other_organisation):
    theirs = await client_of(other_organisation)
    made = await make_key(theirs, scopes=["leads:read", "leads:write"])
    assert (await client.get("/api/v1/keys")).json()["items"] == []
    assert (await client.delete(f"/api/v1/keys/{made['id']}")).status_code == 404
    mine = (await client.post(LEADS, json={"first_name": "Ada"})).json()
    async with caller(app, made["secret"]) as robot:
        assert (await robot.get(f"{LEADS}/{mine['id']}")).status_code == 404
        assert (await robot.get(LEADS)).json()["items"] == []


async def test_a_key_outlives_the_rotation_of_master_keys(app, client, database, organisation, monkeypatch, frozen):
    made = await make_key(client)
    old = get_vault()
    rotated = Vault({"new": b"n" * 32, **old._keys})
    for place in ("key_authenticator", "service.api_keys"):
        monkeypatch.setattr(f"tradewind.modules.identity.{place}.get_vault", lambda: rotated)
    async with caller(app, made["secret"]) as robot:
        assert (await robot.get(LEADS)).status_code == 200
    async with database.transaction(organisation) as session:
        stored = await session.scalar(text("SELECT secret_hash FROM api_keys"))
    assert bytes(stored) == Vault({"new": b"n" * 32}).keyed_hash(made["secret"], "identity.api_key")


async def test_a_key_opens_the_live_connection_only_where_it_may_be_used(app, client):
    made = await make_key(client, allowed_networks=["203.0.113.7"])
    authenticate = app.state.authenticator.authenticate
    assert isinstance(await authenticate(made["secret"], ip="203.0.113.7"), Actor)
    for ip in (None, "203.0.113.8"):
        with pytest.raises(AppError):
            await authenticate(made["secret"], ip=ip)

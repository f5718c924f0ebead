"""Endpoints tell no more than their keepers may hear, and stop when these may not hear of it any more."""

import pytest
from sqlalchemy import text

from tradewind.kernel.testing.fixtures import add_member
from tradewind.modules.email.api import recent_mails

LEADS = ["lead.created", "leads.changed"]
OUTSIDE = "https://hooks.example.com/"


@pytest.fixture
async def seller(client, client_of, database, tenant):
    """A member who may manage webhooks and sees the own leads only: user id and client."""
    held = ["leads:read", "leads:personal", "leads:write", "webhooks:read", "webhooks:write"]
    role = await client.post("/api/v1/roles", json={"name": "Seller", "permissions": held, "lead_visibility": "own"})
    assert role.status_code == 201, role.text
    member = await add_member(database, tenant.organisation_id, role=role.json()["key"], name="Sal Seller")
    return member.user_id, await client_of(member.actor)


async def add(client, name: str, types: list[str]) -> str:
    body = {"url": OUTSIDE + name, "description": name, "event_types": types}
    answer = await client.post("/api/v1/webhook-endpoints", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def told(session, endpoint_id: str) -> list[tuple[str, dict]]:
    """What was stored for an endpoint: types and data, in order."""
    rows = await session.execute(
        text(
            "SELECT m.type, m.data FROM webhook_deliveries d JOIN webhook_messages m ON m.id = d.message_id "
            "WHERE d.endpoint_id = :id ORDER BY d.id"
        ),
        {"id": endpoint_id},
    )
    return [(row.type, row.data) for row in rows]


async def test_who_sees_only_the_own_leads_hears_of_those_alone(client, seller, session, add_lead, drain):
    _, theirs = seller
    theirs_id, ours_id = await add(theirs, "theirs", LEADS), await add(client, "ours", LEADS)
    hidden = await add_lead("Not Theirs")
    shown = (await theirs.post("/api/v1/leads", json={"full_name": "Theirs"})).json()["id"]
    both = {"action": "tag", "ids": [hidden, shown], "parameters": {"tags": ["spring"]}}
    assert (await client.post("/api/v1/leads/bulk", json=both)).is_success
    await client.post("/api/v1/leads/bulk", json={**both, "ids": [hidden], "parameters": {"tags": ["autumn"]}})
    await drain()
    heard = await told(session, theirs_id)
    assert [data.get("lead_id") or data["lead_ids"] for _, data in heard] == [shown, [shown]]
    everything = await told(session, ours_id)
    assert [kind for kind, _ in everything] == ["lead.created"] * 2 + ["leads.changed"] * 2
    assert sorted(everything[2][1]["lead_ids"]) == sorted([hidden, shown])


async def test_lost_rights_pause_and_somebody_else_takes_over(client, seller, session, database, add_lead, drain):
    user_id, theirs = seller
    endpoint_id = await add(theirs, "theirs", LEADS)
    path = f"/api/v1/webhook-endpoints/{endpoint_id}"
    assert (await client.patch(f"/api/v1/members/{user_id}", json={"role": "creator"})).is_success
    assert (await theirs.post("/api/v1/leads", json={"full_name": "Too late"})).status_code == 201
    assert await told(session, endpoint_id) == [], "nothing goes out before the endpoint is paused either"
    await drain()
    paused = (await client.get(path)).json()
    assert (paused["state"], paused["health"]) == ("paused", "paused")
    assert paused["disabled_reason"] == "Sal Seller may not manage webhooks any more."
    news = (await client.get("/api/v1/notifications")).json()["items"]
    assert [n["kind"] for n in news if n["kind"].startswith("webhook")] == ["webhook.paused"]
    assert "A webhook endpoint was paused" in [mail.subject for mail in await recent_mails(database, limit=50)]
    [row] = (await client.get("/api/v1/audit-log", params={"action": "webhook_endpoint.paused"})).json()["items"]
    assert row["reason"] == paused["disabled_reason"]
    resumed = (await client.patch(path, json={"state": "active"})).json()
    assert (resumed["state"], resumed["disabled_reason"]) == ("active", None)
    assert resumed["keeper_name"] != paused["keeper_name"] == "Sal Seller"
    lead_id = await add_lead()
    assert [data["lead_id"] for _, data in await told(session, endpoint_id)] == [lead_id]


async def test_keys_act_for_their_makers_and_leavers_stop(client, client_of, database, tenant, drain):
    boss = await add_member(database, tenant.organisation_id, role="admin", name="Bo Boss")
    theirs = await client_of(boss.actor)
    scopes = ["webhooks:read", "webhooks:write", "leads:read", "audit:read"]
    key = (await theirs.post("/api/v1/keys", json={"name": "Sync", "scopes": scopes})).json()["secret"]
    body = {"url": OUTSIDE, "event_types": ["lead.created", "audit.recorded"]}
    by_key = await client.post("/api/v1/webhook-endpoints", json=body, headers={"Authorization": f"Bearer {key}"})
    assert (by_key.status_code, by_key.json()["keeper_name"]) == (201, "Bo Boss")
    path = f"/api/v1/webhook-endpoints/{by_key.json()['id']}"
    assert (await client.patch(f"/api/v1/members/{boss.user_id}", json={"active": False})).is_success
    await drain()
    assert (await client.get(path)).json()["disabled_reason"] == "Bo Boss is not an active member any more."


async def test_nobody_turns_an_endpoint_towards_themselves(client, seller):
    _, theirs = seller
    path = f"/api/v1/webhook-endpoints/{await add(client, 'ours', ['lead.created', 'audit.recorded'])}"
    for change in ({"url": "https://elsewhere.example/"}, {"event_types": ["audit.recorded"]}):
        refused = await theirs.patch(path, json=change)
        assert (refused.status_code, refused.json()["permission"]) == (403, "audit:read")
    assert (await theirs.patch(path, json={"description": "Mirror", "state": "paused"})).is_success
    assert (await theirs.patch(path, json={"state": "active"})).status_code == 403

"""Sources through the API: write keys, rotation, settings, plans, and what the debugger shows to whom."""

from datetime import timedelta

import pytest
from tests.modules.tracking.events import collected, store

from tradewind.kernel.clock import now
from tradewind.kernel.errors import AppError
from tradewind.modules.identity import api as identity
from tradewind.modules.tracking.models.events import EventRejection
from tradewind.modules.tracking.models.visitors import Visitor, VisitorIdentifier
from tradewind.modules.tracking.service import registry

SOURCES = "/api/v1/sources"
SITE = "https://www.example.com"


async def make(client, **values):
    answer = await client.post(
        SOURCES, json={"name": "Website", "kind": "website", "allowed_origins": [SITE], **values}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_source_lives_from_its_first_key_to_its_removal(client, database, frozen):
    made = await make(client)
    assert made["write_key"].startswith("tw_pub_")
    assert (made["health"], made["accepted"], made["hours"], made["version"]) == ("waiting", 0, [0] * 24, 1)
    url = f"{SOURCES}/{made['id']}"

    async def refusal(token, origin=SITE):
        try:
            await identity.verify_publishable_key(database, token, origin=origin, ip=None)
        except AppError as refused:
            return refused.code
        return None

    assert await refusal(made["write_key"]) is None
    changes = {"name": "Shop", "allowed_origins": ["https://shop.example.com"], "settings": {"respect_gpc": False}}
    changed = await client.patch(url, json=changes, headers={"If-Match": '"1"'})
    assert changed.status_code == 200, changed.text
    body = changed.json()
    assert (body["name"], body["allowed_origins"], body["version"]) == ("Shop", ["https://shop.example.com"], 2)
    assert body["settings"]["respect_gpc"] is False
    assert body["settings"]["capture_forms"] is True
    assert await refusal(made["write_key"]) == "identity.key_origin_refused"
    assert await refusal(made["write_key"], "https://shop.example.com") is None
    stale = await client.patch(url, json={"name": "Other"}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412

    rotated = (await client.post(f"{url}/key-rotations", json={"grace_hours": 2})).json()
    assert rotated["previous_write_key"] == made["write_key"] != rotated["write_key"]
    for token in (made["write_key"], rotated["write_key"]):
        assert await refusal(token, "https://shop.example.com") is None
    again = (await client.post(f"{url}/key-rotations", json={"grace_hours": 0})).json()
    assert again["previous_write_key"] is None
    assert await refusal(made["write_key"], None) == "identity.key_revoked"
    assert await refusal(rotated["write_key"], None) == "identity.key_revoked"
    graceful = (await client.post(f"{url}/key-rotations", json={"grace_hours": 2})).json()
    frozen.tick(2 * 3600 + 5)
    assert await refusal(again["write_key"], None) == "identity.key_expired"

    assert (await client.patch(url, json={"enabled": False})).json()["health"] == "disabled"
    assert (await client.delete(url)).status_code == 204
    assert (await client.get(url)).json()["code"] == "tracking.source_not_found"
    frozen.tick(5)
    assert await refusal(graceful["write_key"], None) == "identity.key_revoked"
    audited = (await client.get("/api/v1/audit-log?limit=100")).json()["items"]
    actions = [entry["action"] for entry in audited if entry["action"].startswith("source.")]
    assert sorted(actions) == ["source.created", "source.deleted", *["source.key_rotated"] * 3, *["source.updated"] * 2]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"allowed_origins": []}, "allowed_origins"),
        ({"allowed_origins": [SITE, "example"]}, "allowed_origins.1"),
        ({"kind": "satellite"}, "kind"),
        ({"name": " "}, "name"),
        ({"settings": {"unplanned_events": "explode"}}, "settings.unplanned_events"),
    ],
)
async def test_a_wrong_source_names_the_field(client, values, field):
    body = {"name": "Website", "kind": "website", "allowed_origins": [SITE], **values}
    answer = await client.post(SOURCES, json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field], answer.text


async def test_the_debugger_shows_events_and_masks_people(client, client_for, session, organisation):
    source = await make(client, kind="server", allowed_origins=[])
    url = f"{SOURCES}/{source['id']}"
    events = [
        collected(organisation, source["id"], name="Demo Requested", human=0.98, user_id="ada@example.com",
                  url="https://x.example/a?email=ada%40example.com", ip="203.0.113.9",
                  properties={"plan": "team", "fields": {"email": "ada@example.com", "wish": "call +49 30 901820"}}),
        collected(organisation, source["id"], name="Clicked", human=0.01, anonymous_id="visitor-77"),
        collected(organisation, source["id"], type="page", name="Pricing", path="/pricing", anonymous_id="visitor-77"),
    ]  # fmt: skip
    await store(session, events)
    session.add(
        EventRejection(
            organisation_id=organisation.organisation_id,
            source_id=source["id"],
            received_at=now(),
            type="track",
            code="tracking.no_name",
            detail="A track event needs a name.",
            payload='{"email": "ada@example.com"}',
        )
    )
    await session.flush()
    listed = (await client.get(f"{url}/events?limit=2")).json()
    assert [row["name"] for row in listed["items"]] == ["Pricing", "Clicked"]
    rest = (await client.get(f"{url}/events?limit=2&cursor={listed['next_cursor']}")).json()["items"]
    assert [row["name"] for row in rest] == ["Demo Requested"]
    for query, names in (
        ("type=page", ["Pricing"]),
        ("name=Clicked", ["Clicked"]),
        ("likely_bot=true", ["Clicked"]),
        ("visitor=VISITOR-7", ["Pricing", "Clicked"]),
        ("visitor=ada@", ["Demo Requested"]),
    ):
        found = (await client.get(f"{url}/events?{query}")).json()["items"]
        assert [row["name"] for row in found] == names, query
    detail = (await client.get(f"{url}/events/{rest[0]['id']}")).json()
    assert detail["properties"]["fields"]["email"] == "ada@example.com"
    assert (detail["masked"], detail["identity"]) == (False, None)

    lead = (await client.post("/api/v1/leads", json={"full_name": "Ada Byron"})).json()
    visitor = Visitor(organisation_id=organisation.organisation_id, lead_id=lead["id"])
    session.add(visitor)
    await session.flush()
    moment = events[1].occurred_at
    span = {"since": moment - timedelta(1), "until": moment + timedelta(1), "first_seen_at": moment}
    own = {"organisation_id": organisation.organisation_id, "visitor_id": visitor.id, "last_seen_at": moment}
    session.add(VisitorIdentifier(kind="anonymous", value="visitor-77", **own, **span))
    await session.flush()
    found = (await client.get(f"{url}/events/{listed['items'][0]['id']}")).json()["identity"]
    assert found == {"visitor_id": str(visitor.id), "lead_id": lead["id"], "lead_name": "Ada Byron"}

    analyst = await client_for("analyst")
    masked = await analyst.get(f"{url}/events/{rest[0]['id']}")
    assert masked.json()["properties"]["plan"] == "team"
    refused = await analyst.get(f"{url}/rejections")
    assert refused.json()["items"][0]["code"] == "tracking.no_name"
    rows = await analyst.get(f"{url}/events")
    for answer in (masked, refused, rows):
        assert "ada@" not in answer.text
        assert "ada%40" not in answer.text
        assert "901820" not in answer.text
    assert (await analyst.get(f"{url}/events?visitor=ada@")).json()["items"] == []
    assert (await client.get(f"{url}/rejections")).json()["items"][0]["payload"] == '{"email": "ada@example.com"}'
    assert (await analyst.patch(url, json={"name": "Mine"})).status_code == 403


async def test_volumes_and_health_follow_the_counts(client, session, organisation):
    source = await make(client, kind="server", allowed_origins=[])
    url = f"{SOURCES}/{source['id']}"
    moment = now()
    events = [collected(organisation, source["id"], name="Clicked", human=0.9, received_at=moment) for _ in range(3)]
    bot = collected(organisation, source["id"], name="Clicked", human=0.1, received_at=moment - timedelta(days=2))
    await registry.observe(session, [*events, bot])
    key = (events[0].source_id, "track", "Clicked")
    await registry.count_refused(session, moment, {key: (2, 30), (key[0], "track", "Unheard"): (0, 1)})
    listed = (await client.get(SOURCES)).json()[0]
    assert (listed["accepted"], listed["duplicates"], listed["rejected"], listed["hours"][-1]) == (3, 2, 31, 3)
    assert listed["health"] == "rejecting"
    week = (await client.get(f"{url}/volumes?range=7d")).json()
    assert len(week["points"]) == 7
    assert [sum(point[name] for point in week["points"]) for name in ("accepted", "likely_bots")] == [4, 1]
    assert [(row["name"], row["accepted"], row["rejected"]) for row in week["events"]] == [
        ("Clicked", 4, 30), (registry.OTHER, 0, 1)
    ]  # fmt: skip

"""Event types, schedules and free times through the API."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tradewind.kernel import clock
from tradewind.kernel.ids import new_id
from tradewind.kernel.testing.fixtures import add_member
from tradewind.modules.meetings.repository import event_types as repository
from tradewind.modules.meetings.service.slots import find_slots, slot_at

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
WEEK = {"start": "2026-03-02T00:00:00Z", "end": "2026-03-09T00:00:00Z"}
WEEKDAYS_9_TO_12 = [{"days": [1, 2, 3, 4, 5], "start": "09:00", "end": "12:00"}]


@pytest.fixture
def frozen():
    with clock.frozen(MONDAY - timedelta(days=2)) as handle:
        yield handle


async def slots(client, event_type_id: str, **query) -> list[str]:
    answer = await client.get(f"/api/v1/event-types/{event_type_id}/slots", params={**WEEK, **query})
    assert answer.status_code == 200, answer.text
    return [slot["starts_at"] for slot in answer.json()["slots"]]


async def reasons(client, event_type_id: str, at: str, **query) -> list[list[str]]:
    answer = await client.get(f"/api/v1/event-types/{event_type_id}/explain", params={"at": at, **query})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["bookable"] == (at in [s.replace("+00:00", "Z") for s in await slots(client, event_type_id, **query)])
    return [[reason["code"] for reason in host["reasons"]] for host in told["hosts"]]


async def claim(session, organisation_id, event_type_id, user_id, starts_at: datetime, minutes: int = 30, **values):
    """A meeting with its claim, as a booking stores it."""
    meeting_id = new_id()
    facts = {
        "id": meeting_id, "uid": str(meeting_id), "organisation_id": organisation_id, "event_type": event_type_id,
        "user_id": user_id, "start": starts_at,
        "end": starts_at + timedelta(minutes=minutes), "held_until": None, "seats": 1, **values,
    }  # fmt: skip
    await session.execute(
        text(
            "INSERT INTO meetings (id, organisation_id, event_type_id, uid, title, starts_at, ends_at, state, source) "
            "VALUES (:id, :organisation_id, :event_type, :uid, 'Meeting', :start, :end, 'confirmed', 'api')"
        ),
        facts,
    )
    await session.execute(
        text(
            "INSERT INTO meeting_claims (id, organisation_id, meeting_id, event_type_id, user_id, starts_at, ends_at,"
            " held_until, seats_taken) VALUES (gen_random_uuid(), :organisation_id, :id, :event_type, :user_id, :start,"
            " :end, :held_until, :seats)"
        ),
        facts,
    )
    return meeting_id


async def test_a_new_organisation_has_a_first_event_type_that_can_be_booked(client, frozen):
    [first] = (await client.get("/api/v1/event-types")).json()
    assert (first["title"], first["slug"], first["lengths"]) == ("30-minute meeting", "30min", [30])
    assert first["path"].startswith("/book/")
    assert first["path"].endswith("/30min")
    [host] = first["hosts"]
    assert host["active"]
    assert len(await slots(client, first["id"])) == 5 * 16
    [hours] = (await client.get("/api/v1/availability")).json()
    assert hours["user_id"] is None
    assert hours["is_default"]
    assert hours["weekly"] == [{"days": [1, 2, 3, 4, 5], "start": "09:00", "end": "17:00"}]
    # Whoever removes it meant it: it does not come back.
    assert (await client.delete(f"/api/v1/event-types/{first['id']}")).status_code == 204
    assert (await client.get("/api/v1/event-types")).json() == []


async def test_hours_exceptions_holidays_and_zones_decide_what_is_shown(client, frozen):
    own = await client.post(
        "/api/v1/availability",
        json={"name": "Mine", "time_zone": "Europe/Berlin", "weekly": WEEKDAYS_9_TO_12},
    )
    assert own.status_code == 201
    assert own.json()["is_default"]
    path = f"/api/v1/availability/{own.json()['id']}"
    made = await client.post("/api/v1/event-types", json={"title": "Größe & Maß", "lengths": [60, 30], "increment": 60})
    assert made.status_code == 201, made.text
    event_type = made.json()["id"]
    assert made.json()["slug"] == "grosse-mass"
    shown = await slots(client, event_type, time_zone="America/New_York")
    assert len(shown) == 15
    assert shown[0] == "2026-03-02T03:00:00-05:00"
    overrides = [
        {"date": "2026-03-02", "ranges": []},
        {"date": "2026-03-03", "ranges": [{"start": "22:00", "end": "24:00"}]},
        {"date": "2026-03-04", "ranges": [{"start": "00:00", "end": "01:00"}]},
    ]
    changed = await client.patch(path, json={"overrides": overrides}, headers={"If-Match": '"1"'})
    assert changed.status_code == 200, changed.text
    shown = await slots(client, event_type, time_zone="Europe/Berlin", length=30)
    assert shown[:4] == [f"2026-03-{hour}:00:00+01:00" for hour in ("03T22", "03T23", "04T00", "05T09")]
    # A meeting may last over midnight where both days are open.
    assert (await slots(client, event_type, time_zone="Europe/Berlin", length=60))[1] == "2026-03-03T23:00:00+01:00"
    assert await reasons(client, event_type, "2026-03-02T09:00:00Z") == [["closed"]]
    await client.patch(path, json={"holidays": {"country": "DE", "subdivision": "BY"}, "overrides": []})
    [[epiphany]] = [
        [reason["text"] for reason in host["reasons"]]
        for host in (
            await client.get(f"/api/v1/event-types/{event_type}/explain", params={"at": "2026-04-03T08:00:00Z"})
        ).json()["hosts"]
    ]
    assert epiphany == "Closed for a public holiday: Good Friday."
    listed = (await client.get("/api/v1/holidays", params={"country": "de", "year": 2026, "subdivision": "BY"})).json()
    assert {"date": "2026-01-06", "name": "Epiphany"} in listed
    countries = (await client.get("/api/v1/holidays/countries")).json()
    assert next(one for one in countries if one["code"] == "DE")["subdivisions"][0] == "BB"
    # In a month without hours, the answer says when to look.
    await client.patch(
        path, json={"weekly": [], "overrides": [{"date": "2026-04-20", "ranges": overrides[1]["ranges"]}]}
    )
    empty = (await client.get(f"/api/v1/event-types/{event_type}/slots", params=WEEK)).json()
    assert (empty["slots"], empty["next_at"]) == ([], "2026-04-20T20:00:00Z")


async def test_meetings_busy_times_holds_limits_and_hosts_who_left(client, tenant, database, frozen):
    other = await add_member(database, tenant.organisation_id, role="creator", name="Olga Other")
    assert other.actor.user_id is not None
    made = await client.post(
        "/api/v1/event-types",
        json={
            "title": "Demo", "increment": 30, "minimum_notice": 0, "assignment": "round_robin", "limit_per_day": 2,
            "hosts": [{"user_id": str(tenant.actor.user_id)}, {"user_id": str(other.actor.user_id), "priority": 4}],
        },
    )  # fmt: skip
    assert made.status_code == 201, made.text
    event_type = made.json()["id"]
    at = [MONDAY + timedelta(hours=hour) for hour in range(24)]
    mine, theirs = tenant.actor.user_id, other.actor.user_id
    async with database.transaction(tenant.actor) as session:
        await claim(session, tenant.organisation_id, event_type, mine, at[9])
        await claim(session, tenant.organisation_id, None, theirs, at[9])
        await claim(session, tenant.organisation_id, event_type, mine, at[10])
        kept = {"held_until": frozen.tick(0) + timedelta(minutes=5)}
        await claim(session, tenant.organisation_id, None, theirs, at[11], **kept)
        await session.execute(
            text(
                "INSERT INTO busy_times (id, organisation_id, user_id, starts_at, ends_at) "
                "VALUES (gen_random_uuid(), :organisation, :user, :start, :end)"
            ),
            {"organisation": tenant.organisation_id, "user": theirs, "start": at[13], "end": at[14]},
        )
    assert await reasons(client, event_type, "2026-03-02T09:00:00Z") == [["meeting"], ["meeting", "limit_per_day"]]
    assert await reasons(client, event_type, "2026-03-02T09:30:00Z") == [[], ["limit_per_day"]]
    assert await reasons(client, event_type, "2026-03-02T13:30:00Z") == [["busy"], ["limit_per_day"]]
    assert await reasons(client, event_type, "2026-03-02T11:00:00Z") == [["meeting"], ["limit_per_day"]]
    assert await reasons(client, event_type, "2026-03-02T11:10:00Z") == [
        ["meeting", "no_start"],
        ["limit_per_day", "no_start"],
    ]
    assert await reasons(client, event_type, "2026-03-03T09:00:00Z") == [[], []]
    assert await reasons(client, event_type, "2026-03-08T09:00:00Z") == [["closed"], ["closed"]]
    assert await reasons(client, event_type, "2026-09-08T09:00:00Z") == [["outside_window"], ["outside_window"]]
    assert await reasons(client, event_type, "2026-02-27T09:00:00Z") == [["past"], ["past"]]
    # A hold that ran out keeps nothing.
    frozen.tick(301)
    assert await reasons(client, event_type, "2026-03-02T11:00:00Z") == [[], ["limit_per_day"]]
    # Who sees only the own meetings is still shown only what can be booked, and every shown slot holds on its own.
    narrow = replace(tenant.actor, visible_owners=frozenset({new_id()}))
    async with database.transaction(narrow) as session:
        assert await session.scalar(text("SELECT count(*) FROM meetings")) == 0
        found = await find_slots(session, event_type, start=MONDAY, end=MONDAY + timedelta(days=7))
        stored = await repository.event_type(session, event_type)
        assert stored is not None
        for slot in found[:: len(found) // 10]:
            assert await slot_at(session, stored, slot.starts_at) == slot
    assert [slot.starts_at.isoformat() for slot in found] == await _shown(client, event_type)
    assert found[0].starts_at == at[9] + timedelta(minutes=30)
    # The database refuses a second meeting at the same time, whatever the code above it believed.
    with pytest.raises(IntegrityError, match="meeting_claims_one_at_a_time"):
        async with database.transaction(tenant.actor) as session:
            await claim(session, tenant.organisation_id, event_type, mine, at[9] + timedelta(minutes=29), minutes=1)
    # A lead's owner comes first, and alone; where the owner has no time at all, the others do.
    await client.patch(f"/api/v1/event-types/{event_type}", json={"lead_owner_first": True})
    lead = (await client.post("/api/v1/leads", json={"full_name": "Lea Lead", "owner_id": str(mine)})).json()
    query = {"lead_id": lead["id"], "start": "2026-03-03T00:00:00Z", "end": "2026-03-04T00:00:00Z"}
    path = f"/api/v1/event-types/{event_type}/slots"
    shown = (await client.get(path, params=query)).json()["slots"]
    assert {tuple(slot["host_ids"]) for slot in shown} == {(str(mine),)}
    shown = (
        await client.get(path, params={**query, "start": "2026-03-02T00:00:00Z", "end": "2026-03-03T00:00:00Z"})
    ).json()
    assert {tuple(slot["host_ids"]) for slot in shown["slots"]} == {(str(theirs),)}
    await client.patch(f"/api/v1/event-types/{event_type}", json={"lead_owner_first": False})
    # Together all must be free; who leaves is not waited for.
    await client.patch(f"/api/v1/event-types/{event_type}", json={"assignment": "collective", "limit_per_day": None})
    assert (await slots(client, event_type))[:2] == ["2026-03-02T09:30:00Z", "2026-03-02T10:30:00Z"]
    assert (await client.patch(f"/api/v1/members/{theirs}", json={"active": False})).status_code == 200
    assert await reasons(client, event_type, "2026-03-02T13:30:00Z") == [[], ["left"]]


async def _shown(client, event_type: str) -> list[str]:
    return [moment.replace("Z", "+00:00") for moment in await slots(client, event_type)]


NOT_WORKING = {
    "Friday 17:00–09:00 ends before it starts": {"weekly": [{"days": [5], "start": "17:00", "end": "09:00"}]},
    "Wednesday 09:00–12:00 and 11:00–13:00 overlap": {
        "weekly": [*WEEKDAYS_9_TO_12, {"days": [3], "start": "11:00", "end": "13:00"}]
    },
    "2 March 2026 is listed twice": {"overrides": [{"date": "2026-03-02", "ranges": []}] * 2},
    "The holidays of “XX” are not known": {"holidays": {"country": "XX"}},
    "known are BB, BE": {"holidays": {"country": "DE", "subdivision": "ZZ"}},
    "is no IANA time zone": {"time_zone": "Mars/Base"},
    "A length is listed twice": {"lengths": [30, 30]},
    "Between which dates": {"window_kind": "range", "window_start": "2026-03-02"},
    "before it starts on 02 March 2026": {
        "window_kind": "range",
        "window_start": "2026-03-02",
        "window_end": "2026-03-01",
    },
    "Nothing could be booked": {"window_days": 3, "minimum_notice": 10_000},
    "must begin with https://": {"location": {"kind": "link", "value": "javascript:alert(1)"}},
    "needs answers to choose from": {"questions": [{"key": "size", "label": "Size", "kind": "select"}]},
    "choose “round_robin”": {"lead_owner_first": True},
    "There is no such member": {"hosts": [{"user_id": "00000000-0000-4000-8000-000000000000"}]},
}


async def test_what_cannot_work_is_refused_with_what_to_do(client):
    for told, payload in NOT_WORKING.items():
        schedule = payload.keys() & {"weekly", "overrides", "holidays", "time_zone"}
        path, name = ("availability", "name") if schedule else ("event-types", "title")
        answer = await client.post(f"/api/v1/{path}", json={name: "X", **payload})
        assert answer.status_code == 422, answer.text
        assert told in answer.text


async def test_own_hours_are_ones_own_and_shared_ones_need_a_manager(client, client_of, tenant, database, frozen):
    member = await add_member(database, tenant.organisation_id, role="creator", name="Carla Creator")
    creator = await client_of(member.actor)
    shared = next(one for one in (await creator.get("/api/v1/availability")).json() if one["user_id"] is None)
    assert not shared["editable"]
    assert (await creator.patch(f"/api/v1/availability/{shared['id']}", json={"name": "Y"})).status_code == 403
    assert (await creator.post("/api/v1/availability", json={"name": "Y", "shared": True})).status_code == 403
    own = (await creator.post("/api/v1/availability", json={"name": "Mornings", "weekly": WEEKDAYS_9_TO_12})).json()
    second = (await creator.post("/api/v1/availability", json={"name": "Later", "is_default": True})).json()
    [own, second] = [
        (await client.get(f"/api/v1/availability/{one['id']}")).json() for one in (own, second)
    ]  # an administrator sees everyone's
    assert (own["is_default"], second["is_default"]) == (False, True)
    stranger = await add_member(database, tenant.organisation_id, role="creator", name="Sven Stranger")
    assert (await (await client_of(stranger.actor)).get(f"/api/v1/availability/{own['id']}")).status_code == 404
    host = {"user_id": str(member.actor.user_id), "schedule_id": own["id"]}
    made = await client.post("/api/v1/event-types", json={"title": "Talk", "hosts": [host]})
    assert made.status_code == 201, made.text
    assert len(await slots(client, made.json()["id"])) == 5 * 6
    refused = await creator.delete(f"/api/v1/availability/{own['id']}")
    assert refused.status_code == 409
    assert "“Talk”" in refused.text
    hosts = {"hosts": [{"user_id": str(tenant.actor.user_id), "schedule_id": own["id"]}]}
    foreign = await client.put(f"/api/v1/event-types/{made.json()['id']}/hosts", json=hosts)
    assert foreign.status_code == 422
    assert "somebody else's hours" in foreign.text
    taken = await client.post("/api/v1/event-types", json={"title": "Talk", "slug": "talk"})
    assert taken.status_code == 409
    assert "“talk”" in taken.text
    stale = await client.patch(
        f"/api/v1/event-types/{made.json()['id']}", json={"title": "Other"}, headers={"If-Match": '"7"'}
    )
    assert stale.status_code == 412
    log = (await client.get("/api/v1/audit-log", params={"limit": 100})).json()["items"]
    assert {"event_type.created", "availability.created"} <= {row["action"] for row in log}

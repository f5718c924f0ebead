"""Google, Microsoft, Zoom and published files against scripted stand-ins; Google's also against its description."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import googleapiclient
import pytest
from sqlalchemy import select, update
from tests.modules.meetings.peers.vendors import Files, GoogleStandIn, MicrosoftStandIn, Served, ZoomStandIn

from tradewind.kernel import clock
from tradewind.kernel.access import Actor
from tradewind.modules.meetings.models.bookings import Meeting
from tradewind.modules.meetings.models.calendars import CalendarConnection, CalendarCopy, MeetingRoom
from tradewind.modules.meetings.models.event_types import BusyTime
from tradewind.modules.meetings.repository import calendars as repository
from tradewind.modules.meetings.service.calendars import tokens, waking

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
START = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def stopped():
    with clock.frozen(NOW) as stopped:
        yield stopped


@pytest.fixture
def stand(monkeypatch, settings):
    """`stand(vendor)`: let a stand-in take the vendor's place."""
    running = []

    def start(vendor):
        served = Served(vendor)
        running.append(served)
        kind = type(vendor).__name__.removesuffix("StandIn").lower()
        monkeypatch.setattr(settings, "calendar_stand_ins", f"{kind}={served.url}")
        monkeypatch.setattr(settings, "calendars_allow_localhost", True)
        return served

    yield start
    for served in running:
        served.close()


async def sign_in(client, vendor, served, **values):
    app = {"client_id": "client-1", "secret": "app-secret"}
    stored = await client.put(f"/api/v1/calendar-apps/{vendor}", json=app)
    assert stored.status_code == 200, stored.text
    assert "app-secret" not in stored.text
    begun = await client.post("/api/v1/calendar-authorisations", json={"vendor": vendor} | values)
    assert begun.status_code == 201, begun.text
    address = begun.json()["url"]
    assert address.startswith(served.url)
    state = served.vendor.allow(address)
    done = await client.post("/api/v1/calendar-authorisations/completions", json={"state": state, "code": "code-1"})
    assert done.status_code == 201, done.text
    return done.json(), address, state


async def book(client, kind, starts_at=START):
    body = {"title": "Demo", "minimum_notice": 0, "location": {"kind": kind, "value": None}}
    made = await client.post("/api/v1/event-types", json=body)
    assert made.status_code == 201, made.text
    guest = {"name": "Ada Lovelace", "email": "ada@example.com", "time_zone": "UTC", "language": "en"}
    body = {"event_type_id": made.json()["id"], "starts_at": starts_at.isoformat()} | guest
    answer = await client.post("/api/v1/meetings", json=body)
    assert answer.status_code == 201, answer.text


async def meeting(database, tenant):
    async with database.transaction(Actor.system(tenant.organisation_id)) as session:
        return await session.scalar(select(Meeting).order_by(Meeting.created_at.desc()).limit(1))


async def busy(database, tenant):
    async with database.transaction(Actor.system(tenant.organisation_id)) as session:
        rows = await session.execute(select(BusyTime.starts_at, BusyTime.title).order_by(BusyTime.starts_at))
        return [(row.starts_at.strftime("%m-%d %H:%M"), row.title) for row in rows]


def google_event(day, title, **values):
    times = {name: {"dateTime": f"2026-03-{day:02}T{hour}:00:00+01:00"} for name, hour in (("start", 10), ("end", 11))}
    return {"summary": title, **times} | values


async def test_google_from_sign_in_to_a_withdrawn_permission(
    client, client_of, drain, database, tenant, stand, settings, stopped
):
    google = GoogleStandIn()
    served = stand(google)
    google.change("a", **google_event(4, "Board"))
    google.change("b", **google_event(5, "Gym", transparency="transparent"))
    google.change("c", **google_event(6, "Party", attendees=[{"self": True, "responseStatus": "declined"}]))
    google.change("d", summary="Fair", start={"date": "2026-03-09"}, end={"date": "2026-03-10"})
    connection, address, state = await sign_in(client, "google", served)
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert query["redirect_uri"] == f"{settings.base_url}/settings/calendars"
    assert (query["access_type"], query["client_id"]) == ("offline", "client-1")
    assert connection["account"] == "greta@example.com"
    again = {"state": state, "code": "code-1"}
    assert (await client.post("/api/v1/calendar-authorisations/completions", json=again)).status_code == 400
    forged = {"state": state[:-4] + "AAA=", "code": "code-1"}
    assert (await client.post("/api/v1/calendar-authorisations/completions", json=forged)).status_code == 400
    own = next(one for one in connection["calendars"] if one["is_primary"])
    assert (own["reads_busy"], own["takes_meetings"]) == (True, True)
    await drain()
    assert await busy(database, tenant) == [("03-04 09:00", "Board"), ("03-08 23:00", "Fair")]
    # A meeting is written once, gets its Meet link, and says so.
    await book(client, "google_meet")
    await drain()
    booked = await meeting(database, tenant)
    assert booked.join_url == "https://meet.google.com/abc-defg-hij"
    [written] = [one for one in google.events.values() if "Ada" in one.get("summary", "")]
    assert written["location"] == booked.join_url
    async with database.transaction(Actor.system(tenant.organisation_id)) as session:
        await session.execute(update(CalendarCopy).values(remote_id=None, etag=None, fingerprint=""))
        await waking.copy_meetings(session, booked.id)
    await drain()
    assert len([one for one in google.events.values() if "Ada" in one.get("summary", "")]) == 1
    # Google tells of a change; a notice without our token says nothing.
    google.change(written["id"], start={"dateTime": "2026-03-05T15:00:00Z"}, end={"dateTime": "2026-03-05T15:30:00Z"})
    google.change("a", status="cancelled")
    [channel] = google.channels.values()
    assert channel["address"].endswith("/api/v1/calendars/notices/google")
    for token in ("", "x" * 64, tokens.make("calendar_feed", tenant.organisation_id, tenant.user_id)):
        headers = {"X-Goog-Channel-ID": channel["id"], "X-Goog-Channel-Token": token}
        assert (await client.post("/api/v1/calendars/notices/google", headers=headers)).status_code == 204
    assert await drain() == []
    headers = {"X-Goog-Channel-ID": channel["id"], "X-Goog-Channel-Token": channel["token"]}
    assert (await client.post("/api/v1/calendars/notices/google", headers=headers)).status_code == 204
    await drain()
    assert await busy(database, tenant) == [("03-08 23:00", "Fair")]
    assert (await meeting(database, tenant)).starts_at == datetime(2026, 3, 5, 15, 0, tzinfo=UTC)
    # A forgotten token is answered by reading everything again.
    google.forgets_tokens = True
    google.change("e", **google_event(11, "Late"))
    await client.post(f"/api/v1/calendars/{own['id']}/refreshes")
    await drain()
    assert await busy(database, tenant) == [("03-08 23:00", "Fair"), ("03-11 09:00", "Late")]
    # Channels are renewed a day before they end, with an access token renewed as well.
    stopped.tick(8 * 86_400)
    client = await client_of(tenant.actor)
    await client.post(f"/api/v1/calendars/{own['id']}/refreshes")
    await drain()
    assert (google.refreshes, len(google.made("POST", "/watch")), len(google.channels)) == (2, 2, 1)
    check_against_googles_description(google)
    # The permission is withdrawn: the host hears of it once, and what was known stays.
    google.revoked = True
    for _ in range(2):
        await client.post(f"/api/v1/calendars/{own['id']}/refreshes")
        await drain()
    [shown] = (await client.get("/api/v1/calendar-connections")).json()
    assert (shown["state"], shown["calendars"][0]["state"]) == ("reconnect", "reconnect")
    mails = (await client.get("/api/v1/mail-sink")).json()["items"]
    assert [one["kind"] for one in mails].count("calendar_reconnect") == 1
    assert [one["state"] for one in (await client.get("/api/v1/calendar-health")).json()] == ["reconnect"]
    assert len(await busy(database, tenant)) == 2
    google.revoked = False
    shown, _, _ = await sign_in(client, "google", served, connection_id=connection["id"])
    assert (shown["state"], shown["id"]) == ("active", connection["id"])
    await drain()
    await _secrets_are_sealed(database, tenant)
    # Disconnected, Google posts no longer, though nothing of the account is left here to sign in with.
    assert len(google.channels) == 1
    assert (await client.delete(f"/api/v1/calendar-connections/{connection['id']}")).status_code == 204
    await drain()
    assert google.channels == {}


def check_against_googles_description(google):
    """Every request so far is one that Google's own discovery document knows, with known parameters and fields."""
    file = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents" / "calendar.v3.json"
    document = json.loads(file.read_text())
    methods = [method for part in document["resources"].values() for method in part["methods"].values()]
    seen = set()
    for request in google.requests:
        if request.path.endswith("/token"):
            continue
        path = request.path.removeprefix("/calendar/v3/")
        assert request.path != path
        method = next(
            one for one in methods
            if one["httpMethod"] == request.method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one["path"]), path)
        )  # fmt: skip
        seen.add(method["id"])
        assert set(request.query) <= set(method["parameters"]) if request.query else True
        if request.body:
            _check_fields(document, method["request"]["$ref"], request.body)
        # syncToken excludes these, says the description of the parameter.
        assert not ("syncToken" in request.query and {"timeMin", "timeMax", "orderBy", "q"} & set(request.query))
    names = ("calendarList.list", "events.list", "events.insert", "events.patch", "events.watch", "channels.stop")
    assert {f"calendar.{name}" for name in names} <= seen


def _check_fields(document, schema, value):
    properties = document["schemas"][schema]["properties"]
    for name, inner in value.items():
        assert name in properties, f"{schema}.{name}"
        if "$ref" in properties[name]:
            _check_fields(document, properties[name]["$ref"], inner)


async def _secrets_are_sealed(database, tenant):
    async with database.transaction(Actor.system(tenant.organisation_id)) as session:
        [stored] = await session.scalars(select(CalendarConnection))
        assert stored.secret_sealed.startswith("tw1.")
        assert stored.token_sealed.startswith("tw1.")


def graph_event(day, title, **values):
    times = {
        name: {"dateTime": f"2026-03-{day:02}T{hour}:00:00.0000000", "timeZone": "UTC"}
        for name, hour in (("start", 10), ("end", 11))
    }
    return {"subject": title, "showAs": "busy", **times} | values


async def test_microsoft_with_teams_series_notices_and_a_lost_state(client, drain, database, tenant, stand):
    graph = MicrosoftStandIn()
    served = stand(graph)
    graph.change("a", **graph_event(4, "Board"))
    graph.change("b", **graph_event(5, "Lunch", showAs="free"))
    graph.change("m", type="seriesMaster", subject="Standup", showAs="busy")
    graph.change("m-1", type="occurrence", seriesMasterId="m", start={"dateTime": "2026-03-06T09:00:00.0000000"},
                 end={"dateTime": "2026-03-06T09:15:00.0000000"})  # fmt: skip
    connection, address, _ = await sign_in(client, "microsoft", served)
    assert "/common/oauth2/v2.0/authorize" in address
    await drain()
    assert await busy(database, tenant) == [("03-04 10:00", "Board"), ("03-06 09:00", "Standup")]
    await book(client, "teams")
    await drain()
    booked = await meeting(database, tenant)
    assert booked.join_url == "https://teams.microsoft.com/l/meetup-join/1"
    async with database.transaction(Actor.system(tenant.organisation_id)) as session:
        await session.execute(update(CalendarCopy).values(remote_id=None, etag=None, fingerprint=""))
        await waking.copy_meetings(session, booked.id)
    await drain()
    [event_id] = [one for one, event in graph.events.items() if event.get("transactionId") == booked.uid]
    # Microsoft proves the address by a token that must come back as it is.
    proof = await client.post("/api/v1/calendars/notices/microsoft", params={"validationToken": "<b>1</b>"})
    assert (proof.text, proof.headers["content-type"]) == ("<b>1</b>", "text/plain; charset=utf-8")
    graph.change(
        event_id, start={"dateTime": "2026-03-05T15:00:00.0000000"}, end={"dateTime": "2026-03-05T15:30:00.0000000"}
    )
    subscription = graph.subscriptions["sub-1"]
    assert subscription["changeType"] == "created,updated,deleted"
    notice = {"subscriptionId": "sub-1", "clientState": "not ours", "resource": "x"}
    assert (await client.post("/api/v1/calendars/notices/microsoft", json={"value": [notice]})).status_code == 202
    assert await drain() == []
    notice["clientState"] = subscription["clientState"]
    assert (await client.post("/api/v1/calendars/notices/microsoft", json={"value": [notice]})).status_code == 202
    await drain()
    assert (await meeting(database, tenant)).starts_at == datetime(2026, 3, 5, 15, 0, tzinfo=UTC)
    graph.forgets_tokens = True
    graph.events.pop("a")
    graph.events.pop(event_id)
    await client.post(f"/api/v1/calendars/{connection['calendars'][0]['id']}/refreshes")
    await drain()
    assert await busy(database, tenant) == [("03-06 09:00", "Standup")]
    ended = await meeting(database, tenant)
    assert (ended.state, ended.cancelled_by) == ("cancelled", "calendar")
    assert not [one for one in graph.made("GET", "delta") if not one.path.startswith("/v1.0/")]
    # A calendar that is used for nothing needs no notices.
    unused = {"reads_busy": False, "takes_meetings": False}
    assert (await client.patch(f"/api/v1/calendars/{connection['calendars'][0]['id']}", json=unused)).is_success
    await drain()
    assert graph.subscriptions == {}


async def test_zoom_makes_one_room_moves_and_removes_it(client, client_of, drain, database, tenant, stand, stopped):
    zoom = ZoomStandIn(rotates=True)
    served = stand(zoom)
    connection, address, _ = await sign_in(client, "zoom", served)
    assert "scope=" not in address
    assert zoom.requests[0].headers["authorization"].startswith("Basic ")
    await book(client, "zoom")
    await drain()
    booked = await meeting(database, tenant)
    [room] = zoom.rooms.values()
    assert (booked.join_url, room["start_time"], room["duration"]) == (room["join_url"], "2026-03-03T10:00:00Z", 30)
    # The room of an attempt that died is found again by its mark; refresh tokens rotate.
    stopped.tick(7200)
    client = await client_of(tenant.actor)
    async with database.transaction(Actor.system(tenant.organisation_id)) as session:
        await session.execute(update(MeetingRoom).values(reference=None, fingerprint=""))
        await waking.copy_meetings(session, booked.id)
    await drain()
    assert (len(zoom.rooms), zoom.refresh_token) == (1, "refresh-2")
    answer = await client.post(f"/api/v1/meetings/{booked.id}/move", json={"starts_at": "2026-03-04T09:00:00Z"})
    assert answer.status_code == 200, answer.text
    await drain()
    assert [one["start_time"] for one in zoom.rooms.values()] == ["2026-03-04T09:00:00Z"]
    assert (await client.post(f"/api/v1/meetings/{booked.id}/cancel", json={})).status_code == 200
    await drain()
    assert zoom.rooms == {}
    removed = await client.delete(f"/api/v1/calendar-connections/{connection['id']}")
    assert removed.status_code == 204


async def test_published_calendars_feeds_and_choices(
    client, anonymous, drain, database, tenant, stand, settings, monkeypatch
):
    text = (
        "BEGIN:VCALENDAR\r\nX-WR-CALNAME:Shifts\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260304T090000Z\r\n"
        "DURATION:PT1H\r\nSUMMARY:Shift\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    files = Files(files={"/private-x1.ics": text.encode(), "/page": b"<html>no calendar</html>"})
    served = stand(files)

    async def connect(url):
        return await client.post("/api/v1/calendar-connections", json={"kind": "ics", "settings": {"url": url}})

    for url in (
        "http://10.0.0.8/x.ics",
        "ftp://example.com/x.ics",
        "https://user:pw@example.com/x",
        "nonsense://",
        "http://[::1",
    ):
        refused = await connect(url)
        assert refused.status_code in (400, 422), url
    assert (await connect(f"{served.url}/page")).status_code == 422
    assert (await connect(f"{served.url}/missing")).status_code == 422
    made = await connect(f"{served.url}/private-x1.ics")
    assert made.status_code == 201, made.text
    assert "private-x1" not in made.text
    [calendar] = made.json()["calendars"]
    assert (calendar["name"], calendar["writable"]) == ("Shifts", False)
    refused = await client.patch(f"/api/v1/calendars/{calendar['id']}", json={"takes_meetings": True})
    assert refused.json()["code"] == "meetings.calendar_not_writable"
    await drain()
    assert await busy(database, tenant) == [("03-04 09:00", "Shift")]
    await client.post(f"/api/v1/calendars/{calendar['id']}/refreshes")
    await drain()
    assert files.requests[-1].headers["if-none-match"]
    files.files["/private-x1.ics"] = text.replace("UID:1", "UID:1\r\nRRULE:FREQ=SECONDLY").encode()
    await client.post(f"/api/v1/calendars/{calendar['id']}/refreshes")
    await drain()
    assert await busy(database, tenant) == []
    [shown] = (await client.get("/api/v1/calendar-connections")).json()
    assert (shown["calendars"][0]["skipped"], shown["calendars"][0]["state"]) == (1, "fresh")
    monkeypatch.setattr(settings, "calendars_allow_localhost", False)
    assert (await connect(f"{served.url}/private-x1.ics")).status_code == 422
    # The feed: read without signing in, unchanged costs nothing, a new address ends the old.
    await book(client, "jitsi")
    await drain()
    assert (await client.get("/api/v1/calendar-feed")).json()["url"] is None
    path = urlsplit((await client.post("/api/v1/calendar-feed")).json()["url"]).path
    feed = await anonymous.get(path)
    booked = await meeting(database, tenant)
    assert feed.headers["content-type"] == "text/calendar; charset=utf-8"
    assert f"UID:{booked.uid}" in feed.text
    assert (await anonymous.get(path, headers={"If-None-Match": feed.headers["etag"]})).status_code == 304
    assert (await anonymous.get(path[:-8] + "AAAA.ics")).status_code == 404
    await client.post("/api/v1/calendar-feed")
    assert (await anonymous.get(path)).status_code == 404
    [due] = await _due(database, tenant)
    assert due == calendar["id"]


async def _due(database, tenant):
    """Calendars whose turn it is ten minutes later."""
    async with database.transaction(Actor.system()) as session:
        pause = {"pause": timedelta(minutes=5), "pause_with_channel": timedelta(minutes=30)}
        assert await repository.due(session, clock.now(), **pause, at_most=9) == []
        found = await repository.due(session, clock.now() + timedelta(minutes=10), **pause, at_most=9)
    return [str(calendar_id) for organisation_id, calendar_id in found if organisation_id == tenant.organisation_id]

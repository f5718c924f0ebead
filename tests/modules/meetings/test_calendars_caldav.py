"""CalDAV against a real Radicale process: busy times in, meetings out, and back again."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from tests.modules.meetings.peers.radicale import PASSWORD, USER, Radicale

from tradewind.kernel import clock
from tradewind.kernel.access import Actor
from tradewind.modules.meetings.models.bookings import Meeting
from tradewind.modules.meetings.models.calendars import CalendarCopy
from tradewind.modules.meetings.models.event_types import BusyTime
from tradewind.modules.meetings.service.calendars import waking

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # a Monday
GUEST = {"name": "Ada Lovelace", "email": "ada@example.com", "time_zone": "Asia/Tokyo", "language": "en"}


@pytest.fixture(autouse=True)
def stopped(monkeypatch, settings):
    monkeypatch.setattr(settings, "calendars_allow_localhost", True)
    with clock.frozen(NOW) as stopped:
        yield stopped


@pytest.fixture(scope="module")
def radicale(tmp_path_factory):
    server = Radicale(tmp_path_factory.mktemp("radicale"))
    server.start()
    server.add_calendar("work", "Work")
    server.add_calendar("private", "Private")
    yield server
    server.stop()


def event(uid, lines, *more):
    body = "".join(
        f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260301T000000Z\r\n{part}\r\nEND:VEVENT\r\n" for part in (lines, *more)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\n{body}END:VCALENDAR\r\n"


async def connect(client, radicale, **values):
    body = {"kind": "caldav", "settings": {"url": radicale.url, "username": USER}, "password": PASSWORD} | values
    return await client.post("/api/v1/calendar-connections", json=body)


async def read_again(client, drain, calendar):
    assert (await client.post(f"/api/v1/calendars/{calendar['id']}/refreshes")).status_code == 202
    await drain()
    [connection] = (await client.get("/api/v1/calendar-connections")).json()
    return next(one for one in connection["calendars"] if one["id"] == calendar["id"])


async def busy(database, tenant):
    async with database.transaction(Actor.system(tenant.organisation_id)) as session:
        rows = await session.execute(
            select(BusyTime.starts_at, BusyTime.ends_at, BusyTime.title).order_by(BusyTime.starts_at)
        )
        return [(row.starts_at.strftime("%m-%d %H:%M"), row.ends_at.strftime("%m-%d %H:%M"), row.title) for row in rows]


async def book(client, starts_at, name="Ada Lovelace"):
    kinds = (await client.get("/api/v1/event-types")).json()
    if not kinds:
        made = await client.post("/api/v1/event-types", json={"title": "Demo", "minimum_notice": 0})
        assert made.status_code == 201, made.text
        kinds = [made.json()]
    guest = GUEST | {"name": name, "email": f"{name.split()[0].lower()}@example.com"}
    body = {"event_type_id": kinds[0]["id"], "starts_at": starts_at.isoformat()} | guest
    answer = await client.post("/api/v1/meetings", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def meeting_of(client, booked):
    answer = await client.get(f"/api/v1/meetings/{booked.get('meeting_id') or booked['id']}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_busy_times_are_read_with_rules_exceptions_and_zones(client, drain, database, tenant, radicale):
    wrong = await connect(client, radicale, password="not-it")
    assert wrong.status_code == 422, wrong.text
    assert wrong.json()["errors"][0]["field"] == "password"
    radicale.put("work/weekly.ics", event(
        "weekly",
        "DTSTART;TZID=Europe/Berlin:20260316T090000\r\nDTEND;TZID=Europe/Berlin:20260316T100000\r\n"
        "RRULE:FREQ=WEEKLY;COUNT=4\r\nEXDATE;TZID=Europe/Berlin:20260323T090000\r\nSUMMARY:Jour fixe",
        "RECURRENCE-ID;TZID=Europe/Berlin:20260406T090000\r\nDTSTART;TZID=Europe/Berlin:20260407T140000\r\n"
        "DTEND;TZID=Europe/Berlin:20260407T150000\r\nSUMMARY:Jour fixe\\, moved",
    ))  # fmt: skip
    radicale.put(
        "work/free.ics", event("free", "DTSTART:20260303T090000Z\r\nDTEND:20260303T100000Z\r\nTRANSP:TRANSPARENT")
    )
    radicale.put("work/day.ics", event("day", "DTSTART;VALUE=DATE:20260310\r\nCLASS:PRIVATE\r\nSUMMARY:Doctor"))
    answer = await connect(client, radicale)
    assert answer.status_code == 201, answer.text
    names = {one["name"]: one for one in answer.json()["calendars"]}
    assert set(names) == {"Work", "Private"}
    assert all(one["writable"] for one in names.values())
    assert PASSWORD not in answer.text
    for name, one in names.items():
        await client.patch(
            f"/api/v1/calendars/{one['id']}", json={"reads_busy": name == "Work", "takes_meetings": name == "Work"}
        )
    await drain()
    series = [
        ("03-16 08:00", "03-16 09:00", "Jour fixe"),
        # Berlin has put its clocks forward.
        ("03-30 07:00", "03-30 08:00", "Jour fixe"),
        ("04-07 12:00", "04-07 13:00", "Jour fixe, moved"),
    ]
    assert await busy(database, tenant) == [("03-10 00:00", "03-11 00:00", ""), *series]
    # From here on only what changed is asked for.
    radicale.put("work/new.ics", event("new", "DTSTART:20260304T120000Z\r\nDURATION:PT30M\r\nSUMMARY:Lunch"))
    radicale.delete("work/day.ics")
    shown = await read_again(client, drain, names["Work"])
    assert (shown["state"], shown["problem"]) == ("fresh", None)
    assert await busy(database, tenant) == [("03-04 12:00", "03-04 12:30", "Lunch"), *series]
    # A server that lost the token is read from the beginning.
    for cache in (radicale.folder / "data").rglob("sync-token/*"):
        cache.unlink()
    radicale.delete("work/weekly.ics")
    await read_again(client, drain, names["Work"])
    assert await busy(database, tenant) == [("03-04 12:00", "03-04 12:30", "Lunch")]
    radicale.delete("work/new.ics")
    radicale.delete("work/free.ics")


async def test_meetings_are_written_and_follow_the_calendar(client, drain, database, tenant, radicale, stopped):
    radicale.add_calendar("meetings", "Meetings")
    found = (await connect(client, radicale)).json()["calendars"]
    calendar = next(one for one in found if one["name"] == "Meetings")
    for one in found:
        await client.patch(f"/api/v1/calendars/{one['id']}", json={"reads_busy": False})
    body = {"reads_busy": True, "takes_meetings": True}
    assert (await client.patch(f"/api/v1/calendars/{calendar['id']}", json=body)).status_code == 200
    await drain()
    start = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
    booked = await book(client, start)
    await drain()
    [text] = radicale.texts("meetings")
    uid = (await _stored(database, tenant, start)).uid
    assert f"UID:{uid}" in text
    assert "DTSTART:20260303T100000Z" in text
    assert "Ada Lovelace" in text
    # An attempt that died before it could note its success is repeated, and doubles nothing.
    async with database.transaction(Actor.system(tenant.organisation_id)) as session:
        await session.execute(update(CalendarCopy).values(remote_id=None, etag=None, fingerprint=""))
        await waking.copy_meetings(session, (await _stored(database, tenant, start)).id)
    await drain()
    assert len(radicale.texts("meetings")) == 1
    # Moved here.
    url = f"/api/v1/meetings/{(await _stored(database, tenant, start)).id}"
    answer = await client.post(f"{url}/move", json={"starts_at": (start + timedelta(hours=1)).isoformat()})
    assert answer.status_code == 200, answer.text
    await drain()
    [text] = radicale.texts("meetings")
    assert "DTSTART:20260303T110000Z" in text
    # Its copy does not keep the host busy a second time.
    await read_again(client, drain, calendar)
    assert await busy(database, tenant) == []
    # Moved in the calendar, with another length.
    file = f"meetings/{uid}.ics"
    radicale.put(
        file,
        text.replace("DTSTART:20260303T110000Z", "DTSTART:20260304T130000Z").replace(
            "DTEND:20260303T113000Z", "DTEND:20260304T134500Z"
        ),
    )
    await read_again(client, drain, calendar)
    shown = await meeting_of(client, booked)
    assert (shown["starts_at"], shown["ends_at"]) == ("2026-03-04T13:00:00Z", "2026-03-04T13:45:00Z")
    # Onto another meeting it cannot follow: the calendar is put right again.
    await book(client, datetime(2026, 3, 5, 9, 0, tzinfo=UTC), name="Blaise Pascal")
    await drain()
    [mine] = [one for one in radicale.texts("meetings") if uid in one]
    radicale.put(file, mine.replace("20260304T13", "20260305T09"))
    await read_again(client, drain, calendar)
    assert (await meeting_of(client, booked))["starts_at"] == "2026-03-04T13:00:00Z"
    [mine] = [one for one in radicale.texts("meetings") if uid in one]
    assert "DTSTART:20260304T130000Z" in mine
    # Deleted in the calendar.
    radicale.delete(file)
    await read_again(client, drain, calendar)
    shown = await meeting_of(client, booked)
    assert (shown["state"], shown["cancelled_by"]) == ("cancelled", "calendar")
    # Cancelled here.
    other = await _stored(database, tenant, datetime(2026, 3, 5, 9, 0, tzinfo=UTC))
    assert (await client.post(f"/api/v1/meetings/{other.id}/cancel", json={})).status_code == 200
    await drain()
    assert radicale.texts("meetings") == []


async def test_a_server_that_is_away_leaves_what_was_known(
    client, client_of, drain, database, tenant, radicale, stopped
):
    radicale.put(
        "private/trip.ics", event("trip", "DTSTART:20260303T080000Z\r\nDTEND:20260303T160000Z\r\nSUMMARY:Trip")
    )
    found = (await connect(client, radicale)).json()["calendars"]
    for one in found:
        await client.patch(
            f"/api/v1/calendars/{one['id']}", json={"reads_busy": one["name"] == "Private", "takes_meetings": False}
        )
    await drain()
    calendar = next(one for one in found if one["name"] == "Private")
    known = await busy(database, tenant)
    assert [title for *_, title in known] == ["Trip"]
    assert (await client.get("/api/v1/calendar-health")).json() == []
    radicale.stop()
    stopped.tick(3600)
    client = await client_of(tenant.actor)
    shown = await read_again(client, drain, calendar)
    assert (shown["state"], shown["synced_at"]) == ("stale", "2026-03-02T08:00:00Z")
    assert "cannot be reached" in shown["problem"] or "failed repeatedly" in shown["problem"]
    assert await busy(database, tenant) == known
    [late] = (await client.get("/api/v1/calendar-health")).json()
    assert (late["state"], late["known_at"]) == ("stale", "2026-03-02T08:00:00Z")
    await book(client, datetime(2026, 3, 4, 10, 0, tzinfo=UTC))
    [kind] = (await client.get("/api/v1/event-types")).json()
    why = await client.get(f"/api/v1/event-types/{kind['id']}/explain", params={"at": "2026-03-03T10:00:00Z"})
    [host] = why.json()["hosts"]
    assert (host["calendar"], host["calendar_known_at"]) == ("stale", "2026-03-02T08:00:00Z")
    assert [one["code"] for one in host["reasons"]] == ["busy"]
    # The meeting was booked meanwhile, and is written when the server is back.
    radicale.start()
    body = {"takes_meetings": True}
    assert (await client.patch(f"/api/v1/calendars/{calendar['id']}", json=body)).status_code == 200
    await drain()
    assert [one for one in radicale.texts("private") if "DTSTART:20260304T100000Z" in one]
    radicale.delete("private/trip.ics")


async def _stored(database, tenant, start):
    async with database.transaction(Actor.system(tenant.organisation_id)) as session:
        found = await session.scalar(select(Meeting).where(Meeting.starts_at == start))
        assert found is not None
        return found

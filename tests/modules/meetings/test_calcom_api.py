"""A program made for Cal.com works with us, from looking to cancelling, and reads failures as it knows them."""

from datetime import UTC, datetime

import httpx
import pytest

from tradewind.kernel import clock

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # a Monday
ATTENDEE = {"name": "Ada Lovelace", "email": "ada@example.com", "timeZone": "Europe/Berlin", "language": "de"}
VERSION = {"cal-api-version": "2024-08-13"}


@pytest.fixture(autouse=True)
def stopped():
    with clock.frozen(NOW):
        yield


async def ok(request, status=200):
    answer = await request
    assert answer.status_code == status, answer.text
    assert answer.json()["status"] == "success"
    return answer.json().get("data")


async def refused(request, status, code):
    answer = await request
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert (body["status"], body["error"]["code"]) == ("error", code)
    assert body["error"]["message"]
    return body["error"]["details"]


async def make(client):
    questions = [{"key": "size", "label": "Size", "kind": "number", "required": True}]
    answer = await client.post(
        "/api/v1/event-types", json={"title": "Demo", "lengths": [30, 60], "questions": questions}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


async def starts(client, number, **more):
    span = {"eventTypeId": number, "start": "2026-03-03", "end": "2026-03-03"}
    days = await ok(client.get("/v2/slots", params=span | more))
    return [slot["start"] for day in days.values() for slot in day]


async def test_a_program_reserves_books_moves_and_cancels(client, anonymous):
    event_type = await make(client)
    number = event_type["number"]
    organisation = event_type["path"].split("/")[2]
    span = {"start": "2026-03-03", "end": "2026-03-03T16:00:00Z", "timeZone": "Asia/Tokyo", "format": "range"}
    named = await ok(
        client.get("/v2/slots", params={"eventTypeSlug": "demo", "username": organisation, "duration": 60} | span)
    )
    first, *_ = [slot for day in named.values() for slot in day]
    assert first["start"].endswith(".000+09:00")
    assert (datetime.fromisoformat(first["end"]) - datetime.fromisoformat(first["start"])).seconds == 3600
    assert all(slot["start"].startswith(day) for day, slots in named.items() for slot in slots)

    times = await starts(client, number)
    assert times[0].endswith(".000Z")
    hold = {"eventTypeId": number, "slotStart": times[0], "reservationDuration": 10}
    held = await ok(client.post("/v2/slots/reservations", json=hold), 201)
    assert held["reservationUntil"] == "2026-03-02T08:10:00Z"
    assert times[0] not in await starts(client, number)
    lost = await refused(client.post("/v2/slots/reservations", json=hold), 409, "meetings.slot_taken")
    assert len(lost["alternatives"]) == 5
    other = await ok(client.post("/v2/slots/reservations", json=hold | {"slotStart": times[4]}), 201)
    await ok(client.delete(f"/v2/slots/reservations/{other['reservationUid']}"))
    await refused(client.delete(f"/v2/slots/reservations/{other['reservationUid']}"), 404, "meetings.meeting_not_found")
    assert times[4] in await starts(client, number)

    wish = {
        "eventTypeId": number, "start": times[0], "attendee": ATTENDEE, "metadata": {"from": "a test"},
        "bookingFieldsResponses": {"size": 5},
    }  # fmt: skip
    booked = await ok(client.post("/v2/bookings", json=wish, headers=VERSION), 201)
    assert booked["uid"] == held["reservationUid"], "what was reserved became the booking"
    assert (booked["status"], booked["duration"], booked["bookingFieldsResponses"]) == ("accepted", 30, {"size": 5})
    assert booked["eventType"] == {"id": number, "slug": "demo"}
    assert booked["attendees"][0] == ATTENDEE | {"absent": False, "phoneNumber": None}
    lost = await refused(
        client.post("/v2/bookings", json=wish | {"attendee": ATTENDEE | {"email": "eve@example.com"}}),
        409, "meetings.slot_taken",
    )  # fmt: skip
    assert [slot["starts_at"][:16] for slot in lost["alternatives"]] == [one[:16] for one in times[1:6]]

    link = f"/v2/bookings/{booked['uid']}"
    moved = await ok(client.post(f"{link}/reschedule", json={"start": times[3], "reschedulingReason": "Train"}), 201)
    assert (moved["uid"], moved["start"][:16]) == (booked["uid"], times[3][:16])
    assert times[0] in await starts(client, number)
    gone = await ok(client.post(f"{link}/cancel", json={"cancellationReason": "Ill"}))
    assert (gone["status"], gone["cancellationReason"]) == ("cancelled", "Ill")
    assert await ok(client.get(link)) == gone
    shown = (await client.get(f"/api/v1/meetings/{booked['uid']}")).json()
    assert (shown["source"], shown["cancelled_by"]) == ("calcom", "agent")


async def test_what_a_key_reserves_is_its_own(client, app):
    number = (await make(client))["number"]
    keys = []
    for name in ("One", "Two"):
        body = {"name": name, "scopes": ["meetings:read", "meetings:write"]}
        made = await client.post("/api/v1/keys", json=body)
        assert made.status_code == 201, made.text
        keys.append({"Authorization": f"Bearer {made.json()['secret']}"})
    one, two = keys
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://tradewind.test") as program:
        time = (await starts(client, number))[0]
        hold = {"eventTypeId": number, "slotStart": time, "reservationDuration": 10}
        held = await ok(program.post("/v2/slots/reservations", json=hold, headers=one), 201)
        wish = {"eventTypeId": number, "start": time, "attendee": ATTENDEE, "bookingFieldsResponses": {"size": 5}}
        await refused(program.post("/v2/bookings", json=wish, headers=two), 409, "meetings.slot_taken")
        booked = await ok(program.post("/v2/bookings", json=wish, headers=one), 201)
    assert booked["uid"] == held["reservationUid"]


async def test_failures_come_in_the_envelope(client, client_of, anonymous, other_organisation):
    number = (await make(client))["number"]
    span = {"eventTypeId": number, "start": "2026-03-03", "end": "2026-03-04"}
    await refused(anonymous.get("/v2/slots", params=span), 401, "kernel.unauthorised")
    await refused(client.get("/v2/slots", params=span | {"start": "yesterday!"}), 422, "meetings.range_invalid")
    await refused(client.get("/v2/slots", params=span | {"end": "2027-03-04"}), 422, "meetings.range_invalid")
    await refused(client.get("/v2/slots", params=span | {"duration": 45}), 422, "meetings.booking_invalid")
    await refused(client.get("/v2/slots", params=span | {"timeZone": "Mars/Phobos"}), 422, "kernel.invalid")
    nowhere = {"start": "2026-03-03", "end": "2026-03-04", "eventTypeSlug": "demo", "username": "somebody-else"}
    await refused(client.get("/v2/slots", params=nowhere), 404, "meetings.event_type_not_found")
    old = {"cal-api-version": "2024-04-15"}
    await refused(client.get("/v2/slots", params=span, headers=old), 422, "kernel.invalid")
    wish = {"eventTypeId": number, "start": "2026-03-03T10:00:00Z", "attendee": ATTENDEE}
    details = await refused(client.post("/v2/bookings", json=wish), 422, "meetings.booking_invalid")
    assert [error["field"] for error in details["errors"]] == ["answers.size"]
    guests = wish | {"guests": ["bob@example.com"]}
    details = await refused(client.post("/v2/bookings", json=guests), 422, "kernel.invalid")
    assert [error["field"] for error in details["errors"]] == ["guests"]
    booked = await ok(client.post("/v2/bookings", json=wish | {"bookingFieldsResponses": {"size": 1}}), 201)
    stranger = await client_of(other_organisation)
    await refused(stranger.get(f"/v2/bookings/{booked['uid']}"), 404, "meetings.meeting_not_found")
    await refused(stranger.get("/v2/slots", params=span), 404, "meetings.event_type_not_found")

"""Bookings from the first look at free times to the mails: through the API, as visitors, members and agents do it."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import text

from tradewind.kernel import clock
from tradewind.kernel.access import Actor

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # a Monday
GUEST = {"name": "Ada Lovelace", "email": "Ada@Example.com", "time_zone": "Asia/Tokyo", "language": "de"}


@pytest.fixture(autouse=True)
def stopped():
    with clock.frozen(NOW) as stopped:
        yield stopped


async def make_event_type(client, **values):
    answer = await client.post("/api/v1/event-types", json={"title": "Product demo", **values})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def free_times(anonymous, page, days=3):
    span = {"start": clock.now().isoformat(), "end": (NOW + timedelta(days=days)).isoformat()}
    answer = await anonymous.get(f"{page}/slots", params=span)
    assert answer.status_code == 200, answer.text
    return [slot["starts_at"] for slot in answer.json()["slots"]]


def page_of(event_type):
    return "/api/v1/booking" + event_type["path"].removeprefix("/book")


async def ok(request, status=200):
    answer = await request
    assert answer.status_code == status, answer.text
    return answer.json()


async def refused(request, code, status=409):
    answer = await request
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    return answer.json()


async def book(anonymous, page, starts_at, **more):
    return await ok(anonymous.post(f"{page}/bookings", json=GUEST | {"starts_at": starts_at} | more), 201)


async def mails(client, drain):
    """Mails since the last look, oldest first, with their invitations read."""
    await drain()
    page = await ok(client.get("/api/v1/mail-sink", params={"limit": 100}))
    found = []
    for mail in reversed(page["items"]):
        if mail["id"] not in SEEN:
            SEEN.add(mail["id"])
            for file in mail["attachments"]:
                content = (await client.get(f"/api/v1/mail-sink/{mail['id']}/attachments/{file['id']}")).content
                calendar = Calendar.from_ical(content)
                mail["method"], mail["event"] = str(calendar["method"]), calendar.walk("VEVENT")[0]
            found.append(mail)
    return found


SEEN: set[str] = set()


async def test_a_visitor_books_moves_and_cancels(client, client_of, anonymous, drain, database, tenant, stopped):
    event_type = await make_event_type(
        client, cancellation_notice=100, cancellation_policy="Call us on +49 30 1.", location={"kind": "phone"},
        questions=[{"key": "size", "label": "Size", "kind": "number", "required": True}],
    )  # fmt: skip
    page = page_of(event_type)
    listed = (await ok(anonymous.get(page.rsplit("/", 1)[0])))["event_types"]
    assert [one["questions"][0]["key"] for one in listed if one["slug"] == "product-demo"] == ["size"]
    times = (await free_times(anonymous, page))[2:]
    wish = GUEST | {"starts_at": times[0], "answers": {"size": 5}, "phone": "+49 30 901820"}
    wrong = await refused(
        anonymous.post(f"{page}/bookings", json=GUEST | {"starts_at": times[0]}), "meetings.booking_invalid", 422
    )
    assert {problem["field"] for problem in wrong["errors"]} == {"answers.size", "phone"}
    trap = anonymous.post(f"{page}/bookings", json=wish | {"website": "x"})
    await refused(trap, "meetings.booking_invalid", 422)
    # Sent twice with one key: one meeting, the first answer.
    twice = {"headers": {"Idempotency-Key": "form-0001"}, "json": wish}
    booked = await ok(anonymous.post(f"{page}/bookings", **twice), 201)
    again = await ok(anonymous.post(f"{page}/bookings", **twice), 201)
    assert (again["meeting_id"], again["uid"]) == (booked["meeting_id"], booked["uid"])
    assert again["token"] != booked["token"]
    other = {"headers": {"Idempotency-Key": "form-0001"}, "json": wish | {"email": "eve@example.com"}}
    await refused(anonymous.post(f"{page}/bookings", **other), "meetings.booking_invalid", 422)
    lost = await refused(anonymous.post(f"{page}/bookings", json=wish), "meetings.slot_taken")
    near = (await free_times(anonymous, page))[:5]
    assert [slot["starts_at"][:16] for slot in lost["alternatives"]] == [one[:16] for one in near]

    told = await mails(client, drain)
    assert [mail["kind"] for mail in told] == ["meeting_booked", "meeting_host"]
    mail = told[0]
    assert (mail["to_email"], mail["method"]) == ("ada@example.com", "REQUEST")
    assert mail["subject"].startswith("Bestätigt: Product demo, 02.03.2026")
    assert "(Asia/Tokyo, UTC+09:00)" in mail["body"]
    assert (str(mail["event"]["uid"]), mail["event"]["sequence"]) == (booked["uid"], 0)
    assert "Size: 5" in told[1]["body"]

    stopped.tick(1)
    # Looking at a link changes nothing; moving to a lost time keeps the old one.
    link = f"/api/v1/booking-links/{booked['token']}"
    shown = await ok(anonymous.get(link))
    assert (shown["state"], shown["can_move"], shown["event_type"]["slug"]) == ("confirmed", True, "product-demo")
    await book(
        anonymous, page, times[3], name="Bob", email="bob@example.com", answers={"size": 1}, phone="+49 30 901821"
    )
    lost = await refused(anonymous.post(f"{link}/move", json={"starts_at": times[3]}), "meetings.slot_taken")
    assert len(lost["alternatives"]) == 5
    assert (await ok(anonymous.get(link)))["starts_at"] == shown["starts_at"]
    moved = await ok(anonymous.post(f"{link}/move", json={"starts_at": times[5]}))
    assert moved["sequence"] == 1
    assert times[0] in await free_times(anonymous, page)
    assert await ok(anonymous.post(f"{link}/move", json={"starts_at": times[5]})) == moved
    confirmed = await ok(anonymous.post(f"{link}/confirm"))
    assert confirmed["confirmed_at"]
    told = [mail for mail in await mails(client, drain) if mail["to_email"] == "ada@example.com"]
    assert [(mail["kind"], mail["method"], mail["event"]["sequence"]) for mail in told] == [
        ("meeting_moved", "REQUEST", 1)
    ]

    # The lead was added once, and its timeline tells the story; nothing says that they want marketing.
    lead = (await ok(client.get("/api/v1/leads", params={"q": "lovelace"})))["items"]
    assert [(one["full_name"], one["source"], one["status"], one["do_not_email"]) for one in lead] == [
        ("Ada Lovelace", "Booking page", "contacted", False)
    ]
    timeline = (await ok(client.get(f"/api/v1/leads/{lead[0]['id']}/timeline")))["items"]
    assert [one["kind"] for one in timeline if one["kind"].startswith("meeting")] == ["meeting.moved", "meeting.booked"]

    # Too late for links, never for members.
    with clock.frozen(datetime.fromisoformat(moved["starts_at"]) - timedelta(minutes=90)):
        client = await client_of(tenant.actor)
        late = await refused(anonymous.post(f"{link}/cancel"), "meetings.too_late")
        assert late["detail"] == "Call us on +49 30 1."
        assert not (await ok(anonymous.get(link)))["can_cancel"]
        gone = await ok(client.post(f"/api/v1/meetings/{booked['meeting_id']}/cancel", json={"reason": "Ill"}))
        assert (gone["state"], gone["cancelled_by"], gone["sequence"]) == ("cancelled", "staff", 2)
    assert times[5] in await free_times(anonymous, page)
    told = [mail for mail in await mails(client, drain) if mail["to_email"] == "ada@example.com"]
    assert [(mail["method"], mail["event"]["sequence"], str(mail["event"]["status"])) for mail in told] == [
        ("CANCEL", 2, "CANCELLED")
    ]
    assert "Grund: Ill" in told[0]["body"]
    await refused(anonymous.post(f"{link}/move", json={"starts_at": times[7]}), "meetings.wrong_state")
    await refused(anonymous.get("/api/v1/booking-links/" + "x" * 32), "meetings.link_not_found", 404)

    # Delivered again, every event of the story sends nothing more.
    async with database.transaction(Actor.system(tenant.organisation_id)) as session:
        assert await session.scalar(text("SELECT count(*) FROM meeting_mails")) == 8
    # Switched off between show and book.
    await ok(client.patch(f"/api/v1/event-types/{event_type['id']}", json={"active": False}))
    await refused(anonymous.post(f"{page}/bookings", json=wish), "meetings.page_not_found", 404)


async def test_reminders_ends_and_no_shows(client, anonymous, drain, database, tenant, client_for, client_of):
    event_type = await make_event_type(client, reminders=[1440, 60])
    page = page_of(event_type)
    start = (await free_times(anonymous, page))[-1]
    booked = await book(anonymous, page, start, name="Eve\u202e\r\nBcc: x@example.com")
    url, begins = f"/api/v1/meetings/{booked['meeting_id']}", datetime.fromisoformat(start)
    [invited, _] = await mails(client, drain)
    assert invited["to_name"] == "Eve Bcc: x@example.com"
    await refused(client.post(f"{url}/no-show"), "meetings.wrong_state")

    async def due(name):
        async with database.transaction(Actor.system(tenant.organisation_id)) as session:
            await session.execute(
                text("UPDATE pgqueuer SET execute_after = clock_timestamp() WHERE entrypoint = :name"), {"name": name}
            )
        return await mails(client, drain)

    # After a pause of the worker both reminders are due: only the nearer one goes out.
    with clock.frozen(begins - timedelta(minutes=50)):
        client = await client_of(tenant.actor)
        [reminder] = await due("meetings.remind")
    assert reminder["kind"] == "meeting_reminder"
    token = reminder["link"].rsplit("/", 1)[1]
    with clock.frozen(begins - timedelta(minutes=40)):
        assert (await ok(anonymous.post(f"/api/v1/booking-links/{token}/confirm")))["confirmed_at"]
    with clock.frozen(begins + timedelta(hours=1)):
        client = await client_of(tenant.actor)
        assert await due("meetings.end") == []
        kinds = await timeline_kinds(client)
        assert "meeting.held" in kinds
        marked = await ok(client.post(f"{url}/no-show"))
        assert marked["no_show_at"]
        assert [one["no_show"] for one in marked["attendees"]] == [True]
        [missed] = await mails(client, drain)
        assert missed["link"].endswith(event_type["path"])
        kinds = await timeline_kinds(client)
        assert "meeting.no_show" in kinds
        assert "meeting.held" not in kinds
        await ok(client.post(f"{url}/no-show", json={"missed": False}))
        await drain()
        assert "meeting.held" in await timeline_kinds(client)
    client = await client_of(tenant.actor)
    past = await ok(client.get("/api/v1/meetings", params={"when": "upcoming", "q": "eve"}))
    assert [one["id"] for one in past["items"]] == [booked["meeting_id"]]
    # Contact details are for those who may see them.
    masked = (await ok((await client_for("analyst")).get(url)))["attendees"][0]
    assert masked["email"] == "a•••@example.com"


async def timeline_kinds(client):
    lead = (await ok(client.get("/api/v1/leads", params={"q": "ada@example.com"})))["items"][0]
    return [one["kind"] for one in (await ok(client.get(f"/api/v1/leads/{lead['id']}/timeline")))["items"]]


async def test_requests_are_accepted_declined_and_answered(client, anonymous, drain):
    event_type = await make_event_type(client, requires_confirmation=True)
    page = page_of(event_type)
    times = await free_times(anonymous, page)
    asked = await book(anonymous, page, times[0])
    assert asked["state"] == "pending"
    assert times[0] not in await free_times(anonymous, page)
    [request, _] = await mails(client, drain)
    assert (request["kind"], str(request["event"]["status"])) == ("meeting_requested", "TENTATIVE")
    url = f"/api/v1/meetings/{asked['meeting_id']}"
    accepted = await ok(client.post(f"{url}/accept"))
    assert accepted["state"] == "confirmed"
    told = await mails(client, drain)
    assert [mail["kind"] for mail in told] == ["meeting_booked", "meeting_host"]
    await refused(client.post(f"{url}/decline"), "meetings.wrong_state")
    # The attendee declines in the calendar: the host is told, and decides.
    reply = told[0]["event"]
    reply["attendee"].params["PARTSTAT"] = "DECLINED"
    content = f"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n{reply.to_ical().decode()}END:VCALENDAR\r\n"
    answered = await ok(client.post("/api/v1/meetings/replies", json={"content": content}))
    assert (answered["state"], answered["attendees"][0]["status"]) == ("confirmed", "declined")
    assert ["Declined by the attendee" in mail["subject"] for mail in await mails(client, drain)] == [True]
    await refused(client.post("/api/v1/meetings/replies", json={"content": "Hi"}), "meetings.reply_invalid", 422)

    second = await book(anonymous, page, times[4], email="bob@example.com")
    await ok(client.post(f"/api/v1/meetings/{second['meeting_id']}/decline", json={"reason": "Holiday"}))
    assert times[4] in await free_times(anonymous, page)
    told = await mails(client, drain)
    assert (told[-1]["kind"], told[-1]["method"]) == ("meeting_cancelled", "CANCEL")


async def test_freed_times_are_offered_once_and_in_order(
    client, anonymous, drain, stopped, database, tenant, client_of
):
    event_type = await make_event_type(client, limit_per_day=1, window_kind="range", window_start="2026-03-03",
                                       window_end="2026-03-03")  # fmt: skip
    page = page_of(event_type)
    times = await free_times(anonymous, page)
    booked = await book(anonymous, page, times[5])
    assert await free_times(anonymous, page) == []
    span = {"wanted_from": NOW.isoformat(), "wanted_until": (NOW + timedelta(days=2)).isoformat()}
    for name in ("first", "second", "first"):
        person = {"name": name, "email": f"{name}@example.com", "language": "fr"}
        await ok(anonymous.post(f"{page}/waiting-list", json=person | span), 201)
        stopped.tick(1)
    told = await mails(client, drain)
    assert [mail["to_name"] for mail in told if mail["kind"] == "waiting_list"] == ["first", "second", "first"]
    await ok(anonymous.post(f"/api/v1/booking-links/{booked['token']}/cancel"))
    [offer] = [mail for mail in await mails(client, drain) if mail["kind"] == "waiting_list"]
    assert (offer["to_name"], offer["subject"].split(" :")[0]) == ("first", "Une heure est libre")
    first = f"/api/v1/booking-links/{offer['link'].rsplit('/', 1)[1]}"
    shown = await ok(anonymous.get(first))
    assert (shown["kind"], shown["can_confirm"], shown["starts_at"][:10]) == ("offer", True, "2026-03-03")
    # It is kept for the first: nobody else is shown it, and only when the offer ends comes the next.
    assert await free_times(anonymous, page) == []
    stopped.tick(4 * 3600 + 1)
    client = await client_of(tenant.actor)
    async with database.transaction(Actor.system(tenant.organisation_id)) as session:
        await session.execute(
            text("UPDATE pgqueuer SET execute_after = clock_timestamp() WHERE entrypoint = 'meetings.offer_freed'")
        )
    [offer] = [mail for mail in await mails(client, drain) if mail["kind"] == "waiting_list"]
    # Passed on, it goes to the next in line at once: who passes is not asked again about the same time.
    await ok(anonymous.post(f"/api/v1/booking-links/{offer['link'].rsplit('/', 1)[1]}/cancel"))
    passed = offer
    [offer] = [mail for mail in await mails(client, drain) if mail["kind"] == "waiting_list"]
    assert (offer["to_name"], offer["subject"]) != (passed["to_name"], passed["subject"])
    # The first is not offered the same time again, but another one of that day would be; it has only one meeting.
    line = await ok(client.get("/api/v1/meetings/waiting"))
    assert [one["state"] for one in line].count("offered") == 1
    token = offer["link"].rsplit("/", 1)[1]
    taken = await ok(anonymous.post(f"/api/v1/booking-links/{token}/confirm"))
    assert taken["state"] == "confirmed"
    again = await ok(anonymous.post(f"/api/v1/booking-links/{token}/confirm"))
    assert (again["kind"], again["starts_at"], again["email"]) == ("meeting", taken["starts_at"], taken["email"])
    expired = await anonymous.post(f"{first}/confirm")
    assert (expired.status_code, expired.json()["code"]) in [
        (409, "meetings.hold_expired"),
        (404, "meetings.link_not_found"),
    ]


async def test_seats_are_shared_left_and_moved(client, anonymous, drain):
    event_type = await make_event_type(client, seats=2)
    page = page_of(event_type)
    times = await free_times(anonymous, page)
    ada = await book(anonymous, page, times[0])
    await refused(anonymous.post(f"{page}/bookings", json=GUEST | {"starts_at": times[0]}), "meetings.already_booked")
    bob = await book(anonymous, page, times[0], name="Bob", email="bob@example.com")
    assert bob["meeting_id"] == ada["meeting_id"]
    await refused(
        anonymous.post(f"{page}/bookings", json=GUEST | {"starts_at": times[0], "email": "c@example.com"}),
        "meetings.slot_taken",
    )
    await mails(client, drain)
    moved = await ok(anonymous.post(f"/api/v1/booking-links/{bob['token']}/move", json={"starts_at": times[2]}))
    assert moved["starts_at"][:16] == times[2][:16]
    # The link in the mail leads to the seat they have now.
    assert await ok(anonymous.get(f"/api/v1/booking-links/{bob['token']}")) == moved
    meetings = (await ok(client.get("/api/v1/meetings", params={"when": "upcoming"})))["items"]
    assert [[(one["name"], one["status"]) for one in row["attendees"]] for row in meetings] == [
        [("Ada Lovelace", "accepted"), ("Bob", "cancelled")], [("Bob", "accepted")],
    ]  # fmt: skip
    told = [(mail["to_email"], mail["method"]) for mail in await mails(client, drain) if mail["kind"] != "meeting_host"]
    assert sorted(told) == [("bob@example.com", "CANCEL"), ("bob@example.com", "REQUEST")]
    await ok(anonymous.post(f"/api/v1/booking-links/{ada['token']}/cancel"))
    assert times[0] in await free_times(anonymous, page)


async def test_members_and_agents_hold_book_and_see_whose_turn_it_is(client, client_for, anonymous, tenant, stopped):
    member = await client_for("manager")
    members = {one["name"]: one["id"] for one in (await ok(client.get("/api/v1/members")))["items"]}
    hosts = [
        {"user_id": user_id, "weight": weight} for user_id, weight in zip(members.values(), (100, 200), strict=True)
    ]
    event_type = await make_event_type(client, assignment="round_robin", hosts=hosts, lead_owner_first=True)
    times = await free_times(anonymous, page_of(event_type))
    wish = {"event_type_id": event_type["id"], "starts_at": times[8]}
    for _ in range(2):
        held = await ok(client.post("/api/v1/meeting-holds", json=wish | {"seconds": 60}), 201)
    assert times[8] not in await free_times(anonymous, page_of(event_type))
    await refused(client.post("/api/v1/meeting-holds", json=wish), "meetings.slot_taken")
    stopped.tick(61)
    # Nobody's doing was needed: the time is free again, also for the one who held it too long.
    assert times[8] in await free_times(anonymous, page_of(event_type))
    kept = await ok(client.post("/api/v1/meetings", json=GUEST | wish | {"hold_id": held["id"]}), 201)
    assert (kept["id"], kept["state"], [one["id"] for one in kept["hosts"]]) == (
        held["id"], "confirmed", held["host_ids"],
    )  # fmt: skip
    gone = GUEST | wish | {"hold_id": held["id"], "email": "b@example.com"}
    await refused(client.post("/api/v1/meetings", json=gone), "meetings.hold_expired")
    other = await ok(client.post("/api/v1/meeting-holds", json=wish | {"starts_at": times[9]}), 201)
    assert (await client.delete(f"/api/v1/meeting-holds/{other['id']}")).status_code == 204

    lead = await ok(
        client.post("/api/v1/leads", json={"email": "own@example.com", "owner_id": str(tenant.user_id)}), 201
    )
    for number, starts_at in enumerate(times[1:6]):
        await book(anonymous, page_of(event_type), starts_at, email=f"g{number}@example.com")
    owned = await book(anonymous, page_of(event_type), times[7], email="own@example.com")
    found = await ok(client.get(f"/api/v1/meetings/{owned['meeting_id']}"))
    assert (found["assigned_because"], found["owner_assigned"], found["lead_id"]) == (
        "Owner of the lead",
        True,
        lead["id"],
    )
    fairness = await ok(member.get(f"/api/v1/event-types/{event_type['id']}/fairness"))
    assert {one["user_id"]: (one["counted"], one["not_counted"]) for one in fairness["hosts"]} == {
        hosts[0]["user_id"]: (2, int(hosts[0]["user_id"] == str(tenant.user_id))),
        hosts[1]["user_id"]: (4, int(hosts[1]["user_id"] == str(tenant.user_id))),
    }
    assert sum(one["next"] for one in fairness["hosts"]) == 1
    changed = await ok(client.patch(f"/api/v1/meetings/{kept['id']}", json={"title": "Demo for Ada"}))
    assert (changed["title"], changed["sequence"]) == ("Demo for Ada", 1)


async def test_who_is_removed_for_good_is_forgotten_by_meetings(client, anonymous, database, tenant):
    event_type = await make_event_type(client, seats=2)
    page = page_of(event_type)
    times = await free_times(anonymous, page)
    ada = await book(anonymous, page, times[0], phone="+49 30 901820")
    await book(anonymous, page, times[0], name="Bob", email="bob@example.com")
    (row,) = (await ok(client.get("/api/v1/meetings", params={"when": "upcoming"})))["items"]
    leads = [one["lead_id"] for one in row["attendees"]]
    async with database.transaction(Actor.system(tenant.organisation_id)) as session:
        await session.execute(text("DELETE FROM leads WHERE id = ANY(:ids)"), {"ids": leads})
    detail = await ok(client.get(f"/api/v1/meetings/{ada['meeting_id']}"))
    assert [(one["name"], one["phone"], one["email"].split("@")[1]) for one in detail["attendees"]] == [
        ("", None, "removed.invalid")
    ] * 2
    assert detail["starts_at"][:16] == times[0][:16]

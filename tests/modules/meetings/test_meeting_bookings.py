"""Bookings from the first look at free times to the mails: through the API, as visitors, members and agents do it."""

from datetime import UTC, datetime, timedelta

import pytest

from tradewind.kernel import clock

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
    span = {"start": NOW.isoformat(), "end": (NOW + timedelta(days=days)).isoformat()}
    answer = await anonymous.get(f"{page}/slots", params=span)
    assert answer.status_code == 200, answer.text
    return [slot["starts_at"] for slot in answer.json()["slots"]]


def page_of(event_type):
    return "/api/v1/booking" + event_type["path"].removeprefix("/book")


async def test_a_visitor_books_moves_and_cancels(client, anonymous, drain):
    event_type = await make_event_type(client)
    page = page_of(event_type)
    times = await free_times(anonymous, page)
    answer = await anonymous.post(f"{page}/bookings", json=GUEST | {"starts_at": times[0]})
    assert answer.status_code == 201, answer.text
    booked = answer.json()
    assert times[0] not in await free_times(anonymous, page)
    link = f"/api/v1/booking-links/{booked['token']}"
    assert (await anonymous.get(link)).json()["state"] == "confirmed"
    moved = await anonymous.post(f"{link}/move", json={"starts_at": times[3]})
    assert moved.status_code == 200, moved.text
    assert times[0] in await free_times(anonymous, page)
    cancelled = await anonymous.post(f"{link}/cancel", json={"reason": "Ill"})
    assert cancelled.json()["state"] == "cancelled"
    assert await free_times(anonymous, page) == times
    await drain()

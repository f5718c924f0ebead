"""What a booking leads to: the lead's deal moves on, campaigns and event types count it; held time comes back."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from tradewind.kernel import clock
from tradewind.kernel.access import Actor


@pytest.fixture(autouse=True)
def stopped(frozen):
    return frozen


async def ok(request, status=200):
    answer = await request
    assert answer.status_code == status, answer.text
    return answer.json()


async def booked(anonymous, event_type, place=0, **more):
    page = "/api/v1/booking" + event_type["path"].removeprefix("/book")
    span = {"start": clock.now().isoformat(), "end": (clock.now() + timedelta(days=3)).isoformat()}
    slot = (await ok(anonymous.get(f"{page}/slots", params=span)))["slots"][place]
    guest = {"name": "Ada", "email": "ada@example.com", "starts_at": slot["starts_at"]} | more
    return await ok(anonymous.post(f"{page}/bookings", json=guest), 201)


async def test_a_booking_moves_the_deal_forwards_and_counts_for_its_campaign(client, anonymous, drain):
    [pipeline] = await ok(client.get("/api/v1/pipelines"))
    stages = {stage["name"]: stage["id"] for stage in pipeline["stages"]}
    for stage in (stages["Won"], pipeline["id"]):
        body = {"title": "Demo", "booked_stage_id": stage}
        refused = await client.post("/api/v1/event-types", json=body)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "booked_stage_id")
    demo = await ok(client.post("/api/v1/event-types", json={"title": "Demo", "booked_stage_id": stages["Demo"]}), 201)
    call = {"title": "Call", "booked_stage_id": stages["Discovery"]}
    call = await ok(client.post("/api/v1/event-types", json=call), 201)
    lead = await ok(client.post("/api/v1/leads", json={"full_name": "Ada", "email": "ada@example.com"}), 201)
    # Of two open deals, the one that somebody works on moves.
    names = ("Idle", "Licence")
    deals = [await ok(client.post("/api/v1/deals", json={"name": one, "lead_id": lead["id"]}), 201) for one in names]
    await ok(client.patch(f"/api/v1/deals/{deals[1]['id']}", json={"amount_minor": 5}))

    async def stage_names():
        shown = [await ok(client.get(f"/api/v1/deals/{deal['id']}")) for deal in deals]
        return [deal["stage_name"] for deal in shown]

    await booked(anonymous, demo, campaign=" Spring\n2026 ")
    await drain()
    assert await stage_names() == ["Discovery", "Demo"]
    assert (await ok(client.get(f"/api/v1/leads/{lead['id']}")))["status"] == "contacted"
    await booked(anonymous, call, 2)
    await drain()
    assert await stage_names() == ["Discovery", "Demo"], "never backwards"

    async def counted(by):
        found = await ok(client.get("/api/v1/metrics/meetings_booked/values", params={"by": by, "interval": "total"}))
        return {one["part"]: one["points"][0]["value"] for one in found["series"]}

    assert await counted("event_type") == {"Demo": 1, "Call": 1}
    assert (await counted("campaign"))["Spring 2026"] == 1
    # A stage that goes takes the rule with it.
    changed = await ok(client.patch(f"/api/v1/event-types/{demo['id']}", json={"booked_stage_id": None}))
    assert changed["booked_stage_id"] is None


async def test_held_time_goes_to_who_waits_the_moment_it_runs_out(
    client, client_of, anonymous, drain, database, tenant, stopped
):
    only = {"window_kind": "range", "window_start": "2026-03-03", "window_end": "2026-03-03"}
    kind = await ok(client.post("/api/v1/event-types", json={"title": "Demo", "lengths": [480]} | only), 201)
    slots = f"/api/v1/event-types/{kind['id']}/slots"
    span = {"start": "2026-03-03T00:00:00Z", "end": "2026-03-04T00:00:00Z"}
    [slot] = (await ok(client.get(slots, params=span)))["slots"]
    hold = {"event_type_id": kind["id"], "starts_at": slot["starts_at"], "seconds": 600}
    await ok(client.post("/api/v1/meeting-holds", json=hold), 201)
    await drain()
    page = "/api/v1/booking" + kind["path"].removeprefix("/book")
    wish = {"name": "Eve", "email": "eve@example.com", "wanted_from": span["start"], "wanted_until": span["end"]}
    await ok(anonymous.post(f"{page}/waiting-list", json=wish), 201)
    await drain()
    assert [one["state"] for one in await ok(client.get("/api/v1/meetings/waiting"))] == ["waiting"]
    async with database.transaction(Actor.system(tenant.organisation_id)) as session:
        # The look that was planned with the hold: nothing else happens meanwhile.
        planned = await session.execute(
            text("""
                UPDATE pgqueuer SET execute_after = clock_timestamp() WHERE entrypoint = 'meetings.offer_freed'
                RETURNING extract(epoch FROM execute_after - created)
            """)
        )
        assert len(planned.all()) == 1
    stopped.tick(602)
    client = await client_of(tenant.actor)
    await drain()
    assert [one["state"] for one in await ok(client.get("/api/v1/meetings/waiting"))] == ["offered"]

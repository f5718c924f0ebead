"""Many people on one slot, each with a connection of their own: exactly one wins, all others are told what is free."""

import asyncio
from collections import Counter
from copy import copy
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import text

from tradewind.app import attach
from tradewind.kernel import clock
from tradewind.kernel.access import Actor
from tradewind.kernel.ids import new_id
from tradewind.kernel.testing.fixtures import add_member, make_tenant
from tradewind.modules.identity import api as identity
from tradewind.modules.meetings.schemas.event_types import EventTypeCreate, HostWrite
from tradewind.modules.meetings.service import event_types

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PEOPLE = 200
PROGRAMS = 40


@pytest.fixture
async def pooled(real_database):
    """The migrated database with a pool of connections, as the web process has it."""
    database = copy(real_database)
    await database.open()
    yield database
    await database.engine.dispose()


async def test_two_hundred_people_on_one_slot(pooled, application, settings):
    tenant = await make_tenant(pooled, f"Races {new_id()}")
    other = await add_member(pooled, tenant.organisation_id, role="manager", name="Ben")
    application.state._state.clear()
    attach(application, settings, pooled)
    try:
        with clock.frozen(NOW):
            async with pooled.transaction(tenant.actor) as session:
                single = await event_types.create_event_type(session, EventTypeCreate(title="One host"))
                hosts = [HostWrite(user_id=tenant.user_id), HostWrite(user_id=other.user_id)]
                shared = await event_types.create_event_type(
                    session, EventTypeCreate(title="Two hosts", assignment="round_robin", hosts=hosts)
                )
            # Both event types want the same host at the same time.
            answers = await storm(application, [single.path, shared.path])
        won = [answer for answer in answers if answer.status_code == 201]
        lost = [answer for answer in answers if answer.status_code != 201]
        assert Counter(answer.json()["code"] for answer in lost) == {"meetings.slot_taken": PEOPLE - len(won)}
        assert all(len(answer.json()["alternatives"]) == 5 for answer in lost)
        async with pooled.transaction(Actor.system(tenant.organisation_id)) as session:
            taken = (await session.execute(text("SELECT user_id, count(*) FROM meeting_claims GROUP BY 1"))).all()
            meetings = await session.scalar(text("SELECT count(*) FROM meetings"))
            held_by = await session.scalar(text("SELECT count(DISTINCT lead_id) FROM meeting_attendees"))
        # One host of the one, and whoever is left of the other two; nobody twice.
        assert meetings == held_by == len(won) == 2
        assert {row.count for row in taken} == {1}
        with clock.frozen(NOW):
            async with pooled.transaction(Actor.system(tenant.organisation_id)) as session:
                token = await identity.issue_access_token(session, tenant.user_id, tenant.organisation_id)
            answers = await programs(application, token, single.number)
        assert Counter(answer.status_code for answer in answers) == {201: 1, 409: PROGRAMS - 1}
        failures = [answer.json()["error"] for answer in answers if answer.status_code == 409]
        assert {(one["code"], len(one["details"]["alternatives"])) for one in failures} == {("meetings.slot_taken", 5)}
    finally:
        async with pooled.transaction(Actor.system(tenant.organisation_id)) as session:
            for table in ("meetings", "event_types", "availability_schedules", "meeting_hosts", "activities", "leads"):
                await session.execute(text(f"DELETE FROM {table}"))
            await session.execute(text("DELETE FROM realtime_messages"))
            await session.execute(text("DELETE FROM pgqueuer"))


async def programs(application, token, number):
    """Programs made for Cal.com book one time at once."""
    starts_at = (NOW + timedelta(days=1, hours=5)).isoformat()

    async def book(guest):
        attendee = {"name": f"Caller {guest}", "email": f"c{guest}@example.com", "timeZone": "UTC"}
        body = {"eventTypeId": number, "start": starts_at, "attendee": attendee}
        return await client.post("/v2/bookings", json=body, headers={"Authorization": f"Bearer {token}"})

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(application), base_url="http://tradewind.test"
    ) as client:
        return await asyncio.gather(*(book(guest) for guest in range(PROGRAMS)))


async def storm(application, paths):
    """All at once, from several addresses."""
    starts_at = (NOW + timedelta(days=1, hours=2)).isoformat()

    async def visit(number, client):
        path = paths[number % len(paths)].removeprefix("/book")
        guest = {"name": f"Visitor {number}", "email": f"v{number}@example.com", "starts_at": starts_at}
        return await client.post(f"/api/v1/booking{path}/bookings", json=guest)

    clients = [
        httpx.AsyncClient(
            transport=httpx.ASGITransport(application, client=(f"10.0.0.{number + 1}", 1)),
            base_url="http://tradewind.test",
        )
        for number in range(PEOPLE // 20)
    ]
    return await asyncio.gather(*(visit(number, clients[number // 20]) for number in range(PEOPLE)))

"""Random holds, bookings, moves and cancellations: what is shown can be booked, and nobody is in two places."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from tradewind.kernel import clock
from tradewind.kernel.testing.fixtures import add_member
from tradewind.modules.meetings import api as meetings
from tradewind.modules.meetings.contracts import BookingWish, Guest
from tradewind.modules.meetings.errors_bookings import SlotTaken
from tradewind.modules.meetings.schemas.event_types import EventTypeCreate, HostWrite
from tradewind.modules.meetings.service import changes, event_types

NOW = datetime(2026, 3, 27, 7, 0, tzinfo=UTC)  # before the clocks change in Europe
STEPS = 70
_OVERLAPS = text("""
    SELECT count(*) FROM meeting_claims a JOIN meeting_claims b
        ON a.user_id = b.user_id AND a.id < b.id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
    WHERE a.live AND b.live AND (a.held_until IS NULL OR a.held_until > :at)
      AND (b.held_until IS NULL OR b.held_until > :at)
""")
_LIMIT = text("""
    SELECT coalesce(max(n), 0) FROM (
        SELECT count(*) AS n FROM meeting_claims c
        WHERE c.live AND c.event_type_id = :kind AND (c.held_until IS NULL OR c.held_until > :at)
        GROUP BY c.user_id, date_trunc('day', c.starts_at AT TIME ZONE 'UTC')) AS days
""")


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_shown_is_bookable_whatever_happened_before(database, tenant, seed):
    pick = random.Random(seed)
    others = [await add_member(database, tenant.organisation_id, role="manager", name=f"H{n}") for n in (1, 2)]
    hosts = [HostWrite(user_id=one.user_id, weight=50 * (n + 1)) for n, one in enumerate([tenant, *others])]
    with clock.frozen(NOW) as stopped:
        async with database.transaction(tenant.actor) as session:
            kinds = [
                await event_types.create_event_type(session, EventTypeCreate(title=title, **more))
                for title, more in (
                    ("Turns", {"assignment": "round_robin", "hosts": hosts, "lengths": [30, 45], "buffer_after": 15}),
                    ("Together", {"assignment": "collective", "hosts": hosts[:2], "lengths": [60]}),
                    ("Group", {"hosts": hosts[2:], "seats": 3, "lengths": [30], "limit_per_day": 4}),
                )
            ]  # fmt: skip
            booked, holds, done = [], [], {"book": 0, "hold": 0, "move": 0, "cancel": 0, "keep": 0, "refused": 0}

            async def shown(kind, length=None):
                start = clock.now() + timedelta(days=pick.randrange(4))
                return await meetings.find_slots(
                    session, kind.id, start=start, end=start + timedelta(days=2), length=length
                )

            def wish(kind, slot, length, number):
                guest = Guest(name=f"Guest {number}", email=f"g{seed}-{number}@example.com")
                return BookingWish(
                    event_type_id=kind.id, starts_at=slot.starts_at, guest=guest, length=length, source="agent"
                )

            for number in range(STEPS):
                stopped.tick(pick.choice([1, 30, 200]))
                kind = pick.choice(kinds)
                length = pick.choice(kind.lengths)
                act = pick.choice(["book", "book", "hold", "keep", "move", "move", "cancel", "refused"])
                free = await shown(kind, length)
                if act == "book" and free:
                    found = await meetings.book(session, wish(kind, slot := pick.choice(free), length, number))
                    assert found.starts_at == slot.starts_at
                    assert set(found.host_ids) <= set(slot.host_ids)
                    booked.append((kind, found))
                elif act == "hold" and [slot for slot in free if slot.joins is None]:
                    slot = pick.choice([slot for slot in free if slot.joins is None])
                    held = await meetings.hold_slot(
                        session,
                        kind.id,
                        slot.starts_at,
                        length=length,
                        keep_for=timedelta(seconds=pick.choice([60, 900])),
                    )
                    holds.append((kind, slot, length, held))
                elif act == "keep" and holds:
                    kind, slot, length, held = holds.pop(pick.randrange(len(holds)))
                    if held.held_until <= clock.now():
                        continue
                    found = await meetings.book(session, wish(kind, slot, length, number), hold_id=held.id)
                    assert (found.meeting_id, found.host_ids) == (held.id, held.host_ids)
                    booked.append((kind, found))
                elif act == "move" and booked:
                    kind, found = pick.choice(booked)
                    minutes = int((found.ends_at - found.starts_at).total_seconds() // 60)
                    free = [slot for slot in await shown(kind, minutes) if slot.joins is None]
                    if not free:
                        continue
                    slot = pick.choice(free)
                    await meetings.move(session, found.meeting_id, slot.starts_at)
                elif act == "cancel" and booked:
                    kind, found = booked.pop(pick.randrange(len(booked)))
                    await meetings.cancel(session, found.meeting_id)
                    booked = [(k, one) for k, one in booked if one.meeting_id != found.meeting_id]
                elif act == "refused" and booked:
                    # A time that is not offered: the old one stays, and what comes in its place can be booked.
                    kind, found = pick.choice(booked)
                    before = await changes.repository.meeting(session, found.meeting_id)
                    starts_at = before.starts_at
                    with pytest.raises(SlotTaken) as refusal:
                        await meetings.move(session, found.meeting_id, starts_at + timedelta(minutes=7))
                    again = await changes.repository.meeting(session, found.meeting_id)
                    assert again.starts_at == starts_at
                    assert len(await changes.repository.hosts_of(session, found.meeting_id)) == len(found.host_ids)
                    other = refusal.value.extra["alternatives"]
                    if kind.seats == 1 and other:
                        await meetings.move(session, found.meeting_id, datetime.fromisoformat(other[0]["starts_at"]))
                else:
                    continue
                done[act] += 1
                assert await session.scalar(_OVERLAPS, {"at": clock.now()}) == 0
                assert await session.scalar(_LIMIT, {"at": clock.now(), "kind": kinds[2].id}) <= 4
            assert min(done.values()) >= 1, done

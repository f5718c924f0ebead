"""Meetings of the sample company: what can be booked, with whom, those that took place and those that are to come.

Past ones are written beside the timelines that tell of them, because nobody can book the past; coming ones are
booked, moved and cancelled through the same service as everyone's.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.kernel.ids import new_id
from tradewind.modules.meetings.contracts import BookingWish, Guest
from tradewind.modules.meetings.models.bookings import Attendee, Meeting
from tradewind.modules.meetings.models.event_types import EventType
from tradewind.modules.meetings.repository import bookings as repository
from tradewind.modules.meetings.schemas.availability import DateHours, HolidayChoice, ScheduleCreate, WeeklyHours
from tradewind.modules.meetings.schemas.event_types import EventTypeCreate, HostWrite, Location, Question
from tradewind.modules.meetings.service import availability, bookings, changes, event_types, slots
from tradewind.sample import world
from tradewind.sample.load import Colleague
from tradewind.sample.routing_forms import add_routing_form

_ZONE = ZoneInfo(world.TIME_ZONE)
_PAST = 26
_LENGTH = timedelta(minutes=45)
_BUFFER = timedelta(minutes=15)
_TOPICS = (
    "Forecast accuracy for our spring season",
    "How Lumen works with our ERP",
    "Replacing three spreadsheets and a lot of luck",
    "Stock-outs at two warehouses",
    "What a pilot would take from our side",
)
_CANCELLED_BECAUSE = (
    "I am travelling that week after all, sorry.",
    "Our budget round was moved; let us talk in the new quarter.",
)
# Leads whose timeline tells of a demo that took place, latest first. `missed_at`: they first let one pass.
_TOLD = """
    WITH told AS (
        SELECT a.id, a.lead_id, l.full_name AS name, l.email, l.phone, l.owner_id, a.occurred_at AS booked_at,
            (a.data->>'starts_at')::timestamptz AS held_at,
            (SELECT max(n.occurred_at) FROM activities n WHERE n.lead_id = a.lead_id AND n.kind = 'meeting.no_show')
                AS missed_at
        FROM activities a JOIN leads l ON l.id = a.lead_id
        WHERE a.kind = 'meeting.booked' AND a.source = 'Calendar' AND l.deleted_at IS NULL AND l.email IS NOT NULL
          AND l.owner_id = ANY ($1) AND (a.data->>'starts_at')::timestamptz < $2
          AND EXISTS (SELECT FROM activities h WHERE h.lead_id = a.lead_id AND h.kind = 'meeting.held'))
    SELECT * FROM told ORDER BY coalesce(missed_at > $2 - interval '90 days', false) DESC, held_at DESC, id LIMIT $3
"""
_MOVE_TOLD = """
    UPDATE activities SET occurred_at = CASE WHEN kind = $2 THEN $3 ELSE occurred_at END,
        data = data || $4::jsonb
    WHERE lead_id = $1 AND kind IN ($2, 'meeting.booked') AND source = 'Calendar'
"""
_DATE_TURNS = """
    UPDATE meeting_turns t SET created_at = m.created_at FROM meetings m
    WHERE m.id = t.meeting_id AND m.ended_recorded_at IS NOT NULL
"""
# Promising leads who have not met anyone yet.
_PROMISING = """
    SELECT l.id, l.full_name AS name, l.email, l.phone FROM leads l
    WHERE l.deleted_at IS NULL AND l.email IS NOT NULL AND l.owner_id = ANY ($1)
      AND l.status IN ('new', 'contacted', 'qualified')
      AND NOT EXISTS (SELECT FROM activities a WHERE a.lead_id = l.id AND a.kind = 'meeting.booked')
    ORDER BY l.score DESC NULLS LAST, l.id LIMIT $2
"""


async def add_meetings(session: AsyncSession, team: Sequence[Colleague], *, seed: int) -> None:
    """Add hours, three event types and some forty meetings; the session acts for an administrator."""
    # Timelines, invitations and video rooms are the worker's; only handlers known here hear of the bookings.
    import_module("tradewind.modules.meetings.handlers")
    rng = random.Random(seed)  # noqa: S311
    await _add_hours(session, team)
    demo, workshop, deep_dive = await _add_event_types(session, team)
    await add_routing_form(session, demo, workshop, deep_dive)
    sellers = [member.id for member in team[:4]]
    await _add_past(session, demo, sellers, rng)
    await _add_coming(session, demo, workshop, deep_dive, sellers, rng)


async def _add_hours(session: AsyncSession, team: Sequence[Colleague]) -> None:
    today = datetime.now(_ZONE).date()
    monday = today + timedelta(days=7 - today.weekday())
    germany = HolidayChoice(country="DE", subdivision="BE")
    await availability.create_schedule(
        session,
        ScheduleCreate(
            name="Office hours",
            shared=True,
            is_default=True,
            time_zone=world.TIME_ZONE,
            weekly=[_week([1, 2, 3, 4], "09:00", "17:30"), _week([5], "09:00", "15:00")],
            holidays=germany,
        ),
    )
    fair = [DateHours.model_validate({"date": monday + timedelta(days=day), "ranges": []}) for day in (1, 2)]
    half = {"date": monday + timedelta(days=3), "ranges": [{"start": "13:00", "end": "17:00"}]}
    await availability.create_schedule(
        session,
        ScheduleCreate(
            name="Marcus, with the trade fair",
            user_id=team[1].id,
            time_zone=world.TIME_ZONE,
            weekly=[_week([1, 2, 3, 4, 5], "08:30", "12:00"), _week([1, 2, 3, 4], "13:00", "17:00")],
            overrides=[*fair, DateHours.model_validate(half)],
            holidays=germany,
        ),
    )


def _week(days: list[int], start: str, end: str) -> WeeklyHours:
    return WeeklyHours(days=days, start=start, end=end)


async def _add_event_types(session: AsyncSession, team: Sequence[Colleague]) -> tuple[EventType, EventType, EventType]:
    def host(place: int, weight: int = 100) -> HostWrite:
        return HostWrite(user_id=team[place].id, weight=weight)

    topic = Question(key="topic", label="What would you like to see?", kind="textarea")
    size = Question(
        key="planners", label="How many people plan with you?", kind="select", options=["1–5", "6–20", "20+"]
    )
    wanted = (
        EventTypeCreate(
            title="Product demo", slug="demo", lengths=[45, 30], colour="#3b82f6", assignment="round_robin",
            description="Lumen with numbers like yours: forecast, stock-outs, what-if.", lead_owner_first=True,
            buffer_after=15, minimum_notice=240, questions=[topic, size],
            hosts=[host(0, 40), host(1), host(2), host(3)],
        ),
        EventTypeCreate(
            title="Onboarding workshop", slug="onboarding", lengths=[60], colour="#14b8a6", seats=8, increment=60,
            description="For new customers: first data, first forecast, questions.", limit_per_day=1,
            minimum_notice=1_440, hosts=[host(2)],
        ),
        EventTypeCreate(
            title="Technical deep dive", slug="deep-dive", lengths=[60], colour="#8b5cf6", assignment="collective",
            description="Interfaces, security and hosting, with an engineer.", requires_confirmation=True,
            location=Location(kind="google_meet"), limit_per_week=3, questions=[topic], hosts=[host(3), host(4)],
        ),
    )  # fmt: skip
    made = [await event_types.create_event_type(session, one) for one in wanted]
    demo, workshop, deep_dive = [await event_types.require_event_type(session, one.id) for one in made]
    return demo, workshop, deep_dive


@dataclass
class _Diary:
    """Which times of which hosts are taken, so that past meetings do not overlap."""

    rng: random.Random
    taken: set[tuple[UUID, datetime]] = field(default_factory=set)

    def place(self, host: UUID, about: datetime, before: datetime) -> datetime:
        """A free start in working hours on the day nearest before `about`, over by `before`."""
        day = about.astimezone(_ZONE).date()
        while True:
            day = _working_day(min(day, before.astimezone(_ZONE).date() - timedelta(days=1)))
            hours = [9, 10, 11, 13, 14, 15]
            self.rng.shuffle(hours)
            for hour in hours:
                start = datetime.combine(day, time(hour), _ZONE).astimezone(UTC)
                if (host, start) not in self.taken:
                    self.taken.add((host, start))
                    return start
            day -= timedelta(days=1)


def _working_day(day: date) -> date:
    return day - timedelta(days=max(0, day.weekday() - 4))


async def _add_past(session: AsyncSession, demo: EventType, sellers: Sequence[UUID], rng: random.Random) -> None:
    connection = await asyncpg_connection(session)
    present, diary = now(), _Diary(rng)
    for row in await connection.fetch(_TOLD, list(sellers), present, _PAST):
        # Whoever has little weight takes few turns.
        by_turn = rng.random() < (0.2 if row["owner_id"] == sellers[0] else 0.7)
        if row["missed_at"]:
            missed = diary.place(row["owner_id"], row["held_at"] - timedelta(days=5), present)
            await _write(session, demo, row, missed, kind="meeting.no_show", by_turn=by_turn)
        held = diary.place(row["owner_id"], row["held_at"], present)
        await _write(session, demo, row, held, kind="meeting.held", by_turn=by_turn and not row["missed_at"])
    await connection.execute(_DATE_TURNS)


async def _write(
    session: AsyncSession, demo: EventType, row: Any, start: datetime, *, kind: str, by_turn: bool
) -> None:
    """Write a meeting that is over as if booked at its time; what the timeline tells of it gets the same moment."""
    missed = kind == "meeting.no_show"
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    booked_at = min(row["booked_at"], start - timedelta(hours=5))
    because = "Next in turn of 4 free hosts" if by_turn else "Owner of the lead"
    meeting = Meeting(
        id=new_id(), organisation_id=organisation_id, event_type_id=demo.id, title=demo.title,
        starts_at=start, ends_at=start + _LENGTH, state="confirmed", source="page", lead_id=row["lead_id"],
        location=demo.location, answers={"topic": _TOPICS[start.day % len(_TOPICS)]}, assigned_because=because,
        owner_assigned=not by_turn, no_show_at=start + _BUFFER if missed else None, ended_recorded_at=start + _LENGTH,
        confirmed_by_attendee_at=None if missed else start - timedelta(hours=3), created_at=booked_at,
        updated_at=booked_at,
    )  # fmt: skip
    meeting.uid = f"{meeting.id}@tradewind"
    session.add(meeting)
    await session.flush()
    session.add(
        Attendee(
            id=new_id(), organisation_id=organisation_id, meeting_id=meeting.id, name=row["name"], email=row["email"],
            phone=row["phone"], time_zone=world.TIME_ZONE, no_show=missed, lead_id=row["lead_id"],
        )
    )  # fmt: skip
    await session.flush()
    await repository.claim(session, meeting, demo, [row["owner_id"]])
    await repository.note_turn(session, meeting.id, demo.id, [row["owner_id"]], counted=by_turn, because=because)
    facts = orjson.dumps({"starts_at": start.isoformat(), "meeting_id": str(meeting.id)}).decode()
    connection = await asyncpg_connection(session)
    await connection.execute(_MOVE_TOLD, row["lead_id"], kind, start, facts)


async def _add_coming(
    session: AsyncSession,
    demo: EventType,
    workshop: EventType,
    deep_dive: EventType,
    sellers: Sequence[UUID],
    rng: random.Random,
) -> None:
    connection = await asyncpg_connection(session)
    people = [dict(row) for row in await connection.fetch(_PROMISING, list(sellers), 13)]
    rng.shuffle(people)
    plan = [demo] * 7 + [workshop] * 4 + [deep_dive] * 2
    times = {kind.id: await _times(session, kind, rng) for kind in (demo, workshop, deep_dive)}
    booked = []
    for kind, person in zip(plan, people, strict=False):
        free = times[kind.id]
        # A workshop fills up before the next one begins.
        start = free[0] if kind is workshop else free.pop()
        answers = {"topic": rng.choice(_TOPICS)} if kind.questions else {}
        wish = BookingWish(
            event_type_id=kind.id, starts_at=start, source="page", answers=answers, lead_id=person["id"],
            guest=Guest(name=person["name"], email=person["email"], time_zone=world.TIME_ZONE),
        )  # fmt: skip
        booked.append((await bookings.book(session, wish)).meeting_id)
    for meeting_id, reason in zip(booked[:2], _CANCELLED_BECAUSE, strict=False):
        await changes.cancel(session, meeting_id, by="attendee", reason=reason)
    if len(booked) > 2:
        await changes.move(session, booked[2], times[demo.id].pop(), by="attendee")


async def _times(session: AsyncSession, kind: EventType, rng: random.Random) -> list[datetime]:
    """Free starts of the coming two weeks in any order, an hour apart, so that each can be booked after the others."""
    found = await slots.find_slots(session, kind.id, start=now(), end=now() + timedelta(days=16))
    starts = [slot.starts_at for slot in found if slot.starts_at.minute == 0]
    if kind.seats > 1:
        return starts[:1]
    rng.shuffle(starts)
    return _apart(starts, timedelta(hours=2) if kind.assignment == "collective" else timedelta(0))


def _apart(starts: Sequence[datetime], pause: timedelta) -> list[datetime]:
    kept: list[datetime] = []
    for start in starts:
        if all(abs(start - other) >= max(pause, _LENGTH + _BUFFER) for other in kept):
            kept.append(start)
    return kept

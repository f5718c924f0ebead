"""SQL of taking, moving and giving back hosts' time."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.meetings.models.bookings import Attendee, Meeting
from tradewind.modules.meetings.models.event_types import EventType, EventTypeHost, MeetingClaim

GUARD = "meeting_claims_one_at_a_time"
KEYS = ("meeting_attendees_by_key", "meetings_organisation_id_idempotency_key_key")
TURNS_COUNT_FOR = timedelta(days=30)

_LOCK = text("SELECT pg_advisory_xact_lock(key) FROM (SELECT unnest(CAST(:keys AS bigint[])) AS key) AS wanted")
_STANDINGS = text("""
    SELECT h.user_id, h.weight, h.priority, coalesce(n.number, 0) AS number, c.credit, c.since,
        count(t.meeting_id) AS counted, max(t.created_at) AS last_at
    FROM event_type_hosts h
    LEFT JOIN meeting_hosts n ON n.organisation_id = h.organisation_id AND n.user_id = h.user_id
    LEFT JOIN meeting_turn_credits c ON c.event_type_id = h.event_type_id AND c.user_id = h.user_id
    LEFT JOIN (
        SELECT t.meeting_id, t.user_id, t.created_at FROM meeting_turns t JOIN meetings m ON m.id = t.meeting_id
        WHERE t.event_type_id = :event_type_id AND t.counted AND t.created_at > :since
          AND m.state <> 'cancelled' AND (m.state <> 'held' OR m.held_until > :at)
    ) t ON t.user_id = h.user_id
    WHERE h.event_type_id = :event_type_id
    GROUP BY h.user_id, h.weight, h.priority, n.number, c.credit, c.since
""")
_EXPIRED = text("""
    DELETE FROM meetings WHERE state = 'held' AND held_until <= :at AND id IN (
        SELECT c.meeting_id FROM meeting_claims c
        WHERE c.live AND c.held_until <= :at AND c.user_id = ANY (CAST(:hosts AS uuid[])))
""")
_TURN = text("""
    INSERT INTO meeting_turns (meeting_id, user_id, organisation_id, event_type_id, counted, weight, because)
    SELECT CAST(:meeting_id AS uuid), h.user_id, h.organisation_id, h.event_type_id, :counted, h.weight, :because
    FROM event_type_hosts h WHERE h.event_type_id = :event_type_id AND h.user_id = ANY (CAST(:hosts AS uuid[]))
    ON CONFLICT (meeting_id, user_id) DO UPDATE
        SET counted = excluded.counted, weight = excluded.weight, because = excluded.because
""")
_CREDIT = text("""
    INSERT INTO meeting_turn_credits (event_type_id, user_id, organisation_id, credit, since)
    SELECT h.event_type_id, h.user_id, h.organisation_id, :credit, :at
    FROM event_type_hosts h WHERE h.event_type_id = :event_type_id AND h.user_id = :user_id
    ON CONFLICT DO NOTHING
""")


_HOSTS = text("""
    SELECT h.user_id, EXISTS (
        SELECT FROM meeting_claims c WHERE c.user_id = h.user_id AND c.live AND c.starts_at < :ends_at
          AND c.ends_at > :starts_at AND (c.held_until IS NULL OR c.held_until > :at)
          AND c.meeting_id IS DISTINCT FROM CAST(:ignore AS uuid)
    ) AS taken
    FROM event_type_hosts h WHERE h.event_type_id = :event_type_id ORDER BY h.user_id
""")


@dataclass(frozen=True, slots=True)
class Standing:
    """What a host had by turn in the last 30 days; `credit` is None for somebody new."""

    user_id: UUID
    weight: int
    priority: int
    number: int
    credit: float | None
    since: datetime | None
    counted: int
    last_at: datetime | None


async def lock_hosts(session: AsyncSession, event_type_id: UUID | None, host_ids: Iterable[UUID]) -> None:
    """Wait until nobody else books this event type or these hosts; kept until the transaction or savepoint ends.

    Always the event type first, then hosts by id: whoever locks in one order cannot block each other for ever.
    """
    keys = [_key("event_type", event_type_id)] if event_type_id else []
    keys += [_key("host", one) for one in sorted(set(host_ids))]
    await session.execute(_LOCK, {"keys": keys})


async def lock_address(session: AsyncSession, organisation_id: UUID | None, address: str) -> None:
    """Wait until nobody else looks for the lead of this address; taken after all other locks."""
    await session.execute(_LOCK, {"keys": [_key(f"address:{address}", organisation_id)]})


async def host_ids(session: AsyncSession, event_type_id: UUID) -> list[UUID]:
    """Hosts of an event type."""
    statement = select(EventTypeHost.user_id).where(EventTypeHost.event_type_id == event_type_id)
    return list(await session.scalars(statement.order_by(EventTypeHost.user_id)))


async def hosts_then(
    session: AsyncSession,
    event_type_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
    *,
    at: datetime,
    ignore: UUID | None = None,
) -> dict[UUID, bool]:
    """Hosts of an event type, and whether a meeting takes their time then: the quick look before the thorough one."""
    values = {"event_type_id": event_type_id, "starts_at": starts_at, "ends_at": ends_at, "at": at, "ignore": ignore}
    return {row.user_id: row.taken for row in await session.execute(_HOSTS, values)}


async def event_type(session: AsyncSession, event_type_id: UUID, *, lock: bool = False) -> EventType | None:
    """An event type that is there, switched off or not; with `lock`, nobody changes it meanwhile."""
    if not lock:
        found = await session.get(EventType, event_type_id)
        return found if found is not None and found.deleted_at is None else None
    statement = select(EventType).where(EventType.id == event_type_id, EventType.deleted_at.is_(None))
    return await session.scalar(statement.with_for_update(read=True).execution_options(populate_existing=True))


async def meeting(session: AsyncSession, meeting_id: UUID, *, lock: bool = False) -> Meeting | None:
    """A meeting the actor may see, as it is now."""
    statement = select(Meeting).where(Meeting.id == meeting_id).execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def meeting_by(session: AsyncSession, *, key: str | None = None, uid: str | None = None) -> Meeting | None:
    """The meeting that was held with an idempotency key, or that has this iCalendar UID."""
    same = Meeting.idempotency_key == key if key is not None else Meeting.uid == uid
    return await session.scalar(select(Meeting).where(same))


async def held(
    session: AsyncSession,
    event_type_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
    *,
    by: UUID,
    at: datetime,
) -> UUID | None:
    """The time that a key, or else a member, holds there, if it has not run out."""
    return await session.scalar(
        select(Meeting.id).where(
            Meeting.event_type_id == event_type_id,
            Meeting.state == "held",
            Meeting.starts_at == starts_at,
            Meeting.ends_at == ends_at,
            Meeting.source == "calcom",
            Meeting.held_by == by,
            Meeting.held_until > at,
        )
    )


async def attendees(session: AsyncSession, meeting_id: UUID) -> list[Attendee]:
    """All who take part or did, in the order in which they joined."""
    statement = select(Attendee).where(Attendee.meeting_id == meeting_id).order_by(Attendee.created_at, Attendee.id)
    return list(await session.scalars(statement.execution_options(populate_existing=True)))


async def attendee(session: AsyncSession, attendee_id: UUID) -> Attendee | None:
    """One attendee, as they are now."""
    statement = select(Attendee).where(Attendee.id == attendee_id)
    return await session.scalar(statement.execution_options(populate_existing=True))


async def attendee_by_key(session: AsyncSession, key: str) -> Attendee | None:
    """The attendee who was booked with an idempotency key."""
    return await session.scalar(select(Attendee).where(Attendee.booking_key == key))


async def hosts_of(session: AsyncSession, meeting_id: UUID) -> list[UUID]:
    """Who holds a meeting, or held it until it was cancelled."""
    statement = select(MeetingClaim.user_id).where(MeetingClaim.meeting_id == meeting_id)
    return list(await session.scalars(statement.order_by(MeetingClaim.user_id)))


async def end_expired_holds(session: AsyncSession, hosts: Sequence[UUID], at: datetime) -> None:
    """Remove holds of these hosts whose time is over: their rows would still stand in the way of the guard."""
    await session.execute(_EXPIRED, {"hosts": list(hosts), "at": at})


async def remove_old_holds(session: AsyncSession, before: datetime) -> None:
    """Remove holds that ran out and in whose way nobody came."""
    await session.execute(delete(Meeting).where(Meeting.state == "held", Meeting.held_until <= before))


async def claim(session: AsyncSession, row: Meeting, kind: EventType | None, hosts: Sequence[UUID]) -> None:
    """Take the hosts' time for a meeting. Raises IntegrityError (GUARD) if it is taken."""
    for user_id in hosts:
        session.add(
            MeetingClaim(
                organisation_id=row.organisation_id,
                meeting_id=row.id,
                event_type_id=row.event_type_id,
                user_id=user_id,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                buffer_before=kind.buffer_before if kind else 0,
                buffer_after=kind.buffer_after if kind else 0,
                held_until=row.held_until,
            )
        )
    await session.flush()


async def remove_claims(session: AsyncSession, meeting_id: UUID) -> None:
    """Forget who held a meeting, because others hold it or at another time."""
    await session.execute(delete(MeetingClaim).where(MeetingClaim.meeting_id == meeting_id))


async def release_claims(session: AsyncSession, meeting_id: UUID) -> None:
    """Give the hosts' time back; who held the meeting stays known."""
    await session.execute(update(MeetingClaim).where(MeetingClaim.meeting_id == meeting_id).values(live=False))


async def keep_claims(session: AsyncSession, meeting_id: UUID) -> None:
    """A hold became a meeting: its claims no longer end by themselves."""
    await session.execute(update(MeetingClaim).where(MeetingClaim.meeting_id == meeting_id).values(held_until=None))


async def count_seats(session: AsyncSession, meeting_id: UUID) -> int:
    """Count who takes part, and say so on the claims, where finding free seats reads it."""
    taken = await session.scalar(
        text("SELECT count(*) FROM meeting_attendees WHERE meeting_id = :id AND status <> 'cancelled'"),
        {"id": meeting_id},
    )
    statement = update(MeetingClaim).where(MeetingClaim.meeting_id == meeting_id)
    await session.execute(statement.values(seats_taken=max(taken or 0, 1)))
    return taken or 0


async def standings(session: AsyncSession, event_type_id: UUID, at: datetime) -> list[Standing]:
    """What each host of an event type had by turn, by host number."""
    values = {"event_type_id": event_type_id, "since": at - TURNS_COUNT_FOR, "at": at}
    rows = (await session.execute(_STANDINGS, values)).all()
    return sorted((Standing(**row._mapping) for row in rows), key=lambda one: (one.number, one.user_id))


async def note_turn(
    session: AsyncSession,
    meeting_id: UUID,
    event_type_id: UUID,
    hosts: Collection[UUID],
    *,
    counted: bool,
    because: str,
) -> None:
    """Write down why these hosts hold a meeting, and whether it counts as a turn of theirs."""
    values = {"meeting_id": meeting_id, "event_type_id": event_type_id, "hosts": list(hosts)}
    await session.execute(_TURN, values | {"counted": counted, "because": because})


async def forget_turns(session: AsyncSession, meeting_id: UUID) -> None:
    """Others hold the meeting now."""
    await session.execute(text("DELETE FROM meeting_turns WHERE meeting_id = :id"), {"id": meeting_id})


async def credit(session: AsyncSession, event_type_id: UUID, user_id: UUID, amount: float, at: datetime) -> None:
    """Count somebody new as having had this many turns."""
    values = {"event_type_id": event_type_id, "user_id": user_id, "credit": amount, "at": at}
    await session.execute(_CREDIT, values)


async def forget_former_hosts(session: AsyncSession, event_type_id: UUID) -> None:
    """Whoever comes back later starts like somebody new."""
    await session.execute(
        text("""
            DELETE FROM meeting_turn_credits c WHERE c.event_type_id = :id AND NOT EXISTS (
                SELECT FROM event_type_hosts h WHERE h.event_type_id = :id AND h.user_id = c.user_id)
        """),
        {"id": event_type_id},
    )


def _key(kind: str, subject: UUID | None) -> int:
    digest = hashlib.sha256(f"tradewind.meetings:{kind}:{subject}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)

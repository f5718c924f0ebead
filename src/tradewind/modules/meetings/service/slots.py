"""Free times of an event type: found, checked again when booked, and explained, all by the same engine."""

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import clock
from tradewind.modules.identity import api as identity
from tradewind.modules.leads import api as leads
from tradewind.modules.meetings.contracts import Slot
from tradewind.modules.meetings.engine import availability as engine
from tradewind.modules.meetings.engine.availability import HostTime, Offer, Rules
from tradewind.modules.meetings.engine.hours import day_number
from tradewind.modules.meetings.errors import EventTypeInvalid, EventTypeNotFound, RangeInvalid
from tradewind.modules.meetings.models.event_types import EventType
from tradewind.modules.meetings.repository import event_types as event_type_repository
from tradewind.modules.meetings.repository import slots as repository
from tradewind.modules.meetings.service.opening_hours import hours_of, organisation_default

MAX_DAYS = 62


@dataclass(frozen=True, slots=True)
class Host:
    """An active host with the schedule that counts, by its name, and everything that decides when the host is free."""

    user_id: UUID
    name: str
    schedule_name: str
    time: HostTime


async def find_slots(
    session: AsyncSession,
    event_type_id: UUID,
    *,
    start: datetime,
    end: datetime,
    length: int | None = None,
    lead_id: UUID | None = None,
    host_ids: Collection[UUID] | None = None,
    ignore_meeting: UUID | None = None,
    seats: int = 1,
) -> list[Slot]:
    """The slots that begin in `start`–`end` (aware), in order; `length` in minutes, else the event type's first.

    `lead_id`: where the event type prefers the lead's owner, slots are the owner's alone if there are any.
    `host_ids`: only these hosts. `ignore_meeting`: as if that meeting were not there, for moving it.
    Whether the event type is switched on is the caller's business: hosts look at it before they switch it on.
    Raises EventTypeNotFound, EventTypeInvalid for a length that is not offered, RangeInvalid.
    """
    event_type = await event_type_repository.event_type(session, event_type_id)
    if event_type is None:
        raise EventTypeNotFound()
    if end <= start:
        raise RangeInvalid("The end must be after the start.")
    if end - start > timedelta(days=MAX_DAYS):
        raise RangeInvalid(f"Ask for {MAX_DAYS} days at most.")
    owner_id = await _owner(session, lead_id) if event_type.lead_owner_first else None
    return await _find(
        session, event_type, start, end, length=length, owner_id=owner_id, host_ids=host_ids,
        ignore_meeting=ignore_meeting, seats=seats,
    )  # fmt: skip


async def slot_at(
    session: AsyncSession,
    event_type: EventType,
    starts_at: datetime,
    *,
    length: int | None = None,
    lead_id: UUID | None = None,
    host_ids: Collection[UUID] | None = None,
    ignore_meeting: UUID | None = None,
    seats: int = 1,
) -> Slot | None:
    """The slot that begins at this very instant, or None: what `find_slots` shows, asked again to book it.

    To be trusted until the end of the transaction, the caller holds the locks of the hosts.
    """
    owner_id = await _owner(session, lead_id) if event_type.lead_owner_first else None
    found = await _find(
        session, event_type, starts_at, starts_at + timedelta(seconds=1), length=length, owner_id=owner_id,
        host_ids=host_ids, ignore_meeting=ignore_meeting, seats=seats,
    )  # fmt: skip
    return found[0] if found and found[0].starts_at == starts_at else None


async def slot_hosts(
    session: AsyncSession,
    event_type: EventType,
    starts_at: datetime,
    length: int | None = None,
    *,
    lead_id: UUID | None = None,
    host_ids: Collection[UUID] | None = None,
    ignore_meeting: UUID | None = None,
    seats: int = 1,
) -> tuple[UUID, ...]:
    """The hosts of `slot_at`; none where there is no slot."""
    slot = await slot_at(
        session, event_type, starts_at, length=length, lead_id=lead_id, host_ids=host_ids,
        ignore_meeting=ignore_meeting, seats=seats,
    )  # fmt: skip
    return slot.host_ids if slot else ()


async def next_slot(session: AsyncSession, event_type_id: UUID, after: datetime, length: int | None) -> datetime | None:
    """When the first slot from `after` on begins, within about a year; None if there is none."""
    for piece in range(6):
        start = after + timedelta(days=piece * MAX_DAYS)
        found = await find_slots(
            session, event_type_id, start=start, end=start + timedelta(days=MAX_DAYS), length=length
        )
        if found:
            return found[0].starts_at
    return None


async def _find(
    session: AsyncSession,
    event_type: EventType,
    start: datetime,
    end: datetime,
    *,
    length: int | None,
    owner_id: UUID | None,
    host_ids: Collection[UUID] | None,
    ignore_meeting: UUID | None,
    seats: int,
) -> list[Slot]:
    rules = rules_of(event_type, length)
    now = clock.now()
    start, end = max(start, now), min(end, now + timedelta(seconds=engine.HORIZON))
    if start >= end:
        return []
    hosts, _ = await read_hosts(session, event_type, start, end, host_ids=host_ids, ignore_meeting=ignore_meeting)
    found = engine.offers(
        [host.time for host in hosts], rules, math.ceil(start.timestamp()), math.ceil(end.timestamp()),
        math.floor(now.timestamp()), together=event_type.assignment == "collective", seats=seats,
    )  # fmt: skip
    owner = next((place for place, host in enumerate(hosts) if host.user_id == owner_id), None)
    return [_slot(offer, hosts, rules.length) for offer in _owner_first(found, owner)]


async def read_hosts(
    session: AsyncSession,
    event_type: EventType,
    start: datetime,
    end: datetime,
    *,
    host_ids: Collection[UUID] | None = None,
    ignore_meeting: UUID | None = None,
) -> tuple[list[Host], list[UUID]]:
    """The active hosts with all that decides about `start`–`end`, and the ids of those who are not active any more."""
    reach = timedelta(seconds=engine.REACH)
    rows = await repository.hosts(
        session, event_type.id, event_type.schedule_id, start=start - reach, end=end + reach, at=clock.now(),
        ignore_meeting=ignore_meeting, host_ids=host_ids,
    )  # fmt: skip
    names = await identity.active_member_names(session, [row.user_id for row in rows])
    default = None if all(row.schedule for row in rows) else await organisation_default(session)
    years = range((start - reach).year, (end + reach).year + 1)
    # Hosts who share a schedule share its hours, which are then worked out once.
    hours = {row.schedule.id: await hours_of(row.schedule, years) for row in rows if row.schedule}
    if default is not None:
        hours[default.id] = await hours_of(default, years)
    found = [
        Host(
            row.user_id,
            names[row.user_id],
            schedule.name,
            HostTime(hours[schedule.id], row.claims, row.busy_starts, row.busy_ends),
        )
        for row in rows
        if row.user_id in names and (schedule := row.schedule or default) is not None
    ]
    return found, [row.user_id for row in rows if row.user_id not in names]


def rules_of(event_type: EventType, length: int | None) -> Rules:
    """What an event type demands, in the engine's seconds. Raises EventTypeInvalid for a length it does not offer."""
    if length is None:
        length = event_type.lengths[0]
    elif length not in event_type.lengths:
        offered = " or ".join(str(minutes) for minutes in event_type.lengths)
        message = f"“{event_type.title}” takes {offered} minutes, not {length}."
        raise EventTypeInvalid(message, errors=[{"field": "length", "message": message}])
    fixed = event_type.window_kind == "range"
    return Rules(
        length=length * 60,
        increment=event_type.increment * 60,
        buffer_before=event_type.buffer_before * 60,
        buffer_after=event_type.buffer_after * 60,
        notice=event_type.minimum_notice * 60,
        window_days=event_type.window_days if event_type.window_kind == "rolling" else None,
        first_day=day_number(event_type.window_start) if fixed and event_type.window_start else None,
        last_day=day_number(event_type.window_end) if fixed and event_type.window_end else None,
        seats=event_type.seats,
        limit_per_day=event_type.limit_per_day,
        limit_per_week=event_type.limit_per_week,
    )


def _owner_first(found: list[Offer], owner: int | None) -> list[Offer]:
    """The offers of the owner alone, if the owner is free at any of them; else all."""
    own = [
        offer if offer.joins else Offer(offer.start, (owner,), offer.seats_left)
        for offer in found
        if owner is not None and owner in offer.hosts
    ]
    return own or found


def _slot(offer: Offer, hosts: list[Host], length: int) -> Slot:
    begins = datetime.fromtimestamp(offer.start, UTC)
    return Slot(
        starts_at=begins,
        ends_at=begins + timedelta(seconds=length),
        host_ids=tuple(hosts[place].user_id for place in offer.hosts),
        seats_left=offer.seats_left,
        joins=offer.joins,
    )


async def _owner(session: AsyncSession, lead_id: UUID | None) -> UUID | None:
    if lead_id is None:
        return None
    return next((lead.owner_id for lead in await leads.lead_summaries(session, [lead_id])), None)

"""Taking hosts' time: locks in one order, the same look at free time as when it was shown, the database's guard."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.leads import api as leads
from tradewind.modules.meetings.contracts import Slot
from tradewind.modules.meetings.engine.turns import Candidate, newcomer_credit, next_turn
from tradewind.modules.meetings.errors_bookings import BookingInvalid, SlotTaken
from tradewind.modules.meetings.models.event_types import EventType
from tradewind.modules.meetings.repository import bookings as repository
from tradewind.modules.meetings.service import slots

_ALTERNATIVES = 5
_NEAR = timedelta(days=5)
_FAR = timedelta(days=30)
_running: dict[tuple[UUID, datetime, int], asyncio.Future[list[tuple[datetime, datetime]]]] = {}


@dataclass(frozen=True, slots=True)
class Choice:
    """Who holds a meeting and why; `counted` as a turn of theirs. `joins` is a meeting there with a free seat."""

    host_ids: tuple[UUID, ...]
    because: str
    counted: bool = False
    owner: bool = False
    joins: UUID | None = None


class Lost(Exception):
    """The time is not free; raised inside `taking`."""


@asynccontextmanager
async def taking(
    session: AsyncSession,
    kind: EventType | None,
    starts_at: datetime,
    length: int,
    *,
    ignore_meeting: UUID | None = None,
    also: Sequence[UUID] = (),
    free_only: bool = True,
) -> AsyncIterator[None]:
    """A part of the transaction in which time is taken: all of it or nothing. Raises SlotTaken with alternatives.

    Inside it the event type, its hosts and those `also` named are locked. Whether meetings take all hosts' time is
    looked at before the locks and again under them: when many want one time, those who lose need not wait in line.
    Locks end with a part that fails, so nobody waits while alternatives are looked for.
    """
    ends_at = starts_at + timedelta(minutes=length)

    async def look() -> list[UUID]:
        if kind is None:
            return []
        hosts = await repository.hosts_then(session, kind.id, starts_at, ends_at, at=now(), ignore=ignore_meeting)
        taken = list(hosts.values())
        if free_only and kind.seats == 1 and (any(taken) if kind.assignment == "collective" else all(taken)):
            raise Lost
        return list(hosts)

    try:
        hosts = await look()
        async with session.begin_nested():
            await repository.lock_hosts(session, kind.id if kind else None, [*hosts, *also])
            await look()
            yield
        return
    except IntegrityError as error:
        if any(name in str(error.orig) for name in repository.KEYS):
            raise BookingInvalid("This key belongs to another booking; use a new one.") from error
        if repository.GUARD not in str(error.orig):
            raise
    except Lost:
        pass
    raise SlotTaken(await alternatives(session, kind.id, starts_at, length) if kind else ())


async def alternatives(
    session: AsyncSession, event_type_id: UUID, starts_at: datetime, length: int
) -> list[tuple[datetime, datetime]]:
    """The free times nearest to one that is not, in the order of time; found once for all who ask at that moment."""
    key = (event_type_id, starts_at, length)
    if (running := _running.get(key)) is not None:
        await asyncio.wait([running])
        if not running.cancelled():
            return running.result()
    future = _running[key] = asyncio.get_running_loop().create_future()
    try:
        found = await _alternatives(session, event_type_id, starts_at, length)
        future.set_result(found)
        return found
    finally:
        future.cancel()
        if _running.get(key) is future:
            del _running[key]


async def _alternatives(
    session: AsyncSession, event_type_id: UUID, starts_at: datetime, length: int
) -> list[tuple[datetime, datetime]]:
    found: list[Slot] = []
    for reach in (_NEAR, _FAR):
        start = max(now(), starts_at - reach)
        if start < starts_at + reach:
            found = await slots.find_slots(session, event_type_id, start=start, end=starts_at + reach, length=length)
        if len(found) >= _ALTERNATIVES:
            break
    nearest = sorted(found, key=lambda slot: abs(slot.starts_at - starts_at))[:_ALTERNATIVES]
    return sorted((slot.starts_at, slot.ends_at) for slot in nearest)


async def choose(
    session: AsyncSession,
    kind: EventType,
    starts_at: datetime,
    length: int,
    *,
    lead_id: UUID | None,
    among: Sequence[UUID] | None = None,
    ignore_meeting: UUID | None = None,
    keep: Sequence[UUID] = (),
) -> Choice:
    """Who will hold a meeting at this time, by the event type's rule. Raises Lost. Call it under the locks.

    `among` restricts who may; `keep` are hosts who go on holding it if they can.
    """
    slot = await slots.slot_at(
        session, kind, starts_at, length=length, host_ids=among, lead_id=lead_id, ignore_meeting=ignore_meeting
    )
    if slot is None:
        raise Lost
    free = slot.host_ids
    if slot.joins is not None:
        return Choice(free, "Joins a meeting with free seats", joins=slot.joins)
    if kind.assignment != "round_robin":
        because = "The only host" if len(free) == 1 else "All hosts take part"
        return Choice(tuple(free), because)
    if keep and set(keep) <= set(free):
        return Choice(tuple(keep), "Held it before it was moved")
    if kind.lead_owner_first and lead_id is not None:
        owner = next((one.owner_id for one in await leads.lead_summaries(session, [lead_id])), None)
        if owner is not None and owner in free:
            return Choice((owner,), "Owner of the lead", owner=True)
    turn = next_turn([one for one in await candidates(session, kind.id) if one.user_id in free])
    because = f"{turn.because} (after a move)" if keep else turn.because
    return Choice((turn.user_id,), because, counted=not keep)


async def candidates(session: AsyncSession, event_type_id: UUID) -> list[Candidate]:
    """All hosts of an event type with what counts as had by turn; what somebody new is credited with is kept."""
    at = now()
    await repository.forget_former_hosts(session, event_type_id)
    rows = await repository.standings(session, event_type_id, at)
    found = as_candidates(rows, at)
    for row, one in zip(rows, found, strict=True):
        if row.credit is None:
            await repository.credit(session, event_type_id, row.user_id, one.counted - row.counted, at)
    return found


def as_candidates(rows: Sequence[repository.Standing], at: datetime) -> list[Candidate]:
    """Standings as the engine takes them, somebody new with what they are credited with."""
    known = [_candidate(row, row.credit, at) for row in rows if row.credit is not None]
    return [
        _candidate(row, newcomer_credit(row.weight, known) if row.credit is None else row.credit, at) for row in rows
    ]


def _candidate(row: repository.Standing, credit: float, at: datetime) -> Candidate:
    counts = row.since is None or row.since > at - repository.TURNS_COUNT_FOR
    return Candidate(
        user_id=row.user_id,
        number=row.number,
        weight=row.weight,
        priority=row.priority,
        counted=row.counted + (credit if counts else 0),
        last_at=row.last_at,
    )

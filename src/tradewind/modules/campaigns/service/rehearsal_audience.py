"""Who enters in a rehearsal, and when: as it happened, or as an audience that enters now."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from hashlib import blake2b
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import asyncpg_connection
from tradewind.modules.campaigns.engine.pacing import Pacer
from tradewind.modules.campaigns.engine.program import Node, Program
from tradewind.modules.campaigns.engine.steps import (
    ApiTrigger,
    DateTrigger,
    EventMatch,
    EventTrigger,
    FormTrigger,
    ScheduleTrigger,
    SegmentTrigger,
)
from tradewind.modules.campaigns.repository import audience
from tradewind.modules.campaigns.repository import events as event_rows
from tradewind.modules.campaigns.repository import journeys as journey_rows
from tradewind.modules.campaigns.schemas.rehearsals import RehearsalCreate
from tradewind.modules.campaigns.service import entering, sweeping
from tradewind.modules.campaigns.service.entry_events import event_of
from tradewind.modules.leads import api as leads

_MEASURED = timedelta(days=90)
_RECENT = timedelta(days=30)
_PAGE = 10_000
_ENTRIES_A_PERSON = 50


@dataclass(slots=True)
class Entrances:
    """Who enters where and when. `people` are those rehearsed with, of `total`."""

    people: list[UUID] = field(default_factory=list)
    total: int = 0
    assumptions: list[str] = field(default_factory=list)
    entries: defaultdict[UUID, list[tuple[datetime, str]]] = field(default_factory=lambda: defaultdict(list))

    def of(self, person_id: UUID) -> list[tuple[str, datetime]]:
        """A person's entries as (trigger, moment), in the order of time."""
        return [(node, at) for at, node in sorted(self.entries[person_id])[:_ENTRIES_A_PERSON]]


async def entrances(
    session: AsyncSession, program: Program, settings: RehearsalCreate, begins: datetime, ends: datetime
) -> Entrances:
    """Everybody who enters by any trigger, at most `settings.people` of them: chosen by chance, always the same."""
    found = Entrances()
    for node in program.triggers:
        if isinstance(node.settings, EventTrigger | FormTrigger):
            await _by_events(session, found, node, settings, begins, ends)
        elif isinstance(node.settings, DateTrigger):
            await _by_dates(session, found, node, program.zone, begins.date(), ends.date())
        elif isinstance(node.settings, ApiTrigger):
            await _by_hand(session, found, node, settings, begins)
        else:
            journey = await journey_rows.journey(session, program.journey_id)
            campaign_id = journey.campaign_id if journey else None
            await _by_audience(session, found, node, settings, program.zone, begins, ends, campaign_id)
    found.total = len(found.entries)
    people = sorted(found.entries)
    if len(people) > settings.people:
        people = sorted(people, key=lambda one: blake2b(one.bytes, digest_size=8).digest())[: settings.people]
        found.entries = defaultdict(list, {one: found.entries[one] for one in people})
    found.people = sorted(people)
    return found


def places(program: Program, found: Entrances, *, once: bool) -> dict[tuple[UUID, str, datetime], datetime]:
    """When each (person, trigger, moment) enters by the pace of the journey; none where it has no pace."""
    if program.pace is None or not found.people:
        return {}
    # Of an audience that is rehearsed in part, that part enters an hour.
    pacer = Pacer(program.pace, program.window, program.zone, None, share=len(found.people) / found.total)
    coming = sorted(
        (at, str(person_id), person_id, node)
        for person_id in found.people
        for node, at in (found.of(person_id)[:1] if once else found.of(person_id))
    )
    given = {}
    for at, _, person_id, node in coming:
        given[person_id, node, at] = moment = pacer.next(at)
        pacer.take(moment)
    return given


async def rate_of(session: AsyncSession, match: EventMatch) -> float | None:
    """The share of people who saw such an event in ninety days: of those who were sent a mail where it is of mails.

    None where it never happened.
    """
    since, until = now() - _MEASURED, now()
    happened = len(await event_rows.times(session, match, since=since, until=until))
    if not happened:
        return None
    if match.kind.startswith("email."):
        base = len(await event_rows.times(session, EventMatch(kind="email.sent"), since=since, until=until))
    else:
        connection = await asyncpg_connection(session)
        base = await connection.fetchval("SELECT count(*) FROM leads WHERE deleted_at IS NULL") or 0
    return min(0.95, happened / base) if base else None


async def conflicts(session: AsyncSession, journey_id: UUID, people: Sequence[UUID]) -> Counter[str]:
    """How many of these people are in other live journeys now, by the journey's name."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "SELECT j.name, count(*) AS people FROM journey_enrolments e JOIN journeys j ON j.id = e.journey_id "
        "WHERE e.person_id = ANY ($2::uuid[]) AND e.state = 'waiting' AND j.state = 'live' AND j.id <> $1 GROUP BY 1",
        journey_id, list(people),
    )  # fmt: skip
    return Counter({row["name"]: row["people"] for row in rows})


async def _by_events(
    session: AsyncSession, found: Entrances, node: Node, settings: RehearsalCreate, begins: datetime, ends: datetime
) -> None:
    replayed = settings.mode == "replay"
    since, until = (begins, ends) if replayed else (begins - _RECENT, begins)
    shift = timedelta() if replayed else _RECENT
    times = await event_rows.times(session, event_of(node.settings), since=since, until=until)
    for person_id, moments in times.items():
        found.entries[person_id] += [(at + shift, node.key) for at in moments]
    if not replayed:
        found.assumptions.append(f"“{node.title}”: the next thirty days bring what the last thirty brought.")


async def _by_dates(session: AsyncSession, found: Entrances, node: Node, zone: str, first: date, last: date) -> None:
    for ahead in range((last - first).days + 1):
        day = first + timedelta(days=ahead)
        field_day = day - timedelta(days=node.settings.days)
        condition = entering.date_condition(node.settings.field, field_day, every_year=node.settings.every_year)
        people = await leads.matching_lead_ids(session, condition, limit=_PAGE)
        for person_id, own in (await entering.zones_of(session, people, zone)).items():
            found.entries[person_id].append((entering.on_day(node, person_id, day, own).at, node.key))


async def _by_hand(
    session: AsyncSession, found: Entrances, node: Node, settings: RehearsalCreate, begins: datetime
) -> None:
    if settings.mode == "replay":
        found.assumptions.append(f"“{node.title}”: nobody is put in by hand.")
        return
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        "SELECT id FROM leads WHERE deleted_at IS NULL ORDER BY created_at DESC LIMIT $1", settings.people
    )
    for row in rows:
        found.entries[row["id"]].append((begins, node.key))
    found.assumptions.append(f"“{node.title}”: the newest {len(rows):,} people are put in at once.")


async def _by_audience(
    session: AsyncSession,
    found: Entrances,
    node: Node,
    settings: RehearsalCreate,
    zone: str,
    begins: datetime,
    ends: datetime,
    campaign_id: UUID | None,
) -> None:
    told = node.settings
    condition = sweeping.condition_of(node)
    assert condition is not None
    name = node.title
    moments = [begins]
    if isinstance(told, ScheduleTrigger):
        moments = _appointments(node, zone, begins, ends)
    elif isinstance(told, SegmentTrigger) and told.on == "segment_exit":
        found.assumptions.append(f"“{name}”: everybody who is in the segment today leaves it on the first day.")
    elif settings.mode == "replay":
        found.assumptions.append(f"“{name}”: whoever is in the audience today came into it when they became known.")
    else:
        found.assumptions.append(f"“{name}”: everybody who is in the audience today enters on the first day.")
    by_age = settings.mode == "replay" and not isinstance(told, ScheduleTrigger) and moments == [begins]
    compiled = await leads.compile_condition(session, condition, first=audience.FIRST_OF_PAGE)
    compiled = sweeping.who_enters(session, compiled, node, campaign_id)
    after = None
    while True:
        page = await audience.page(session, compiled, after=after, limit=_PAGE)
        since = await _known_since(session, page) if by_age else {}
        for person_id in page:
            times = [max(begins, since[person_id])] if person_id in since else moments
            found.entries[person_id] += [(at, node.key) for at in times]
        if len(page) < _PAGE:
            return
        after = page[-1]


def _appointments(node: Node, zone: str, begins: datetime, ends: datetime) -> list[datetime]:
    moments: list[datetime] = []
    at = datetime.combine(ends.date() + timedelta(days=1), time(), ZoneInfo(zone))
    while len(moments) < _ENTRIES_A_PERSON:
        moment = entering.last_appointment(node, zone, at)
        if moment is None or moment < begins:
            break
        if moment <= ends:
            moments.append(moment)
        at = moment - timedelta(microseconds=1)
    return moments


async def _known_since(session: AsyncSession, people: Sequence[UUID]) -> dict[UUID, datetime]:
    connection = await asyncpg_connection(session)
    rows = await connection.fetch("SELECT id, created_at FROM leads WHERE id = ANY ($1::uuid[])", list(people))
    return {row["id"]: row["created_at"] for row in rows}

"""One tick: the people of a journey who are due, moved on together in a handful of statements.

Claimed under lock, moved by the pure engine, written back with their trace, counters, draws and effects: one
transaction. A process that dies leaves nothing behind, and the next one finds the same people due.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database.failures import is_transient
from tradewind.kernel.events import publish
from tradewind.modules.campaigns.engine.program import Program
from tradewind.modules.campaigns.engine.stepping import Facts, Place, Taken, advance, identity_of
from tradewind.modules.campaigns.events import JourneyGoalReached
from tradewind.modules.campaigns.models import Journey
from tradewind.modules.campaigns.repository import enrolments as repository
from tradewind.modules.campaigns.repository import journeys as journey_rows
from tradewind.modules.campaigns.repository import signals
from tradewind.modules.campaigns.repository import splits as split_rows
from tradewind.modules.campaigns.repository.enrolments import Claimed, StepRow
from tradewind.modules.campaigns.service import effects, hours, pacing, splits
from tradewind.modules.campaigns.service.programs import programs
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.contracts import LeadSummary

BATCH = 5_000
GRACE = timedelta(minutes=5)
"""A tick that is later than this works by the present instead of the time that was meant: waits keep their length."""
_NOTHING = b"{}"


async def tick(session: AsyncSession, journey_id: UUID, *, at: datetime | None = None, limit: int = BATCH) -> int:
    """Move on up to `limit` people of a live journey who are due at `at` (now); returns how many there were."""
    moment = at or now()
    journey = await journey_rows.held(session, journey_id)
    if journey is None or journey.state != "live":
        return 0
    claimed = await repository.claim(session, journey_id, moment, limit)
    if claimed:
        await _move(session, journey, claimed, moment)
    return len(claimed)


async def tick_one(session: AsyncSession, journey_id: UUID) -> Exception | None:
    """Move on whoever is due longest; the failure that it brings out ends the journey for that person alone."""
    moment = now()
    journey = await journey_rows.held(session, journey_id)
    if journey is None or journey.state != "live":
        return None
    for one in await repository.claim(session, journey_id, moment, 1):
        try:
            async with session.begin_nested():
                await _move(session, journey, [one], moment)
        except Exception as failure:
            if is_transient(failure):
                raise
            await repository.give_up(session, one.id, moment)
            await journey_rows.count_up(session, one.version_id, {("", "failed"): 1})
            return failure
    return None


async def _move(session: AsyncSession, journey: Journey, claimed: Sequence[Claimed], moment: datetime) -> None:
    """The present step of each of these, and those that follow at once."""
    compiled = await programs(session, {one.version_id for one in claimed})
    claimed = await _with_news(session, compiled, claimed)
    people = {one.id: one for one in await leads.lead_summaries(session, [one.person_id for one in claimed])}
    present = [one for one in claimed if one.person_id in people]
    pacer = await pacing.queue(session, journey, compiled, present, moment, GRACE)
    facts = await _facts(session, journey, compiled, present, people)
    taken: dict[UUID, list[Taken]] = {}
    for one in claimed:
        if one.person_id not in people:
            _gone(one.place, _journey_time(one.place, moment))
            continue
        at = _journey_time(one.place, moment)
        if pacer is not None and one.place.visit == 0 and one.place.due_at == one.place.since:
            facts[one.id].enters_at = pacer.next(at)
        taken[one.id] = advance(
            compiled[one.version_id], one.place, at, facts[one.id], identity_of(one.person_id, one.entry_key)
        )
        enters_at = facts[one.id].enters_at
        if pacer is not None and enters_at is not None and pacing.takes_place(one.place):
            pacer.take(enters_at)
    await pacing.keep(session, journey, pacer)
    carried = [
        effects.Effect(one, compiled[one.version_id], people[one.person_id], step)
        for one in present
        for step in taken[one.id]
        if step.effect
    ]
    blocked = await effects.carry_out(session, journey, carried)
    for one in present:
        if one.place.signal == "sent" and one.id in blocked:
            one.place.signal = "blocked"
    await repository.write(session, claimed)
    await repository.write_steps(session, journey.id, _rows(claimed, taken))
    await _count(session, compiled, claimed, taken)
    await _look_back(session, compiled, [one for one in claimed if one.place.state == "waiting"])


async def _with_news(
    session: AsyncSession, compiled: Mapping[UUID, Program], claimed: Sequence[Claimed]
) -> Sequence[Claimed]:
    """The same people, with events of which nobody has told them yet."""
    if not await _look_back(session, compiled, claimed):
        return claimed
    return await repository.read(session, [one.id for one in claimed])


async def _look_back(session: AsyncSession, compiled: Mapping[UUID, Program], moved: Sequence[Claimed]) -> int:
    written = 0
    for version_id, program in sorted(compiled.items()):
        waits = {node.key for node in program.event_nodes}
        leaves = program.goal_event is not None or program.exit_event is not None
        ids = [one.id for one in moved if one.version_id == version_id and (leaves or one.place.node in waits)]
        if ids:
            written += await signals.look_back(session, program, ids=ids)
    return written


async def _facts(
    session: AsyncSession,
    journey: Journey,
    compiled: Mapping[UUID, Program],
    present: Sequence[Claimed],
    people: Mapping[UUID, LeadSummary],
) -> dict[UUID, Facts]:
    chances = await splits.chances(session, compiled, journey.chosen)
    chosen = {node: one["by"] for node, one in journey.chosen.items()}
    facts: dict[UUID, Facts] = {}
    standing = hours.reached(compiled, ((one.version_id, one.place.node) for one in present))
    rhythm, habits = await hours.known(session, [one.person_id for one in present], standing)
    for version_id, program in compiled.items():
        group = [one for one in present if one.version_id == version_id]
        asked = set(program.always)
        for key in {one.place.node for one in group}:
            if key in program.nodes:
                asked |= program.nodes[key].needs
        numbers = sorted(asked)
        met = await leads.conditions_met(
            session, [program.conditions[number] for number in numbers], list({one.person_id for one in group})
        ) if numbers else []  # fmt: skip
        broken = frozenset(number for number, found in zip(numbers, met, strict=True) if found is None)
        for one in group:
            holds = frozenset(
                number for number, found in zip(numbers, met, strict=True) if found and one.person_id in found
            )
            zone = people[one.person_id].time_zone or program.zone
            habit = habits.get(one.person_id, {})
            facts[one.id] = Facts(zone, holds, broken, chances[version_id], habit, rhythm, chosen=chosen)
    return facts


def _journey_time(place: Place, moment: datetime) -> datetime:
    """What time it is for somebody: when they were due, unless that is long ago; never before they came."""
    at = place.due_at if moment - place.due_at <= GRACE else moment
    return max(at, place.since)


def _gone(place: Place, at: datetime) -> None:
    place.state, place.reason, place.since = "exited", "deleted", at
    place.signal = place.signal_at = None
    place.visit += 1


def _rows(claimed: Sequence[Claimed], taken: Mapping[UUID, Sequence[Taken]]) -> list[StepRow]:
    return [
        (
            one.id, step.visit, one.version_id, one.person_id, step.node.key, step.port, step.to,
            (orjson.dumps(step.why) if step.why else _NOTHING).decode(), step.at,
        )
        for one in claimed
        for step in taken.get(one.id, ())
    ]  # fmt: skip


async def _count(
    session: AsyncSession,
    compiled: Mapping[UUID, Program],
    claimed: Sequence[Claimed],
    taken: Mapping[UUID, Sequence[Taken]],
) -> None:
    """Counters, draws and rewards of what was written."""
    counted: defaultdict[UUID, Counter[tuple[str, str]]] = defaultdict(Counter)
    drawn: list[split_rows.DrawRow] = []
    reached: dict[UUID, datetime] = {}
    winners: list[UUID] = []
    for one in claimed:
        version_counts = counted[one.version_id]
        for step in taken.get(one.id, ()):
            # Of an hour that was found, the reason is counted.
            version_counts[step.node.key, step.why["code"] if step.port == "decided" else step.port] += 1
            if step.variant is not None:
                at = step.counts_from or step.at
                drawn.append((one.id, step.visit, one.version_id, step.node.key, step.variant, step.propensity, at))
            if step.node.kind == "goal" or step.port == "goal":
                reached[one.id] = step.at
        if one.id in reached and one.place.goal_at == reached[one.id]:
            version_counts["", "goal"] += 1
            winners.append(one.person_id)
        if one.place.state != "waiting":
            version_counts["", one.place.state] += 1
    for version_id in sorted(counted):
        await journey_rows.count_up(session, version_id, counted[version_id])
    await split_rows.add(session, drawn)
    known = [
        (version_id, node.key, node.settings.reward_days)
        for version_id, program in compiled.items()
        for node in program.splits
        if node.settings.measure == "goal"
    ]
    await split_rows.reward(session, reached, known)
    if winners:
        journey_id = next(iter(compiled.values())).journey_id
        await publish(session, JourneyGoalReached(journey_id=journey_id, lead_ids=winners))

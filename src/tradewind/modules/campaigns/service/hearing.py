"""What journeys do on news of people: some enter, some see what they wait for, some leave."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.jobs import enqueue
from tradewind.modules.campaigns.engine.program import Program
from tradewind.modules.campaigns.engine.steps import AudienceTrigger, ScheduleTrigger, SegmentTrigger
from tradewind.modules.campaigns.repository import journeys as repository
from tradewind.modules.campaigns.repository import merges, signals, splits
from tradewind.modules.campaigns.service import entering, hours, sweeping, waking
from tradewind.modules.campaigns.service.programs import home_zone, of_version
from tradewind.modules.leads import api as leads

_ENROLMENTS = "journey_enrolments"
MEASURED = {"click": "email.clicked", "reply": "email.replied"}
"""The kind of activity that counts for a split that does not measure by the goal."""


async def activities(session: AsyncSession, people: Sequence[UUID], kinds: Sequence[str]) -> None:
    """Something of these kinds happened to these people."""
    live = await sweeping.live_programs(session)
    if not live:
        return
    for journey, version, program in live:
        await entering.by_events(session, journey, version, program, kinds, people)
    signalled = 0
    for program in await in_use(session):
        signalled += await signals.look_back(session, program, people=people, kinds=kinds)
        signalled += await _leave_by_condition(session, program, people)
        for node in program.splits:
            kind = MEASURED.get(node.settings.measure)
            if kind is not None and kind in kinds:
                await splits.reward_event(
                    session, program.version_id, node.key, kind, node.settings.reward_days, people
                )
    if signalled:
        await waking.wake(session)


async def changes(session: AsyncSession, people: Sequence[UUID]) -> None:
    """Fields of these people changed, or they are new."""
    live = await sweeping.live_programs(session)
    if not live:
        return
    for journey, version, program in live:
        await sweeping.sweep_audience(session, journey, version, program, among=people)
    signalled = 0
    for program in await in_use(session):
        signalled += await _leave_by_condition(session, program, people)
    if signalled:
        await waking.wake(session)


async def everybody(session: AsyncSession, segment_id: UUID | None = None) -> None:
    """Audiences may have changed as a whole: all, or those of a segment."""
    for journey, _, program in await sweeping.live_programs(session):
        kinds = SegmentTrigger | ScheduleTrigger | AudienceTrigger
        named = any(isinstance(node.settings, kinds) for node in program.triggers)
        # A segment may stand inside another one: whoever listens to any is looked at.
        if segment_id is None or named:
            await enqueue(session, waking.sweep_job(), waking.Sweep(journey_id=journey.id))


async def merged(session: AsyncSession, merge_id: UUID, winner_id: UUID, loser_ids: Sequence[UUID]) -> None:
    """People turned out to be one: the journeys of the losers are the winner's, but each journey only once."""
    if not await leads.merge_stands(session, merge_id):
        return
    before = {UUID(bytes=row["id"].bytes): row for row in await merges.before(session, winner_id, loser_ids)}
    former = {row_id: UUID(bytes=row["person_id"].bytes) for row_id, row in before.items()}
    kept = {
        row_id: {name: row[name] for name in ("entry_key", "state", "signal", "signal_at")}
        for row_id, row in before.items()
    }
    await leads.remember_moves(session, merge_id, {_ENROLMENTS: former}, kept)
    await entering.count_ended(session, await merges.end_doubled(session, winner_id, loser_ids, now()))
    await merges.hand_over(session, winner_id, loser_ids)
    await hours.counted_anew(session, [winner_id, *loser_ids])


async def parted(session: AsyncSession, merge_id: UUID, winner_id: UUID, loser_ids: Sequence[UUID]) -> None:
    """They are several after all: each goes on where they were, or where what was theirs has come to."""
    moved = await leads.moved_rows(session, merge_id, _ENROLMENTS)
    for version_id, people in sorted((await merges.take_back(session, winner_id, moved)).items()):
        await repository.count_up(session, version_id, {("", "exited"): -people})
    await hours.counted_anew(session, [winner_id, *loser_ids])
    await waking.wake(session)


async def gone(session: AsyncSession, people: Sequence[UUID]) -> None:
    """These people are gone for good, and their enrolments with them: so is what was told of their steps."""
    await merges.forget(session, people)


async def in_use(session: AsyncSession) -> list[Program]:
    """All versions of live journeys that somebody may be on, ready to run."""
    zone = await home_zone(session)
    return [of_version(version, zone) for version in await repository.live_versions(session)]


async def _leave_by_condition(session: AsyncSession, program: Program, people: Sequence[UUID]) -> int:
    wanted = [(name, number) for name, number in (("goal", program.goal), ("exit", program.exit)) if number is not None]
    if not wanted:
        return 0
    inside = await signals.in_flight(session, program.version_id, people)
    if not inside:
        return 0
    met = await leads.conditions_met(session, [program.conditions[number] for _, number in wanted], inside)
    left = 0
    for (name, _), found in zip(wanted, met, strict=True):
        if found:
            left += await signals.reached(session, program.version_id, name, sorted(found), now())
    return left

"""When people answer: counted every night, told to ticks and rehearsals, and what finding the best hour brings."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.jobs import JobContext, enqueue_many
from tradewind.modules.campaigns.engine.graph import JourneyGraph
from tradewind.modules.campaigns.engine.hours import BEST, DECIDED, HOURS, OTHER, Rhythm
from tradewind.modules.campaigns.engine.program import Node, Program
from tradewind.modules.campaigns.engine.steps import BestWait
from tradewind.modules.campaigns.repository import hours as rows
from tradewind.modules.campaigns.repository import journeys as repository
from tradewind.modules.campaigns.repository import splits as draws
from tradewind.modules.campaigns.schemas.optimising import BestHoursRead, BestWaitRead, Estimate, HourArm
from tradewind.modules.campaigns.service import journeys, waking
from tradewind.modules.campaigns.service.programs import home_zone, programs

BATCH = 5_000
# News of activities may come late: looked at twice.
_OVERLAP = rows.ANSWERED_WITHIN
_NOBODY = UUID(int=0)


async def refresh(context: JobContext) -> None:
    """Count the answers of an organisation's people who did something since the last time; a batch a transaction."""
    at = now()
    async with context.transaction() as session:
        known = await rows.rhythm(session)
        zone = await home_zone(session)
        await rows.reward(session, at=at)
    since = known[1] - _OVERLAP if known is not None else at - rows.KEPT
    after = _NOBODY
    while True:
        async with context.transaction() as session:
            people = await rows.page(session, since=since, after=after, limit=BATCH)
            await rows.count(session, people, zone=zone, at=at)
        if len(people) < BATCH:
            break
        after = people[-1]
    async with context.transaction() as session:
        await rows.forget(session, before=at - rows.KEPT)
        await rows.store_rhythm(session, at)


async def refresh_at_once(session: AsyncSession) -> None:
    """The same in one transaction, for an organisation that is known to be small."""
    at = now()
    after, zone = _NOBODY, await home_zone(session)
    while people := await rows.page(session, since=at - rows.KEPT, after=after, limit=BATCH):
        await rows.count(session, people, zone=zone, at=at)
        after = people[-1]
    await rows.store_rhythm(session, at)


async def reward(session: AsyncSession) -> None:
    """Mark the hours that were drawn in the last days and answered since."""
    await rows.reward(session, at=now())


async def counted_anew(session: AsyncSession, people: Sequence[UUID]) -> None:
    """Count again when these people answer: what they did has other owners."""
    await rows.drop(session, people)
    await rows.count(session, people, zone=await home_zone(session), at=now())


async def published(session: AsyncSession, graph: JourneyGraph) -> None:
    """Where a journey asks for best hours, see that they are as known as they can be when people come."""
    organisation_id = actor_of(session).organisation_id
    if organisation_id is not None and any(isinstance(node.settings, BestWait) for node in graph.nodes):
        await enqueue_many(session, [waking.count_hours(organisation_id)])


async def known(
    session: AsyncSession, people: Sequence[UUID], nodes: Iterable[Node]
) -> tuple[Rhythm | None, dict[UUID, Mapping[int, int]]]:
    """The organisation's rhythm and the habits of these people, where one of these steps may ask for a best hour."""
    if not people or not any(node.needs_hours for node in nodes):
        return None, {}
    rhythm = await rows.rhythm(session)
    return (rhythm[0] if rhythm else None), await rows.habits(session, people)


async def best_hours(session: AsyncSession, journey_id: UUID) -> BestHoursRead:
    """When people answer, and what the best hours of a journey's published version bring. Raises JourneyNotFound."""
    journey = await journeys.require(session, journey_id)
    found = await rows.rhythm(session)
    rhythm, refreshed_at = found if found else (Rhythm((0,) * HOURS, 0), None)
    waits = await _waits(session, journey.published_version_id) if journey.published_version_id else []
    return BestHoursRead(
        answers=rhythm.total, people=rhythm.people, enough=rhythm.enough, refreshed_at=refreshed_at,
        strength=rhythm.strength, shares=list(rhythm.shares), waits=waits,
    )  # fmt: skip


async def _waits(session: AsyncSession, version_id: UUID) -> list[BestWaitRead]:
    program = (await programs(session, [version_id]))[version_id]
    nodes = program.best_waits
    if not nodes:
        return []
    counted = await draws.counts(session, [version_id])
    flows = await repository.flows(session, [version_id])
    told = await draws.estimates(session, version_id, {node.key: rows.ANSWERED_WITHIN for node in nodes}, now())
    estimated = {place: Estimate(**one) for place, one in told.items()}
    found = []
    for node in nodes:
        arms = []
        for variant in (BEST, OTHER):
            drawn, answered = counted.get((version_id, node.key), {}).get(variant, (0, 0))
            estimate = estimated.get((node.key, variant))
            arms.append(
                HourArm(arm="best" if variant == BEST else "other", drawn=drawn, answered=answered, estimate=estimate)
            )
        found.append(
            BestWaitRead(
                node=node.key, name=node.title, explore=node.settings.explore, arms=arms, gain=_gain(arms),
                decided={port: people for key, port, people in flows if key == node.key and port in DECIDED},
            )
        )  # fmt: skip
    return found


def _gain(arms: Sequence[HourArm]) -> tuple[float, float] | None:
    """The best hours' rate over that of hours by chance, and its standard error; None where too little is known."""
    best, other = (arm.estimate for arm in arms)
    if best is None or other is None or best.too_few or other.too_few:
        return None
    return best.value - other.value, (best.error**2 + other.error**2) ** 0.5


def reached(compiled: Mapping[UUID, Program], places: Iterable[tuple[UUID, str]]) -> list[Node]:
    """The steps at which people stand: (version, step) of each."""
    return [compiled[version_id].nodes[key] for version_id, key in set(places) if key in compiled[version_id].nodes]

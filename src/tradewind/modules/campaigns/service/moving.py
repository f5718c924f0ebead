"""People in flight are moved to another version when somebody says so, and only then."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import jobs
from tradewind.kernel.clock import now
from tradewind.kernel.database.sight import seeing_everything
from tradewind.kernel.jobs import start_run
from tradewind.modules.campaigns.engine.graph import JourneyDraft
from tradewind.modules.campaigns.errors import MappingInvalid, WrongState
from tradewind.modules.campaigns.repository import journeys as repository
from tradewind.modules.campaigns.repository import moves
from tradewind.modules.campaigns.schemas.journeys import JourneyMove, JourneyMoved, MovedStep
from tradewind.modules.campaigns.service import journeys, waking

BATCH = 5_000


async def move_people(session: AsyncSession, journey_id: UUID, data: JourneyMove) -> JourneyMoved:
    """Say who would move where and, with `confirm`, begin it.

    Raises JourneyNotFound, WrongState before the first launch, MappingInvalid where a step is not there or somebody
    would have nowhere to go.
    """
    journey = await journeys.require(session, journey_id)
    versions = await repository.versions(session, journey_id, 1_000)
    target = next((one for one in versions if one.id == journey.published_version_id), None)
    if target is None:
        raise WrongState("Nobody is in this journey yet.")
    known = {one.id for one in JourneyDraft.model_validate(target.draft).nodes if one.kind != "trigger"}
    unknown = sorted({to for to in data.steps.values() if to is not None} - known)
    if unknown:
        raise MappingInvalid(
            "Version {} has no such step: {}.".format(target.number, ", ".join(unknown)),
            errors=[{"field": f"steps.{old}", "message": "There is no such step to go on at."}
                    for old, new in data.steps.items() if new in unknown],
        )  # fmt: skip
    wanted = {
        one.id: one.number
        for one in versions
        if one.id != target.id and (not data.from_numbers or one.number in data.from_numbers)
    }
    triggers = {node.id for node in JourneyDraft.model_validate(target.draft).nodes if node.kind == "trigger"}
    # A version belongs to everybody in it, also to whom the caller does not see.
    async with seeing_everything(session):
        standing = await repository.waiting_by_node(session, list(wanted))
    rows = [
        MovedStep(
            from_number=wanted[version_id], node=node, people=people,
            to=data.steps[node] if node in data.steps else node if node in known | triggers else None,
            decided=node in data.steps or node in known | triggers,
        )
        for version_id, node, people in standing
    ]  # fmt: skip
    answer = JourneyMoved(to_number=target.number, people=sum(row.people for row in rows), steps=rows)
    if not data.confirm:
        return answer
    undecided = [row for row in rows if not row.decided]
    if undecided:
        raise MappingInvalid(
            "Say where people go on whose step is not in the new version any more.",
            errors=[{"field": f"steps.{row.node}", "message": f"{row.people:,} people are here."} for row in undecided],
        )
    await journeys.record(
        session, "journey.people_moved", journey,
        after={"to": target.number, "from": sorted(wanted.values()), "steps": data.steps, "people": answer.people},
    )  # fmt: skip
    steps = {row.node: row.to for row in rows}
    payload = waking.Move(journey_id=journey.id, from_ids=sorted(wanted), to_id=target.id, steps=steps)
    run_id = await start_run(
        session, jobs.registered()[waking.MOVE], payload, title=f"Move people of “{journey.name}”",
        total=answer.people, subject=f"journey:{journey.id}", for_everyone=True,
    )  # fmt: skip
    return answer.model_copy(update={"run_id": run_id})


async def move_batch(session: AsyncSession, work: waking.Move) -> int:
    """Move up to BATCH people; returns how many. Those at steps that nobody spoke of stay where they are."""
    moved = await moves.move(session, work.from_ids, work.to_id, work.steps, now(), BATCH)
    await _count(session, moved, work.to_id)
    if moved:
        await waking.wake(session)
    return len(moved)


async def _count(session: AsyncSession, moved: Sequence[tuple[UUID, bool]], to_id: UUID) -> None:
    for version_id in sorted({one[0] for one in moved}):
        gone = sum(one[0] == version_id for one in moved)
        await repository.count_up(session, version_id, {("", "entered"): -gone})
    if moved:
        left = sum(not stays for _, stays in moved)
        await repository.count_up(session, to_id, {("", "entered"): len(moved), ("", "exited"): left})

"""Telling a worker that there is something to do. By name: the jobs themselves stand on the services."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import jobs
from tradewind.kernel.schemas import Schema

TURN, SWEEP, STOP, MOVE, REHEARSE = (
    "journeys.turn", "journeys.sweep_one", "journeys.end_all", "journeys.move_people", "journeys.rehearse",
)  # fmt: skip
HOURS = "journeys.count_hours"
TURN_SECONDS = 8


class Sweep(Schema):
    """Look at one journey: its audience, or everybody in it."""

    journey_id: UUID


class Move(Schema):
    """Move people of these versions to another; `steps` maps old steps to new ones, or to None."""

    journey_id: UUID
    from_ids: list[UUID]
    to_id: UUID
    steps: dict[str, str | None]


class Rehearse(Schema):
    """Run a rehearsal."""

    rehearsal_id: UUID


class CountHours(Schema):
    """Count when people of an organisation answer."""

    organisation_id: UUID


def count_hours(organisation_id: UUID) -> jobs.Request:
    """The job that counts an organisation's hours, once at a time."""
    work = CountHours(organisation_id=organisation_id)
    return jobs.Request(jobs.registered()[HOURS], work, dedupe_key=f"{HOURS}:{organisation_id}")


def sweep_job() -> jobs.Job[Sweep]:
    """The job that looks at a journey's audience."""
    return jobs.registered()[SWEEP]


def stop_job() -> jobs.Job[Sweep]:
    """The job that ends a journey for everybody."""
    return jobs.registered()[STOP]


async def wake(session: AsyncSession) -> None:
    """Have the engine look once the transaction has committed.

    Always a job of its own: one that waits or runs already may have looked for the last time before this commit.
    """
    await jobs.enqueue(session, jobs.registered()[TURN], jobs.NoPayload(), priority=5)

"""Telling a worker that there is something to do. By name: the jobs themselves stand on the services."""

from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import jobs
from tradewind.kernel.clock import now

TURN, SWEEP, STOP, MOVE, REHEARSE = (
    "journeys.turn", "journeys.sweep_one", "journeys.end_all", "journeys.move_people", "journeys.rehearse",
)  # fmt: skip
TURN_SECONDS = 8


class Sweep(BaseModel):
    """Look at one journey: its audience, or everybody in it."""

    journey_id: UUID


class Move(BaseModel):
    """Move people of these versions to another; `steps` maps old steps to new ones, or to None."""

    journey_id: UUID
    from_ids: list[UUID]
    to_id: UUID
    steps: dict[str, str | None]


class Rehearse(BaseModel):
    """Run a rehearsal."""

    rehearsal_id: UUID


def sweep_job() -> jobs.Job[Sweep]:
    """The job that looks at a journey's audience."""
    return jobs.registered()[SWEEP]


def stop_job() -> jobs.Job[Sweep]:
    """The job that ends a journey for everybody."""
    return jobs.registered()[STOP]


async def wake(session: AsyncSession) -> None:
    """Have a turn of the engine begin once the transaction has committed, unless one is under way."""
    slot = int(now().timestamp()) // TURN_SECONDS
    await jobs.enqueue(session, jobs.registered()[TURN], jobs.NoPayload(), dedupe_key=f"{TURN}:{slot}", priority=5)

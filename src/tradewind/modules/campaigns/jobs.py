"""Background work of journeys."""

from tradewind.kernel.jobs import JobContext, NoPayload, job
from tradewind.modules.campaigns.service import waking


@job(waking.TURN)
async def turn(context: JobContext, payload: NoPayload) -> None:
    """x"""


@job(waking.SWEEP)
async def sweep_one(context: JobContext, payload: waking.Sweep) -> None:
    """x"""


@job(waking.STOP)
async def end_all(context: JobContext, payload: waking.Sweep) -> None:
    """x"""


@job(waking.MOVE)
async def move_people(context: JobContext, payload: waking.Move) -> None:
    """x"""


@job(waking.REHEARSE)
async def rehearse(context: JobContext, payload: waking.Rehearse) -> None:
    """x"""

"""Telling a worker that messages are due. By name: the jobs themselves stand on the services."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import jobs

DISPATCH = "sending.dispatch"
# A running dispatcher watches the clock this far ahead; the schedule starts one every minute.
AHEAD = timedelta(seconds=70)


async def wake(session: AsyncSession) -> None:
    """Have due messages sent once the transaction has committed."""
    await jobs.enqueue(session, jobs.registered()[DISPATCH], jobs.NoPayload())

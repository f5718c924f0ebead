"""Processing of what arrived: at once after arrival, and each minute what a crash left waiting."""

from tradewind.kernel.jobs import JobContext, NoPayload, cron, enqueue, job
from tradewind.modules.tracking.repository import processing as repository
from tradewind.modules.tracking.service.processing import process_next


@job("tracking.process", max_attempts=8)
async def process(context: JobContext, payload: NoPayload) -> None:
    """Process all that waits, a bounded part a transaction.

    Who finds another worker at it may leave: that one looks again after it has let go of the lock.
    """
    waiting = True
    while waiting:
        async with context.transaction() as session:
            processed = await process_next(session)
        if processed is None:
            return
        if not processed:
            async with context.transaction() as session:
                waiting = await repository.pending(session)


@cron("tracking.sweep", "* * * * *")
async def sweep(context: JobContext) -> None:
    """Take up what waits in any organisation."""
    for organisation_id in await context.organisation_ids():
        async with context.as_organisation(organisation_id).transaction() as session:
            if await repository.pending(session):
                await enqueue(session, process, NoPayload(), dedupe_key=f"tracking.process:{organisation_id}")

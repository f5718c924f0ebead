"""Processing of what arrived: at once after arrival, and each minute what a crash left waiting."""

import structlog

from tradewind.kernel.jobs import JobContext, NoPayload, cron, enqueue, job
from tradewind.modules.tracking.repository import processing as repository
from tradewind.modules.tracking.service.processing import AT_ONCE, process_next

log = structlog.get_logger(__name__)
_ALONE_FROM_ATTEMPT = 3


@job("tracking.process", max_attempts=8)
async def process(context: JobContext, payload: NoPayload) -> None:
    """Process all that waits, a bounded part a transaction.

    Who finds another worker at it may leave: that one looks again after it has let go of the lock. From the third
    attempt on, batches go one by one, and one that fails again is set aside: it must not hold up the others.
    """
    alone = context.attempt >= _ALONE_FROM_ATTEMPT
    waiting = True
    while waiting:
        try:
            async with context.transaction() as session:
                processed = await process_next(session, at_most=1 if alone else AT_ONCE)
        except Exception as failure:  # the edge of a batch: whatever it is, the next ones are to be processed
            if not alone:
                raise
            # Where it is the database that fails, this fails as well, and the job is tried again.
            async with context.transaction() as session:
                events = await repository.set_oldest_aside(session)
            log.error("tracking.batch_set_aside", events=events, exc_info=failure)
            continue
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


@cron("tracking.second_chance", "40 2 * * *")
async def second_chance(context: JobContext) -> None:
    """Each night, try again what was set aside: a newer version may understand it."""
    for organisation_id in await context.organisation_ids():
        async with context.as_organisation(organisation_id).transaction() as session:
            if await repository.take_up_set_aside(session):
                await enqueue(session, process, NoPayload(), dedupe_key=f"tracking.process:{organisation_id}")

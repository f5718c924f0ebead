"""Scheduled clean-up of the kernel's own tables."""

from sqlalchemy import text

from tradewind.kernel import idempotency, realtime
from tradewind.kernel.jobs import JobContext, cron


@cron("kernel.purge", "20 2 * * *")
async def purge(context: JobContext) -> None:
    """Forget what has served its purpose.

    Processed event ids after 30 days, queue logs after 14, finished runs after 90, live messages and stored
    answers after a day.
    """
    async with context.transaction() as session:
        await session.execute(text("DELETE FROM processed_events WHERE processed_at < now() - interval '30 days'"))
        await session.execute(text("DELETE FROM pgqueuer_log WHERE created < now() - interval '14 days'"))
    for organisation_id in await context.organisation_ids():
        async with context.as_organisation(organisation_id).transaction() as session:
            await realtime.purge(session)
            await idempotency.purge(session)
            await session.execute(text("DELETE FROM job_runs WHERE finished_at < now() - interval '90 days'"))

"""Upkeep of what is counted."""

from datetime import timedelta

from tradewind.kernel.clock import now
from tradewind.kernel.jobs import JobContext, cron
from tradewind.modules.tracking.repository import sources

VOLUME_DAYS = 400


@cron("tracking.purge_volumes", "40 3 * * *")
async def purge_volumes(context: JobContext) -> None:
    """Forget the counts of hours more than 400 days ago."""
    before = now() - timedelta(days=VOLUME_DAYS)
    for organisation_id in await context.organisation_ids():
        async with context.as_organisation(organisation_id).transaction() as session:
            await sources.purge_volumes(session, before)

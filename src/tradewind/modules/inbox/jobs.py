"""Upkeep of the inbox."""

from tradewind.kernel.jobs import JobContext, cron
from tradewind.modules.inbox.service import presence


@cron("inbox.forget_looks", "*/10 * * * *")
async def forget_looks(context: JobContext) -> None:
    """Forget who looked at which conversation long ago."""
    for organisation_id in await context.organisation_ids():
        async with context.as_organisation(organisation_id).transaction() as session:
            await presence.forget(session)

"""Schedules of chat."""

from tradewind.kernel.clock import now
from tradewind.kernel.jobs import JobContext, cron
from tradewind.modules.chat.repository import visitors
from tradewind.modules.chat.service.entering import KEPT


@cron("chat.purge", "25 3 * * *")
async def purge(context: JobContext) -> None:
    """Forget sessions that nobody has used for thirteen months, and visitors who are left without one."""
    for organisation_id in await context.organisation_ids():
        async with context.as_organisation(organisation_id).transaction() as session:
            await visitors.purge(session, now() - KEPT)

"""The tables that events of coming months go into."""

from tradewind.kernel.jobs import JobContext, cron
from tradewind.modules.tracking.repository import arrivals


@cron("tracking.months", "40 3 * * *")
async def months(context: JobContext) -> None:
    """Make this month's table and the next one's, long before they are needed."""
    async with context.transaction() as session:
        await arrivals.ensure_months(session, ahead=1)

"""Background work of ai."""

from datetime import timedelta

from tradewind.kernel.clock import now
from tradewind.kernel.jobs import JobContext, cron
from tradewind.modules.ai import repository_money

CALL_DAYS = 90
_PURGE_BATCH = 10_000


@cron("ai.purge", "20 3 * * *")
async def purge(context: JobContext) -> None:
    """Forget single calls after ninety days; what they came to by day stays."""
    before = now() - timedelta(days=CALL_DAYS)
    for organisation_id in await context.organisation_ids():
        tenant = context.as_organisation(organisation_id)
        deleted = _PURGE_BATCH
        while deleted == _PURGE_BATCH:
            async with tenant.transaction() as session:
                deleted = await repository_money.purge(session, before, limit=_PURGE_BATCH)

"""Background work of ai."""

from datetime import timedelta

from tradewind.kernel.clock import now
from tradewind.kernel.jobs import JobContext, cron
from tradewind.modules.ai import repository_experiments, repository_money

CALL_DAYS, USE_DAYS = 90, 365
_PURGE_BATCH = 10_000


@cron("ai.purge", "20 3 * * *")
async def purge(context: JobContext) -> None:
    """Forget single calls and single uses of prompts; what they came to stays."""
    for organisation_id in await context.organisation_ids():
        tenant = context.as_organisation(organisation_id)
        for purged, days in ((repository_money.purge, CALL_DAYS), (repository_experiments.purge, USE_DAYS)):
            deleted = _PURGE_BATCH
            while deleted == _PURGE_BATCH:
                async with tenant.transaction() as session:
                    deleted = await purged(session, now() - timedelta(days=days), limit=_PURGE_BATCH)

"""Background work of sending."""

from datetime import timedelta

from tradewind.kernel.clock import now
from tradewind.kernel.jobs import JobContext, NoPayload, cron, job
from tradewind.modules.sending.repository import upkeep
from tradewind.modules.sending.service import waking
from tradewind.modules.sending.worker import chores
from tradewind.modules.sending.worker.dispatcher import dispatch as run_dispatcher

CONTENT_DAYS = 30
LEDGER_DAYS = 400
_BATCH = 5_000


@job(waking.DISPATCH, max_attempts=8, timeout_seconds=600)
async def dispatch(context: JobContext, payload: NoPayload) -> None:
    """Send what is due."""
    await chores.do_all(context.database)
    await run_dispatcher(context.database)


@cron("sending.sweep", "* * * * *")
async def sweep(context: JobContext) -> None:
    """Send what becomes due by the clock; look after what dead processes left behind."""
    await chores.do_all(context.database)
    await run_dispatcher(context.database)


@cron("sending.purge", "40 3 * * *")
async def purge(context: JobContext) -> None:
    """Forget addresses and contents thirty days after the end of a message, its row after four hundred."""
    contents, rows = now() - timedelta(days=CONTENT_DAYS), now() - timedelta(days=LEDGER_DAYS)
    for organisation_id in await context.organisation_ids():
        tenant = context.as_organisation(organisation_id)
        for clear, before in ((upkeep.clear_contents, contents), (upkeep.delete_old, rows)):
            cleared = _BATCH
            while cleared == _BATCH:
                async with tenant.transaction() as session:
                    cleared = await clear(session, before, limit=_BATCH)

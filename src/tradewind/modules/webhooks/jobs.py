"""Background work of webhooks."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from tradewind.kernel.clock import now
from tradewind.kernel.jobs import JobContext, NoPayload, cron, job
from tradewind.kernel.schemas import Schema
from tradewind.modules.webhooks import repository
from tradewind.modules.webhooks.sending.dispatcher import dispatch as run_dispatcher
from tradewind.modules.webhooks.service import waking

LOG_DAYS = 30
_PURGE_BATCH = 10_000


class AuditNews(Schema):
    """The audit log of an organisation has new rows."""

    organisation_id: UUID


@job(waking.DISPATCH, max_attempts=8, timeout_seconds=120)
async def dispatch(context: JobContext, payload: NoPayload) -> None:
    """Send what is due."""
    await run_dispatcher(context.database)


@job(waking.STREAM_AUDIT, max_attempts=8, timeout_seconds=120)
async def stream_audit(context: JobContext, payload: AuditNews) -> None:
    """Send new rows of an audit log."""
    await run_dispatcher(context.database, audit_of=payload.organisation_id)


@cron("webhooks.sweep", "* * * * *")
async def sweep(context: JobContext) -> None:
    """Send what became due by the clock: later retries, ended leases, audit rows left behind."""
    async with context.transaction() as session:
        streaming = list(await session.scalars(text("SELECT webhooks_streaming_organisations()")))
    for organisation_id in streaming:
        await run_dispatcher(context.database, audit_of=organisation_id)
    await run_dispatcher(context.database)


@cron("webhooks.purge", "50 2 * * *")
async def purge(context: JobContext) -> None:
    """Forget messages, deliveries and attempts after thirty days."""
    before = now() - timedelta(days=LOG_DAYS)
    for organisation_id in await context.organisation_ids():
        tenant = context.as_organisation(organisation_id)
        deleted = _PURGE_BATCH
        while deleted == _PURGE_BATCH:
            async with tenant.transaction() as session:
                deleted = await repository.purge(session, before, limit=_PURGE_BATCH)

"""Carrying out a bulk action."""

from uuid import UUID

from tradewind.kernel.errors import AppError
from tradewind.kernel.jobs import JobCancelled, JobContext, Reject, job
from tradewind.kernel.schemas import Schema
from tradewind.modules.leads.service import bulk


class RunBulk(Schema):
    """Which action."""

    action_id: UUID


@job("leads.run_bulk", timeout_seconds=4 * 3600)
async def run_bulk(context: JobContext, payload: RunBulk) -> None:
    """Batch after batch until the end, a request to cancel, or a reason why it cannot go on."""
    while True:
        try:
            await context.raise_if_cancelled()
            async with context.transaction() as session:
                action = await bulk.run_batch(session, payload.action_id)
        except JobCancelled:
            async with context.transaction() as session:
                await bulk.stop(session, payload.action_id, "cancelled")
            raise
        except AppError as failure:
            if not bulk.is_final(failure):
                raise
            async with context.transaction() as session:
                await bulk.stop(session, payload.action_id, "failed", failure.detail)
            raise Reject(failure.detail) from failure
        await context.progress(done=action.done, message=f"{action.changed:,} changed")
        if action.state != "running":
            return

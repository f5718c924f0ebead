"""Telling a worker that deliveries are due. By name: the jobs themselves stand on the services."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import jobs
from tradewind.kernel.schemas import Schema

DISPATCH = "webhooks.dispatch"
STREAM_AUDIT = "webhooks.stream_audit"
# Many rows are often written within a second; they then travel together.
_GATHER_AUDIT = timedelta(seconds=1)


class _Organisation(Schema):
    organisation_id: UUID


async def wake(session: AsyncSession, *, after: timedelta | None = None) -> None:
    """Have due deliveries sent once the transaction has committed."""
    entry = jobs.registered()[DISPATCH]
    await jobs.enqueue(session, entry, jobs.NoPayload(), run_after=after)


async def wake_audit(session: AsyncSession, organisation_id: UUID) -> None:
    """Have new rows of the audit log streamed once the transaction has committed."""
    entry = jobs.registered()[STREAM_AUDIT]
    await jobs.enqueue(session, entry, _Organisation(organisation_id=organisation_id), run_after=_GATHER_AUDIT)

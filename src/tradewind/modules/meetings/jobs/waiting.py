"""Offering free times to those who wait."""

from datetime import timedelta
from uuid import UUID

from pydantic import BaseModel

from tradewind.kernel.jobs import JobContext, enqueue, job
from tradewind.modules.meetings.service import waiting


class Freed(BaseModel):
    """An event type of which time may have become free."""

    event_type_id: UUID


@job("meetings.offer_freed", max_attempts=8)
async def offer_freed(context: JobContext, payload: Freed) -> None:
    """Hold free times for those who wait, first come first, and look again when an offer ends."""
    async with context.transaction() as session:
        for seconds in await waiting.offer_free_times(session, payload.event_type_id):
            await enqueue(session, offer_freed, payload, run_after=timedelta(seconds=seconds))

"""Offering free times to those who wait."""

from uuid import UUID

from tradewind.kernel.jobs import JobContext, job
from tradewind.kernel.schemas import Schema
from tradewind.modules.meetings.service import waiting


class Freed(Schema):
    """An event type of which time may have become free."""

    event_type_id: UUID


@job("meetings.offer_freed", max_attempts=8)
async def offer_freed(context: JobContext, payload: Freed) -> None:
    """Hold free times for those who wait, first come first. What is held is looked at again when that ends."""
    async with context.transaction() as session:
        await waiting.offer_free_times(session, payload.event_type_id)

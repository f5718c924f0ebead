"""Segments that could not be counted by whoever changed them are counted here."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import subscriber
from tradewind.modules.leads.events import SegmentChanged
from tradewind.modules.leads.repository import segments as repository
from tradewind.modules.leads.service import segments


@subscriber(SegmentChanged)
async def count_changed_segment(session: AsyncSession, event: SegmentChanged) -> None:
    """Count a segment over all leads, if it was changed by somebody who sees only some of them."""
    segment = await repository.get(session, event.segment_id, lock=True)
    if segment is not None and segment.counted_at is None:
        await segments.refresh_count(session, segment)

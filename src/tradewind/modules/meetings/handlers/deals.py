"""A booking moves the lead's deal on, where the event type says so."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import subscriber
from tradewind.modules.leads import api as leads
from tradewind.modules.meetings.events import MeetingBooked
from tradewind.modules.meetings.repository import bookings as rows


@subscriber(MeetingBooked)
async def advance_deal(session: AsyncSession, event: MeetingBooked) -> None:
    """Move the lead's open deal to the event type's stage, unless the meeting was called off meanwhile."""
    row = await rows.meeting(session, event.meeting_id)
    if row is None or row.state != "confirmed" or row.event_type_id is None or event.lead_id is None:
        return
    kind = await rows.event_type(session, row.event_type_id)
    if kind is not None and kind.booked_stage_id is not None:
        reason = f"A meeting was booked: {row.title}"
        await leads.advance_deal(session, event.lead_id, kind.booked_stage_id, reason=reason)

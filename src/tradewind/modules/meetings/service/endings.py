"""What is noted when the time of a meeting is over."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.events import publish
from tradewind.modules.meetings.events import MeetingEnded
from tradewind.modules.meetings.repository import bookings as rows


async def note_end(session: AsyncSession, meeting_id: UUID, sequence: int) -> None:
    """Tell once that a meeting took place, if it is over, agreed, and still the one that was planned at `sequence`."""
    row = await rows.meeting(session, meeting_id, lock=True)
    if row is None or row.state != "confirmed" or row.sequence != sequence or row.ends_at > now():
        return
    if row.ended_recorded_at is not None:
        return
    row.ended_recorded_at = now()
    await session.flush()
    if row.no_show_at is None:
        await publish(
            session,
            MeetingEnded(
                meeting_id=row.id, event_type_id=row.event_type_id, lead_id=row.lead_id, starts_at=row.starts_at,
                sequence=row.sequence,
            ),
        )  # fmt: skip

"""Moving one of several attendees: their seat is given up and another taken, or nothing happens."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database.sight import seeing_everything
from tradewind.modules.meetings.contracts import Booked, BookingWish, Guest
from tradewind.modules.meetings.models.bookings import Attendee, Meeting
from tradewind.modules.meetings.repository import links
from tradewind.modules.meetings.service import bookings, changes


async def move_seat(session: AsyncSession, row: Meeting, attendee: Attendee, starts_at: datetime) -> Booked:
    """Take a seat at another time, then give up the present one; all in the caller's transaction.

    Raises TooLate, SlotTaken with alternatives, EventTypeNotFound: then the present seat stays.
    """
    async with seeing_everything(session):
        kind = await changes.kind_of(session, row)
        changes.require_notice(row, kind)
        if starts_at == row.starts_at:
            return await bookings.answer(session, row, attendee)
        wish = BookingWish(
            event_type_id=row.event_type_id or row.id,
            starts_at=starts_at,
            guest=Guest(
                name=attendee.name, email=attendee.email, phone=attendee.phone, time_zone=attendee.time_zone,
                language=attendee.language,
            ),
            length=int((row.ends_at - row.starts_at).total_seconds() // 60),
            answers=row.answers,
            source="page",
            lead_id=attendee.lead_id,
            campaign=attendee.campaign,
        )  # fmt: skip
        booked = await bookings.book(session, wish)
        await changes.cancel(session, row.id, by="attendee", attendee_id=attendee.id)
        # The links they have in mails are to the seat they have, not to the one they gave up.
        await links.follow(session, attendee.id, meeting_id=booked.meeting_id, attendee_id=booked.attendee_id)
    return booked

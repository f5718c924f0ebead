"""Mails about meetings, each after the commit of what it tells of."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import subscriber
from tradewind.modules.meetings.events import (
    AttendeeAnswered,
    MeetingBooked,
    MeetingCancelled,
    MeetingMoved,
    MeetingNoShow,
    MeetingRequested,
    SeatLeft,
    SlotOffered,
    WaitingListJoined,
)
from tradewind.modules.meetings.repository import bookings as rows
from tradewind.modules.meetings.service import mailing


@subscriber(MeetingRequested)
async def mail_request(session: AsyncSession, event: MeetingRequested) -> None:
    """Tell the attendee that the request has arrived, and ask the host."""
    await mailing.tell_attendees(
        session, event.meeting_id, "requested", sequence=event.sequence, only=[event.attendee_id]
    )
    await mailing.tell_hosts(session, event.meeting_id, "requested", sequence=event.sequence, about=event.attendee_id)


@subscriber(MeetingBooked)
async def mail_booking(session: AsyncSession, event: MeetingBooked) -> None:
    """Send the invitation."""
    await mailing.tell_attendees(session, event.meeting_id, "booked", sequence=event.sequence, only=[event.attendee_id])
    await mailing.tell_hosts(session, event.meeting_id, "booked", sequence=event.sequence, about=event.attendee_id)


@subscriber(MeetingMoved)
async def mail_move(session: AsyncSession, event: MeetingMoved) -> None:
    """Send the invitation anew; a change that was changed again meanwhile is told by the later one."""
    row = await rows.meeting(session, event.meeting_id)
    if row is None or row.sequence != event.sequence:
        return
    if row.state == "pending":
        await mailing.tell_attendees(session, row.id, "requested", sequence=event.sequence)
        await mailing.tell_hosts(session, row.id, "requested", sequence=event.sequence)
        return
    moved = event.previous_starts_at != event.starts_at
    await mailing.tell_attendees(session, row.id, "moved" if moved else "changed", sequence=event.sequence)
    if moved:
        await mailing.tell_hosts(session, row.id, "moved", sequence=event.sequence)


@subscriber(MeetingCancelled)
async def mail_cancellation(session: AsyncSession, event: MeetingCancelled) -> None:
    """Take the invitation back."""
    kind = "declined" if event.declined else "cancelled"
    await mailing.tell_attendees(session, event.meeting_id, kind, sequence=event.sequence)
    if not event.declined:
        await mailing.tell_hosts(session, event.meeting_id, "cancelled", sequence=event.sequence)


@subscriber(SeatLeft)
async def mail_seat_left(session: AsyncSession, event: SeatLeft) -> None:
    """Take back the invitation of the one who no longer takes part."""
    only = [event.attendee_id]
    await mailing.tell_attendees(session, event.meeting_id, "cancelled", sequence=event.sequence, only=only)
    await mailing.tell_hosts(session, event.meeting_id, "left", sequence=event.sequence, about=event.attendee_id)


@subscriber(MeetingNoShow)
async def mail_missed(session: AsyncSession, event: MeetingNoShow) -> None:
    """Invite those who missed it to book again, if they still count as missing."""
    people = await rows.attendees(session, event.meeting_id)
    missing = [one.id for one in people if one.id in event.attendee_ids and one.no_show]
    await mailing.tell_attendees(session, event.meeting_id, "missed", sequence=event.sequence, only=missing)


@subscriber(AttendeeAnswered)
async def mail_answer(session: AsyncSession, event: AttendeeAnswered) -> None:
    """Tell the hosts when an attendee declines in the calendar: whether to cancel is for them to say."""
    if event.status == "declined":
        await mailing.tell_hosts(
            session, event.meeting_id, "declined by the attendee", sequence=event.sequence, about=event.attendee_id
        )


@subscriber(WaitingListJoined)
async def mail_waiting(session: AsyncSession, event: WaitingListJoined) -> None:
    """Confirm the place on the waiting list, with the link that gives it up."""
    await mailing.tell_waiting(session, event.waiting_id)


@subscriber(SlotOffered)
async def mail_offer(session: AsyncSession, event: SlotOffered) -> None:
    """Offer a time that became free."""
    await mailing.tell_waiting(session, event.waiting_id, meeting_id=event.meeting_id, until=event.until)

"""Answers to invitations from attendees' own calendars."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database.sight import seeing_everything
from tradewind.kernel.events import publish
from tradewind.modules.identity import api as identity
from tradewind.modules.meetings.engine import replies as engine
from tradewind.modules.meetings.errors_bookings import MeetingNotFound, ReplyInvalid
from tradewind.modules.meetings.events import AttendeeAnswered
from tradewind.modules.meetings.repository import bookings as repository


async def take(session: AsyncSession, content: bytes) -> UUID:
    """Note what an attendee answers, in an .ics file or a mail that carries one; returns the meeting's id.

    An answer can be forged, so it never cancels or moves anything: hosts see it and decide. Answers to an earlier
    time of the meeting, and repetitions, change nothing. Raises ReplyInvalid, MeetingNotFound.
    """
    try:
        reply = engine.read(content)
    except engine.NotAReply as problem:
        raise ReplyInvalid(str(problem)) from problem
    row = await repository.meeting_by(session, uid=reply.uid)
    if row is None or row.state == "held":
        raise MeetingNotFound("The answer is about no meeting of this organisation.")
    async with seeing_everything(session):
        people = await repository.attendees(session, row.id)
        person = next((one for one in people if one.email == reply.email and one.status != "cancelled"), None)
        if person is None:
            raise ReplyInvalid("The answer comes from nobody who takes part.")
        if reply.sequence < row.sequence or row.state == "cancelled" or person.status == reply.status:
            return row.id
        person.status = reply.status
        row.version += 1
        await session.flush()
        await publish(
            session,
            AttendeeAnswered(
                meeting_id=row.id, event_type_id=row.event_type_id, lead_id=person.lead_id, starts_at=row.starts_at,
                sequence=row.sequence, attendee_id=person.id, status=reply.status,
            ),
        )  # fmt: skip
        await identity.record(
            session, action="meeting.answered", subject_type="meeting", subject_id=row.id,
            after={"attendee_id": person.id, "status": reply.status},
        )  # fmt: skip
    return row.id

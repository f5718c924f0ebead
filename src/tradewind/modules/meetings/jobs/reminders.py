"""What is due at a moment of a meeting's own: reminders before it, and noting that it is over."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.jobs import JobContext, Request, cron, enqueue_many, job
from tradewind.kernel.schemas import Schema
from tradewind.modules.meetings.repository import bookings as rows
from tradewind.modules.meetings.repository import links
from tradewind.modules.meetings.service import endings, mailing


class Reminder(Schema):
    """A reminder of a meeting as it was planned at `sequence`, so many minutes before its start."""

    meeting_id: UUID
    sequence: int
    minutes: int


class Ending(Schema):
    """The end of a meeting as it was planned at `sequence`."""

    meeting_id: UUID
    sequence: int


@job("meetings.remind", max_attempts=8)
async def remind(context: JobContext, payload: Reminder) -> None:
    """Remind attendees, unless the meeting changed, has begun, or a later reminder is due as well."""
    async with context.transaction() as session:
        row = await rows.meeting(session, payload.meeting_id)
        if row is None or row.state != "confirmed" or row.sequence != payload.sequence or row.starts_at <= now():
            return
        kind = await rows.event_type(session, row.event_type_id) if row.event_type_id else None
        later = [minutes for minutes in (kind.reminders if kind else ()) if minutes < payload.minutes]
        if later and now() >= row.starts_at - timedelta(minutes=max(later)):
            return
        await mailing.tell_attendees(
            session, row.id, "reminder", sequence=row.sequence, once=f"reminder:{payload.minutes}"
        )


@job("meetings.end", max_attempts=8)
async def end(context: JobContext, payload: Ending) -> None:
    """Note that a meeting is over, unless it changed."""
    async with context.transaction() as session:
        await endings.note_end(session, payload.meeting_id, payload.sequence)


async def plan(session: AsyncSession, meeting_id: UUID, sequence: int) -> None:
    """Plan what is due for a meeting as it is now; what was planned for an earlier time finds itself outdated."""
    row = await rows.meeting(session, meeting_id)
    if row is None or row.state != "confirmed" or row.sequence != sequence:
        return
    kind = await rows.event_type(session, row.event_type_id) if row.event_type_id else None
    left = row.starts_at - now()
    requests = [
        Request(
            remind,
            Reminder(meeting_id=row.id, sequence=sequence, minutes=minutes),
            run_after=left - timedelta(minutes=minutes),
            dedupe_key=f"meetings.remind:{row.id}:{sequence}:{minutes}",
        )
        for minutes in (kind.reminders if kind else ())
        if left > timedelta(minutes=minutes)
    ]
    over = max(row.ends_at - now(), timedelta())
    requests.append(
        Request(
            end,
            Ending(meeting_id=row.id, sequence=sequence),
            run_after=over,
            dedupe_key=f"meetings.end:{row.id}:{sequence}",
        )
    )
    await enqueue_many(session, requests)


@cron("meetings.purge", "50 2 * * *")
async def purge(context: JobContext) -> None:
    """Forget links of meetings long over, and holds that ran out."""
    for organisation_id in await context.organisation_ids():
        async with context.as_organisation(organisation_id).transaction() as session:
            await links.purge(session)
            await rows.remove_old_holds(session, now() - timedelta(days=1))

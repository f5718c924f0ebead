"""Telling a worker what to do with calendars. By name: the jobs themselves stand on the services."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import jobs
from tradewind.kernel.clock import now
from tradewind.kernel.schemas import Schema
from tradewind.modules.meetings.repository import calendars as repository

SYNCHRONISE = "meetings.synchronise_calendar"
COPY_OUT = "meetings.copy_to_calendars"
_COPIED_AT_ONCE = 500


class CalendarToRead(Schema):
    """A calendar that may have news."""

    organisation_id: UUID
    calendar_id: UUID


class MeetingToCopy(Schema):
    """A meeting whose copies in calendars may be out of date."""

    meeting_id: UUID


async def read_calendar(session: AsyncSession, organisation_id: UUID, calendar_id: UUID) -> None:
    """Have a calendar read, unless that waits or runs already."""
    payload = CalendarToRead(organisation_id=organisation_id, calendar_id=calendar_id)
    entry = jobs.registered()[SYNCHRONISE]
    await jobs.enqueue(session, entry, payload, dedupe_key=f"calendar:{calendar_id}")


async def copy_upcoming(session: AsyncSession, user_id: UUID) -> None:
    """Have a host's meetings to come written."""
    held = await repository.meetings_held_by(session, user_id, since=now(), limit=_COPIED_AT_ONCE)
    await copy_meetings(session, *(one.id for one in held))


async def copy_meetings(session: AsyncSession, *meeting_ids: UUID) -> None:
    """Have meetings written into their hosts' calendars once the transaction has committed."""
    entry = jobs.registered()[COPY_OUT]
    requests = [jobs.Request(entry, MeetingToCopy(meeting_id=meeting_id)) for meeting_id in meeting_ids]
    await jobs.enqueue_many(session, requests)

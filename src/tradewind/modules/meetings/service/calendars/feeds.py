"""A host's meetings as a calendar to subscribe to, read-only, at an address that nobody can guess."""

import hashlib
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.database import Database, actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.meetings.engine.calendar_writing import feed_text
from tradewind.modules.meetings.errors_calendars import FeedNotFound
from tradewind.modules.meetings.models.calendars import CalendarFeed
from tradewind.modules.meetings.repository import calendars as repository
from tradewind.modules.meetings.schemas.calendars import FeedRead
from tradewind.modules.meetings.service.calendars import tokens
from tradewind.modules.meetings.service.calendars.copying import event_of
from tradewind.settings import get_settings

_PURPOSE = "calendar_feed"
_MAX_MEETINGS = 2_000
_PAST = timedelta(days=90)


async def read(session: AsyncSession, user_id: UUID) -> FeedRead:
    """The address of a host's feed, None where there is none."""
    found = await repository.feed_of(session, user_id)
    return FeedRead(url=_url(found) if found else None, created_at=found.created_at if found else None)


async def renew(session: AsyncSession, user_id: UUID) -> FeedRead:
    """Make the feed, or give it a new address: the old one ends at once."""
    await _end(session, user_id)
    made = CalendarFeed(
        id=new_id(), organisation_id=actor_of(session).organisation_id, user_id=user_id, created_at=now()
    )
    session.add(made)
    await session.flush()
    await identity.record(session, action="calendar_feed.made", subject_type="calendar_feed", subject_id=made.id)
    return await read(session, user_id)


async def end(session: AsyncSession, user_id: UUID) -> None:
    """End a host's feed; without one there is nothing to do."""
    if (ended := await _end(session, user_id)) is not None:
        await identity.record(session, action="calendar_feed.ended", subject_type="calendar_feed", subject_id=ended)


async def _end(session: AsyncSession, user_id: UUID) -> UUID | None:
    found = await repository.feed_of(session, user_id)
    if found is not None:
        await session.delete(found)
        await session.flush()
    return found.id if found else None


async def text(database: Database, token: str) -> tuple[bytes, str]:
    """The feed at an address as iCalendar bytes, with its ETag. Raises FeedNotFound."""
    named = tokens.read(_PURPOSE, token)
    if named is None:
        raise FeedNotFound()
    organisation_id, feed_id = named
    async with database.transaction(Actor.system(organisation_id, name="Calendar feed")) as session:
        feed = await repository.feed(session, feed_id)
        if feed is None or await identity.active_member_name(session, feed.user_id) is None:
            raise FeedNotFound()
        organisation = await identity.get_organisation(session)
        held = await repository.meetings_held_by(session, feed.user_id, since=now() - _PAST, limit=_MAX_MEETINGS)
        people = await repository.attendees(session, [one.id for one in held])
        content = feed_text((event_of(one, people[one.id]) for one in held), f"{organisation.name}: meetings")
    return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def _url(feed: CalendarFeed) -> str:
    token = tokens.make(_PURPOSE, feed.organisation_id, feed.id)
    return f"{get_settings().base_url}/api/v1/calendars/feed/{token}.ics"

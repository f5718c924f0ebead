"""Office hours and the promises reckoned in them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.conversations.contracts import Presence
from tradewind.modules.conversations.models.people import OfficeHours
from tradewind.modules.conversations.repository import people as repository
from tradewind.modules.identity import api as identity
from tradewind.modules.meetings import api as meetings

_AHEAD = timedelta(days=31)
_WEEK = [{"days": [1, 2, 3, 4, 5], "start": "09:00", "end": "17:00"}]
_FIRST_REPLY, _NEXT_REPLY, _CLOSE_AFTER_HOURS = 15, 30, 24
Spans = Sequence[tuple[datetime, datetime]]


async def office_hours(session: AsyncSession) -> OfficeHours:
    """The organisation's office hours; until it sets some, Monday to Friday from nine to five, not stored."""
    found = await repository.office_hours(session)
    if found is not None:
        return found
    organisation = await identity.get_organisation(session)
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    return OfficeHours(
        id=new_id(),
        organisation_id=organisation_id,
        time_zone=organisation.time_zone,
        weekly=_WEEK,
        overrides=[],
        holidays=None,
        first_reply_minutes=_FIRST_REPLY,
        next_reply_minutes=_NEXT_REPLY,
        close_after_hours=_CLOSE_AFTER_HOURS,
        version=0,
    )


async def presence(session: AsyncSession, queue_id: UUID | None = None) -> Presence:
    """Whether people answer now, and how fast they promise to."""
    hours = await office_hours(session)
    at = now()
    spans = await _spans(hours, at)
    minutes, _ = await promises(session, hours, queue_id)
    is_open = bool(spans) and spans[0][0] <= at
    return Presence(
        open=is_open,
        opens_at=None if is_open or not spans else spans[0][0],
        first_reply_minutes=minutes,
    )


async def promises(session: AsyncSession, hours: OfficeHours, queue_id: UUID | None) -> tuple[int, int]:
    """Minutes within which the first and each next reply are promised in a queue."""
    queue = await repository.queue(session, queue_id) if queue_id else None
    first = queue.first_reply_minutes if queue else None
    following = queue.next_reply_minutes if queue else None
    return first or hours.first_reply_minutes, following or hours.next_reply_minutes


async def due(session: AsyncSession, queue_id: UUID | None, at: datetime, *, first: bool) -> datetime | None:
    """When a visitor who waits since `at` must have an answer; None if no hour is open within a month."""
    hours = await office_hours(session)
    first_minutes, next_minutes = await promises(session, hours, queue_id)
    return after_open_minutes(await _spans(hours, at), at, first_minutes if first else next_minutes)


def after_open_minutes(spans: Spans, at: datetime, minutes: int) -> datetime | None:
    """The moment `minutes` of open time after `at`; None if the spans end before."""
    left = timedelta(minutes=minutes)
    for opens, closes in spans:
        begins = max(opens, at)
        if begins >= closes:
            continue
        if closes - begins >= left:
            return begins + left
        left -= closes - begins
    return None


async def _spans(hours: OfficeHours, at: datetime) -> Spans:
    return await meetings.open_spans(
        time_zone=hours.time_zone,
        weekly=hours.weekly,
        overrides=hours.overrides,
        holidays=hours.holidays,
        start=at,
        end=at + _AHEAD,
    )

"""SQL of lists of meetings, and of how turns went round."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.pagination import SortColumn, fetch_page
from tradewind.modules.meetings.models.bookings import Attendee, Meeting
from tradewind.modules.meetings.models.event_types import MeetingClaim

_TURNS = text("""
    SELECT t.meeting_id, t.user_id, t.created_at AS at, m.starts_at, m.state, t.counted, t.weight, t.because
    FROM meeting_turns t JOIN meetings m ON m.id = t.meeting_id
    WHERE t.event_type_id = :event_type_id AND t.created_at > :since ORDER BY t.created_at DESC LIMIT :limit
""")
_NOT_COUNTED = text("""
    SELECT t.user_id, count(*) AS meetings FROM meeting_turns t JOIN meetings m ON m.id = t.meeting_id
    WHERE t.event_type_id = :event_type_id AND t.created_at > :since AND NOT t.counted
      AND m.state IN ('pending', 'confirmed')
    GROUP BY t.user_id
""")


async def page(
    session: AsyncSession,
    *,
    when: str | None,
    start: datetime | None,
    end: datetime | None,
    states: Sequence[str],
    host_id: UUID | None,
    event_type_id: UUID | None,
    lead_id: UUID | None,
    no_show: bool | None,
    q: str | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[UUID], str | None, str | None]:
    """Ids of meetings that fit all that is given: upcoming ones soonest first, others latest first."""
    wanted: list[ColumnElement[bool]] = [Meeting.state != "held"]
    if when is not None:
        wanted.append(Meeting.ends_at > now() if when == "upcoming" else Meeting.ends_at <= now())
    if start is not None:
        wanted.append(Meeting.ends_at > start)
    if end is not None:
        wanted.append(Meeting.starts_at < end)
    if states:
        wanted.append(Meeting.state.in_(states))
    if host_id is not None:
        claims = select(MeetingClaim.id).where(MeetingClaim.meeting_id == Meeting.id, MeetingClaim.user_id == host_id)
        wanted.append(exists(claims))
    if event_type_id is not None:
        wanted.append(Meeting.event_type_id == event_type_id)
    if lead_id is not None:
        people = select(Attendee.id).where(Attendee.meeting_id == Meeting.id, Attendee.lead_id == lead_id)
        wanted.append(or_(Meeting.lead_id == lead_id, exists(people)))
    if no_show is not None:
        wanted.append(Meeting.no_show_at.is_not(None) if no_show else Meeting.no_show_at.is_(None))
    if q:
        words = q.lower()
        named = select(Attendee.id).where(
            Attendee.meeting_id == Meeting.id, func.lower(Attendee.name).contains(words, autoescape=True)
        )
        wanted.append(or_(func.lower(Meeting.title).contains(words, autoescape=True), exists(named)))
    soonest_first = when == "upcoming" or (when is None and start is not None)
    columns = [
        SortColumn("starts_at", Meeting.starts_at.expression, descending=not soonest_first),
        SortColumn("id", Meeting.id.expression, descending=not soonest_first),
    ]
    rows, following, previous = await fetch_page(
        session, select(Meeting.id).where(*wanted), columns, cursor=cursor, limit=limit
    )
    return [row.id for row in rows], following, previous


async def meetings(session: AsyncSession, ids: Sequence[UUID]) -> list[Meeting]:
    """Meetings in the order of their ids as given."""
    found = {one.id: one for one in await session.scalars(select(Meeting).where(Meeting.id.in_(ids)))}
    return [found[one] for one in ids if one in found]


async def attendees(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, list[Attendee]]:
    """Who takes part in each of these meetings, or did."""
    found: dict[UUID, list[Attendee]] = {one: [] for one in ids}
    statement = select(Attendee).where(Attendee.meeting_id.in_(ids)).order_by(Attendee.created_at, Attendee.id)
    for one in await session.scalars(statement):
        found[one.meeting_id].append(one)
    return found


async def was_booked(session: AsyncSession, lead_id: UUID, *, start: datetime, end: datetime) -> bool:
    """Whether a lead joined a meeting between two moments that stands."""
    joined = (
        select(Attendee.id)
        .join(Meeting, Meeting.id == Attendee.meeting_id)
        .where(
            Attendee.lead_id == lead_id, Attendee.created_at.between(start, end), Attendee.status != "cancelled",
            Meeting.state == "confirmed",
        )
    )  # fmt: skip
    return bool(await session.scalar(select(exists(joined))))


async def hosts(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Who holds each of these meetings."""
    found: dict[UUID, list[UUID]] = {one: [] for one in ids}
    statement = select(MeetingClaim.meeting_id, MeetingClaim.user_id).where(MeetingClaim.meeting_id.in_(ids))
    for row in await session.execute(statement.order_by(MeetingClaim.user_id)):
        found[row.meeting_id].append(row.user_id)
    return found


async def turns(session: AsyncSession, event_type_id: UUID, since: datetime, limit: int) -> Sequence[Any]:
    """The latest assignments of an event type with their reasons."""
    values = {"event_type_id": event_type_id, "since": since, "limit": limit}
    return (await session.execute(_TURNS, values)).mappings().all()


async def not_counted(session: AsyncSession, event_type_id: UUID, since: datetime) -> dict[UUID, int]:
    """How many meetings hosts hold that were no turn of theirs."""
    rows = await session.execute(_NOT_COUNTED, {"event_type_id": event_type_id, "since": since})
    return {row.user_id: row.meetings for row in rows}

"""SQL of calendars."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import asyncpg_connection
from tradewind.kernel.ids import new_id
from tradewind.modules.meetings.engine.calendar_reading import Item
from tradewind.modules.meetings.models.bookings import Attendee, Meeting
from tradewind.modules.meetings.models.calendars import (
    Calendar,
    CalendarApp,
    CalendarAuthorisation,
    CalendarConnection,
    CalendarCopy,
    CalendarFeed,
    MeetingRoom,
)
from tradewind.modules.meetings.models.event_types import BusyTime, MeetingClaim

_INSERT_BUSY = """
    INSERT INTO busy_times (id, organisation_id, user_id, calendar_id, starts_at, ends_at, title, uid, source)
    SELECT b.id, $1, $2, $3, b.starts_at, b.ends_at, b.title, b.uid, $4
    FROM unnest($5::uuid[], $6::timestamptz[], $7::timestamptz[], $8::text[], $9::text[])
        AS b(id, starts_at, ends_at, title, uid)"""
_FRESHNESS = text("""
    SELECT c.user_id, CASE WHEN bool_and(c.synced_at IS NOT NULL) THEN min(c.synced_at) END AS oldest,
        bool_or(n.state = 'reconnect') AS reconnect
    FROM calendars c JOIN calendar_connections n ON n.id = c.connection_id
    WHERE c.reads_busy AND c.user_id = ANY(:user_ids) GROUP BY c.user_id""")


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy in a calendar and the meeting it is of."""

    copy: CalendarCopy
    meeting: Meeting


async def app(session: AsyncSession, vendor: str) -> CalendarApp | None:
    """The organisation's app at a vendor."""
    return await session.scalar(select(CalendarApp).where(CalendarApp.vendor == vendor))


async def apps(session: AsyncSession) -> dict[str, CalendarApp]:
    """All apps of the organisation by vendor."""
    return {one.vendor: one for one in await session.scalars(select(CalendarApp))}


async def connections(session: AsyncSession, user_id: UUID) -> Sequence[CalendarConnection]:
    """A host's connections, oldest first."""
    wanted = select(CalendarConnection).where(CalendarConnection.user_id == user_id)
    return (await session.scalars(wanted.order_by(CalendarConnection.id))).all()


async def connection(session: AsyncSession, connection_id: UUID, *, lock: bool = False) -> CalendarConnection | None:
    """One connection, whoever's; with `lock` nobody else changes it until the transaction ends."""
    wanted = select(CalendarConnection).where(CalendarConnection.id == connection_id)
    return await session.scalar(wanted.with_for_update() if lock else wanted)


async def connection_of(session: AsyncSession, user_ids: Collection[UUID], kind: str) -> CalendarConnection | None:
    """The oldest working connection of a kind that any of these hosts has."""
    wanted = select(CalendarConnection).where(
        CalendarConnection.user_id.in_(user_ids), CalendarConnection.kind == kind, CalendarConnection.state == "active"
    )
    return await session.scalar(wanted.order_by(CalendarConnection.id).limit(1))


async def calendars(session: AsyncSession, connection_ids: Collection[UUID]) -> Sequence[Calendar]:
    """Calendars of connections, the primary one first, then by name."""
    wanted = select(Calendar).where(Calendar.connection_id.in_(connection_ids))
    return (await session.scalars(wanted.order_by(Calendar.is_primary.desc(), Calendar.name, Calendar.id))).all()


async def calendar(session: AsyncSession, calendar_id: UUID, *, lock: bool = False) -> Calendar | None:
    """One calendar, whoever's."""
    wanted = select(Calendar).where(Calendar.id == calendar_id)
    return await session.scalar(wanted.with_for_update() if lock else wanted)


async def take_no_meetings(session: AsyncSession, user_id: UUID) -> None:
    """Let no calendar of a host take meetings."""
    await session.execute(update(Calendar).where(Calendar.user_id == user_id).values(takes_meetings=False))


async def forget_busy(session: AsyncSession, calendar_id: UUID, remote_ids: Collection[str] | None = None) -> None:
    """Remove busy times of a calendar: of the named entries, or all."""
    wanted = delete(BusyTime).where(BusyTime.calendar_id == calendar_id)
    if remote_ids is not None:
        wanted = wanted.where(BusyTime.uid.in_(remote_ids))
    await session.execute(wanted)


async def add_busy(session: AsyncSession, calendar: Calendar, items: Sequence[Item], source: str) -> None:
    """Add the busy times of entries in one statement; they are found again by the entry's id."""
    found = [(one, item.remote_id) for item in items for one in item.busy]
    if not found:
        return
    raw = await asyncpg_connection(session)
    await raw.execute(
        _INSERT_BUSY,
        calendar.organisation_id,
        calendar.user_id,
        calendar.id,
        source,
        [new_id() for _ in found],
        [one.start for one, _ in found],
        [one.end for one, _ in found],
        [one.title for one, _ in found],
        [remote_id for _, remote_id in found],
    )


async def known_uids(session: AsyncSession, uids: Collection[str]) -> set[str]:
    """Which of these UIDs are those of our own meetings."""
    return set(await session.scalars(select(Meeting.uid).where(Meeting.uid.in_(uids)))) if uids else set()


async def copies_in(session: AsyncSession, calendar_id: UUID, *, since: datetime) -> list[Copied]:
    """Copies of meetings in a calendar that end after `since` and are not cancelled."""
    wanted = (
        select(CalendarCopy, Meeting)
        .join(Meeting, Meeting.id == CalendarCopy.meeting_id)
        .where(
            CalendarCopy.calendar_id == calendar_id,
            CalendarCopy.remote_id.is_not(None),
            Meeting.ends_at > since,
            Meeting.state.in_(("pending", "confirmed")),
        )
    )
    return [Copied(*row) for row in await session.execute(wanted)]


async def copies_of(session: AsyncSession, meeting_id: UUID) -> dict[UUID, CalendarCopy]:
    """Copies of a meeting by calendar."""
    found = await session.scalars(select(CalendarCopy).where(CalendarCopy.meeting_id == meeting_id))
    return {one.calendar_id: one for one in found}


async def copy(session: AsyncSession, meeting_id: UUID, calendar_id: UUID) -> CalendarCopy | None:
    """The copy of a meeting in a calendar, locked."""
    wanted = select(CalendarCopy).where(CalendarCopy.meeting_id == meeting_id, CalendarCopy.calendar_id == calendar_id)
    return await session.scalar(wanted.with_for_update())


async def targets(session: AsyncSession, meeting_id: UUID) -> Sequence[Calendar]:
    """Calendars that a meeting belongs into: those its hosts chose, where the connection works."""
    hosts = select(MeetingClaim.user_id).where(MeetingClaim.meeting_id == meeting_id, MeetingClaim.live)
    wanted = (
        select(Calendar)
        .join(CalendarConnection, CalendarConnection.id == Calendar.connection_id)
        .where(Calendar.takes_meetings, CalendarConnection.state == "active", Calendar.user_id.in_(hosts))
    )
    return (await session.scalars(wanted.order_by(Calendar.id))).all()


async def hosts_of(session: AsyncSession, meeting_id: UUID) -> list[UUID]:
    """Who holds a meeting."""
    wanted = select(MeetingClaim.user_id).where(MeetingClaim.meeting_id == meeting_id, MeetingClaim.live)
    return sorted(set(await session.scalars(wanted)))


async def meeting(session: AsyncSession, meeting_id: UUID) -> Meeting | None:
    """One meeting."""
    return await session.scalar(select(Meeting).where(Meeting.id == meeting_id))


async def attendees(session: AsyncSession, meeting_ids: Collection[UUID]) -> dict[UUID, list[Attendee]]:
    """Who takes part, by meeting, in the order of booking."""
    wanted = select(Attendee).where(Attendee.meeting_id.in_(meeting_ids), Attendee.status != "cancelled")
    found: dict[UUID, list[Attendee]] = {meeting_id: [] for meeting_id in meeting_ids}
    for one in await session.scalars(wanted.order_by(Attendee.created_at, Attendee.id)):
        found[one.meeting_id].append(one)
    return found


async def meetings_held_by(session: AsyncSession, user_id: UUID, *, since: datetime, limit: int) -> Sequence[Meeting]:
    """Agreed and requested meetings of a host that end after `since`, the next first."""
    held = select(MeetingClaim.meeting_id).where(MeetingClaim.user_id == user_id, MeetingClaim.live)
    wanted = select(Meeting).where(
        Meeting.id.in_(held), Meeting.state.in_(("pending", "confirmed")), Meeting.ends_at > since
    )
    return (await session.scalars(wanted.order_by(Meeting.starts_at, Meeting.id).limit(limit))).all()


async def copied_meetings(session: AsyncSession, calendar_id: UUID, *, since: datetime) -> list[UUID]:
    """Meetings with a copy in a calendar that end after `since`."""
    wanted = select(CalendarCopy.meeting_id).join(Meeting, Meeting.id == CalendarCopy.meeting_id)
    return list(await session.scalars(wanted.where(CalendarCopy.calendar_id == calendar_id, Meeting.ends_at > since)))


async def room(session: AsyncSession, meeting_id: UUID) -> MeetingRoom | None:
    """The room of a meeting, locked."""
    return await session.scalar(select(MeetingRoom).where(MeetingRoom.meeting_id == meeting_id).with_for_update())


async def authorisation(session: AsyncSession, authorisation_id: UUID) -> CalendarAuthorisation | None:
    """A sign-in under way, locked."""
    wanted = select(CalendarAuthorisation).where(CalendarAuthorisation.id == authorisation_id)
    return await session.scalar(wanted.with_for_update())


async def forget_authorisations(session: AsyncSession, before: datetime) -> None:
    """Remove sign-ins that ended."""
    await session.execute(delete(CalendarAuthorisation).where(CalendarAuthorisation.expires_at < before))


async def feed(session: AsyncSession, feed_id: UUID) -> CalendarFeed | None:
    """A feed by its id."""
    return await session.scalar(select(CalendarFeed).where(CalendarFeed.id == feed_id))


async def feed_of(session: AsyncSession, user_id: UUID) -> CalendarFeed | None:
    """A host's feed."""
    return await session.scalar(select(CalendarFeed).where(CalendarFeed.user_id == user_id))


async def freshness(session: AsyncSession, user_ids: Collection[UUID]) -> list[tuple[UUID, datetime | None, bool]]:
    """Per host with calendars: when the oldest of them was last read (None: never), and whether one must reconnect."""
    rows = await session.execute(_FRESHNESS, {"user_ids": list(user_ids)})
    return [(row.user_id, row.oldest, row.reconnect) for row in rows]


async def due(
    session: AsyncSession, moment: datetime, *, pause: object, pause_with_channel: object, at_most: int
) -> list[tuple[UUID, UUID]]:
    """Calendars of all organisations to look at now, as (organisation, calendar)."""
    rows = await session.execute(
        text("SELECT * FROM calendars_due(:moment, :pause, :with_channel, :at_most)"),
        {"moment": moment, "pause": pause, "with_channel": pause_with_channel, "at_most": at_most},
    )
    return [(row.organisation_id, row.calendar_id) for row in rows]


async def count_connections(session: AsyncSession, user_id: UUID) -> int:
    """How many connections a host has."""
    wanted = select(func.count()).where(CalendarConnection.user_id == user_id)
    return await session.scalar(wanted) or 0

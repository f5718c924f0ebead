"""Meetings in their hosts' calendars: what should be there is compared with what was written, and mended.

Every step may be repeated: a copy's row is stored before the vendor is asked, and a vendor never gets an event twice,
since it is named after the meeting's UID. Whoever was overtaken looks again at what the meeting is now.
"""

import hashlib
from dataclasses import astuple, dataclass, replace
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.database import Database
from tradewind.kernel.errors import AppError
from tradewind.kernel.events import publish
from tradewind.kernel.http import OutboundError
from tradewind.kernel.ids import new_id
from tradewind.kernel.jobs import Retry
from tradewind.modules.meetings.adapters._base import Missing, Overwritten, WritesMeetings, Written
from tradewind.modules.meetings.engine.calendar_writing import Conference, MeetingEvent
from tradewind.modules.meetings.events import MeetingMoved
from tradewind.modules.meetings.models.bookings import Attendee, Meeting
from tradewind.modules.meetings.models.calendars import CalendarCopy, MeetingRoom
from tradewind.modules.meetings.repository import bookings as meetings
from tradewind.modules.meetings.repository import calendars as repository
from tradewind.modules.meetings.service.calendars import vendors
from tradewind.modules.meetings.service.rooms import LINKS

log = structlog.get_logger(__name__)
_ATTEMPTS = 4
_LINK_LATER_SECONDS = 20
_AGREED = ("pending", "confirmed")


@dataclass(frozen=True, slots=True)
class _Place:
    """A calendar (or an account that makes rooms) that holds a copy, or should."""

    connection_id: UUID
    calendar_id: UUID | None
    remote_calendar: str
    vendor: str


async def copy_out(database: Database, organisation_id: UUID, meeting_id: UUID, *, patient: bool = False) -> None:
    """Bring a meeting's room and its copies in all calendars up to date.

    Raises OutboundError and Retry: try again. With `patient`, what cannot be reached is left to the calendar's next
    successful reading, which has the meetings of that time written.
    """
    actor = Actor.system(organisation_id, name="Calendars")
    failure: OutboundError | None = None
    try:
        await _keep_room(database, actor, meeting_id)
    except OutboundError as unreachable:
        failure = unreachable
    for place in await _places(database, actor, meeting_id):
        try:
            await _keep_copy(database, actor, meeting_id, place)
        except OutboundError as unreachable:
            failure = failure if patient else unreachable
            await _note(database, actor, meeting_id, place, unreachable)
        except vendors.REFUSALS as refusal:
            # The host hears of a refused sign-in; when the calendar is back, its meetings are written.
            log.info("calendar.copy_refused", meeting=str(meeting_id), problem=refusal.detail)
            await _note(database, actor, meeting_id, place, refusal)
    if failure is not None:
        raise failure


async def _places(database: Database, actor: Actor, meeting_id: UUID) -> list[_Place]:
    """Calendars with a copy, or that want one; those that can make the meeting's link first."""
    async with database.transaction(actor) as session:
        meeting = await repository.meeting(session, meeting_id)
        if meeting is None:
            return []
        wanted = list(await repository.targets(session, meeting_id)) if meeting.state in _AGREED else []
        known = await repository.copies_of(session, meeting_id)
        missing = set(known) - {calendar.id for calendar in wanted}
        found = [one for calendar_id in missing if (one := await repository.calendar(session, calendar_id)) is not None]
        places = []
        for calendar in [*wanted, *found]:
            connection = await repository.connection(session, calendar.connection_id)
            assert connection is not None
            places.append(_Place(connection.id, calendar.id, calendar.remote_id, connection.kind))
        vendor = _vendor_of(meeting)
        return sorted(places, key=lambda place: (place.vendor != vendor, str(place.calendar_id)))


async def _keep_copy(database: Database, actor: Actor, meeting_id: UUID, place: _Place) -> None:
    assert place.calendar_id is not None
    for _ in range(_ATTEMPTS):
        async with database.transaction(actor) as session:
            event = await _wanted(session, meeting_id, place)
            copy = await repository.copy(session, meeting_id, place.calendar_id)
            if event is None and copy is None:
                return
            if event is not None and copy is None:
                copy = CalendarCopy(
                    id=new_id(), organisation_id=actor.organisation_id, meeting_id=meeting_id,
                    calendar_id=place.calendar_id, fingerprint="",
                )  # fmt: skip
                session.add(copy)
                await session.flush()
            assert copy is not None
            before = copy.fingerprint
            known = Written(remote_id=copy.remote_id, etag=copy.etag) if copy.remote_id else None
        if event is None:
            await _remove(database, actor, meeting_id, place, known)
            return
        if before == fingerprint(event):
            return
        written = await _write(database, actor, meeting_id, place, event, known)
        if written is not None and await _written(database, actor, event, meeting_id, place, before, written):
            if event.conference is not None and not written.join_url:
                raise Retry(_LINK_LATER_SECONDS, "the vendor has not made the meeting link yet")
            return
    raise Retry(_LINK_LATER_SECONDS, "the meeting kept changing while it was written")


async def _write(
    database: Database, actor: Actor, meeting_id: UUID, place: _Place, event: MeetingEvent, known: Written | None
) -> Written | None:
    """The event as written; None where somebody changed it at the same time and it is worth looking again."""
    async with vendors.opened(database, actor, place.connection_id, WritesMeetings) as adapter:
        try:
            return await adapter.write(place.remote_calendar, event, known)
        except Missing:
            return await adapter.write(place.remote_calendar, event, None) if known is not None else None
        except Overwritten:
            found = await adapter.find(place.remote_calendar, event.uid)
            if found is None or known is None or found.etag == known.etag:
                return None
        # Whoever changed it in the calendar was slower than who moved the meeting here, or is another job of ours.
        async with database.transaction(actor) as session:
            assert place.calendar_id is not None
            copy = await repository.copy(session, meeting_id, place.calendar_id)
            if copy is not None and copy.etag != known.etag:
                return None
        return await adapter.write(place.remote_calendar, event, found)


async def _written(
    database: Database,
    actor: Actor,
    event: MeetingEvent,
    meeting_id: UUID,
    place: _Place,
    before: str,
    written: Written,
) -> bool:
    """Store what was written, unless another job stored something meanwhile."""
    async with database.transaction(actor) as session:
        assert place.calendar_id is not None
        copy = await repository.copy(session, meeting_id, place.calendar_id)
        if copy is None or copy.fingerprint != before:
            return False
        copy.remote_id, copy.etag = written.remote_id, written.etag
        copy.starts_at, copy.ends_at = event.starts_at, event.ends_at
        # While the vendor still makes the link it is asked again. With it, the event is written anew.
        waits = event.conference is not None and not written.join_url
        copy.fingerprint, copy.problem = "" if waits else fingerprint(event), None
        if event.conference is not None and written.join_url:
            await _set_link(session, meeting_id, written.join_url)
        await session.flush()
    return True


async def _remove(database: Database, actor: Actor, meeting_id: UUID, place: _Place, known: Written | None) -> None:
    """Delete the event, also one that an attempt made and could not tell of; then forget the copy."""
    assert place.calendar_id is not None
    async with database.transaction(actor) as session:
        meeting = await repository.meeting(session, meeting_id)
        uid = meeting.uid if meeting else ""
    try:
        async with vendors.opened(database, actor, place.connection_id, WritesMeetings) as adapter:
            found = known or await adapter.find(place.remote_calendar, uid)
            if found is not None:
                await adapter.remove(place.remote_calendar, found.remote_id)
    except Missing:
        pass
    async with database.transaction(actor) as session:
        copy = await repository.copy(session, meeting_id, place.calendar_id)
        if copy is not None:
            await session.delete(copy)


async def _note(database: Database, actor: Actor, meeting_id: UUID, place: _Place, refusal: AppError) -> None:
    async with database.transaction(actor) as session:
        assert place.calendar_id is not None
        copy = await repository.copy(session, meeting_id, place.calendar_id)
        if copy is not None:
            copy.problem = refusal.detail[:500]
        calendar = await repository.calendar(session, place.calendar_id, lock=True)
        if calendar is not None and isinstance(refusal, OutboundError):
            # Looked at soon, and then caught up.
            calendar.problem, calendar.checked_at = refusal.detail[:500], None


async def _wanted(session: AsyncSession, meeting_id: UUID, place: _Place) -> MeetingEvent | None:
    """The event that should stand in a calendar now, None if none should."""
    meeting = await meetings.meeting(session, meeting_id)
    if meeting is None or meeting.state not in _AGREED:
        return None
    if place.calendar_id not in {one.id for one in await repository.targets(session, meeting_id)}:
        return None
    people = await repository.attendees(session, [meeting_id])
    made_by_vendor = vendors.VENDORS[place.vendor].spec.conference
    wants = made_by_vendor if meeting.location.get("kind") == made_by_vendor and not meeting.join_url else None
    return event_of(meeting, people[meeting_id], conference=wants)


def event_of(meeting: Meeting, people: list[Attendee], *, conference: Conference | None = None) -> MeetingEvent:
    """A meeting as an event of its host: who comes, where, and the link."""
    names = ", ".join(one.name for one in people)
    lines = [f"{one.name} <{one.email}>{f', {one.phone}' if one.phone else ''}" for one in people]
    if meeting.join_url:
        lines.append(f"\nJoin: {meeting.join_url}")
    place = meeting.location.get("value") if meeting.location.get("kind") in ("in_person", "phone") else None
    return MeetingEvent(
        uid=meeting.uid,
        sequence=meeting.sequence,
        title=f"{meeting.title}: {names}" if names else meeting.title,
        description="\n".join(lines),
        location=str(place or meeting.join_url or ""),
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        tentative=meeting.state == "pending",
        join_url=meeting.join_url,
        conference=conference,
        changed_at=meeting.updated_at,
    )


def fingerprint(event: MeetingEvent) -> str:
    """What tells two states of an event apart."""
    fixed = replace(event, changed_at=event.starts_at, sequence=0)
    return hashlib.sha256(repr(astuple(fixed)).encode()).hexdigest()[:32]


def _vendor_of(meeting: Meeting) -> str | None:
    kind = str(meeting.location.get("kind"))
    return LINKS[kind].spec.vendor if kind in LINKS else None


async def _keep_room(database: Database, actor: Actor, meeting_id: UUID) -> None:
    """Make, move or remove the room of a meeting whose link a host's account makes."""
    async with database.transaction(actor) as session:
        meeting = await repository.meeting(session, meeting_id)
        if meeting is None:
            return
        kind = str(meeting.location.get("kind"))
        room = await repository.room(session, meeting_id)
        live = meeting.state in _AGREED and kind in LINKS and LINKS[kind].spec.made == "account"
        if room is None:
            vendor = _vendor_of(meeting)
            if not live or vendor is None or meeting.ends_at < now():
                return
            hosts = await repository.hosts_of(session, meeting_id)
            connection = await repository.connection_of(session, hosts, vendor)
            if connection is None:
                return
            # The intent stands before the vendor is asked, so that a room made in vain is found and removed.
            room = MeetingRoom(
                id=new_id(), organisation_id=actor.organisation_id, meeting_id=meeting_id,
                connection_id=connection.id, kind=kind, fingerprint="",
            )  # fmt: skip
            session.add(room)
            await session.flush()
        if room.connection_id is None:
            return
        event = event_of(meeting, (await repository.attendees(session, [meeting_id]))[meeting_id])
        place = _Place(room.connection_id, None, "", room.kind)
        known = Written(remote_id=room.reference, join_url=room.join_url) if room.reference else None
        mark = _room_mark(event)
        if live and room.fingerprint == mark:
            return
    try:
        async with vendors.opened(database, actor, place.connection_id, WritesMeetings) as adapter:
            if live:
                try:
                    written = await adapter.write("", event, known)
                except Missing:
                    written = await adapter.write("", event, None)
            else:
                written = None
                if (found := known or await adapter.find("", event.uid)) is not None:
                    await adapter.remove("", found.remote_id)
    except vendors.REFUSALS as refusal:
        async with database.transaction(actor) as session:
            if (stored := await repository.room(session, meeting_id)) is not None:
                stored.problem = refusal.detail[:500]
        return
    async with database.transaction(actor) as session:
        stored = await repository.room(session, meeting_id)
        if stored is None:
            return
        if written is None:
            await session.delete(stored)
            return
        stored.reference, stored.join_url = written.remote_id, written.join_url
        stored.fingerprint, stored.problem = mark, None
        await session.flush()
        if written.join_url:
            await _set_link(session, meeting_id, written.join_url)


def _room_mark(event: MeetingEvent) -> str:
    return fingerprint(replace(event, description="", location="", join_url=None, tentative=False))


async def _set_link(session: AsyncSession, meeting_id: UUID, join_url: str) -> None:
    """Store where a meeting takes place online; who takes part is told of the change."""
    meeting = await meetings.meeting(session, meeting_id, lock=True)
    if meeting is None or meeting.state not in _AGREED or meeting.join_url == join_url:
        return
    meeting.join_url = join_url
    meeting.sequence += 1
    meeting.version += 1
    await session.flush()
    fact = MeetingMoved(
        meeting_id=meeting.id, event_type_id=meeting.event_type_id, lead_id=meeting.lead_id,
        starts_at=meeting.starts_at, previous_starts_at=meeting.starts_at, sequence=meeting.sequence, by="calendar",
    )  # fmt: skip
    await publish(session, fact)

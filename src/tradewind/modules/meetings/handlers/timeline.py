"""Meetings in the timelines of leads, which scores, metrics and segments read."""

from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import subscriber
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.contracts import NewActivity
from tradewind.modules.meetings.events import (
    MeetingBooked,
    MeetingCancelled,
    MeetingEnded,
    MeetingFact,
    MeetingMoved,
    MeetingNoShow,
    MeetingRequested,
    SeatLeft,
)
from tradewind.modules.meetings.models.bookings import Attendee, Meeting
from tradewind.modules.meetings.repository import bookings as rows

_TITLES = {
    "meeting.requested": "Asked for a meeting", "meeting.booked": "Meeting booked", "meeting.moved": "Meeting moved",
    "meeting.cancelled": "Meeting cancelled", "meeting.held": "Meeting held", "meeting.no_show": "Meeting missed",
}  # fmt: skip


@subscriber(MeetingRequested)
async def record_request(session: AsyncSession, event: MeetingRequested) -> None:
    """Somebody asked for a meeting."""
    await _record(session, event, "meeting.requested", only=event.attendee_id)


@subscriber(MeetingBooked)
async def record_booking(session: AsyncSession, event: MeetingBooked) -> None:
    """A meeting is agreed on, with somebody who is no stranger from now on."""
    await _record(session, event, "meeting.booked", only=event.attendee_id)
    if event.lead_id is not None:
        await leads.mark_contacted(session, [event.lead_id])


@subscriber(MeetingMoved)
async def record_move(session: AsyncSession, event: MeetingMoved) -> None:
    """A meeting has another time; another place or link is no news for the timeline."""
    if event.previous_starts_at != event.starts_at:
        await _record(session, event, "meeting.moved")


@subscriber(MeetingCancelled)
async def record_cancellation(session: AsyncSession, event: MeetingCancelled) -> None:
    """A meeting does not take place."""
    await _record(session, event, "meeting.cancelled")


@subscriber(SeatLeft)
async def record_seat_left(session: AsyncSession, event: SeatLeft) -> None:
    """Somebody no longer takes part."""
    await _record(session, event, "meeting.cancelled", only=event.attendee_id)


@subscriber(MeetingEnded)
async def record_end(session: AsyncSession, event: MeetingEnded) -> None:
    """A meeting took place, for all who did not miss it."""
    await _record_presence(session, event.meeting_id)


@subscriber(MeetingNoShow)
async def record_no_show(session: AsyncSession, event: MeetingNoShow) -> None:
    """Who missed the meeting did not hold it, and the other way round."""
    await _record_presence(session, event.meeting_id)


async def _record_presence(session: AsyncSession, meeting_id: UUID) -> None:
    row = await rows.meeting(session, meeting_id)
    if row is None or row.state != "confirmed":
        return
    people = [one for one in await rows.attendees(session, meeting_id) if one.status != "cancelled" and one.lead_id]
    gone: dict[UUID, UUID | None] = {}
    found: list[NewActivity] = []
    for one in people:
        held, missed = (_entry_id(one, kind, row.sequence) for kind in ("meeting.held", "meeting.no_show"))
        gone[held if one.no_show else missed] = None
        if one.no_show:
            found.append(_entry(row, one, "meeting.no_show", row.sequence, row.starts_at))
        elif row.ended_recorded_at is not None:
            found.append(_entry(row, one, "meeting.held", row.sequence, row.starts_at))
    await leads.reassign_activities(session, gone)
    await leads.record_activities(session, found)


async def _record(session: AsyncSession, event: MeetingFact, kind: str, *, only: UUID | None = None) -> None:
    row = await rows.meeting(session, event.meeting_id)
    if row is None:
        return
    people = await rows.attendees(session, event.meeting_id)
    chosen = [one for one in people if one.lead_id and (one.id == only if only else one.status != "cancelled")]
    at = event.occurred_at
    await leads.record_activities(session, [_entry(row, one, kind, event.sequence, at) for one in chosen])


def _entry(row: Meeting, person: Attendee, kind: str, sequence: int, at: datetime) -> NewActivity:
    """An entry whose id is always the same, so that telling it twice shows it once."""
    return NewActivity(
        id=_entry_id(person, kind, sequence),
        kind=kind,
        lead_id=person.lead_id,
        title=f"{_TITLES[kind]}: {row.title}"[:300],
        occurred_at=at,
        source="Meetings",
        data={
            "meeting_id": str(row.id),
            "event_type_id": str(row.event_type_id) if row.event_type_id else None,
            "starts_at": row.starts_at.isoformat(),
            "campaign": person.campaign,
        },
        actor_kind="lead" if kind in ("meeting.requested", "meeting.booked") and row.source == "page" else None,
    )


def _entry_id(person: Attendee, kind: str, sequence: int) -> UUID:
    return uuid5(person.id, f"{kind}:{sequence}")

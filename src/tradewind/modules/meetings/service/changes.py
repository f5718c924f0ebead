"""What becomes of a meeting: moved, cancelled, accepted, declined, missed. A time that is lost keeps the old one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database.sight import seeing_everything
from tradewind.kernel.events import publish
from tradewind.modules.identity import api as identity
from tradewind.modules.meetings.contracts import By
from tradewind.modules.meetings.engine.wording import paragraphs
from tradewind.modules.meetings.errors_bookings import MeetingNotFound, TooLate, WrongState
from tradewind.modules.meetings.events import (
    MeetingBooked,
    MeetingCancelled,
    MeetingMoved,
    MeetingNoShow,
    SeatLeft,
)
from tradewind.modules.meetings.models.bookings import Attendee, Meeting
from tradewind.modules.meetings.models.event_types import EventType
from tradewind.modules.meetings.repository import bookings as repository
from tradewind.modules.meetings.service import claiming

_AGREED = ("pending", "confirmed")


async def move(
    session: AsyncSession,
    meeting_id: UUID,
    starts_at: datetime,
    *,
    by: By = "staff",
    ends_at: datetime | None = None,
    free_only: bool = True,
) -> Meeting:
    """Give a meeting another time, with the same hosts where they are free; to its own time changes nothing.

    Without `free_only` (a host moved it in their own calendar) only another meeting of theirs stands in the way.
    Raises MeetingNotFound, WrongState, TooLate for attendees, SlotTaken with alternatives: then the old time stays.
    """
    seen = await _seen(session, meeting_id)
    async with seeing_everything(session):
        kind = await repository.event_type(session, seen.event_type_id) if seen.event_type_id else None
        length = int((seen.ends_at - seen.starts_at).total_seconds() // 60)
        if kind is None and free_only:
            raise WrongState("Its event type was removed, so there are no times to choose from. Cancel it instead.")
        also = await repository.hosts_of(session, meeting_id)
        async with claiming.taking(
            session, kind, starts_at, length, ignore_meeting=meeting_id, also=also, free_only=free_only
        ):
            hosts = await repository.hosts_of(session, meeting_id)
            row = await _locked(session, meeting_id)
            _require(row, _AGREED)
            until = ends_at or starts_at + (row.ends_at - row.starts_at)
            if (row.starts_at, row.ends_at) == (starts_at, until):
                return row
            if by == "attendee":
                require_notice(row, kind)
            before = row.starts_at
            await _take_other_time(session, row, kind, starts_at, until, hosts, free_only=free_only)
            row.state = "pending" if by == "attendee" and kind and kind.requires_confirmation else row.state
            row.sequence += 1
            row.version += 1
            row.confirmed_by_attendee_at = row.no_show_at = row.ended_recorded_at = None
            await session.flush()
        await publish(
            session, MeetingMoved(**_fact(row), previous_starts_at=before, by=by)
        )  # fmt: skip
        await identity.record(
            session, action="meeting.moved", subject_type="meeting", subject_id=row.id,
            before={"starts_at": before}, after={"starts_at": starts_at}, reason=f"by {by}",
        )  # fmt: skip
    return row


async def cancel(
    session: AsyncSession,
    meeting_id: UUID,
    *,
    by: By = "staff",
    reason: str = "",
    attendee_id: UUID | None = None,
) -> Meeting:
    """Cancel a meeting and give its time back at once; a second time changes nothing.

    With `attendee_id`, only that seat is given up where others stay. Raises MeetingNotFound, WrongState if it is
    over, TooLate for attendees, with the policy.
    """
    await _seen(session, meeting_id)
    async with seeing_everything(session):
        row = await _locked(session, meeting_id)
        if row.state == "cancelled":
            return row
        _require(row, _AGREED)
        people = await repository.attendees(session, row.id)
        mine = next((one for one in people if one.id == attendee_id), None)
        if mine is not None and mine.status == "cancelled":
            return row
        if row.ends_at <= now() and by != "calendar":
            raise WrongState("The meeting is over. Say that somebody did not come instead.")
        if by == "attendee":
            require_notice(row, await kind_of(session, row))
        others = [one for one in people if one.id != attendee_id and one.status != "cancelled"]
        if mine is not None and others:
            await _leave(session, row, mine, by)
            return row
        await _end(session, row, by=by, reason=reason, declined=False)
    return row


async def accept(session: AsyncSession, meeting_id: UUID) -> Meeting:
    """Agree to a meeting that somebody asked for; a second time changes nothing. Raises MeetingNotFound, WrongState."""
    await _seen(session, meeting_id)
    async with seeing_everything(session):
        row = await _locked(session, meeting_id)
        if row.state == "confirmed":
            return row
        _require(row, ("pending",))
        row.state = "confirmed"
        row.version += 1
        await session.flush()
        for one in await repository.attendees(session, row.id):
            if one.status != "cancelled":
                await publish(
                    session, MeetingBooked(**_fact(row, one.lead_id), attendee_id=one.id, campaign=one.campaign)
                )
        await identity.record(session, action="meeting.accepted", subject_type="meeting", subject_id=row.id)
    return row


async def decline(session: AsyncSession, meeting_id: UUID, *, reason: str = "") -> Meeting:
    """Refuse a meeting that somebody asked for. Raises MeetingNotFound, WrongState."""
    await _seen(session, meeting_id)
    async with seeing_everything(session):
        row = await _locked(session, meeting_id)
        if row.state == "cancelled":
            return row
        _require(row, ("pending",))
        await _end(session, row, by="host", reason=reason, declined=True)
    return row


async def mark_no_show(
    session: AsyncSession, meeting_id: UUID, *, missed: bool = True, attendee_ids: Sequence[UUID] | None = None
) -> Meeting:
    """Say who did not come (everyone, if nobody is named), or take it back. Raises MeetingNotFound, WrongState."""
    await _seen(session, meeting_id)
    async with seeing_everything(session):
        row = await _locked(session, meeting_id)
        _require(row, ("confirmed",))
        if row.starts_at > now():
            raise WrongState("The meeting has not begun yet.")
        people = [one for one in await repository.attendees(session, row.id) if one.status != "cancelled"]
        named = [one for one in people if attendee_ids is None or one.id in attendee_ids]
        if not named:
            raise MeetingNotFound("None of these people take part in the meeting.")
        if all(one.no_show == missed for one in named):
            return row
        for one in named:
            one.no_show = missed
        row.no_show_at = now() if all(one.no_show for one in people) else None
        row.version += 1
        await session.flush()
        ids = [one.id for one in named] if missed else []
        await publish(session, MeetingNoShow(**_fact(row), attendee_ids=ids))
        await identity.record(
            session, action="meeting.no_show" if missed else "meeting.no_show_undone", subject_type="meeting",
            subject_id=row.id, after={"attendee_ids": [one.id for one in named]},
        )  # fmt: skip
    return row


def require_notice(row: Meeting, kind: EventType | None) -> None:
    """Raise TooLate, with the policy's text, once attendees may no longer move or cancel by themselves."""
    if now() < change_until(row, kind):
        return
    policy = kind.cancellation_policy.strip() if kind else ""
    raise TooLate(policy or "Please get in touch with your host instead.")


def change_until(row: Meeting, kind: EventType | None) -> datetime:
    """Until when attendees may move or cancel by themselves."""
    return row.starts_at - timedelta(minutes=kind.cancellation_notice if kind else 0)


async def _take_other_time(
    session: AsyncSession,
    row: Meeting,
    kind: EventType | None,
    starts_at: datetime,
    ends_at: datetime,
    hosts: Sequence[UUID],
    *,
    free_only: bool,
) -> None:
    """Replace the claims of a meeting. Raises Lost, or IntegrityError by the guard."""
    choice = claiming.Choice(tuple(hosts), row.assigned_because)
    if free_only and kind is not None:
        length = int((ends_at - starts_at).total_seconds() // 60)
        choice = await claiming.choose(
            session, kind, starts_at, length, lead_id=row.lead_id, ignore_meeting=row.id, keep=hosts
        )
        if choice.joins is not None:
            raise claiming.Lost
    await repository.end_expired_holds(session, choice.host_ids, now())
    await repository.remove_claims(session, row.id)
    row.starts_at, row.ends_at = starts_at, ends_at
    await session.flush()
    await repository.claim(session, row, kind, choice.host_ids)
    await repository.count_seats(session, row.id)
    if set(choice.host_ids) != set(hosts) and kind is not None:
        row.assigned_because, row.owner_assigned = choice.because, choice.owner
        await repository.forget_turns(session, row.id)
        await repository.note_turn(
            session, row.id, kind.id, choice.host_ids, counted=False, because=choice.because
        )  # fmt: skip


async def _leave(session: AsyncSession, row: Meeting, attendee: Attendee, by: By) -> None:
    attendee.status = "cancelled"
    row.version += 1
    await session.flush()
    await repository.count_seats(session, row.id)
    await publish(session, SeatLeft(**_fact(row, attendee.lead_id), attendee_id=attendee.id))
    await identity.record(
        session, action="meeting.seat_left", subject_type="meeting", subject_id=row.id,
        after={"attendee_id": attendee.id}, reason=f"by {by}",
    )  # fmt: skip


async def _end(session: AsyncSession, row: Meeting, *, by: By, reason: str, declined: bool) -> None:
    row.state = "cancelled"
    row.cancelled_at = now()
    row.cancelled_by = by
    row.cancel_reason = paragraphs(reason, 1_000) or None
    row.sequence += 1
    row.version += 1
    await session.flush()
    await repository.release_claims(session, row.id)
    await publish(session, MeetingCancelled(**_fact(row), by=by, declined=declined))
    await identity.record(
        session, action="meeting.declined" if declined else "meeting.cancelled", subject_type="meeting",
        subject_id=row.id, after={"reason": row.cancel_reason}, reason=f"by {by}",
    )  # fmt: skip


async def _seen(session: AsyncSession, meeting_id: UUID) -> Meeting:
    """The meeting, if the actor may see it: what follows happens with everything in sight."""
    row = await repository.meeting(session, meeting_id)
    if row is None or row.state == "held":
        raise MeetingNotFound()
    return row


async def _locked(session: AsyncSession, meeting_id: UUID) -> Meeting:
    row = await repository.meeting(session, meeting_id, lock=True)
    if row is None:
        raise MeetingNotFound()
    return row


def _require(row: Meeting, states: Sequence[str]) -> None:
    if row.state not in states:
        was = {"held": "only held", "pending": "waiting for the host", "confirmed": "agreed on"}
        raise WrongState(f"The meeting is {was.get(row.state, row.state)}.")


async def kind_of(session: AsyncSession, row: Meeting) -> EventType | None:
    """The event type of a meeting, unless it was removed."""
    return await repository.event_type(session, row.event_type_id) if row.event_type_id else None


def _fact(row: Meeting, lead_id: UUID | None = None) -> dict[str, Any]:
    return {
        "meeting_id": row.id,
        "event_type_id": row.event_type_id,
        "lead_id": lead_id or row.lead_id,
        "starts_at": row.starts_at,
        "sequence": row.sequence,
    }

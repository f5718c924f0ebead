"""Meetings as members see them: lists, one, small changes, and how turns went round."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.classification import hides, masked, masked_forms, scrubbed
from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.database.sight import seeing_everything
from tradewind.kernel.events import publish
from tradewind.kernel.pagination import Page
from tradewind.modules.identity import api as identity
from tradewind.modules.meetings.contracts import MeetingSummary
from tradewind.modules.meetings.engine.turns import next_turn
from tradewind.modules.meetings.errors import EventTypeNotFound
from tradewind.modules.meetings.errors_bookings import MeetingNotFound, WrongState
from tradewind.modules.meetings.events import MeetingMoved
from tradewind.modules.meetings.models.bookings import Attendee, Meeting, Waiting
from tradewind.modules.meetings.repository import bookings as rows
from tradewind.modules.meetings.repository import meetings as repository
from tradewind.modules.meetings.repository import waiting as waiting_rows
from tradewind.modules.meetings.schemas.meetings import (
    AttendeeRead,
    FairnessRead,
    HostTurns,
    MeetingRead,
    MeetingUpdate,
    PersonRead,
    TurnRead,
    WaitingRead,
)
from tradewind.modules.meetings.service import claiming

_ATTENDEE_FORMS = masked_forms(Attendee)
_WAITING_FORMS = masked_forms(Waiting)
_LATEST = 50


async def page(session: AsyncSession, *, cursor: str | None, limit: int, **wanted: Any) -> Page[MeetingRead]:
    """One page of the meetings that the actor may see."""
    ids, following, previous = await repository.page(session, cursor=cursor, limit=limit, **wanted)
    items = await shown(session, await repository.meetings(session, ids))
    return Page(items=items, next_cursor=following, previous_cursor=previous)


async def read(session: AsyncSession, meeting_id: UUID) -> MeetingRead:
    """One meeting. Raises MeetingNotFound."""
    row = await rows.meeting(session, meeting_id)
    if row is None or row.state == "held":
        raise MeetingNotFound()
    return (await shown(session, [row]))[0]


async def shown(session: AsyncSession, found: Sequence[Meeting]) -> list[MeetingRead]:
    """Meetings with the people in them, as the actor may see them."""
    ids = [row.id for row in found]
    hosts = await repository.hosts(session, ids)
    people = await repository.attendees(session, ids)
    names = {one.id: one.name for one in await identity.list_members(session, active_only=False)} if ids else {}
    hidden = hides(actor_of(session))
    return [
        MeetingRead.model_validate(
            {name: getattr(row, name) for name in MeetingRead.model_fields if name not in ("hosts", "attendees")}
            | {
                "hosts": [PersonRead(id=one, name=names.get(one, "")) for one in hosts[row.id]],
                "attendees": [_attendee(one, hidden=hidden) for one in people[row.id]],
                "answers": masked(row.answers) if hidden else row.answers,
                "cancel_reason": masked(row.cancel_reason) if hidden else row.cancel_reason,
            }
        )
        for row in found
    ]


async def change(session: AsyncSession, meeting_id: UUID, data: MeetingUpdate, *, if_match: str | None) -> MeetingRead:
    """Change title, place or link; attendees get a new invitation. Raises MeetingNotFound, WrongState."""
    seen = await read(session, meeting_id)
    check_version(if_match, seen.version, seen.model_dump(mode="json"))
    async with seeing_everything(session):
        row = await rows.meeting(session, meeting_id, lock=True)
        if row is None or row.state not in ("pending", "confirmed"):
            raise WrongState("The meeting is cancelled.")
        before: dict[str, Any] = {}
        after: dict[str, Any] = {}
        for name, value in data.model_dump(exclude_unset=True).items():
            if (value is not None or name == "join_url") and value != getattr(row, name):
                before[name], after[name] = getattr(row, name), value
                setattr(row, name, value)
        if after:
            row.sequence += 1
            row.version += 1
            await session.flush()
            await publish(
                session,
                MeetingMoved(
                    meeting_id=row.id, event_type_id=row.event_type_id, lead_id=row.lead_id, starts_at=row.starts_at,
                    sequence=row.sequence, previous_starts_at=row.starts_at, by="staff",
                ),
            )  # fmt: skip
            await identity.record(
                session, action="meeting.updated", subject_type="meeting", subject_id=row.id,
                before=before, after=after,
            )  # fmt: skip
    return await read(session, meeting_id)


async def waiting(session: AsyncSession, *, event_type_id: UUID | None, limit: int) -> list[WaitingRead]:
    """Who waits, first come first."""
    hidden = hides(actor_of(session))
    return [
        WaitingRead.model_validate(
            {
                name: masked(getattr(row, name), _WAITING_FORMS[name])
                if hidden and name in _WAITING_FORMS
                else getattr(row, name)
                for name in WaitingRead.model_fields
            }
        )
        for row in await waiting_rows.listed(session, event_type_id, limit)
    ]


async def fairness(session: AsyncSession, event_type_id: UUID) -> FairnessRead:
    """How meetings of an event type went round in the last 30 days. Raises EventTypeNotFound."""
    if await rows.event_type(session, event_type_id) is None:
        raise EventTypeNotFound()
    since = now() - rows.TURNS_COUNT_FOR
    async with seeing_everything(session):
        standings = await rows.standings(session, event_type_id, now())
        others = await repository.not_counted(session, event_type_id, since)
        latest = await repository.turns(session, event_type_id, since, _LATEST)
        candidates = claiming.as_candidates(standings, now())
    names = await identity.active_member_names(session, [one.user_id for one in standings])
    free = [one for one in candidates if one.user_id in names]
    following = next_turn(free).user_id if free else None
    counted, weights = sum(one.counted for one in standings), sum(one.weight for one in standings)
    return FairnessRead(
        event_type_id=event_type_id,
        days=rows.TURNS_COUNT_FOR.days,
        hosts=[
            HostTurns(
                user_id=one.user_id,
                name=names.get(one.user_id, ""),
                weight=one.weight,
                priority=one.priority,
                counted=one.counted,
                credit=one.credit or 0,
                share=one.counted / counted if counted else None,
                expected_share=one.weight / weights if weights else 0,
                not_counted=others.get(one.user_id, 0),
                last_at=one.last_at,
                next=one.user_id == following,
            )
            for one in standings
        ],
        latest=[TurnRead.model_validate(dict(row)) for row in latest],
    )


async def summary(session: AsyncSession, meeting_id: UUID) -> MeetingSummary | None:
    """A meeting in short; None for time that is only held."""
    row = await rows.meeting(session, meeting_id)
    if row is None or row.state == "held":
        return None
    people = await rows.attendees(session, meeting_id)
    return MeetingSummary(
        id=row.id,
        title=row.title,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        state=row.state,
        host_ids=tuple(await rows.hosts_of(session, meeting_id)),
        attendee_names=tuple(one.name for one in people if one.status != "cancelled"),
    )


async def was_booked(session: AsyncSession, lead_id: UUID, *, start: datetime, end: datetime) -> bool:
    """Whether a lead booked a meeting between two moments that was not cancelled."""
    return await repository.was_booked(session, lead_id, start=start, end=end)


def _attendee(one: Attendee, *, hidden: bool) -> AttendeeRead:
    values = {name: getattr(one, name) for name in AttendeeRead.model_fields}
    if hidden:
        values |= {name: masked(values[name], form) for name, form in _ATTENDEE_FORMS.items() if name in values}
        values["name"] = scrubbed(values["name"])
    return AttendeeRead.model_validate(values)

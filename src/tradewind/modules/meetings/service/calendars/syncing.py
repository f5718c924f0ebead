"""Keeping the busy times of one calendar, and hearing of meetings that were moved or deleted there.

The vendor is asked outside of transactions; what it said is stored only if nobody stored something newer meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.database import Database
from tradewind.kernel.errors import AppError
from tradewind.kernel.http import OutboundError
from tradewind.modules.identity import api as identity
from tradewind.modules.meetings.adapters._base import (
    CalendarAdapter,
    Changes,
    Channel,
    Missing,
    ReadsCalendars,
    SyncLost,
    TellsOfChanges,
    WritesMeetings,
)
from tradewind.modules.meetings.engine.calendar_reading import Item, Window
from tradewind.modules.meetings.errors_calendars import CalendarRejected, CredentialsRefused
from tradewind.modules.meetings.models.calendars import Calendar
from tradewind.modules.meetings.repository import calendars as repository
from tradewind.modules.meetings.repository.calendars import Copied
from tradewind.modules.meetings.service import changes as changes_of_meetings
from tradewind.modules.meetings.service.calendars import leaving, tokens, vendors, waking

log = structlog.get_logger(__name__)
HORIZON = timedelta(days=400)
# A window that has shrunk this far is read anew; bookings look ahead a year at most.
_SHORTEST = timedelta(days=385)
_PAST = timedelta(days=1)
_RENEW = timedelta(days=1)
_MAX_VERIFIED = 50
NOTICES = "calendar_notice"


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is known of a calendar before the vendor is asked."""

    calendar: Calendar
    kind: str
    zone: ZoneInfo
    window: Window
    token: str | None
    copies: list[Copied]


async def synchronise(database: Database, organisation_id: UUID, calendar_id: UUID) -> None:
    """Bring one calendar up to date. Failures are stored with it: what was known stays, and grows old visibly."""
    actor = Actor.system(organisation_id, name="Calendars")
    async with database.transaction(actor) as session:
        plan = await _plan(session, calendar_id)
    if plan is None:
        return
    try:
        async with vendors.opened(database, actor, plan.calendar.connection_id, ReadsCalendars) as adapter:
            changes = await _changes(adapter, plan)
            gone = await _gone(adapter, plan, changes)
            channel = await _channel(adapter, plan, database.settings.base_url)
    except CredentialsRefused as refusal:
        problem = refusal.detail
    except Missing:
        problem = "The calendar does not exist any more. Choose another one."
    except (OutboundError, *vendors.REFUSALS) as failure:
        problem = failure.detail
    else:
        async with database.transaction(actor) as session:
            await _store(session, plan, changes, gone, channel)
        return
    log.info("calendar.sync_failed", calendar=str(calendar_id), kind=plan.kind, problem=problem)
    async with database.transaction(actor) as session:
        calendar = await repository.calendar(session, calendar_id, lock=True)
        if calendar is not None:
            calendar.checked_at, calendar.problem = now(), problem[:500]


async def _plan(session: AsyncSession, calendar_id: UUID) -> _Plan | None:
    calendar = await repository.calendar(session, calendar_id)
    if calendar is None or not (calendar.reads_busy or calendar.takes_meetings):
        return None
    connection = await repository.connection(session, calendar.connection_id)
    if connection is None or connection.state != "active":
        return None
    member = await identity.member(session, calendar.user_id)
    at = now()
    enough = calendar.window_end is not None and calendar.window_end - at >= _SHORTEST
    ends = calendar.window_end if enough and calendar.window_end is not None else at + HORIZON
    copies = await repository.copies_in(session, calendar_id, since=at)
    return _Plan(
        calendar, connection.kind, _zone(calendar.time_zone) or _zone(member.time_zone) or ZoneInfo("UTC"),
        Window(at - _PAST, ends), calendar.sync_token if enough else None, copies,
    )  # fmt: skip


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


async def _changes(adapter: ReadsCalendars, plan: _Plan) -> Changes:
    remote_id = plan.calendar.remote_id
    try:
        return await adapter.changes(remote_id, plan.token, plan.window, plan.zone)
    except SyncLost:
        return await adapter.changes(remote_id, None, plan.window, plan.zone)


async def _gone(adapter: CalendarAdapter, plan: _Plan, changes: Changes) -> set[str]:
    """Entries of ours that are deleted: the vendor is asked for each by name, before a meeting is called off."""
    if not isinstance(adapter, WritesMeetings):
        return set()
    present, removed = {item.remote_id for item in changes.items}, set(changes.removed)
    suspects = [
        one
        for one in plan.copies
        if one.copy.remote_id in removed
        or (changes.complete and one.copy.remote_id not in present and one.meeting.starts_at < plan.window.end)
    ]
    found: set[str] = set()
    for one in suspects[:_MAX_VERIFIED]:
        if await adapter.find(plan.calendar.remote_id, one.meeting.uid) is None and one.copy.remote_id is not None:
            found.add(one.copy.remote_id)
    return found


async def _channel(adapter: CalendarAdapter, plan: _Plan, base_url: str) -> Channel | None:
    """A new or longer channel, where the vendor has them and can reach us; None leaves things as they are."""
    calendar = plan.calendar
    living = calendar.channel_expires_at is not None and calendar.channel_expires_at > now() + _RENEW
    reachable = base_url.startswith("https://") or adapter.stand_in is not None
    if living or not reachable or not isinstance(adapter, TellsOfChanges):
        return None
    token = tokens.make(NOTICES, calendar.organisation_id, calendar.id)
    address = f"{base_url}/api/v1/calendars/notices/{plan.kind}"
    try:
        return await adapter.watch(calendar.remote_id, address, token, leaving.channel_of(calendar))
    except (OutboundError, CalendarRejected, Missing):
        return None


async def _store(session: AsyncSession, plan: _Plan, changes: Changes, gone: set[str], channel: Channel | None) -> None:
    calendar = await repository.calendar(session, plan.calendar.id, lock=True)
    if calendar is None or calendar.state_number != plan.calendar.state_number:
        return
    await _store_busy(session, calendar, plan, changes)
    calendar.state_number += 1
    calendar.sync_token, calendar.window_end = changes.token, plan.window.end
    calendar.checked_at = calendar.synced_at = now()
    if calendar.problem is not None and calendar.takes_meetings:
        # What could not be written meanwhile is caught up.
        await waking.copy_upcoming(session, calendar.user_id)
    calendar.problem = None
    if changes.complete:
        calendar.skipped, calendar.truncated = changes.skipped, changes.truncated
    if channel is not None:
        calendar.channel_id, calendar.channel_resource = channel.id, channel.resource
        calendar.channel_expires_at = channel.expires_at
    await session.flush()
    await _follow(session, plan.copies, changes.items, gone)


async def _store_busy(session: AsyncSession, calendar: Calendar, plan: _Plan, changes: Changes) -> None:
    """Replace what the entries said before; copies of our meetings count as claims already, not twice."""
    told = [*(item.remote_id for item in changes.items), *changes.removed]
    await repository.forget_busy(session, calendar.id, None if changes.complete else told)
    if not calendar.reads_busy:
        return
    own = {one.copy.remote_id for one in plan.copies}
    uids = await repository.known_uids(session, {item.uid for item in changes.items if item.uid})
    foreign = [item for item in changes.items if item.remote_id not in own and item.uid not in uids]
    await repository.add_busy(session, calendar, foreign, plan.kind)


async def _follow(session: AsyncSession, copies: Sequence[Copied], items: Sequence[Item], gone: set[str]) -> None:
    """Move and cancel meetings as their hosts did in the calendar."""
    by_id = {item.remote_id: item for item in items}
    for one in copies:
        item = by_id.get(one.copy.remote_id or "")
        if one.copy.remote_id in gone or (item is not None and item.cancelled):
            await _apply(session, one, None)
        elif item is not None and item.starts_at is not None and item.ends_at is not None:
            seen, known = (item.starts_at, item.ends_at), (one.copy.starts_at, one.copy.ends_at)
            # Moved here and not written yet: the calendar speaks of the past.
            current = (one.meeting.starts_at, one.meeting.ends_at) == known
            if seen != known and current:
                await _apply(session, one, (seen[0], seen[1]))


async def _apply(session: AsyncSession, one: Copied, moved_to: tuple[datetime, datetime] | None) -> None:
    copy = await repository.copy(session, one.copy.meeting_id, one.copy.calendar_id)
    if copy is None:
        return
    try:
        async with session.begin_nested():
            if moved_to is None:
                reason = "Deleted in the host's calendar."
                await changes_of_meetings.cancel(session, one.meeting.id, by="calendar", reason=reason)
                await session.delete(copy)
            else:
                starts_at, ends_at = moved_to
                await changes_of_meetings.move(
                    session, one.meeting.id, starts_at, by="calendar", ends_at=ends_at, free_only=False
                )
                copy.starts_at, copy.ends_at = moved_to
                copy.etag, copy.problem = None, None
            await session.flush()
    except AppError as refusal:
        # The meeting cannot follow: it is written again as it is.
        copy.fingerprint, copy.problem = "", refusal.detail[:500]
        await session.flush()
        await waking.copy_meetings(session, one.meeting.id)

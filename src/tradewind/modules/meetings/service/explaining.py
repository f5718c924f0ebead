"""Why a time is, or is not, among the slots: the verdict of the engine in words."""

import math
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import clock
from tradewind.modules.identity import api as identity
from tradewind.modules.identity.errors import MemberNotFound
from tradewind.modules.meetings.engine import availability as engine
from tradewind.modules.meetings.engine.availability import Reason, Rules
from tradewind.modules.meetings.engine.hours import DAY, Hours, day_number, opening
from tradewind.modules.meetings.models.event_types import EventType
from tradewind.modules.meetings.schemas.availability import WEEKDAYS
from tradewind.modules.meetings.schemas.event_types import HostSlot, SlotExplanation, SlotReason
from tradewind.modules.meetings.service.calendars import freshness
from tradewind.modules.meetings.service.event_types import require_event_type
from tradewind.modules.meetings.service.slots import Host, read_hosts, rules_of, slot_at

_TOGETHER = "Every host must be free at this time."


async def explain(
    session: AsyncSession, event_type_id: UUID, at: datetime, *, length: int | None = None
) -> SlotExplanation:
    """Whether `at` can be booked, and what keeps each host from it. Raises EventTypeNotFound, EventTypeInvalid."""
    event_type = await require_event_type(session, event_type_id)
    rules = rules_of(event_type, length)
    instant, now = math.floor(at.timestamp()), math.floor(clock.now().timestamp())
    hosts, gone = await read_hosts(session, event_type, at, at + timedelta(seconds=1))
    opened = engine.openings([host.time for host in hosts], rules, instant, instant + 1)
    on_grid = bool(engine.all_starts(opened).size) and at.microsecond == 0
    told = [
        _told(host, event_type, rules, opened[id(host.time.hours)], instant, now, on_grid=on_grid) for host in hosts
    ]
    for host_id, known in (await freshness.of_hosts(session, [host.user_id for host in hosts])).items():
        one = next(one for one in told if one.user_id == host_id)
        one.calendar, one.calendar_known_at = known.state, known.known_at
    told += [await _left(session, user_id) for user_id in gone]
    slot = await slot_at(session, event_type, at, length=length)
    return SlotExplanation(
        at=at, length=rules.length // 60, bookable=slot is not None,
        summary=_summary(event_type, told, bookable=slot is not None), hosts=told,
    )  # fmt: skip


def _told(
    host: Host, event_type: EventType, rules: Rules, opened: engine.Opening, at: int, now: int, *, on_grid: bool
) -> HostSlot:
    verdict = engine.judge(host.time, rules, opened, np.array([at], np.int64), now)
    reasons: list[Reason] = list(verdict.reasons)
    if not on_grid and "closed" not in reasons:
        reasons.append("no_start")
    return HostSlot(
        user_id=host.user_id, name=host.name, schedule=host.schedule_name, time_zone=host.time.hours.time_zone,
        local_time=_local(host.time.hours, at), free=not reasons,
        reasons=[SlotReason(code=one, text=_words(one, host, event_type, rules, at, now)) for one in reasons],
    )  # fmt: skip


async def _left(session: AsyncSession, user_id: UUID) -> HostSlot:
    try:
        name = (await identity.member(session, user_id)).name
    except MemberNotFound:
        name = "Former member"
    text = f"{name} is no active member any more. Choose another host."
    return HostSlot(
        user_id=user_id, name=name, schedule="", time_zone="UTC", local_time="", free=False,
        reasons=[SlotReason(code="left", text=text)],
    )  # fmt: skip


def _summary(event_type: EventType, hosts: list[HostSlot], *, bookable: bool) -> str:
    if not hosts:
        return "Nobody holds these meetings: add a host."
    if bookable:
        return "Can be booked." if event_type.active else "Free, but the event type is switched off."
    if event_type.assignment == "collective" and any(host.free for host in hosts):
        return _TOGETHER
    first = next((host for host in hosts if host.reasons), None)
    return first.reasons[0].text if first and len(hosts) == 1 else "No host is free at this time."


def _words(reason: Reason, host: Host, event_type: EventType, rules: Rules, at: int, now: int) -> str:
    hours, end = host.time.hours, at + rules.length
    match reason:
        case "past":
            return "This time has passed."
        case "too_soon":
            return f"{_span(rules.notice)} notice needed: from {_local(hours, now + rules.notice)} on."
        case "outside_window":
            return _window(event_type)
        case "closed":
            return _closed(host, rules, at)
        case "no_start":
            return _grid(hours, rules, at)
        case "busy":
            return f"The calendar is taken {_overlapping(host, at, end)}."
        case "meeting":
            return f"Another meeting {_meetings(host, at, end)}."
        case "full":
            return f"All {rules.seats} places of the meeting at this time are taken."
        case "buffer":
            return "Too close to another appointment: the pause kept free between two would be cut."
        case "limit_per_day":
            return f"{_times(rules.limit_per_day)} on one day, which is reached."
        case "limit_per_week":
            return f"{_times(rules.limit_per_week)} in one week, which is reached."


def _closed(host: Host, rules: Rules, at: int) -> str:
    hours = host.time.hours
    local = datetime.fromtimestamp(at, ZoneInfo(hours.time_zone))
    day = day_number(local.date())
    if day in hours.dates:
        name, ranges = f"{local.day} {local:%B %Y}", hours.dates[day]
    elif day in hours.holidays:
        return f"Closed for a public holiday: {hours.holidays[day]}."
    else:
        name, ranges = WEEKDAYS[local.weekday()], hours.of_day(day)
    if not ranges:
        return f"“{host.schedule_name}” has no hours on {name}."
    written = " and ".join(f"{_clock(start)}–{_clock(end)}" for start, end in ranges)
    return (
        f"“{host.schedule_name}” has {written} on {name} ({hours.time_zone}); "
        f"{rules.length // 60} minutes from {local:%H:%M} do not fit."
    )


def _grid(hours: Hours, rules: Rules, at: int) -> str:
    near = opening(hours, at - DAY, at + DAY, rules.increment, length=rules.length).starts
    before, after = [one for one in near if one < at], [one for one in near if one > at]
    shown = [_local(hours, one) for one in (*before[-1:], *after[:1])]
    return f"Meetings begin every {rules.increment // 60} minutes; the nearest: {' and '.join(shown) or 'none'}."


def _window(event_type: EventType) -> str:
    if event_type.window_kind == "rolling":
        return f"Only {event_type.window_days} days ahead can be booked."
    if event_type.window_kind == "range":
        first, last = event_type.window_start, event_type.window_end
        return f"Can be booked from {first:%d %B %Y} to {last:%d %B %Y} only." if first and last else "Not open."
    return "Only two years ahead can be booked."


def _overlapping(host: Host, at: int, end: int) -> str:
    time = host.time
    found = zip(time.busy_starts.tolist(), time.busy_ends.tolist(), strict=True)
    return _spans(time.hours, [(start, stop) for start, stop in found if start < end and stop > at])


def _meetings(host: Host, at: int, end: int) -> str:
    found = [(claim.start, claim.end) for claim in host.time.claims if claim.start < end and claim.end > at]
    return _spans(host.time.hours, found)


def _spans(hours: Hours, spans: list[tuple[int, int]]) -> str:
    if not spans:
        return ""
    start, stop = min(spans)
    return f"from {_local(hours, start)} to {_local(hours, stop)}"


def _times(limit: int | None) -> str:
    return f"At most {limit} {'meeting' if limit == 1 else 'meetings'} of this type"


def _span(seconds: int) -> str:
    for size, unit in ((DAY, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size} {unit}{'' if seconds == size else 's'}"
    return f"{seconds // 60} minutes"


def _local(hours: Hours, at: int) -> str:
    local = datetime.fromtimestamp(at, ZoneInfo(hours.time_zone))
    return f"{local:%A} {local.day} {local:%B %Y}, {local:%H:%M}"


def _clock(seconds: int) -> str:
    return f"{seconds // 3_600:02d}:{seconds % 3_600 // 60:02d}"

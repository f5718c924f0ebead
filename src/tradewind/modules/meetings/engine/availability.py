"""Whether a host can hold a meeting at an instant, and if not, why: the one decision behind every shown slot.

Showing slots, booking one and explaining a missing one all call `judge`, over many instants or over one, so they
cannot disagree. Nothing here knows the database or the present; instants are seconds since 1970 UTC.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from tradewind.modules.meetings.engine.hours import DAY, Hours, Opening, local_day, offsets, opening

Reason = Literal[
    "past",
    "too_soon",
    "outside_window",
    "closed",
    "no_start",
    "busy",
    "meeting",
    "buffer",
    "full",
    "limit_per_day",
    "limit_per_week",
]
"""Why a host is not free, in the order in which reasons are told."""
Instants = NDArray[np.int64]
Mask = NDArray[np.bool_]

# Nobody plans further, and time zones cannot be known further.
HORIZON = 2 * 366 * DAY
# Limits by week look at whole weeks around the span asked for, in any zone.
REACH = 9 * DAY


@dataclass(frozen=True, slots=True)
class Rules:
    """What an event type demands of a slot; all durations are seconds. `first_day`–`last_day` bound a fixed window.

    `window_days` counts local days after today. Limits are for each host.
    """

    length: int
    increment: int
    buffer_before: int = 0
    buffer_after: int = 0
    notice: int = 0
    window_days: int | None = None
    first_day: int | None = None
    last_day: int | None = None
    seats: int = 1
    limit_per_day: int | None = None
    limit_per_week: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A meeting of a host, with the buffers it was booked with; `same` if it is of the event type asked for."""

    meeting_id: UUID
    start: int
    end: int
    before: int
    after: int
    seats_taken: int
    same: bool


@dataclass(frozen=True, slots=True)
class HostTime:
    """Everything that decides when one host is free: opening hours, the host's meetings, and other busy spans."""

    hours: Hours
    claims: Sequence[Claim] = ()
    busy_starts: Instants = field(default_factory=lambda: np.empty(0, np.int64))
    busy_ends: Instants = field(default_factory=lambda: np.empty(0, np.int64))


@dataclass(frozen=True, slots=True)
class Verdict:
    """One host at some instants: `reasons` holds a mask for each that applies; `joins` names meetings with places.

    A meeting in `joins` (by instant) begins and ends just then and takes further people: the host is free for them.
    """

    free: Mask
    reasons: Mapping[Reason, Mask]
    joins: Mapping[int, Claim]


@dataclass(frozen=True, slots=True)
class Offer:
    """An instant to begin at, the hosts free then (places in the list given), and the meeting to join, if any."""

    start: int
    hosts: tuple[int, ...]
    seats_left: int
    joins: UUID | None = None


def offers(
    hosts: Sequence[HostTime], rules: Rules, start: int, end: int, now: int, *, together: bool, seats: int = 1
) -> list[Offer]:
    """The slots that begin in `start`–`end`, in order: where any host is free, or all of them if `together`.

    Hosts may begin at each other's starting times. A meeting with places left is joined before another begins.
    """
    opened = openings(hosts, rules, start, end)
    at = all_starts(opened)
    if not at.size:
        return []
    verdicts = [judge(host, rules, opened[id(host.hours)], at, now, seats=seats) for host in hosts]
    free = np.stack([verdict.free for verdict in verdicts])
    joined = _joined(verdicts, rules, at)
    shown = free.all(axis=0) if together else free.any(axis=0)
    shown |= np.isin(at, np.fromiter(joined, np.int64, len(joined)))
    wanted = np.flatnonzero(shown)
    rows, places = np.nonzero(free.T[wanted])
    bounds = np.searchsorted(rows, np.arange(wanted.size + 1)).tolist()
    free_hosts = places.tolist()
    return [
        joined.get(begins) or Offer(begins, tuple(free_hosts[bounds[row] : bounds[row + 1]]), rules.seats)
        for row, begins in enumerate(at[wanted].tolist())
    ]


def openings(hosts: Sequence[HostTime], rules: Rules, start: int, end: int) -> dict[int, Opening]:
    """When each schedule is open, by the identity of its `Hours`: hosts may share one."""
    different = {id(host.hours): host.hours for host in hosts}
    return {key: opening(hours, start, end, rules.increment, length=rules.length) for key, hours in different.items()}


def all_starts(opened: Mapping[int, Opening]) -> Instants:
    """The instants at which a meeting may begin by any of the schedules, busy or not, in order."""
    return np.unique(np.array([start for found in opened.values() for start in found.starts], np.int64))


def _joined(verdicts: Sequence[Verdict], rules: Rules, at: Instants) -> dict[int, Offer]:
    """The fullest meeting that can be joined at each instant, with its hosts."""
    places = {int(instant): place for place, instant in enumerate(at)} if any(v.joins for v in verdicts) else {}
    best: dict[int, tuple[int, str]] = {}
    found: dict[int, Offer] = {}
    for number, verdict in enumerate(verdicts):
        for instant, claim in verdict.joins.items():
            if not verdict.free[places[instant]]:
                continue
            rank = (-claim.seats_taken, str(claim.meeting_id))
            known = found.get(instant)
            if known is not None and known.joins == claim.meeting_id:
                found[instant] = Offer(instant, (*known.hosts, number), known.seats_left, known.joins)
            elif known is None or rank < best[instant]:
                best[instant] = rank
                found[instant] = Offer(instant, (number,), rules.seats - claim.seats_taken, claim.meeting_id)
    return found


def judge(host: HostTime, rules: Rules, opened: Opening, at: Instants, now: int, *, seats: int = 1) -> Verdict:
    """Whether a host can hold a meeting beginning at each of the instants, which rise; `seats` are wanted.

    `opened`: when the host's schedule is open, over a span that holds the instants.
    """
    start, end = int(at[0]), int(at[-1]) + 1
    begins, ends = at, at + rules.length
    spans = offsets(host.hours.time_zone, min(start, now) - REACH, max(end, now) + REACH)
    days = _local_days(spans, at)
    joins = _joinable(host.claims, rules, at, seats)
    blocked: dict[Reason, Mask] = {
        "past": at <= now,
        "too_soon": (at > now) & (at < now + rules.notice),
        "outside_window": _outside_window(rules, days, local_day(spans, now), at - now),
        "closed": _closed(opened, begins, ends),
    }
    joining = np.isin(at, np.fromiter(joins, np.int64, len(joins)))
    for reason, mask in _taken(host, rules, begins, ends):
        blocked[reason] = mask & ~joining
    held = _local_days(spans, np.array([claim.start for claim in host.claims if claim.same], np.int64))
    if rules.limit_per_day is not None:
        blocked["limit_per_day"] = _reached(days, held, rules.limit_per_day) & ~joining
    if rules.limit_per_week is not None:
        blocked["limit_per_week"] = _reached(_week(days), _week(held), rules.limit_per_week) & ~joining
    reasons: dict[Reason, Mask] = {reason: mask for reason, mask in blocked.items() if mask.any()}
    free = ~np.logical_or.reduce(list(reasons.values())) if reasons else np.ones(at.size, np.bool_)
    return Verdict(free, reasons, joins)


def _outside_window(rules: Rules, days: Instants, today: int, ahead: Instants) -> Mask:
    outside = ahead > HORIZON
    if rules.window_days is not None:
        outside |= days > today + rules.window_days
    if rules.first_day is not None:
        outside |= days < rules.first_day
    if rules.last_day is not None:
        outside |= days > rules.last_day
    return outside


def _closed(found: Opening, begins: Instants, ends: Instants) -> Mask:
    if not found.begins:
        return np.ones(begins.size, np.bool_)
    place = np.searchsorted(np.array(found.begins, np.int64), begins, "right") - 1
    return (place < 0) | (ends > np.array(found.ends, np.int64)[np.maximum(place, 0)])


def _joinable(claims: Sequence[Claim], rules: Rules, at: Instants, seats: int) -> dict[int, Claim]:
    if rules.seats < 2:
        return {}
    wanted = {int(instant) for instant in at}
    return {
        claim.start: claim
        for claim in claims
        if claim.same
        and claim.start in wanted
        and claim.end - claim.start == rules.length
        and claim.seats_taken + seats <= rules.seats
    }


def _taken(host: HostTime, rules: Rules, begins: Instants, ends: Instants) -> list[tuple[Reason, Mask]]:
    """What stands in the way. A buffer keeps other meetings away and may overlap another buffer, so the pause between
    two meetings is the longer of the two buffers that meet there, never their sum."""
    starts = np.array([claim.start for claim in host.claims], np.int64)
    stops = np.array([claim.end for claim in host.claims], np.int64)
    before = np.array([claim.before for claim in host.claims], np.int64)
    after = np.array([claim.after for claim in host.claims], np.int64)
    busy = _overlaps(host.busy_starts, host.busy_ends, begins, ends)
    meeting = _overlaps(starts, stops, begins, ends)
    near = _overlaps(
        np.concatenate([host.busy_starts - rules.buffer_after, starts - np.maximum(before, rules.buffer_after)]),
        np.concatenate([host.busy_ends + rules.buffer_before, stops + np.maximum(after, rules.buffer_before)]),
        begins,
        ends,
    )
    full = np.zeros(begins.size, np.bool_)
    if rules.seats > 1:
        same = np.array([c.start for c in host.claims if c.same and c.end - c.start == rules.length], np.int64)
        full = np.isin(begins, same)
    return [("busy", busy), ("meeting", meeting & ~full), ("full", full), ("buffer", near & ~busy & ~meeting)]


def _overlaps(starts: Instants, stops: Instants, begins: Instants, ends: Instants) -> Mask:
    """Which spans `begins`–`ends` share a moment with one of the spans `starts`–`stops`; both half open."""
    lasting = stops > starts
    starts, stops = starts[lasting], stops[lasting]
    if not starts.size:
        return np.zeros(begins.size, np.bool_)
    order = np.argsort(starts, kind="stable")
    # Of all that begin before a slot ends, only the one that ends last matters.
    latest = np.maximum.accumulate(stops[order])
    place = np.searchsorted(starts[order], ends, "left") - 1
    return (place >= 0) & (latest[np.maximum(place, 0)] > begins)


def _reached(units: Instants, held: Instants, limit: int) -> Mask:
    values, counts = np.unique(held, return_counts=True)
    return np.isin(units, values[counts >= limit])


def _local_days(spans: list[tuple[int, int, int]], at: Instants) -> Instants:
    begins = np.array([span[0] for span in spans], np.int64)
    shift = np.array([span[2] for span in spans], np.int64)
    return (at + shift[np.maximum(np.searchsorted(begins, at, "right") - 1, 0)]) // DAY


def _week(days: Instants) -> Instants:
    return (days + 3) // 7

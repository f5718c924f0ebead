"""The decision about slots against a plain second opinion, and through the API: what is shown can be booked."""

import random
from datetime import UTC, datetime
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from tradewind.modules.meetings.engine.availability import Claim, HostTime, Rules, all_starts, offers, openings
from tradewind.modules.meetings.engine.hours import DAY, Hours, day_number, joined

MINUTE, HOUR = 60, 3_600
NAMESPACE = UUID(int=7)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC", "Africa/Casablanca")


def at(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())


def second_opinion(host: HostTime, rules: Rules, begins: int, now: int) -> bool:
    """Whether the host can begin a meeting then: every rule as a sentence, minute by minute, without vectors."""
    zone, ends = ZoneInfo(host.hours.time_zone), begins + rules.length

    def local(instant: int) -> datetime:
        return datetime.fromtimestamp(instant, UTC).astimezone(zone)

    def number(instant: int) -> int:
        return day_number(local(instant).date())

    for minute in range(begins, ends, MINUTE):
        clock = local(minute)
        second = clock.hour * HOUR + clock.minute * MINUTE
        if not any(a <= second < b for a, b in host.hours.of_day(day_number(clock.date()))):
            return False
    if begins <= now or begins < now + rules.notice:
        return False
    if rules.window_days is not None and number(begins) > number(now) + rules.window_days:
        return False
    if rules.first_day is not None and not rules.first_day <= number(begins) <= (rules.last_day or 10**6):
        return False
    for start, end in zip(host.busy_starts.tolist(), host.busy_ends.tolist(), strict=True):
        if start < ends + rules.buffer_after and end > begins - rules.buffer_before:
            return False
    for claim in host.claims:
        pause_before = max(claim.after, rules.buffer_before)
        pause_after = max(claim.before, rules.buffer_after)
        if claim.start < ends + pause_after and claim.end > begins - pause_before:
            return False
    own = [claim.start for claim in host.claims if claim.same]
    on_day = sum(number(start) == number(begins) for start in own)
    in_week = sum(local(start).isocalendar()[:2] == local(begins).isocalendar()[:2] for start in own)
    return on_day < (rules.limit_per_day or 10**6) and in_week < (rules.limit_per_week or 10**6)


def random_case(seed: int) -> tuple[list[HostTime], Rules, int, int]:
    pick = random.Random(seed)
    # Around a change of clocks in most of the zones, and in the middle of nowhere.
    now = pick.choice([at(2026, 3, 27), at(2026, 10, 24, 9), at(2026, 4, 3, 23, 7), at(2026, 6, 10, 12)])
    hosts = []
    for number in range(pick.randint(1, 3)):
        week = tuple(
            joined([(pick.randrange(0, 18) * HOUR, pick.randrange(6, 25) * HOUR) for _ in range(pick.randint(0, 2))])
            for _ in range(7)
        )
        zone = pick.choice(ZONES)
        today = day_number(datetime.fromtimestamp(now, ZoneInfo(zone)).date())
        hours = Hours(zone, week, {today + 1: ((8 * HOUR, 20 * HOUR),)}, {today + 2: "Quiet Day"})
        busy = [now + pick.randrange(-DAY, 7 * DAY) // MINUTE * MINUTE for _ in range(pick.randint(0, 25))]
        claims, free_from = [], now - 2 * DAY
        for place in range(pick.randint(0, 12)):
            start = free_from + pick.randrange(0, 12) * HOUR
            free_from = start + pick.choice([30, 60]) * MINUTE
            before, after = pick.choice([0, 10, 30]) * MINUTE, pick.choice([0, 15]) * MINUTE
            meeting = uuid5(NAMESPACE, f"{seed} {number} {place}")
            claims.append(Claim(meeting, start, free_from, before, after, 1, pick.random() < 0.6))
        ends = np.array([start + pick.choice([15, 60, 180, 600]) * MINUTE for start in busy], np.int64)
        hosts.append(HostTime(hours, claims, np.array(busy, np.int64), ends))
    rules = Rules(
        length=pick.choice([15, 30, 45, 90]) * MINUTE, increment=pick.choice([15, 30, 50]) * MINUTE,
        buffer_before=pick.choice([0, 0, 20]) * MINUTE, buffer_after=pick.choice([0, 0, 25]) * MINUTE,
        notice=pick.choice([0, 2 * HOUR, DAY]), window_days=pick.choice([None, 0, 3]),
        first_day=pick.choice([None, day_number(datetime.fromtimestamp(now, UTC).date()) + 2]),
        limit_per_day=pick.choice([None, 1, 2]), limit_per_week=pick.choice([None, 2]),
    )  # fmt: skip
    return hosts, rules, now, pick.randrange(0, 3 * DAY)


@pytest.mark.parametrize("together", [False, True])
def test_slots_are_those_of_a_second_opinion(together) -> None:
    shown = 0
    for seed in range(60):
        hosts, rules, now, ahead = random_case(seed)
        start, end = now + ahead, now + ahead + 2 * DAY
        found = {offer.start: offer.hosts for offer in offers(hosts, rules, start, end, now, together=together)}
        grid = all_starts(openings(hosts, rules, start, end)).tolist()
        expected = {}
        for begins in grid:
            free = tuple(place for place, host in enumerate(hosts) if second_opinion(host, rules, begins, now))
            if len(free) == len(hosts) if together else free:
                expected[begins] = free
        assert found == expected, seed
        shown += len(found)
        # Asked again one by one, as a booking does, the answer is the same: shown means bookable.
        for begins, free in found.items():
            [again] = offers(hosts, rules, begins, begins + 1, now, together=together)
            assert (again.start, again.hosts) == (begins, free)
    assert shown > 200


def test_the_pause_between_meetings_is_the_longer_buffer_and_not_the_sum() -> None:
    nine_to_five = Hours("UTC", (((9 * HOUR, 17 * HOUR),),) * 7)
    ten = at(2026, 6, 10, 10)
    claim = Claim(NAMESPACE, ten, ten + HOUR, 15 * MINUTE, 15 * MINUTE, 1, True)
    rules = Rules(30 * MINUTE, 15 * MINUTE, 15 * MINUTE, 15 * MINUTE)
    found = [
        o.start
        for o in offers([HostTime(nine_to_five, [claim])], rules, ten - HOUR, ten + 2 * HOUR, ten - DAY, together=False)
    ]
    clock = [datetime.fromtimestamp(start, UTC).strftime("%H:%M") for start in found]
    assert clock == ["09:00", "09:15", "11:15", "11:30", "11:45"]


def test_places_of_a_meeting_are_filled_before_another_meeting_begins() -> None:
    all_day = Hours("UTC", (((0, DAY),),) * 7)
    ten, noon = at(2026, 6, 10, 10), at(2026, 6, 10, 12)
    rules = Rules(HOUR, HOUR, seats=3, limit_per_day=1)

    def hosts(taken: int) -> list[HostTime]:
        return [HostTime(all_day, [Claim(NAMESPACE, ten, ten + HOUR, 0, 0, taken, True)]), HostTime(all_day)]

    [joined_one, *_] = offers(hosts(1), rules, ten, noon, ten - DAY, together=False)
    assert (joined_one.joins, joined_one.hosts, joined_one.seats_left) == (NAMESPACE, (0,), 2)
    [other, later] = offers(hosts(2), rules, ten, noon, ten - DAY, together=False, seats=2)
    assert (other.joins, other.hosts) == (None, (1,))
    assert later.hosts == (1,), "the first host's limit is reached, for all but the meeting itself"
    assert offers(hosts(3)[:1], rules, ten, noon, ten - DAY, together=False) == []

"""Opening hours in every time zone and at every change of clocks, against the wall clock asked minute by minute."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from tradewind.modules.meetings.engine import public_holidays
from tradewind.modules.meetings.engine.hours import DAY, Hours, date_of, day_number, joined, offsets, opening

STEP = 300
NIGHT_AND_DAY = ((0, 5_400), (7_800, 12_600), (9 * 3_600, 17 * 3_600), (22 * 3_600, DAY))
EVERY_DAY = Hours("UTC", (NIGHT_AND_DAY,) * 7)
YEAR = (int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()), int(datetime(2027, 1, 1, tzinfo=UTC).timestamp()))
# A skipped date, changes by half and quarter hours, changes of more than an hour, at midnight, and twice a year more.
SPECIAL = {
    "Pacific/Apia": date(2011, 12, 30),
    "Pacific/Kwajalein": date(1993, 8, 21),
    "America/Caracas": date(2016, 5, 1),
    "Asia/Pyongyang": date(2018, 5, 5),
    "Asia/Kathmandu": date(1986, 1, 1),
    "Australia/Lord_Howe": date(2026, 4, 5),
    "Antarctica/Troll": date(2026, 3, 29),
    "Africa/Casablanca": date(2026, 2, 15),
    "Asia/Gaza": date(2024, 4, 20),
    "America/Asuncion": date(2024, 10, 6),
}


def wall(zone: ZoneInfo, at: int) -> tuple[date, int]:
    """Local date and seconds after its midnight, by the standard library alone."""
    local = datetime.fromtimestamp(at, UTC).astimezone(zone)
    return local.date(), local.hour * 3_600 + local.minute * 60 + local.second


def changes() -> list[tuple[str, int]]:
    """One zone for each behaviour of the year, with each of its changes of clocks."""
    alike = defaultdict(list)
    for name in sorted(available_timezones()):
        alike[tuple(offsets(name, *YEAR))].append(name)
    assert sum(len(names) for names in alike.values()) > 400
    found = [(names[0], begins) for spans, names in alike.items() for begins, _, _ in spans[1:] or spans]
    for name, day in SPECIAL.items():
        noon = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())
        around = offsets(name, noon - 2 * DAY, noon + 2 * DAY)
        assert len(around) > 1, f"{name} changed nothing around {day}"
        found += [(name, begins) for begins, _, _ in around[1:]]
    return found


@pytest.fixture(scope="module")
def all_changes() -> list[tuple[str, int]]:
    return changes()


def test_offsets_are_those_of_the_clock_all_the_year(all_changes) -> None:
    for name in {name for name, _ in all_changes}:
        zone = ZoneInfo(name)
        spans = offsets(name, *YEAR)
        assert [spans[0][0], spans[-1][1]] == list(YEAR)
        for begins, ends, offset in spans:
            for at in (*range(begins, ends, 5 * 3_600), ends - 1):
                shift = datetime.fromtimestamp(at, zone).utcoffset()
                assert shift == timedelta(seconds=offset), (name, at)


def test_a_place_is_open_exactly_when_its_clock_says_so(all_changes) -> None:
    assert len(all_changes) > 90
    for name, change in all_changes:
        hours = Hours(name, EVERY_DAY.weekly)
        zone = ZoneInfo(name)
        start = (change - 26 * 3_600) // STEP * STEP
        clock = {at: wall(zone, at) for at in range(start, start + 52 * 3_600, STEP)}
        expected = [at for at, (_, second) in clock.items() if any(a <= second < b for a, b in NIGHT_AND_DAY)]
        found = opening(hours, start, start + 52 * 3_600, STEP)
        inside = [at for at in clock if any(a <= at < b for a, b in zip(found.begins, found.ends, strict=True))]
        assert inside == expected, name
        for minutes in (5, 15, 20, 45, 50):
            step = minutes * 60
            starts = [
                at
                for at, (_, second) in clock.items()
                if any(a <= second < b and (second - a) % step == 0 for a, b in NIGHT_AND_DAY)
            ]
            assert opening(hours, start, start + 52 * 3_600, step).starts == starts, (name, minutes)


def test_a_night_that_repeats_an_hour_offers_it_twice_and_one_that_skips_it_never() -> None:
    hours = Hours("Europe/Berlin", (((2 * 3_600, 3 * 3_600),),) * 7)
    autumn = int(datetime(2026, 10, 24, 22, tzinfo=UTC).timestamp())
    assert len(opening(hours, autumn, autumn + DAY, 1_800).starts) == 4
    spring = int(datetime(2026, 3, 28, 23, tzinfo=UTC).timestamp())
    assert opening(hours, spring, spring + DAY - 3_600, 1_800).starts == []


def test_dates_go_before_holidays_and_holidays_before_the_week() -> None:
    monday = day_number(date(2026, 3, 2))
    week = (((0, 3_600),),) * 7
    hours = Hours("UTC", week, dates={monday: ((7_200, 10_800),)}, holidays={monday: "x", monday + 1: "Quiet Day"})
    assert hours.of_day(monday) == ((7_200, 10_800),)
    assert hours.of_day(monday + 1) == ()
    assert hours.of_day(monday + 2) == ((0, 3_600),)
    assert date_of(monday) == date(2026, 3, 2)
    assert joined([(5, 9), (0, 3), (3, 4), (8, 12), (20, 20)]) == ((0, 4), (5, 12))


def test_holidays_of_a_part_of_a_country() -> None:
    bavaria = public_holidays.of_year("DE", "BY", 2026)
    assert bavaria[day_number(date(2026, 1, 6))] == "Epiphany"
    assert day_number(date(2026, 1, 6)) not in public_holidays.of_year("DE", None, 2026)
    assert public_holidays.of_year("XX", None, 2026) == {}

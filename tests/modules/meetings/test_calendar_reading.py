"""Calendars as anybody may write them: what they mean, and that none of them can hold us up."""

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tradewind.modules.meetings.engine import calendar_reading
from tradewind.modules.meetings.engine.calendar_reading import NotCalendar, Window, read

WINDOW = Window(datetime(2026, 3, 1, tzinfo=UTC), datetime(2027, 4, 1, tzinfo=UTC))
BERLIN = ZoneInfo("Europe/Berlin")
# A year of nonsense may take some seconds on a busy machine; without bounds these take hours or all memory.
BOUND_SECONDS = 60


def calendar(*events, more=""):
    parts = [f"BEGIN:VEVENT\r\nUID:{place}\r\n{lines}\r\nEND:VEVENT\r\n" for place, lines in enumerate(events)]
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{more}{''.join(parts)}END:VCALENDAR\r\n".encode()


def spans(text, zone=BERLIN):
    return [
        (one.start.isoformat()[:16], one.end.isoformat()[:16])
        for item in read(text, WINDOW, zone).items
        for one in item.busy
    ]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("DTSTART:20260310T090000\r\nDTEND:20260310T100000", [("2026-03-10T08:00", "2026-03-10T09:00")]),
        ("DTSTART:20260310T090000Z\r\nDURATION:PT90M", [("2026-03-10T09:00", "2026-03-10T10:30")]),
        ("DTSTART;VALUE=DATE:20260329\r\nDTEND;VALUE=DATE:20260330", [("2026-03-28T23:00", "2026-03-29T22:00")]),
        (
            "DTSTART;TZID=Pacific Standard Time:20260310T090000\r\nDURATION:PT1H",
            [("2026-03-10T16:00", "2026-03-10T17:00")],
        ),
        ("DTSTART:20200101T000000Z\r\nDTEND:20300101T000000Z", [("2026-03-01T00:00", "2027-04-01T00:00")]),
        ("DTSTART:20260310T090000Z\r\nDTEND:20260310T080000Z", []),
        ("DTSTART:20260310T090000Z", []),
        ("DTSTART:20260310T090000Z\r\nDURATION:PT1H\r\nSTATUS:CANCELLED", []),
        ("DTSTART:20260310T090000Z\r\nDURATION:PT1H\r\nTRANSP:TRANSPARENT", []),
        ("DTSTART:20240310T090000Z\r\nDTEND:20240310T100000Z", []),
        # Kathmandu is at a quarter of an hour.
        ("DTSTART;TZID=Asia/Kathmandu:20260310T091500\r\nDURATION:PT15M", [("2026-03-10T03:30", "2026-03-10T03:45")]),
    ],
)  # fmt: skip
def test_times_mean_what_the_standard_says(lines, expected):
    assert spans(calendar(lines)) == expected


@pytest.mark.parametrize(
    "lines",
    [
        "DTSTART:20260310T090000Z\r\nDURATION:PT1S\r\nRRULE:FREQ=SECONDLY",
        "DTSTART:20260310T090000Z\r\nDURATION:PT1S\r\nRRULE:FREQ=MINUTELY;INTERVAL=1",
        "DTSTART:20260310T090000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "DTSTART:20260310T090000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;INTERVAL=7;BYDAY=MO",
        "DTSTART:00010101T090000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY",
        "DTSTART:20260310T090000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24)))
        + ";BYMINUTE=" + ",".join(map(str, range(60))),
        "DTSTART:99991231T235959Z\r\nDURATION:P9999999W\r\nRRULE:FREQ=YEARLY",
        "DTSTART:20260310T090000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=NEVER",
        "DTSTART:garbage\r\nDTEND:more",
        "DTSTART:20260310T090000Z\r\nDURATION:PT1H\r\nRDATE:" + ",".join(["20260311T090000Z"] * 5_000),
        "SUMMARY:nothing else",
    ],
)  # fmt: skip
def test_what_could_run_without_end_is_left_out_and_counted(lines):
    good = "DTSTART:20260310T090000Z\r\nDURATION:PT1H"
    started = time.monotonic()
    reading = read(calendar(lines, good), WINDOW, BERLIN)
    assert time.monotonic() - started < BOUND_SECONDS
    assert sum(len(item.busy) for item in reading.items) == 1
    assert reading.skipped == 1


def test_text_that_is_no_calendar_is_refused(monkeypatch):
    for text in (b"", b"<html>", b"\xff\xfe\x00", b"BEGIN:VEVENT\r\nEND:VEVENT"):
        with pytest.raises(NotCalendar):
            read(text, WINDOW, BERLIN)
    monkeypatch.setattr(calendar_reading, "MAX_BYTES", 100)
    with pytest.raises(NotCalendar, match="MB"):
        read(calendar("DTSTART:20260310T090000Z", more="X-LONG:" + "x" * 100), WINDOW, BERLIN)


def test_nesting_zones_and_titles_are_bounded():
    alarm = "BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n" * 2_000
    hostile_zone = (
        "BEGIN:VTIMEZONE\r\nTZID:Evil\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0000\r\n"
        "TZOFFSETTO:+0100\r\nRRULE:FREQ=SECONDLY\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    )
    text = calendar(
        f"DTSTART:20260310T090000Z\r\nDURATION:PT1H\r\n{alarm}SUMMARY:{'title ' * 10_000}",
        "DTSTART;TZID=Evil:20260311T090000\r\nDURATION:PT1H\r\nSUMMARY:a\x00b",
        more=hostile_zone,
    )
    reading = read(text, WINDOW, BERLIN)
    titles = [one.title for item in reading.items for one in item.busy]
    assert all(len(title) <= calendar_reading.TITLE_CHARACTERS and "\x00" not in title for title in titles)
    assert len(reading.items) == 2


def test_a_calendar_of_ten_years_costs_what_lies_in_the_window():
    """15,000 entries, of which a tenth can matter, and a hundred series."""
    single = [
        f"SUMMARY:{place}\r\nDURATION:PT1H\r\n"
        f"DTSTART:{2017 + place % 10}{place % 12 + 1:02}{place % 28 + 1:02}T{place % 20:02}0000Z"
        if place % 150
        else f"DTSTART:20240{place % 9 + 1}05T090000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY"
        for place in range(15_000)
    ]
    started = time.monotonic()
    reading = read(calendar(*single), WINDOW, BERLIN)
    assert time.monotonic() - started < BOUND_SECONDS
    assert not reading.truncated
    assert 1_000 < len(reading.items) < 4_000
    assert sum(len(item.busy) for item in reading.items) > 5_000


def test_more_than_the_bound_is_cut_and_said(monkeypatch):
    monkeypatch.setattr(calendar_reading, "MAX_BUSY", 50)
    monkeypatch.setattr(calendar_reading, "MAX_EVENTS", 80)
    daily = "DTSTART:20260310T090000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY"
    reading = read(calendar(daily, daily), WINDOW, BERLIN)
    assert reading.truncated
    assert sum(len(item.busy) for item in reading.items) == 50
    assert read(calendar(*["DTSTART:20260310T090000Z\r\nDURATION:PT0S"] * 81), WINDOW, BERLIN).truncated

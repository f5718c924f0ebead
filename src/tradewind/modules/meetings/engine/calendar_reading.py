"""Busy times out of iCalendar text (RFC 5545) that anybody may have written: bounded in bytes, lines, rules and time.

Lines are filtered before the parser sees them, so that a calendar of ten years costs only what lies in the window.
Rules that could run without end are refused; what is refused is counted, never silently taken for free time.
"""

import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from datetime import time as clock_time
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

MAX_BYTES = 20 * 1024 * 1024
MAX_EVENTS = 20_000
"""Entries in the window that are looked at."""
MAX_BUSY = 10_000
"""Busy times of one calendar."""
TITLE_CHARACTERS = 200
_BUDGET_SECONDS = 20.0
_LINE_CHARACTERS = 20_000
_MAX_ZONES = 100
_ZONE_LINES = 200
_EVENT_LINES = 3_000
_FIRST_YEAR = 1970
_DAY = timedelta(days=1)
_FOLD = re.compile(rb"\r?\n[ \t]")
_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_KEPT = frozenset(
    {
        "UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID",
        "SUMMARY", "STATUS", "TRANSP", "CLASS", "SEQUENCE",
    }
)  # fmt: skip
_DURATION = re.compile(r"P(?:(\d{1,2})W)?(?:(\d{1,3})D)?(?:T(?:(\d{1,3})H)?(?:\d{1,3}M)?(?:\d{1,3}S)?)?")
_LAST_YEAR = 9_000
_FREE = frozenset({"TRANSPARENT"})
# What the parser and the expansion raise on text that means nothing.
_NONSENSE = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, NotImplementedError)


@dataclass(frozen=True, slots=True)
class Window:
    """The span of time that busy times are kept for; aware, `start` < `end`."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Busy:
    """A span in which somebody is busy, in UTC, clipped to the window."""

    start: datetime
    end: datetime
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An entry of a calendar with its busy times; `starts_at` and `ends_at` are those of a single event."""

    remote_id: str
    uid: str
    etag: str | None = None
    busy: tuple[Busy, ...] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    cancelled: bool = False


@dataclass(slots=True)
class Reading:
    """What a text held. `skipped` entries were not understood; `truncated` says that bounds cut some off."""

    items: list[Item] = field(default_factory=list)
    skipped: int = 0
    truncated: bool = False


class NotCalendar(ValueError):
    """The text is no iCalendar."""


def read(
    text: bytes, window: Window, zone: ZoneInfo, *, remote_id: str | None = None, etag: str | None = None
) -> Reading:
    """All entries of a calendar that touch the window. `zone` holds for times without a zone and whole days.

    `remote_id` and `etag` are given where the text is one resource of a server; else an entry's UID is its id.
    Raises NotCalendar.
    """
    if len(text) > MAX_BYTES:
        raise NotCalendar(f"The calendar has more than {MAX_BYTES // 1024 // 1024} MB.")
    lines = _FOLD.sub(b"", text).decode("utf-8", "replace").splitlines()
    if not any(line.strip().upper() == "BEGIN:VCALENDAR" for line in lines[:20]):
        raise NotCalendar("This is no calendar: it does not begin with BEGIN:VCALENDAR.")
    reading = Reading()
    zones, groups = _grouped(lines, None if remote_id else window, reading)
    deadline = time.monotonic() + _BUDGET_SECONDS
    total = 0
    for uid, blocks in groups.items():
        if total >= MAX_BUSY or time.monotonic() > deadline:
            reading.truncated = True
            break
        item = _item(uid, blocks, zones, window, zone, remote_id, etag)
        if item is None:
            reading.skipped += 1
            continue
        total += len(item.busy)
        reading.items.append(item)
    return reading


def _grouped(
    lines: Iterable[str], window: Window | None, reading: Reading
) -> tuple[list[str], dict[str, list[list[str]]]]:
    """Lines of the time zones, and events by UID, each as its kept lines, without those out of the window."""
    zones: list[str] = []
    groups: defaultdict[str, list[list[str]]] = defaultdict(list)
    count = number = 0
    for name, block in _blocks(lines):
        if name == "VTIMEZONE":
            if number < _MAX_ZONES and len(block) <= _ZONE_LINES and _harmless_zone(block):
                number += 1
                zones += block
            continue
        kept, uid, dates, open_ended = _kept(block)
        if window is not None and not open_ended and not _near(dates, window):
            continue
        count += 1
        if count > MAX_EVENTS:
            reading.truncated = True
            break
        groups[uid or f"(without UID) {count}"].append(kept)
    return zones, groups


def _blocks(lines: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """The outer VEVENT and VTIMEZONE components; what lies inside an event (alarms) is dropped."""
    name, depth, block = "", 0, list[str]()
    for whole in lines:
        # What is left of it is still too much to be taken for an honest rule.
        line = whole[:_LINE_CHARACTERS]
        upper = line.strip().upper()
        if upper.startswith("BEGIN:"):
            kind = upper[6:]
            if not name and kind in ("VEVENT", "VTIMEZONE"):
                name, depth, block = kind, 0, []
            elif name:
                depth += 1
        if not name:
            continue
        if (depth == 0 or name == "VTIMEZONE") and len(block) <= _EVENT_LINES:
            block.append(line)
        if upper.startswith("END:"):
            if depth:
                depth -= 1
            else:
                yield name, block
                name = ""


def _harmless_zone(block: list[str]) -> bool:
    rules = [line.upper() for line in block if line.upper().startswith("RRULE")]
    return all("FREQ=YEARLY" in rule for rule in rules) and len(rules) <= 20


def _kept(block: list[str]) -> tuple[list[str], str, list[date], bool]:
    """The lines that matter, the UID, the days it begins and ends, and whether it may lie elsewhere as well."""
    kept = ["BEGIN:VEVENT"]
    uid, dates, elsewhere, lasts = "", list[date](), False, 0
    for line in block[1:-1]:
        name = _name(line)
        if name not in _KEPT:
            continue
        if name == "UID":
            uid = line.partition(":")[2].strip()[:500]
        elif name in ("DTSTART", "DTEND"):
            dates += _day(line.rpartition(":")[2].strip())
        elif name == "DURATION":
            lasts = _days(line.rpartition(":")[2])
            elsewhere = elsewhere or lasts is None
        elif name in ("RRULE", "RDATE", "RECURRENCE-ID"):
            elsewhere = True
        kept.append(line[: TITLE_CHARACTERS * 2] if name == "SUMMARY" else line)
    kept.append("END:VEVENT")
    if lasts and dates and max(dates).year < _LAST_YEAR:
        dates.append(max(dates) + lasts * _DAY)
    return kept, uid, dates, elsewhere


def _days(duration: str) -> int | None:
    """At least as many days as a duration lasts; None where that is long or not plain."""
    found = _DURATION.fullmatch(duration.strip())
    if found is None:
        return None
    weeks, days, hours = (int(part or 0) for part in found.groups())
    return weeks * 7 + days + hours // 24 + 1


def _near(dates: list[date], window: Window) -> bool:
    return not dates or (min(dates) <= window.end.date() + 2 * _DAY and max(dates) >= window.start.date() - 2 * _DAY)


def _day(value: str) -> list[date]:
    found = _DATE.match(value)
    try:
        return [date(int(found[1]), int(found[2]), int(found[3]))] if found else []
    except ValueError:
        return []


def _item(
    uid: str,
    blocks: list[list[str]],
    zones: list[str],
    window: Window,
    zone: ZoneInfo,
    remote_id: str | None,
    etag: str | None,
) -> Item | None:
    """An entry, or None if it means nothing or asks for too much."""
    repeats = any(_name(line) in ("RRULE", "RDATE") for block in blocks for line in block)
    if any(not _bounded(block) for block in blocks):
        return None
    text = "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-", *zones, *chain.from_iterable(blocks), "END:VCALENDAR"]
    )
    try:
        calendar = icalendar.Calendar.from_ical(text)
        if isinstance(calendar, list):
            return None
        found = (
            recurring_ical_events.of(calendar).between(window.start, window.end)
            if repeats or len(blocks) > 1
            else calendar.walk("VEVENT")
        )
        busy = tuple(one for event in found[:MAX_BUSY] if (one := _busy(event, window, zone)) is not None)
        first = next(iter(calendar.walk("VEVENT")))
        span = None if repeats else _span(first, zone)
        return Item(
            remote_id=remote_id or uid,
            uid=uid,
            etag=etag,
            busy=busy,
            starts_at=span[0] if span else None,
            ends_at=span[1] if span else None,
            cancelled=_text(first, "STATUS").upper() == "CANCELLED",
        )
    except _NONSENSE:
        return None


def _name(line: str) -> str:
    return line.partition(":")[0].partition(";")[0].strip().upper()


def _bounded(block: list[str]) -> bool:
    """Whether expanding the entry surely ends soon."""
    for line in block:
        name = _name(line)
        value = line.rpartition(":")[2].upper()
        if name == "RRULE" and not _bounded_rule(value):
            return False
        if name == "RDATE" and value.count(",") > 1_000:
            return False
        if name == "DTSTART" and (days := _day(value)) and days[0].year < _FIRST_YEAR:
            return False
    return sum(_name(line) in ("RRULE", "RDATE") for line in block) <= 100


def _bounded_rule(rule: str) -> bool:
    """Refuse repetition by the hour and faster, and combinations that may match no day for thousands of years."""
    parts = {name: value for name, _, value in (part.partition("=") for part in rule.strip().split(";"))}
    frequency = parts.get("FREQ", "")
    filters = {name for name in parts if name.startswith("BY")}
    apart = parts.get("INTERVAL", "1") not in ("1", "")
    times = 1
    for name in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        times *= parts.get(name, "").count(",") + 1
    filters -= {"BYHOUR", "BYMINUTE", "BYSECOND"}
    if times > 24 or any(value.count(",") > 400 for value in parts.values()):
        return False
    if frequency == "DAILY":
        return filters <= {"BYMONTH", "BYDAY"} and not (apart and filters)
    if frequency == "WEEKLY":
        return filters <= {"BYDAY", "BYMONTH"} and not (apart and "BYMONTH" in filters)
    return frequency in ("MONTHLY", "YEARLY")


def _busy(event: Any, window: Window, zone: ZoneInfo) -> Busy | None:
    if _text(event, "STATUS").upper() == "CANCELLED" or _text(event, "TRANSP").upper() in _FREE:
        return None
    span = _span(event, zone)
    if span is None:
        return None
    start, end = max(span[0], window.start), min(span[1], window.end)
    if start >= end:
        return None
    private = _text(event, "CLASS").upper() in ("PRIVATE", "CONFIDENTIAL")
    return Busy(start, end, "" if private else clean_title(_text(event, "SUMMARY")))


def _span(event: Any, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    start = event.decoded("DTSTART")
    if "DTEND" in event:
        end = event.decoded("DTEND")
    elif "DURATION" in event:
        end = start + event.decoded("DURATION")
    else:
        end = start if isinstance(start, datetime) else start + _DAY
    begins, ends = instant(start, zone), instant(end, zone)
    return (begins, ends) if begins < ends else None


def instant(value: date | datetime, zone: tzinfo) -> datetime:
    """A calendar's date or time in UTC; without a zone it is meant in `zone`, a date as its midnight there."""
    if not isinstance(value, datetime):
        value = datetime.combine(value, clock_time.min, zone)
    if value.tzinfo is None:
        value = value.replace(tzinfo=zone)
    return value.astimezone(UTC)


def clean_title(text: str) -> str:
    """A title as it is kept: one line, bounded, without what the database does not store."""
    return " ".join(text.replace("\x00", "").split())[:TITLE_CHARACTERS]


def _text(event: Any, name: str) -> str:
    value = event.get(name, "")
    return str(value[0] if isinstance(value, list) and value else value)

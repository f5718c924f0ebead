"""Meetings as iCalendar text (RFC 5545): one for a CalDAV server, many for a feed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import icalendar

from tradewind.modules.meetings.engine.wording import one_line, paragraphs

Conference = Literal["google_meet", "teams"]
_PRODUCT = "-//Tradewind//Meetings//EN"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingEvent:
    """A meeting as it is written into a host's calendar; times are aware UTC.

    `conference` asks the calendar's vendor for a meeting link of its own. `changed_at` is the DTSTAMP.
    """

    uid: str
    sequence: int
    title: str
    description: str
    location: str
    starts_at: datetime
    ends_at: datetime
    tentative: bool
    join_url: str | None
    conference: Conference | None
    changed_at: datetime


def event_text(event: MeetingEvent) -> bytes:
    """One event as a calendar object: no method, no invited people, so that no server sends mails about it."""
    return _calendar([event]).to_ical()


def feed_text(events: Iterable[MeetingEvent], name: str) -> bytes:
    """A calendar to subscribe to."""
    calendar = _calendar(events)
    calendar.add("X-WR-CALNAME", name)
    calendar.add("REFRESH-INTERVAL", timedelta(minutes=15), parameters={"VALUE": "DURATION"})
    return calendar.to_ical()


def _calendar(events: Iterable[MeetingEvent]) -> icalendar.Calendar:
    calendar = icalendar.Calendar()
    calendar.add("PRODID", _PRODUCT)
    calendar.add("VERSION", "2.0")
    for event in events:
        calendar.add_component(_event(event))
    return calendar


def _event(event: MeetingEvent) -> icalendar.Event:
    made = icalendar.Event()
    made.add("UID", event.uid)
    made.add("SEQUENCE", event.sequence)
    made.add("DTSTAMP", event.changed_at.astimezone(UTC).replace(microsecond=0))
    made.add("DTSTART", event.starts_at.astimezone(UTC))
    made.add("DTEND", event.ends_at.astimezone(UTC))
    made.add("SUMMARY", one_line(event.title))
    made.add("STATUS", "TENTATIVE" if event.tentative else "CONFIRMED")
    made.add("TRANSP", "OPAQUE")
    if event.description:
        made.add("DESCRIPTION", paragraphs(event.description))
    if event.location:
        made.add("LOCATION", one_line(event.location, 500))
    if event.join_url:
        made.add("URL", event.join_url)
    return made

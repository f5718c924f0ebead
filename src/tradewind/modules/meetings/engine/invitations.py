"""Meetings as calendar objects (RFC 5545) that ask for or take back an appointment (RFC 5546)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from icalendar import Calendar, Event, vCalAddress

from tradewind.modules.meetings.engine.wording import one_line, paragraphs

Method = Literal["REQUEST", "CANCEL"]
_PRODUCT = "-//Tradewind//Meetings//EN"


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody in an invitation; `status` is their PARTSTAT."""

    email: str
    name: str
    status: Literal["ACCEPTED", "DECLINED", "TENTATIVE", "NEEDS-ACTION"] = "ACCEPTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What an invitation says. `uid` stays for the meeting's life, `sequence` rises with each change of time."""

    uid: str
    sequence: int
    stamp: datetime
    starts_at: datetime
    ends_at: datetime
    title: str
    description: str
    location: str
    url: str | None
    organiser: Party
    attendees: Sequence[Party]
    tentative: bool = False


def write(invitation: Invitation, method: Method) -> bytes:
    """The invitation as the bytes of an .ics file. Times are in UTC, so that no zone's rules can be misread."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    event = Event()
    event.add("uid", invitation.uid)
    event.add("sequence", invitation.sequence)
    event.add("dtstamp", invitation.stamp.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", invitation.starts_at.astimezone(UTC))
    event.add("dtend", invitation.ends_at.astimezone(UTC))
    event.add("summary", one_line(invitation.title))
    event.add("description", paragraphs(invitation.description))
    if invitation.location:
        event.add("location", one_line(invitation.location, 500))
    if invitation.url:
        event.add("url", invitation.url)
    event.add("status", "CANCELLED" if method == "CANCEL" else "TENTATIVE" if invitation.tentative else "CONFIRMED")
    event.add("transp", "OPAQUE")
    event.add("organizer", _address(invitation.organiser))
    for party in invitation.attendees:
        address = _address(party)
        address.params["ROLE"] = "REQ-PARTICIPANT"
        address.params["PARTSTAT"] = party.status
        address.params["RSVP"] = "TRUE"
        event.add("attendee", address)
    calendar.add_component(event)
    return calendar.to_ical()


def _address(party: Party) -> vCalAddress:
    address = vCalAddress(f"mailto:{one_line(party.email, 320)}")
    address.params["CN"] = one_line(party.name, 120).replace('"', "'") or party.email
    return address

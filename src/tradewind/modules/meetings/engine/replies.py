"""Answers to invitations: the bytes of an .ics file, or of a mail that carries one, as facts. Trusts nothing."""

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal, cast

from icalendar import Calendar

ReplyStatus = Literal["accepted", "declined", "tentative"]
MOST_BYTES = 262_144
_MOST_PARTS = 50
_STATUSES: dict[str, ReplyStatus] = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}


class NotAReply(ValueError):
    """The bytes hold no readable answer to an invitation; the text says why."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What one attendee answers to the meeting `uid` as it was at `sequence`."""

    uid: str
    sequence: int
    email: str
    status: ReplyStatus


def read(content: bytes) -> Reply:
    """The answer in an .ics file or a mail. Raises NotAReply."""
    if len(content) > MOST_BYTES:
        raise NotAReply(f"An answer may hold {MOST_BYTES:,} bytes.")
    for part in _calendars(content):
        try:
            calendar = Calendar.from_ical(part)
        except (ValueError, KeyError, IndexError, TypeError, RecursionError, OverflowError) as error:
            raise NotAReply("The calendar object cannot be read.") from error
        if str(calendar.get("method", "")).upper() == "REPLY":
            return _answer(cast(Calendar, calendar))
    raise NotAReply("This holds no calendar object with METHOD:REPLY.")


def _answer(calendar: Calendar) -> Reply:
    events = calendar.walk("VEVENT")
    if len(events) != 1:
        raise NotAReply("An answer holds exactly one event.")
    event = events[0]
    attendees = event.get("attendee")
    if isinstance(attendees, list) or attendees is None:
        raise NotAReply("An answer names exactly one attendee.")
    status = _STATUSES.get(str(attendees.params.get("PARTSTAT", "")).upper())
    if status is None:
        raise NotAReply("The answer is none of accepted, declined and tentative.")
    scheme, _, address = str(attendees).partition(":")
    sequence = event.get("sequence", 0)
    if scheme.lower() != "mailto" or not address or not isinstance(sequence, int):
        raise NotAReply("The answer names no mail address.")
    uid = str(event.get("uid", ""))
    if not uid:
        raise NotAReply("The answer names no meeting.")
    return Reply(uid, int(sequence), address.strip().lower(), status)


def _calendars(content: bytes) -> Iterator[bytes]:
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:15].upper() == b"BEGIN:VCALENDAR":
        yield content
        return
    message = cast(EmailMessage, email.message_from_bytes(content, policy=email.policy.default))
    for number, part in enumerate(message.walk()):
        if number >= _MOST_PARTS:
            return
        name = part.get_filename() or ""
        if part.get_content_type() in ("text/calendar", "application/ics") or name.lower().endswith(".ics"):
            decoded = part.get_payload(decode=True)
            if isinstance(decoded, bytes):
                yield decoded

"""Mails about meetings: once for each (meeting, recipient, sequence, kind), in the attendee's zone and language."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.email import api as email
from tradewind.modules.email.contracts import Attachment, Mail, MailKind
from tradewind.modules.identity import api as identity
from tradewind.modules.identity.contracts import Member
from tradewind.modules.meetings.engine import mail_texts as texts
from tradewind.modules.meetings.engine.invitations import Invitation, Method, Party, write
from tradewind.modules.meetings.engine.wording import one_line
from tradewind.modules.meetings.models.bookings import Attendee, Meeting
from tradewind.modules.meetings.models.event_types import EventType
from tradewind.modules.meetings.repository import bookings as rows
from tradewind.modules.meetings.repository import calendars as calendar_rows
from tradewind.modules.meetings.repository import mails as repository
from tradewind.modules.meetings.repository import waiting as waiting_rows
from tradewind.modules.meetings.service import links
from tradewind.settings import get_settings

HostKind = Literal["requested", "booked", "moved", "cancelled", "left", "declined by the attendee"]
_MAIL_KINDS: dict[texts.Kind, MailKind] = {
    "requested": "meeting_requested", "booked": "meeting_booked", "moved": "meeting_moved", "changed": "meeting_moved",
    "cancelled": "meeting_cancelled", "declined": "meeting_cancelled", "reminder": "meeting_reminder",
    "missed": "meeting_missed", "waiting": "waiting_list", "offered": "waiting_list",
}  # fmt: skip
_METHODS: dict[texts.Kind, Method] = {
    "requested": "REQUEST", "booked": "REQUEST", "moved": "REQUEST", "changed": "REQUEST",
    "cancelled": "CANCEL", "declined": "CANCEL",
}  # fmt: skip
_AGAIN = frozenset({"cancelled", "declined", "missed"})
_PARTSTATS: dict[str, Literal["ACCEPTED", "DECLINED", "TENTATIVE"]] = {"declined": "DECLINED", "tentative": "TENTATIVE"}
_HOST_SUBJECTS: dict[HostKind, str] = {
    "requested": "Please confirm", "booked": "New meeting", "moved": "Moved", "cancelled": "Cancelled",
    "left": "One attendee less", "declined by the attendee": "Declined by the attendee",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Facts:
    """All that mails about one meeting say."""

    row: Meeting
    kind: EventType | None
    people: Sequence[Attendee]
    hosts: Sequence[Member]
    slug: str


async def tell_attendees(
    session: AsyncSession,
    meeting_id: UUID,
    kind: texts.Kind,
    *,
    sequence: int,
    once: str | None = None,
    only: Collection[UUID] | None = None,
) -> int:
    """Mail those who take part (or `only` these attendees) unless they have this mail; returns how many went out."""
    facts = await _facts(session, meeting_id)
    if facts is None or (_METHODS.get(kind) == "REQUEST" and facts.row.state == "cancelled"):
        return 0
    sent = 0
    for person in facts.people:
        if (person.id not in only) if only is not None else (person.status == "cancelled"):
            continue
        if await repository.first_time(session, meeting_id, person.id, sequence, once or kind):
            await email.deliver(session, await _mail(session, facts, person, kind))
            sent += 1
    return sent


async def tell_hosts(
    session: AsyncSession, meeting_id: UUID, kind: HostKind, *, sequence: int, about: UUID | None = None
) -> None:
    """Mail the hosts, unless they have this mail; `about` is the attendee it is about, else all."""
    facts = await _facts(session, meeting_id)
    if facts is None or (kind != "cancelled" and facts.row.state == "cancelled"):
        return
    people = [one for one in facts.people if (one.id == about if about else True)]
    names = ", ".join(one_line(one.name, 60) for one in people[:5]) + (" …" if len(people) > 5 else "")
    row = facts.row
    has_calendar = bool(await calendar_rows.targets(session, meeting_id))
    for host in facts.hosts:
        once = f"host:{kind}:{about or ''}"
        if not await repository.first_time(session, meeting_id, host.id, sequence, once):
            continue
        when = texts.full_time(row.starts_at, row.ends_at, host.time_zone, "en")
        title = f"{_HOST_SUBJECTS[kind]}: {one_line(row.title, 80)} with {names}"
        lines = [f"Hello {host.name},", "", f"{title}.", "", when, *_where(facts, "en")]
        lines += [f"{one.name} <{one.email}>{f', {one.phone}' if one.phone else ''}" for one in people[:20]]
        lines += _answers(facts) if kind in ("requested", "booked") else []
        if row.cancel_reason and kind == "cancelled":
            lines.append(f"Reason: {row.cancel_reason}")
        lines += [row.assigned_because] if row.assigned_because and kind == "booked" else []
        method: Method = "CANCEL" if kind == "cancelled" else "REQUEST"
        attached = () if has_calendar or kind not in ("booked", "moved", "cancelled") else (_file(facts, None, method),)
        url = f"{get_settings().base_url}/meetings?open={row.id}"
        body = "\n".join([*lines, "", "{link}"])
        await email.deliver(
            session, Mail("meeting_host", host.email, host.name, title[:200], body, url, host.id, attached)
        )


async def tell_waiting(
    session: AsyncSession, waiting_id: UUID, *, meeting_id: UUID | None = None, until: datetime | None = None
) -> None:
    """Tell somebody that they wait, or that a time is held for them until then."""
    wish = await waiting_rows.entry(session, waiting_id)
    kind = await rows.event_type(session, wish.event_type_id) if wish else None
    if wish is None or kind is None or wish.state in ("left", "booked"):
        return
    held = await rows.meeting(session, meeting_id) if meeting_id else None
    if meeting_id is not None and (held is None or held.state != "held" or wish.offered_meeting_id != meeting_id):
        return
    language = texts.language_of(wish.language)
    which: texts.Kind = "offered" if held is not None else "waiting"
    values = {
        "title": one_line(kind.title, 80),
        "when": texts.short_time(held.starts_at, wish.time_zone, language) if held else "",
        "until": texts.short_time(until, wish.time_zone, language) if until else "",
    }
    token = await links.issue(session, waiting_id=wish.id, meeting_id=meeting_id)
    times = [texts.full_time(held.starts_at, held.ends_at, wish.time_zone, language), ""] if held else []
    body = "\n".join(
        [
            texts.word(language, "hello", name=wish.name), "", texts.sentence(language, which, **values), "",
            kind.title, *times, texts.link_words(language, which), "{link}",
        ]
    )  # fmt: skip
    subject = texts.subject(language, which, **values)
    await email.deliver(
        session, Mail("waiting_list", wish.email, wish.name, subject[:200], body, links.page_url(token))
    )


async def invitation(session: AsyncSession, meeting_id: UUID, attendee_id: UUID, link: str) -> Attachment | None:
    """The invitation of one attendee, to be put into their calendar by hand; None once there is nothing to attend."""
    facts = await _facts(session, meeting_id)
    person = next((one for one in facts.people if one.id == attendee_id), None) if facts else None
    if facts is None or person is None or "cancelled" in (facts.row.state, person.status):
        return None
    return _file(facts, person, "REQUEST", link)


async def _mail(session: AsyncSession, facts: _Facts, person: Attendee, kind: texts.Kind) -> Mail:
    row, language = facts.row, texts.language_of(person.language)
    values = {
        "title": one_line(row.title, 80),
        "when": texts.short_time(row.starts_at, person.time_zone, language),
        "until": "",
    }
    link = f"{get_settings().base_url}/book/{facts.slug}"
    if kind not in _AGAIN:
        link = links.page_url(await links.issue(session, meeting_id=row.id, attendee_id=person.id))
    elif facts.kind is not None and facts.kind.active:
        link = f"{link}/{facts.kind.slug}"
    names = ", ".join(host.name for host in facts.hosts)
    lines = [
        texts.word(language, "hello", name=person.name), "", texts.sentence(language, kind, **values), "", row.title,
        texts.full_time(row.starts_at, row.ends_at, person.time_zone, language),
    ]  # fmt: skip
    if kind not in _AGAIN:
        lines += [*_where(facts, language), *([texts.word(language, "with", names=names)] if names else [])]
    if kind in ("cancelled", "declined") and row.cancel_reason:
        lines.append(texts.word(language, "reason", reason=row.cancel_reason))
    body = "\n".join([*lines, "", texts.link_words(language, kind), "{link}"])
    method = _METHODS.get(kind)
    attached = (_file(facts, person, method, link),) if method else ()
    subject = texts.subject(language, kind, **values)
    return Mail(
        _MAIL_KINDS[kind], person.email, person.name, subject[:200], body, link, attachments=attached
    )  # fmt: skip


def _file(facts: _Facts, person: Attendee | None, method: Method, link: str | None = None) -> Attachment:
    """The invitation for one attendee, who does not see the others; or for the hosts, who see all."""
    row = facts.row
    guests = [person] if person is not None else facts.people
    organiser = facts.hosts[0] if facts.hosts else None
    host_names, guest_names = (", ".join(one.name for one in some) for some in (facts.hosts, guests[:5]))
    content = write(
        Invitation(
            uid=row.uid,
            sequence=row.sequence,
            stamp=row.updated_at,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            title=f"{row.title} – {host_names if person is not None else guest_names}".removesuffix(" – "),
            description="\n".join([*_where(facts, "en"), *([link] if link and method == "REQUEST" else [])]),
            location=row.join_url or _place(row),
            url=row.join_url,
            organiser=Party(organiser.email, organiser.name) if organiser else Party(guests[0].email, guests[0].name),
            attendees=[
                *(Party(one.email, one.name, _PARTSTATS.get(one.status, "ACCEPTED")) for one in guests),
                *(Party(host.email, host.name) for host in facts.hosts[1:]),
            ],
            tentative=row.state == "pending",
        ),
        method,
    )
    return Attachment("invite.ics", f"text/calendar; method={method}; charset=utf-8", content)


def _where(facts: _Facts, language: str) -> list[str]:
    row, kind = facts.row, facts.row.location.get("kind")
    if row.join_url:
        return [texts.word(language, "online", url=row.join_url)]
    if kind == "phone":
        return [" ".join(filter(None, (texts.word(language, "phone"), _place(row))))]
    if kind == "in_person":
        return [_place(row)] if _place(row) else []
    return [texts.word(language, "follows")]


def _place(row: Meeting) -> str:
    return str(row.location.get("value") or "") if row.location.get("kind") in ("phone", "in_person") else ""


def _answers(facts: _Facts) -> list[str]:
    labels = {question["key"]: question["label"] for question in facts.kind.questions} if facts.kind else {}
    return [f"{labels.get(key, key)}: {value}" for key, value in facts.row.answers.items()]


async def _facts(session: AsyncSession, meeting_id: UUID) -> _Facts | None:
    row = await rows.meeting(session, meeting_id)
    if row is None or row.state == "held":
        return None
    hosts = await rows.hosts_of(session, meeting_id)
    members = {one.id: one for one in await identity.list_members(session, active_only=False)}
    return _Facts(
        row,
        await rows.event_type(session, row.event_type_id) if row.event_type_id else None,
        await rows.attendees(session, meeting_id),
        [members[one] for one in hosts if one in members],
        (await identity.get_organisation(session)).slug,
    )

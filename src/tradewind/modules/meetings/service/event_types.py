"""Event types and their hosts: sound before they are stored, so that what is stored can be booked."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.leads import api as leads
from tradewind.modules.meetings.errors import EventTypeInvalid, EventTypeNotFound, SlugTaken, TooMany
from tradewind.modules.meetings.models.event_types import EventType, EventTypeHost
from tradewind.modules.meetings.repository import availability as schedules
from tradewind.modules.meetings.repository import event_types as repository
from tradewind.modules.meetings.schemas.event_types import (
    EventTypeCreate,
    EventTypeRead,
    EventTypeUpdate,
    HostRead,
    HostsWrite,
    HostWrite,
)
from tradewind.modules.meetings.service import availability

MAX_EVENT_TYPES = 500
# What may be taken away again by sending null.
_EMPTIED = frozenset(
    {"window_start", "window_end", "limit_per_day", "limit_per_week", "schedule_id", "booked_stage_id"}
)
_WITH_VALUE = {"in_person": "the address", "link": "the link"}


async def list_event_types(session: AsyncSession) -> list[EventTypeRead]:
    """All event types, by title; an organisation that never had one gets its first."""
    await ensure_default(session)
    return await _read_many(session, await repository.every(session))


async def read_event_type(session: AsyncSession, event_type_id: UUID) -> EventTypeRead:
    """One event type. Raises EventTypeNotFound."""
    return (await _read_many(session, [await require_event_type(session, event_type_id)]))[0]


async def require_event_type(session: AsyncSession, event_type_id: UUID, *, lock: bool = False) -> EventType:
    """The event type, or EventTypeNotFound."""
    event_type = await repository.event_type(session, event_type_id, lock=lock)
    if event_type is None:
        raise EventTypeNotFound("There is no such event type; it may have been removed.")
    return event_type


async def create_event_type(session: AsyncSession, data: EventTypeCreate) -> EventTypeRead:
    """Add an event type; without `hosts` the caller holds it. Raises EventTypeInvalid, SlugTaken, TooMany."""
    await ensure_default(session)
    actor = actor_of(session)
    assert actor.organisation_id is not None
    taken = {one.slug for one in await repository.every(session)}
    if len(taken) >= MAX_EVENT_TYPES:
        raise TooMany(f"{MAX_EVENT_TYPES} event types are the most one can keep. Remove one that is not used.")
    if data.slug in taken:
        raise _slug_taken(data.slug)
    hosts = data.hosts
    if hosts is None:
        own, _ = await identity.person_behind(session)
        if own is None:
            raise _invalid("hosts", "Say who holds these meetings: `hosts` needs one member at least.")
        hosts = [HostWrite(user_id=own)]
    values = data.model_dump(exclude={"hosts", "slug", "location", "questions"})
    event_type = EventType(
        id=new_id(), organisation_id=actor.organisation_id, slug=data.slug or slug_of(data.title, taken),
        location=data.location.model_dump(), questions=[one.model_dump() for one in data.questions], **values,
    )  # fmt: skip
    await check_sound(session, event_type, hosts)
    session.add(event_type)
    await _flush_slug(session, event_type.slug)
    await _store_hosts(session, event_type, hosts)
    await _record(session, "event_type.created", event_type, after=_facts(event_type, hosts))
    return await read_event_type(session, event_type.id)


async def update_event_type(
    session: AsyncSession, event_type_id: UUID, data: EventTypeUpdate, if_match: str | None
) -> EventTypeRead:
    """Change an event type; meetings booked before stay as they are.

    Raises EventTypeNotFound, EventTypeInvalid, SlugTaken, PreconditionFailed.
    """
    event_type, current = await _changeable(session, event_type_id, if_match)
    values = stored_values(data)
    before = {name: getattr(event_type, name) for name in values}
    for name, value in values.items():
        setattr(event_type, name, value)
    with session.no_autoflush:  # a slug that is taken shall not fail inside of a query
        await check_sound(session, event_type, [_written(host) for host in current.hosts])
    return await _changed(session, event_type, before, values)


def stored_values(data: EventTypeUpdate) -> dict[str, Any]:
    """What a change sets: null empties what may be empty, and leaves the rest as it is."""
    given = data.model_dump(exclude_unset=True)
    return {name: value for name, value in given.items() if value is not None or name in _EMPTIED}


async def replace_hosts(
    session: AsyncSession, event_type_id: UUID, data: HostsWrite, if_match: str | None
) -> EventTypeRead:
    """Give an event type other hosts. With one host left a round robin stays one; a single one needs just one.

    Raises EventTypeNotFound, EventTypeInvalid, PreconditionFailed.
    """
    event_type, current = await _changeable(session, event_type_id, if_match)
    await check_sound(session, event_type, data.hosts)
    await _store_hosts(session, event_type, data.hosts)
    before = {"hosts": [_written(host).model_dump() for host in current.hosts]}
    return await _changed(session, event_type, before, {"hosts": [host.model_dump() for host in data.hosts]})


async def delete_event_type(session: AsyncSession, event_type_id: UUID, if_match: str | None) -> None:
    """Remove an event type; its page ends, its meetings stay. Raises EventTypeNotFound, PreconditionFailed."""
    event_type, current = await _changeable(session, event_type_id, if_match)
    event_type.deleted_at = event_type.updated_at = now()
    event_type.version += 1
    await _record(session, "event_type.deleted", event_type, before=_facts(event_type, current.hosts))


async def ensure_default(session: AsyncSession) -> None:
    """Give an organisation that never had an event type hours and a first one, so that a link can be shared at once.

    It is held by the longest-standing active member. Harmless to call often and at once.
    """
    if await repository.any_ever(session):
        return
    await availability.ensure_default(session)
    members = sorted(await identity.list_members(session), key=lambda member: (member.joined_at, member.id))
    if not members:
        return
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    event_type_id = new_id()
    await repository.add_first(session, event_type_id, organisation_id, title="30-minute meeting", slug="30min")
    event_type = await repository.event_type(session, event_type_id)
    if event_type is None:  # somebody else was faster
        return
    hosts = [HostWrite(user_id=members[0].id)]
    await _store_hosts(session, event_type, hosts)
    reason = "First event type of the organisation"
    await _record(session, "event_type.created", event_type, after=_facts(event_type, hosts), reason=reason)


async def _changeable(
    session: AsyncSession, event_type_id: UUID, if_match: str | None
) -> tuple[EventType, EventTypeRead]:
    event_type = await require_event_type(session, event_type_id, lock=True)
    [current] = await _read_many(session, [event_type])
    check_version(if_match, event_type.version, current.model_dump(mode="json"))
    return event_type, current


async def _changed(
    session: AsyncSession, event_type: EventType, before: dict[str, Any], after: dict[str, Any]
) -> EventTypeRead:
    event_type.version += 1
    event_type.updated_at = now()
    await _flush_slug(session, event_type.slug)
    changed = {name for name in after if after[name] != before[name]}
    await _record(
        session, "event_type.updated", event_type,
        before={name: before[name] for name in changed}, after={name: after[name] for name in changed},
    )  # fmt: skip
    return await read_event_type(session, event_type.id)


async def check_sound(session: AsyncSession, event_type: EventType, hosts: Sequence[HostWrite]) -> None:
    """Raise EventTypeInvalid for settings that contradict each other or name what does not exist."""
    ids = [host.user_id for host in hosts]
    if event_type.assignment == "single" and len(ids) > 1:
        raise _invalid("assignment", f"“single” has one host, not {len(ids)}. Choose “round_robin” or “collective”.")
    if event_type.lead_owner_first and event_type.assignment != "round_robin":
        raise _invalid("lead_owner_first", "The lead's owner can come first among several: choose “round_robin”.")
    if len(set(ids)) < len(ids):
        raise _invalid("hosts", "Somebody is listed as a host twice.")
    _check_window(event_type)
    _check_texts(event_type)
    if event_type.booked_stage_id is not None:
        stage = await leads.stage(session, event_type.booked_stage_id)
        if stage is None:
            raise _invalid("booked_stage_id", "There is no such stage; it may have been removed.")
        if stage.kind != "open":
            raise _invalid("booked_stage_id", f"“{stage.name}” closes a deal: choose a stage of open deals.")
    # Hosts who left may stay in the list: they get no meetings, and taking them out is another decision.
    known = {member.id for member in await identity.list_members(session, active_only=False)}
    for place, host in enumerate(hosts):
        if host.user_id not in known:
            raise _invalid(f"hosts.{place}.user_id", "There is no such member.")
    wanted: dict[str, tuple[UUID | None, UUID | None]] = {"schedule_id": (event_type.schedule_id, None)}
    for place, host in enumerate(hosts):
        wanted[f"hosts.{place}.schedule_id"] = (host.schedule_id, host.user_id)
    found = await schedules.several(session, [one for one, _ in wanted.values() if one])
    for field, (schedule_id, user_id) in wanted.items():
        if schedule_id is None:
            continue
        if schedule_id not in found:
            raise _invalid(field, "There is no such schedule; it may have been removed.")
        if user_id is not None and found[schedule_id].user_id not in (None, user_id):
            raise _invalid(field, "These are somebody else's hours: choose the host's own or shared ones.")


def _check_window(event_type: EventType) -> None:
    first, last = event_type.window_start, event_type.window_end
    if event_type.window_kind == "range" and (first is None or last is None):
        field = "window_start" if first is None else "window_end"
        raise _invalid(field, "Between which dates can it be booked? Give `window_start` and `window_end`.")
    if first is not None and last is not None and last < first:
        raise _invalid("window_end", f"The window ends on {last:%d %B %Y}, before it starts on {first:%d %B %Y}.")
    if event_type.window_kind == "rolling" and event_type.minimum_notice >= (event_type.window_days + 1) * 1_440:
        days = event_type.minimum_notice // 1_440
        raise _invalid(
            "minimum_notice",
            f"Nothing could be booked: {days} days' notice are needed, and only {event_type.window_days} days ahead "
            "are open. Shorten the notice or widen the window.",
        )


def _check_texts(event_type: EventType) -> None:
    if len(set(event_type.lengths)) < len(event_type.lengths):
        raise _invalid("lengths", "A length is listed twice.")
    kind, value = event_type.location["kind"], event_type.location.get("value")
    if kind in _WITH_VALUE and not value:
        raise _invalid("location.value", f"Give {_WITH_VALUE[kind]} where people meet.")
    if kind == "link" and not re.match(r"https?://[^\s/]+", value or ""):
        raise _invalid("location.value", "The link must begin with https://, such as https://meet.example.com/room.")
    if problem := check_questions(event_type.questions):
        raise _invalid(*problem)


def check_questions(questions: Sequence[dict[str, Any]]) -> tuple[str, str] | None:
    """The field and what is wrong with it, where questions cannot be asked like this."""
    keys = [question["key"] for question in questions]
    for place, question in enumerate(questions):
        if keys.count(question["key"]) > 1:
            return f"questions.{place}.key", f"Two questions have the key “{question['key']}”."
        if question["kind"] == "select" and not question["options"]:
            return f"questions.{place}.options", f"“{question['label']}” needs answers to choose from."
        if question["kind"] != "select" and question["options"]:
            return f"questions.{place}.options", "Only a question of the kind “select” has options."
    return None


async def _store_hosts(session: AsyncSession, event_type: EventType, hosts: Sequence[HostWrite]) -> None:
    await repository.replace_hosts(
        session,
        event_type.id,
        [
            EventTypeHost(event_type_id=event_type.id, organisation_id=event_type.organisation_id, **host.model_dump())
            for host in hosts
        ],
    )


async def _flush_slug(session: AsyncSession, slug: str) -> None:
    try:
        async with session.begin_nested():
            await session.flush()
    except IntegrityError as error:
        if "event_types_by_slug" not in str(error.orig):
            raise
        raise _slug_taken(slug) from error


async def _read_many(session: AsyncSession, found: Sequence[EventType]) -> list[EventTypeRead]:
    organisation = await identity.get_organisation(session)
    hosts = await repository.hosts_of(session, [one.id for one in found])
    members = {one.id: one for one in await identity.list_members(session, active_only=False)}
    return [
        EventTypeRead.model_validate(
            {
                **{name: getattr(one, name) for name in EventTypeRead.model_fields if name not in {"path", "hosts"}},
                "path": f"/book/{organisation.slug}/{one.slug}",
                "hosts": [
                    HostRead(
                        user_id=host.user_id, weight=host.weight, priority=host.priority, schedule_id=host.schedule_id,
                        name=members[host.user_id].name if host.user_id in members else "",
                        active=host.user_id in members and members[host.user_id].active,
                    )
                    for host in hosts[one.id]
                ],
            }
        )
        for one in found
    ]  # fmt: skip


def slug_of(title: str, taken: set[str]) -> str:
    """An address made of a title, with a number behind it if another event type has it."""
    plain = unicodedata.normalize("NFKD", title.casefold().replace("ß", "ss")).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:70].strip("-") or "meeting"
    return next(
        slug
        for number in range(1, len(taken) + 2)
        if (slug := stem if number == 1 else f"{stem}-{number}") not in taken
    )


def _written(host: HostRead) -> HostWrite:
    return HostWrite(**host.model_dump(exclude={"name", "active"}))


def _facts(event_type: EventType, hosts: Sequence[HostWrite]) -> dict[str, Any]:
    names = set(EventTypeRead.model_fields) - {"id", "number", "version", "path", "hosts", "created_at", "updated_at"}
    return {
        **{name: getattr(event_type, name) for name in sorted(names)},
        "hosts": [host.model_dump() for host in hosts],
    }


def _slug_taken(slug: str) -> SlugTaken:
    return SlugTaken(f"Another event type has the address “{slug}”. Choose another one.")


def _invalid(field: str, message: str) -> EventTypeInvalid:
    return EventTypeInvalid(message, errors=[{"field": field, "message": message}])


async def _record(session: AsyncSession, action: str, event_type: EventType, **facts: Any) -> None:
    await identity.record(session, action=action, subject_type="event_type", subject_id=event_type.id, **facts)

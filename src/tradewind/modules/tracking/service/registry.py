"""What is learned of events as they are processed: kinds and properties seen, violations of the plan, volumes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.ids import new_id
from tradewind.modules.tracking import humanity
from tradewind.modules.tracking.contracts import CollectedEvent
from tradewind.modules.tracking.repository import registry as repository
from tradewind.modules.tracking.repository import sources
from tradewind.modules.tracking.schemas.sources import SourceSettings
from tradewind.modules.tracking.service.plan import Plan
from tradewind.modules.tracking.service.shapes import example, is_personal, paths, schema_name, type_of

MAX_SCHEMAS = 500
MAX_PROPERTIES = 200
OTHER = "(other)"
"""Stands for all names beyond the first 500 of a source: whoever has the write key could send any number of them."""
_EXAMPLES = 5
# Values of a property that need no second look.
_REMEMBERED = 200

Key = tuple[UUID, str, str]  # source, type, name


@dataclass(slots=True)
class _Span:
    events: int = 0
    first: datetime | None = None
    last: datetime | None = None

    def saw(self, at: datetime) -> None:
        self.events += 1
        self.first = min(self.first or at, at)
        self.last = max(self.last or at, at)


@dataclass(slots=True)
class _Property(_Span):
    types: Counter[str] = field(default_factory=Counter)
    examples: dict[Any, None] = field(default_factory=dict)
    personal: bool = False
    known: set[Any] = field(default_factory=set)


@dataclass(slots=True)
class _Broken(_Span):
    detail: str = ""
    event_id: UUID | None = None


async def observe(session: AsyncSession, events: Sequence[CollectedEvent]) -> None:
    """Register what the events show, count their hours, and report where they differ from their source's plan.

    Not idempotent: call it once for each event, in the transaction that processes it. Set-based: the number of
    statements does not depend on the number of events. Events of sources that are gone are left out.
    """
    settings = await sources.settings_of(session, {event.source_id for event in events})
    known = await repository.known(session, list(settings))
    room = {source_id: MAX_SCHEMAS - sum(key[0] == source_id for key in known) for source_id in settings}
    kinds: dict[Key, _Span] = {}
    seen: dict[tuple[Key, str], _Property] = {}
    hours: dict[tuple[Key, datetime], list[int]] = {}
    kept: list[tuple[Key, CollectedEvent]] = []
    for event in events:
        if event.source_id not in settings:
            continue
        key = _registered((event.source_id, event.type, schema_name(event.type, event.name)), known, room)
        kept.append((key, event))
        kinds.setdefault(key, _Span()).saw(event.received_at)
        hour = hours.setdefault((key, _hour(event.received_at)), [0, 0])
        hour[0] += 1
        hour[1] += event.human < humanity.LIKELY_BOT
        for path, value in paths(event.properties):
            _look(seen.setdefault((key, path), _Property()), path, value, event.received_at)
    if not kept:
        return
    ids = await repository.saw_schemas(
        session,
        [(new_id(), *key, span.events, span.first, span.last) for key, span in kinds.items()],  # type: ignore[misc]
    )
    await _register_properties(session, ids, seen)
    await _report(session, ids, settings, kept)
    await repository.count(
        session, "processing", [(*_volume_key(key, at), each[0], 0, 0, each[1]) for (key, at), each in hours.items()]
    )


async def count_refused(session: AsyncSession, at: datetime, refused: Mapping[Key, tuple[int, int]]) -> None:
    """Count what the collector did not store: (source, type, name) → (duplicates, rejected events).

    Sources must exist. A name nobody has registered counts as “(other)”.
    """
    known = await repository.known(session, list({source_id for source_id, _, _ in refused}))
    counts: dict[Key, list[int]] = {}
    for (source_id, event_type, name), (duplicates, rejected) in refused.items():
        key = (source_id, event_type, schema_name(event_type, name))
        entry = counts.setdefault(key if key in known else (source_id, event_type, OTHER), [0, 0])
        entry[0] += duplicates
        entry[1] += rejected
    if counts:
        rows = [(*_volume_key(key, _hour(at)), 0, each[0], each[1], 0) for key, each in counts.items()]
        await repository.count(session, "arrival", rows)


def _registered(key: Key, known: set[Key], room: dict[UUID, int]) -> Key:
    """The key itself, if it is known or there is room for one more of its source."""
    if key in known:
        return key
    if room[key[0]] <= 0:
        return key[0], key[1], OTHER
    room[key[0]] -= 1
    known.add(key)
    return key


def _look(found: _Property, path: str, value: Any, at: datetime) -> None:
    found.saw(at)
    found.types[type_of(value)] += 1
    if value is None or isinstance(value, dict | list) or value in found.known:
        return
    if len(found.known) < _REMEMBERED:
        found.known.add(value)
    if not found.personal and is_personal(path, value):
        found.personal = True
        found.examples.clear()
    if len(found.examples) < _EXAMPLES and (shown := example(path, value)) is not None:
        if found.personal and shown == value:
            return  # one value showed that the property is personal: the others are not kept in the clear
        found.examples[shown] = None


async def _register_properties(
    session: AsyncSession, ids: Mapping[Key, UUID], seen: Mapping[tuple[Key, str], _Property]
) -> None:
    known = await repository.paths(session, list(ids.values()))
    rows = []
    for (key, path), found in seen.items():
        registered = known[ids[key]]
        if path not in registered:
            if len(registered) >= MAX_PROPERTIES:
                continue
            registered.add(path)
        rows.append((
            new_id(), ids[key], path, found.types, found.events, list(found.examples), found.personal,
            found.first, found.last,
        ))  # fmt: skip
    if rows:
        await repository.saw_properties(session, rows)


async def _report(
    session: AsyncSession,
    ids: Mapping[Key, UUID],
    settings: Mapping[UUID, SourceSettings],
    kept: Sequence[tuple[Key, CollectedEvent]],
) -> None:
    plan = Plan(await repository.plans(session, list(settings)))
    broken: dict[tuple[UUID, str, str], _Broken] = {}
    for key, event in kept:
        rules = settings[event.source_id]
        for violation in plan.violations(event.source_id, event.type, event.name, event.properties):
            handling = rules.unplanned_events if violation.code == "unplanned_event" else rules.violating_events
            # What is blocked now may have been let in a moment ago, by the settings of then.
            if handling == "allow":
                continue
            entry = broken.setdefault((ids[key], violation.code, violation.property), _Broken())
            entry.saw(event.received_at)
            entry.detail, entry.event_id = violation.detail, event.id
    if broken:
        rows = [
            (new_id(), *key, each.detail, each.events, each.first, each.last, each.event_id)
            for key, each in broken.items()
        ]
        await repository.saw_violations(session, rows)


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _volume_key(key: Key, at: datetime) -> tuple[UUID, datetime, str, str]:
    return key[0], at, key[1], key[2]

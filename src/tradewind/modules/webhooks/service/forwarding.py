"""From an event to its deliveries, inside the transaction that published it.

Which organisations want which types is remembered for two seconds, so that publishing costs nothing where nobody
listens; a new endpoint therefore hears of events published by other processes from two seconds after it was saved.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import event as orm_event
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.kernel.event_sight import NamedRecords, named_records
from tradewind.kernel.events import Event
from tradewind.kernel.ids import new_id
from tradewind.modules.identity.events import AuditRecorded
from tradewind.modules.webhooks import repository
from tradewind.modules.webhooks.sending.message import Content
from tradewind.modules.webhooks.service import keeping, waking

_KNOWN_SECONDS = 2.0
_MAX_KNOWN = 20_000
_known: dict[UUID, tuple[float, frozenset[str]]] = {}


async def forward(session: AsyncSession, events: Sequence[Event]) -> None:
    """Store one delivery per (endpoint, event) that is wanted, and wake the dispatcher."""
    actor = actor_of(session)
    organisation_id = actor.organisation_id
    if organisation_id is None:
        return
    wanted = await _wanted_types(session, organisation_id)
    if not wanted:
        return
    heard: list[Event] = []
    audit = False
    for event in events:
        assert event.public is not None
        if event.public.type not in wanted or event.organisation_id != organisation_id:
            continue
        if isinstance(event, AuditRecorded):
            audit = True
        elif not actor.test:
            # What a test key starts stays here.
            heard.append(event)
    # It runs inside others' writes, whose changes are theirs to flush.
    with session.no_autoflush:
        pairs = await _pairs(session, organisation_id, heard) if heard else []
    if pairs:
        await repository.add_deliveries(session, pairs)
        await waking.wake(session)
    if audit:
        await waking.wake_audit(session, organisation_id)


def forget(session: AsyncSession, organisation_id: UUID) -> None:
    """Ask anew which types an organisation wants: its endpoints have changed in this session."""
    _known.pop(organisation_id, None)
    # Another transaction may fill it with the old state before this one commits.
    orm_event.listen(session.sync_session, "after_commit", lambda _: _known.pop(organisation_id, None), once=True)


async def _wanted_types(session: AsyncSession, organisation_id: UUID) -> frozenset[str]:
    known = _known.get(organisation_id)
    if known is None or known[0] < time.monotonic():
        if len(_known) >= _MAX_KNOWN:
            _known.clear()
        types = await repository.wanted_types(session)
        known = _known[organisation_id] = (time.monotonic() + _KNOWN_SECONDS, types)
    return known[1]


async def _pairs(session: AsyncSession, organisation_id: UUID, events: Sequence[Event]) -> list[tuple[Content, UUID]]:
    """What goes to which endpoint: events its keeper may hear of, about records its keeper sees."""
    found: list[tuple[Content, UUID]] = []
    hearers = await keeping.hearers(session, {_type(event) for event in events})
    for event in events:
        whole = _content(event, organisation_id)
        records: NamedRecords | None = None
        known = False
        for endpoint, standing in hearers:
            if whole.type not in endpoint.event_types or not keeping.may_hear(standing, whole.type):
                continue
            if standing.visible_owners is not None and not known:
                records, known = await named_records(session, event), True
            if standing.visible_owners is None or records is None:
                found.append((whole, endpoint.id))
                continue
            data = records.within(standing.visible_owners)
            if data is not None:
                # A message is the same for all who get it, so one that was cut is another.
                content = whole if data == whole.data else replace(whole, id=new_id(), data=data)
                found.append((content, endpoint.id))
    return found


def _type(event: Event) -> str:
    assert event.public is not None
    return event.public.type


def _content(event: Event, organisation_id: UUID) -> Content:
    assert event.public is not None
    return Content(
        id=event.id,
        organisation_id=organisation_id,
        type=event.public.type,
        type_version=event.public.version,
        data=event.public_data(),
        occurred_at=event.occurred_at,
    )

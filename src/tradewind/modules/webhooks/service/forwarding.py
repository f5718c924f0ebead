"""From an event to its deliveries, inside the transaction that published it.

Which organisations want which types is remembered for two seconds, so that publishing costs nothing where nobody
listens; a new endpoint therefore hears of events published by other processes from two seconds after it was saved.
"""

import time
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import event as orm_event
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.kernel.events import Event
from tradewind.modules.identity.events import AuditRecorded
from tradewind.modules.webhooks import repository
from tradewind.modules.webhooks.sending.message import Content
from tradewind.modules.webhooks.service import waking

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
    contents: list[Content] = []
    audit = False
    for event in events:
        assert event.public is not None
        if event.public.type not in wanted or event.organisation_id != organisation_id:
            continue
        if isinstance(event, AuditRecorded):
            audit = True
        elif not actor.test:
            # What a test key starts stays here.
            contents.append(_content(event, organisation_id))
    if contents and await repository.add_deliveries(session, contents):
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

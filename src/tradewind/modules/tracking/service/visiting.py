"""Sessions and touches of arriving events, joined with those that are stored."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.ids import new_id
from tradewind.modules.tracking.contracts import CollectedEvent
from tradewind.modules.tracking.repository import visits as repository
from tradewind.modules.tracking.sessions import PAUSE, Device, Session, Touch, burst_in, device_of, joined, sessions_of

Fast = tuple[Device, datetime, datetime]


async def note_visits(session: AsyncSession, events: Iterable[CollectedEvent]) -> list[Fast]:
    """Store what the events add to sessions; returns spans in which a device was faster than anybody can be."""
    by_device: dict[Device, list[CollectedEvent]] = {}
    for event in events:
        device = device_of(event)
        if device is not None:
            by_device.setdefault(device, []).append(event)
    if not by_device:
        return []
    new = {device: sessions_of(found) for device, found in by_device.items()}
    spans = {device: (parts[0].started_at - PAUSE, parts[-1].last_at + PAUSE) for device, parts in new.items()}
    stored = await repository.sessions_near(session, spans)
    rows: list[tuple[UUID, Device, Session]] = []
    added: list[tuple[UUID, UUID, Device, Touch]] = []
    homes: dict[UUID, UUID] = {}
    swallowed: set[UUID] = set()
    dropped: set[UUID] = set()
    fast: list[Fast] = []
    for device, parts in new.items():
        burst = burst_in(by_device[device])
        if burst is not None:
            fast.append((device, *burst))
        counts = {known.ids[0]: known.events for known in stored.get(device, [])}
        for one in joined([*stored.get(device, []), *parts]):
            if len(one.ids) == 1 and one.events == counts[one.ids[0]]:
                continue
            home = one.ids[0] if one.ids else new_id()
            swallowed.update(one.ids[1:])
            rows.append((home, device, one))
            settled = one.settled_touches()
            added += [(new_id(), home, device, touch) for touch in settled if touch.id is None]
            kept = {touch.id for touch in settled}
            dropped.update(touch.id for touch in one.touches if touch.id is not None and touch.id not in kept)
            if len(one.ids) > 1:
                homes |= {touch.id: home for touch in settled if touch.id is not None}
            if one.impossibly_fast:
                fast.append((device, one.started_at, one.last_at))
    await repository.write_sessions(session, rows)
    if homes:
        await repository.move_touches(session, homes)
    if dropped or swallowed:
        await repository.remove(session, sessions=swallowed, touches=dropped)
    if added:
        await repository.add_touches(session, added)
    return fast

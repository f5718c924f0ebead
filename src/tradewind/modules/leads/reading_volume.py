"""How many leads somebody reads: different ones within an hour, counted in this process and told in hundreds.

A reader costs 8 kB: one bit for each of 65,536 remainders of the leads' ids. Reading a list again counts nothing; two
leads may share a bit, so the count is up to a tenth too low at 12,000 leads and stops at 65,536.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.events import publish
from tradewind.modules.leads.events import LeadsRead

TOLD_IN = 500
_WINDOW = timedelta(hours=1)
_BITS = 1 << 16
_MAX_READERS = 1_000


@dataclass(slots=True)
class _Reader:
    since: datetime
    seen: bytearray = field(default_factory=lambda: bytearray(_BITS // 8))
    untold: int = 0


_readers: dict[tuple[UUID, UUID], _Reader] = {}


async def note(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Count leads (rows with `id`) that the session's actor is shown; every 500 are told in its transaction."""
    actor = actor_of(session)
    by_id = actor.user_id or actor.key_id
    if by_id is None or actor.organisation_id is None:
        return
    reader = _reader((actor.organisation_id, by_id))
    seen = reader.seen
    for row in rows:
        bit = hash(row["id"]) % _BITS
        if not seen[bit >> 3] & (1 << (bit & 7)):
            seen[bit >> 3] |= 1 << (bit & 7)
            reader.untold += 1
    if reader.untold < TOLD_IN:
        return
    count, reader.untold = reader.untold, 0
    by = "user" if actor.user_id else "api_key"
    await publish(session, LeadsRead(by=by, by_id=by_id, by_name=actor.name, rows=count, ip=actor.ip))


def _reader(key: tuple[UUID, UUID]) -> _Reader:
    reader = _readers.pop(key, None)
    at = now()
    if reader is None or at - reader.since > _WINDOW:
        reader = _Reader(at)
    elif len(_readers) >= _MAX_READERS:
        _readers.pop(next(iter(_readers)))
    _readers[key] = reader
    return reader

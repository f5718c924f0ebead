"""Who may send: the source behind a write key, and how much it may send."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.errors import AppError, Forbidden, Unauthorised
from tradewind.kernel.limits import client_network
from tradewind.modules.identity import api as identity
from tradewind.modules.tracking.collecting.allowance import Allowance
from tradewind.modules.tracking.errors_collecting import SourceDisabled, SourceTooFast, SourceUnknown
from tradewind.modules.tracking.repository import arrivals
from tradewind.modules.tracking.schemas.sources import SourceSettings
from tradewind.modules.tracking.service.plan import Gate, gate

_KNOWN_SECONDS = 2.0
_KNOWN_SOURCES = 5_000
# Keys never seen before that one address may have looked up, so that guessing costs the database little.
_LOOK_UPS_PER_SECOND, _LOOK_UPS_AT_ONCE = 1.0, 60.0
# Events a second that a source may send for long, and at once. Browsers' keys are public, servers' are not.
_RATES = {"server": (50_000.0, 500_000.0)}
_RATE = (5_000.0, 50_000.0)


@dataclass(frozen=True, slots=True)
class Source:
    """A source as the collector needs it; `gate` judges events where the source blocks some."""

    id: UUID
    organisation_id: UUID
    kind: str
    settings: SourceSettings
    gate: Gate | None
    tail_until: datetime | None

    @property
    def faces_visitors(self) -> bool:
        """Whether the sender is the visitor's own browser or app."""
        return self.kind != "server"

    def is_watched(self, at: datetime) -> bool:
        """Whether someone looks at its events as they arrive."""
        return self.tail_until is not None and self.tail_until > at


class Admission:
    """Remembers sources and refused keys for two seconds: changes count soon, and questions are few."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[tuple[str, str | None], tuple[Source | AppError, float]] = OrderedDict()
        self._events = Allowance(_KNOWN_SOURCES)
        self._look_ups = Allowance(_KNOWN_SOURCES)

    async def source(self, key: str, *, origin: str | None, ip: str | None) -> Source:
        """The source of a write key. Raises Unauthorised, Forbidden, SourceTooFast and database failures."""
        known = self._known.get((key, origin))
        if known is None:
            self._spend_look_up(ip)
        elif time.monotonic() < known[1]:
            return _admitted(known[0])
        else:
            # Others go on with what is known while this request asks.
            self._remember(key, origin, known[0])
        try:
            found: Source | AppError = await self._find(key, origin)
        except (Unauthorised, Forbidden) as refusal:
            found = refusal
        self._remember(key, origin, found)
        return _admitted(found)

    def spend(self, source: Source, events: int) -> None:
        """Count events against what the source may send. Raises SourceTooFast."""
        per_second, at_once = _RATES.get(source.kind, _RATE)
        wait = self._events.take(source.id, events, per_second=per_second, at_once=at_once)
        if wait > 0:
            raise SourceTooFast(
                f"This source may send {per_second:,.0f} events a second.", retry_after_seconds=max(1.0, wait)
            )

    def _spend_look_up(self, ip: str | None) -> None:
        wait = self._look_ups.take(client_network(ip), 1.0, per_second=_LOOK_UPS_PER_SECOND, at_once=_LOOK_UPS_AT_ONCE)
        if wait > 0:
            raise SourceTooFast("Too many unknown write keys from this address.", retry_after_seconds=max(1.0, wait))

    def _remember(self, key: str, origin: str | None, found: Source | AppError) -> None:
        self._known[key, origin] = (found, time.monotonic() + _KNOWN_SECONDS)
        self._known.move_to_end((key, origin))
        if len(self._known) > _KNOWN_SOURCES:
            self._known.popitem(last=False)

    async def _find(self, key: str, origin: str | None) -> Source:
        actor = await identity.verify_publishable_key(self._database, key, origin=origin, ip=None)
        assert actor.key_id is not None
        assert actor.organisation_id is not None
        async with self._database.transaction(Actor.system(actor.organisation_id)) as session:
            row = await arrivals.source_of_key(session, actor.key_id)
            if row is None:
                raise SourceUnknown("The key is sound but belongs to no source. Add one under Sources.")
            if not row.enabled:
                raise SourceDisabled("Someone has switched this source off.")
            settings = SourceSettings.model_validate(row.settings)
            judge = await gate(session, row.id, settings)
        return Source(
            id=row.id,
            organisation_id=actor.organisation_id,
            kind=row.kind,
            settings=settings,
            gate=judge,
            tail_until=row.tail_until,
        )


def _admitted(found: Source | AppError) -> Source:
    if isinstance(found, AppError):
        raise found.with_traceback(None)
    return found

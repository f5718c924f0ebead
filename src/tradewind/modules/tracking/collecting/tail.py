"""Events on the screen of whoever watches a source: a sample, for people read slower than sites send."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import realtime
from tradewind.modules.tracking.collecting.allowance import Allowance
from tradewind.modules.tracking.collecting.shaping import COLUMNS, SOURCE, Rejection, Row
from tradewind.modules.tracking.humanity import LIKELY_BOT

PERMISSION = "sources:read"
_PER_SECOND, _AT_ONCE = 20.0, 20.0
# Nothing that tells who it was: who watches reads the event itself, masked where needed.
_SHOWN = ("type", "name", "occurred_at", "human")


class Tail:
    """Pushes at most twenty messages a second of a source."""

    def __init__(self) -> None:
        self._left = Allowance(1_000)

    async def show(
        self,
        session: AsyncSession,
        watched: set[UUID],
        accepted: Sequence[tuple[UUID, Row]],
        rejections: Sequence[Rejection],
        received_at: datetime,
    ) -> None:
        """Tell those who watch, when the session's transaction commits."""
        for refused in rejections:
            if refused.source_id in watched and self._may(refused.source_id):
                data = {"code": refused.code, "detail": refused.detail, "type": refused.type, "name": refused.name}
                await _push(session, "tracking.rejection", refused.source_id, data | {"received_at": received_at})
        for event_id, row in accepted:
            if row[SOURCE] in watched and self._may(row[SOURCE]):
                values = dict(zip(COLUMNS, row, strict=True))
                data: dict[str, Any] = {name: values[name] for name in _SHOWN}
                data |= {"id": event_id, "received_at": received_at, "likely_bot": values["human"] < LIKELY_BOT}
                await _push(session, "tracking.event", row[SOURCE], data)

    def _may(self, source_id: UUID) -> bool:
        return self._left.take(source_id, 1.0, per_second=_PER_SECOND, at_once=_AT_ONCE) == 0


async def _push(session: AsyncSession, kind: str, source_id: UUID, data: dict[str, Any]) -> None:
    await realtime.push(
        session,
        type=kind,
        topic=f"tracking:{source_id}",
        permission=PERMISSION,
        data={"source_id": source_id, **data},
    )

"""What is known of programs now, applied to what was collected before."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.leads import api as leads
from tradewind.modules.tracking.humanity import LATER, assess, probability
from tradewind.modules.tracking.repository import identities
from tradewind.modules.tracking.repository import processing as repository
from tradewind.modules.tracking.service.processing import recount

AT_ONCE = 5_000
Position = tuple[datetime, UUID]


async def reassess_next(session: AsyncSession, after: Position | None) -> tuple[Position | None, int, int]:
    """Assess the next events anew: (where to go on or None at the end, events looked at, events changed).

    Sessions, timelines and scores follow. Doing it again changes nothing.
    """
    await identities.lock(session, wait=True)
    rows = await repository.events_after(session, after, AT_ONCE)
    judged: dict[UUID, tuple[datetime, float, list[str]]] = {}
    for row in rows:
        reasons = _reasons(row)
        human = probability(reasons)
        if abs(human - row["human"]) > 1e-4 or set(reasons) != set(row["human_reasons"]):
            judged[row["id"]] = (row["received_at"], human, reasons)
    if judged:
        await repository.set_human(session, judged)
        await recount(session, judged.keys(), [received_at for received_at, _, _ in judged.values()])
        await leads.set_humanness(session, {event_id: human for event_id, (_, human, _) in judged.items()})
    following = (rows[-1]["received_at"], rows[-1]["id"]) if len(rows) == AT_ONCE else None
    return following, len(rows), len(judged)


def _reasons(row: Any) -> list[str]:
    """Codes by today's rules, with those that only the history could tell."""
    event = {"type": row["type"], "name": row["name"], "context": row["context"]}
    reasons = [*assess(row["user_agent"], row["ip"], event)[1]]
    kept = [code for code in row["human_reasons"] if code in LATER]
    if row["ip"] is None and "data_centre" in row["human_reasons"]:
        kept.append("data_centre")  # the address was judged on arrival and not stored
    return [code for code in reasons if code != "interaction"] + kept if kept else reasons

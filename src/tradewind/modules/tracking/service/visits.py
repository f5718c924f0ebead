"""What is shown of a lead's visits."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.leads import api as leads
from tradewind.modules.leads.errors import LeadNotFound
from tradewind.modules.tracking.devices import device_name
from tradewind.modules.tracking.evidence import FORM
from tradewind.modules.tracking.humanity import LIKELY_BOT, WEIGHTS
from tradewind.modules.tracking.repository import visits as repository
from tradewind.modules.tracking.schemas.visits import (
    DeviceRead,
    PageSeen,
    TouchRead,
    VisitCounts,
    VisitRead,
    VisitsRead,
)

_PATH = 100
_DEVICES = 20
_SEEN = 30
_REASONS = 3


async def visits_of(session: AsyncSession, lead_id: UUID, *, limit: int) -> VisitsRead:
    """How a lead came and what they did: the path, and the newest `limit` sessions. Raises LeadNotFound."""
    if not await leads.lead_summaries(session, [lead_id]):
        raise LeadNotFound()
    counted = await repository.counts_of_leads(session, [lead_id], before=None, likely_bot=LIKELY_BOT)
    touches = await repository.touches_of_leads(session, [lead_id], before=None, limit=None)
    rows = await repository.sessions_of_lead(session, lead_id, limit)
    seen: dict[UUID, list[Any]] = {}
    for event in await repository.seen_in(session, rows, _SEEN):
        seen.setdefault(event["session_id"], []).append(event)
    path = [_touch(touch) for touch in touches]
    reasons = Counter(
        reason
        for events in seen.values()
        for event in events
        if event["human"] < LIKELY_BOT
        for reason in event["human_reasons"]
        if WEIGHTS.get(reason, 0) < 0
    )
    return VisitsRead(
        counts=_counts(counted[0] if counted else None, [reason for reason, _ in reasons.most_common(_REASONS)]),
        first_touch=path[0] if path else None,
        last_touch=path[-1] if path else None,
        path=path[-_PATH:],
        touches=len(path),
        devices=[
            DeviceRead(device=device_name(row["user_agent"]), sessions=row["sessions"], last_seen_at=row["last_at"])
            for row in await repository.devices_of_lead(session, lead_id, _DEVICES)
        ],
        sessions=[_session(row, seen.get(row["id"], [])) for row in rows],
    )


def _counts(row: Any, reasons: list[str]) -> VisitCounts:
    if row is None:
        return VisitCounts(
            sessions=0, human_sessions=0, pages=0, events=0, human_events=0, likely_bot_share=0, bot_reasons=[]
        )
    return VisitCounts(
        sessions=row["sessions"],
        human_sessions=row["human_sessions"],
        pages=row["pages"],
        events=row["events"],
        human_events=row["human_events"],
        likely_bot_share=round(1 - row["human_events"] / row["events"], 4),
        bot_reasons=reasons,
    )


def _touch(row: dict[str, Any]) -> TouchRead:
    return TouchRead.model_validate(row | {"likely_bot": _likely_bot(row)})


def _likely_bot(row: Any) -> bool:
    return row["human_events"] < row["events"] * LIKELY_BOT


def _session(row: Any, events: Sequence[Any]) -> VisitRead:
    following = [event["occurred_at"] for event in events[1:]] + [None]
    return VisitRead(
        id=row["id"],
        started_at=row["started_at"],
        seconds=round((row["last_at"] - row["started_at"]).total_seconds()),
        channel=row["channel"] or "direct",
        device=device_name(row["user_agent"]),
        pages=row["pages"],
        events=row["events"],
        human_events=row["human_events"],
        likely_bot=_likely_bot(row),
        seen=[
            PageSeen(
                at=event["occurred_at"],
                type=event["type"],
                name=event["name"]
                if event["type"] == "track"
                else event["title"] or event["name"] or event["path"] or "",
                path=event["path"],
                seconds=round((then - event["occurred_at"]).total_seconds()) if then is not None else None,
                human=round(event["human"], 4),
                human_reasons=event["human_reasons"],
            )
            for event, then in zip(events, following, strict=True)
        ],
    )


def _name(event: Any) -> str:
    if event["type"] != "track":
        return event["title"] or event["name"] or event["path"] or ""
    return f"{FORM}: {event['form']}" if event["name"] == FORM and event["form"] else event["name"]

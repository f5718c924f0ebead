"""The ledger as people look at it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.classification import hides, masked
from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.pagination import Page, SortColumn, fetch_page
from tradewind.modules.sending.channels import channels
from tradewind.modules.sending.errors import IntentNotFound
from tradewind.modules.sending.models import ADDRESS, Intent, Stop
from tradewind.modules.sending.repository import reading
from tradewind.modules.sending.schemas import NotSentReason, OutboxOverview, SendIntentRead, SendIntentRow

_NEWEST = [SortColumn("id", Intent.id.expression, descending=True)]
_FORMS = {"email": "email", "sms": "phone", "call": "phone"}
_ROW_FIELDS = tuple(name for name in SendIntentRow.model_fields if name not in ("address", "reason"))
_READ_FIELDS = ("key", "decision", "provider", "provider_message_id", "cost_microusd", "outcome", "approval_id")
_WEEK = timedelta(days=7)


async def page(
    session: AsyncSession, filters: Mapping[str, Any], *, cursor: str | None, limit: int
) -> Page[SendIntentRow]:
    """Messages that match, newest first; `filters` by column, those of None left out."""
    statement = select(*Intent.__table__.columns)
    for name, value in filters.items():
        if value is not None:
            column = Intent.__table__.columns[name]
            statement = statement.where(column.in_(value) if isinstance(value, list) else column == value)
    rows, following, previous = await fetch_page(session, statement, _NEWEST, cursor=cursor, limit=limit)
    items = [SendIntentRow(**_row(row._mapping, actor_of(session))) for row in rows]
    return Page(items=items, next_cursor=following, previous_cursor=previous)


async def read(session: AsyncSession, intent_id: UUID) -> SendIntentRead:
    """One message. Raises IntentNotFound."""
    found = (await session.execute(select(*Intent.__table__.columns).where(Intent.id == intent_id))).first()
    if found is None:
        raise IntentNotFound()
    row = found._mapping
    return SendIntentRead(**_row(row, actor_of(session)), **{name: row[name] for name in _READ_FIELDS})


async def overview(session: AsyncSession) -> OutboxOverview:
    """How things stand."""
    moment = now()
    counts = {state: await reading.count_in(session, state) for state in ("scheduled", "held", "attempting", "unknown")}
    not_sent = await reading.not_sent(session, moment - _WEEK)
    waiting = await reading.waiting_channels(session)
    return OutboxOverview(
        waiting=counts["scheduled"],
        held=counts["held"],
        under_way=counts["attempting"],
        unknown=counts["unknown"],
        sent_today=await reading.sent_since(session, moment - timedelta(days=1)),
        not_sent_week=sum(messages for _, _, messages in not_sent),
        not_sent=[NotSentReason(state=s, rule=r, messages=n) for s, r, n in not_sent],  # pyright: ignore[reportArgumentType]
        stops=await session.scalar(select(func.count()).select_from(Stop)) or 0,
        oldest_due_at=await reading.oldest_due(session, moment),
        channels=sorted(channels()),
        closed_channels=sorted(set(waiting) - channels().keys()),
    )


def _row(row: RowMapping, actor: Actor) -> dict[str, Any]:
    return {
        **{name: row[name] for name in _ROW_FIELDS},
        "address": _address(row, actor),
        "reason": _reason(row),
    }


def _address(row: RowMapping, actor: Actor) -> str | None:
    address = ADDRESS.readable(row["id"], row["address_sealed"])
    if address is None or not hides(actor):
        return address
    return masked(address, _FORMS.get(row["channel"], "text"))


def _reason(row: RowMapping) -> str | None:
    """The one sentence that says why a message is where it is."""
    if said := row["outcome"].get("reason"):
        return said
    if row["state"] == "sent":
        return None
    reasons = [r for r in row["decision"].get("reasons", ()) if r["verdict"] != "allow" and not r.get("shadow")]
    order = {"block": 0, "approve": 1, "defer": 2}
    return min(reasons, key=lambda r: order[r["verdict"]])["text"] if reasons else None

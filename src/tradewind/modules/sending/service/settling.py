"""What becomes of messages outside of an attempt: withdrawn, told of later, or decided by a person."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.modules.identity import api as identity
from tradewind.modules.sending.contracts import LaterFact
from tradewind.modules.sending.errors import IntentNotFound, NotUnknown, NotWithdrawable
from tradewind.modules.sending.models import Intent
from tradewind.modules.sending.repository import guards, ledger
from tradewind.modules.sending.repository.ledger import Settlement
from tradewind.modules.sending.service import telling, waking
from tradewind.modules.sending.service.gathering import internal_channels

Verdict = Literal["sent", "not_sent", "send_again"]
_ANOTHER_CHANCE = timedelta(days=1)


async def cancel(
    session: AsyncSession,
    *,
    campaign_id: UUID | None = None,
    journey_id: UUID | None = None,
    keys: Sequence[str] | None = None,
    people: Sequence[UUID] | None = None,
    reason: str = "",
) -> int:
    """Withdraw what waits; see `api.cancel`."""
    total = 0
    for by, value in (
        ("campaign", campaign_id), ("journey", journey_id), ("keys", list(keys or ()) or None),
        ("people", list(people or ()) or None),
    ):  # fmt: skip
        if value is not None:
            total += await withdraw(session, by, value, reason=reason)
    return total


async def withdraw(session: AsyncSession, by: str, value: Any, *, reason: str) -> int:
    """Cancel everything that waits in a scope (`campaign`, `journey`, `channel`, `keys`, `people`, `ids`, `all`)."""
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    moment = now()
    outcome = orjson.dumps({"reason": reason, "by": actor_of(session).name}).decode()
    rows = await ledger.withdraw(session, organisation_id, by, value, at=moment, outcome=outcome)
    await telling.tell(session, (telling.fact(row, at=moment, reasons=["cancelled"]) for row in rows))
    return len(rows)


async def withdraw_one(session: AsyncSession, intent_id: UUID, *, reason: str) -> None:
    """A person withdraws one message. Raises IntentNotFound, NotWithdrawable."""
    if await session.get(Intent, intent_id) is None:
        raise IntentNotFound()
    if not await withdraw(session, "ids", [intent_id], reason=reason):
        raise NotWithdrawable()
    await identity.record(
        session, action="sending.withdrawn", subject_type="send_intent", subject_id=intent_id, reason=reason or None
    )


async def record_later(session: AsyncSession, facts: Sequence[LaterFact]) -> int:
    """Settle unknown messages by what providers say; see `api.record_later`."""
    named = {fact.intent_id: fact for fact in facts if fact.intent_id is not None}
    by_provider = {
        (fact.provider, fact.provider_message_id): fact
        for fact in facts
        if fact.intent_id is None and fact.provider_message_id is not None
    }
    statement = select(Intent.id, Intent.attempt_id, Intent.provider, Intent.provider_message_id).where(
        Intent.state == "unknown",
        or_(Intent.id.in_(named), tuple_(Intent.provider, Intent.provider_message_id).in_(list(by_provider))),
    )
    rows = []
    for row in await session.execute(statement):
        fact = named.get(row.id) or by_provider[row.provider, row.provider_message_id]
        state = "sent" if fact.kind == "accepted" else "refused"
        outcome = orjson.dumps({"reason": fact.reason, "learned": "later"}).decode()
        rows.append(
            Settlement(
                row.id, row.attempt_id, state, fact.at or now(), outcome, None, fact.provider, fact.provider_message_id
            )
        )  # fmt: skip
    return len(await settle(session, rows))


async def resolve(session: AsyncSession, intent_id: UUID, verdict: Verdict, *, note: str) -> None:
    """A person says what became of an unknown message, or has it sent again. Raises IntentNotFound, NotUnknown."""
    intent = await session.get(Intent, intent_id, with_for_update=True)
    if intent is None:
        raise IntentNotFound()
    if intent.state != "unknown":
        raise NotUnknown()
    outcome = orjson.dumps({"reason": note, "by": actor_of(session).name, "learned": "person"}).decode()
    moment = now()
    if verdict == "send_again":
        intent.expires_at = max(intent.expires_at, moment + _ANOTHER_CHANCE)
        await session.flush()
    states = {"sent": "sent", "not_sent": "cancelled", "send_again": "scheduled"}
    again = moment if verdict == "send_again" else None
    await settle(session, [Settlement(intent_id, intent.attempt_id, states[verdict], moment, outcome, again)])
    if verdict == "send_again":
        await waking.wake(session)
    await identity.record(
        session, action="sending.resolved", subject_type="send_intent", subject_id=intent_id,
        before={"state": "unknown"}, after={"state": states[verdict]}, reason=note or None,
    )  # fmt: skip


async def settle(session: AsyncSession, rows: Sequence[Settlement]) -> list[asyncpg.Record]:
    """Move messages on, take back what was counted for those that did not leave, and tell."""
    if not rows:
        return []
    changed = await ledger.settle(await asyncpg_connection(session), rows)
    told = {row.id: row for row in rows}
    await uncount(session, [row for row in changed if row["state"] not in ("sent", "unknown")])
    await telling.tell(
        session,
        (
            telling.fact(
                row, at=told[ledger.plain(row["id"])].at, reasons=_reasons(told[ledger.plain(row["id"])].outcome)
            )
            for row in changed
        ),
    )
    return changed


async def uncount(session: AsyncSession, rows: Iterable[asyncpg.Record]) -> None:
    """Give back to limits and budgets what messages took that did not leave after all."""
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    hour = guards.this_hour()
    back = [
        (hour, row["channel"], ledger.plain(row["lane_id"]), -1, -row["cost_microusd"])
        for row in rows
        if row["channel"] not in internal_channels()
    ]
    await guards.count(session, organisation_id, back)


def _reasons(outcome: str) -> list[str]:
    reason = orjson.loads(outcome).get("reason")
    return [reason] if reason else []

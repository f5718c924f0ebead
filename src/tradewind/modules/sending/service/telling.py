"""Telling other modules what became of messages, in events of bounded size."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.events import publish
from tradewind.modules.sending.events import MessageFact, MessageNotSent, MessageSent
from tradewind.modules.sending.repository.ledger import plain, plain_or_none

_PER_EVENT = 500


def fact(
    row: Mapping[str, Any] | asyncpg.Record, *, at: datetime, reasons: Iterable[str] = (), **facts: Any
) -> MessageFact:
    """The fact of one row of the ledger, in the state it has."""
    return MessageFact(
        intent_id=plain(row["id"]), channel=row["channel"], purpose=row["purpose"], state=row["state"],
        person_id=plain_or_none(row["person_id"]), campaign_id=plain_or_none(row["campaign_id"]),
        journey_id=plain_or_none(row["journey_id"]), step_key=row["step_key"], at=at, reasons=list(reasons),
        facts=facts,
    )  # fmt: skip


async def tell(session: AsyncSession, facts: Iterable[MessageFact]) -> None:
    """Publish what was sent and what will not be."""
    settled = list(facts)
    sent = [each for each in settled if each.state == "sent"]
    ended = [each for each in settled if each.state in ("blocked", "refused", "cancelled", "expired")]
    await publish(
        session,
        *(MessageSent(messages=part) for part in _parts(sent)),
        *(MessageNotSent(messages=part) for part in _parts(ended)),
    )


def _parts(facts: list[MessageFact]) -> Iterable[list[MessageFact]]:
    return (facts[start : start + _PER_EVENT] for start in range(0, len(facts), _PER_EVENT))

"""What other modules may ask of sending. Everything is set-based and works in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.sending.contracts import Decision, IntentRef, LaterFact, MessageSummary, NewIntent, SendRequest
from tradewind.modules.sending.service import deciding, history, intending, settling

__all__ = ["cancel", "foresee", "intend", "may_send", "merge_people", "recent_for", "record_later"]


async def may_send(session: AsyncSession, requests: Sequence[SendRequest], at: datetime) -> list[Decision]:
    """Whether each message may leave at `at`, in the order asked, with all reasons; changes nothing.

    Requests to one person count against each other, as if the earlier ones had been sent.
    """
    return await deciding.may_send(session, requests, at)


async def foresee(
    session: AsyncSession, requests: Sequence[SendRequest], moments: Sequence[datetime]
) -> list[Decision]:
    """What would be decided on each message at its own moment, for rehearsals; changes nothing.

    Earlier messages to a person count against later ones; limits and budgets are those of the first moment.
    """
    judged, _ = await deciding.decide(session, requests, moments, planned=True)
    return [each.decision for each in judged]


async def intend(session: AsyncSession, intents: Sequence[NewIntent]) -> list[IntentRef]:
    """Store messages with their decisions, to leave once the transaction has committed; in the order given.

    Idempotent on `key`. Give 1,000 to 5,000 at once. Raises Invalid for a channel or purpose that does not exist.
    """
    return await intending.intend(session, intents)


async def cancel(
    session: AsyncSession,
    *,
    campaign_id: UUID | None = None,
    journey_id: UUID | None = None,
    keys: Sequence[str] | None = None,
    reason: str = "",
) -> int:
    """Withdraw what has not left yet, of whatever is named; returns the number. What is under way is not touched."""
    return await settling.cancel(session, campaign_id=campaign_id, journey_id=journey_id, keys=keys, reason=reason)


async def recent_for(session: AsyncSession, person_id: UUID, *, limit: int = 50) -> list[MessageSummary]:
    """Messages to a person, newest first, with why they were sent or not."""
    return await history.recent_for(session, person_id, limit=limit)


async def record_later(session: AsyncSession, facts: Sequence[LaterFact]) -> int:
    """Take in what providers say after the attempt; returns how many messages it changed. Repetitions do nothing."""
    return await settling.record_later(session, facts)


async def merge_people(session: AsyncSession, *, into: UUID, merged: Sequence[UUID]) -> None:
    """Give the messages of merged people to the one that stays, so that caps count them together."""
    await history.merge_people(session, into=into, merged=merged)

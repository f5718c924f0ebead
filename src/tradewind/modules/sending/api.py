"""What other modules may ask of sending. Everything is set-based and works in the caller's transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.ownership import Former
from tradewind.modules.sending.contracts import (
    ApprovalSummary,
    Decision,
    IntentRef,
    LaterFact,
    MessageSummary,
    NewIntent,
    Outlook,
    Place,
    PlannedMessages,
    SendRequest,
)
from tradewind.modules.sending.policies import BudgetSettings
from tradewind.modules.sending.schemas import SendStopCreate
from tradewind.modules.sending.service import (
    approving,
    deciding,
    foreseeing,
    guardrails,
    history,
    intending,
    settling,
    stopping,
)

__all__ = [
    "cancel",
    "drop_campaign_budget",
    "drop_pool_share",
    "foresee",
    "forget_people",
    "halt_campaign",
    "intend",
    "keep_campaign_budget",
    "keep_pool_share",
    "last_for",
    "may_send",
    "merge_people",
    "opening",
    "outlook",
    "part_people",
    "recent_for",
    "record_later",
    "release_campaign",
    "waiting_approval",
]
_POOL = "_pool"


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


async def outlook(session: AsyncSession, planned: Sequence[PlannedMessages], at: datetime) -> Outlook:
    """What planned messages would cost, and which limits and budgets in force would hold them up; changes nothing.

    Each limit and budget is looked at by itself, with what it has seen of its present period, and without other
    messages that nobody has planned here.
    """
    return await foreseeing.outlook(session, planned, at)


async def opening(session: AsyncSession, channel: str, places: Sequence[Place], at: datetime) -> list[datetime | None]:
    """When messages of a channel may leave at each place, from `at` on, by the hours in force; None for never."""
    return await foreseeing.opening(session, channel, places, at)


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
    people: Sequence[UUID] | None = None,
    reason: str = "",
) -> int:
    """Withdraw what has not left yet, of whatever is named; returns the number. What is under way is not touched."""
    return await settling.cancel(
        session, campaign_id=campaign_id, journey_id=journey_id, keys=keys, people=people, reason=reason
    )


async def halt_campaign(session: AsyncSession, campaign_id: UUID, *, reason: str) -> None:
    """Throw the kill switch of a campaign: nothing of it leaves until it is released."""
    await stopping.throw(session, SendStopCreate(scope="campaign", subject=str(campaign_id), reason=reason))


async def release_campaign(session: AsyncSession, campaign_id: UUID, *, reason: str) -> None:
    """Lift the kill switch that was thrown for this reason; what waited is judged again and leaves."""
    await stopping.lift_campaign(session, campaign_id, reason=reason)


async def keep_campaign_budget(
    session: AsyncSession,
    campaign_id: UUID,
    *,
    name: str,
    amount_microusd: int,
    period: Literal["day", "month", "campaign"],
    besides_microusd: int = 0,
    besides_since: datetime | None = None,
) -> None:
    """Let a campaign cost at most so much a period, `besides_microusd` of it spent on other things than messages.

    That counts in the period that `besides_since` lies in. Replaces what was said before.
    """
    settings = _budget(campaign_id, amount_microusd, period, besides_microusd, besides_since)
    await guardrails.keep_campaign_budget(session, campaign_id, name=name, settings=settings)


async def drop_campaign_budget(session: AsyncSession, campaign_id: UUID) -> None:
    """Take the budget of a campaign away, if it has one."""
    await guardrails.drop_campaign_budget(session, campaign_id)


async def keep_pool_share(
    session: AsyncSession,
    campaign_id: UUID,
    *,
    name: str,
    amount_microusd: int,
    period: Literal["day", "month"],
    besides_microusd: int = 0,
    besides_since: datetime | None = None,
) -> None:
    """Let a campaign cost at most its share of a pool a period, beside a budget of its own; see the latter."""
    settings = _budget(campaign_id, amount_microusd, period, besides_microusd, besides_since)
    await guardrails.keep_campaign_budget(session, campaign_id, name=name, settings=settings, part=_POOL)


async def drop_pool_share(session: AsyncSession, campaign_id: UUID) -> None:
    """Take a campaign's share of a pool away, if it has one."""
    await guardrails.drop_campaign_budget(session, campaign_id, part=_POOL)


async def waiting_approval(session: AsyncSession, approval_id: UUID) -> ApprovalSummary | None:
    """What waits for a person's agreement, as the event ApprovalRequested names it; None once it is decided."""
    return await approving.waiting(session, approval_id)


async def recent_for(session: AsyncSession, person_id: UUID, *, limit: int = 50) -> list[MessageSummary]:
    """Messages to a person, newest first, with why they were sent or not."""
    return await history.recent_for(session, person_id, limit=limit)


async def last_for(session: AsyncSession, person_id: UUID, journey_ids: Collection[UUID]) -> dict[UUID, MessageSummary]:
    """The newest message to a person of each of these journeys that meant to send one, by journey."""
    return await history.last_for(session, person_id, journey_ids)


async def record_later(session: AsyncSession, facts: Sequence[LaterFact]) -> int:
    """Take in what providers say after the attempt; returns how many messages it changed. Repetitions do nothing."""
    return await settling.record_later(session, facts)


async def merge_people(session: AsyncSession, *, into: UUID, merged: Sequence[UUID]) -> dict[str, Former]:
    """Give the messages of merged people to the one that stays, so that caps count them together.

    Returns whose they were, by table: what `part_people` needs to take it back.
    """
    return await history.merge_people(session, into=into, merged=merged)


async def part_people(session: AsyncSession, *, holder: UUID, moves: Mapping[str, Former]) -> None:
    """Give messages back that came to `holder` by a merge; those sent since stay."""
    await history.part_people(session, holder=holder, moves=moves)


async def forget_people(session: AsyncSession, person_ids: Sequence[UUID]) -> None:
    """Take away addresses, contents and whose messages they were, of people who are gone for good.

    What waits is withdrawn; that a message was sent, and why, stays known of nobody. Suppressions are not touched.
    """
    await history.forget_people(session, person_ids)


def _budget(
    campaign_id: UUID,
    amount_microusd: int,
    period: Literal["day", "month", "campaign"],
    besides_microusd: int,
    besides_since: datetime | None,
) -> BudgetSettings:
    # Where nothing was spent besides, the day makes no difference, and nothing needs to be stored anew.
    return BudgetSettings(
        amount_microusd=max(1, amount_microusd), period=period, campaign_id=campaign_id,
        besides_microusd=max(0, besides_microusd), besides_since=besides_since if besides_microusd > 0 else None,
    )  # fmt: skip

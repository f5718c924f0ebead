"""What came of a campaign: people, goals, money, and what it brought about."""

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database.sight import seeing_everything
from tradewind.modules.campaigns.engine.allocation import interval
from tradewind.modules.campaigns.engine.campaign import CampaignDraft
from tradewind.modules.campaigns.engine.composing import GO, HELD_OUT, HOLDOUT, NOTHING, goal_label, split_key
from tradewind.modules.campaigns.models import Campaign, Journey
from tradewind.modules.campaigns.repository import campaign_results as rows
from tradewind.modules.campaigns.repository import campaigns as repository
from tradewind.modules.campaigns.schemas.campaign_results import (
    CampaignFunnel,
    CampaignLift,
    CampaignMoney,
    CampaignResults,
    GoalProgress,
    MessageVariants,
    NotSent,
    Share,
)
from tradewind.modules.campaigns.service import campaigns, reaching, splits
from tradewind.modules.campaigns.service.programs import home_zone
from tradewind.modules.campaigns.service.spans import today
from tradewind.modules.email import api as email

ENOUGH = 30
"""Fewer people than this say nothing: counts are given, no rates."""
_PACE_DAYS = 7
_FARTHEST_DAYS = 730
_Z_95 = 1.959964
_WORDS: Mapping[str, str] = {
    "wish": "No consent, or the person does not want it",
    "kill_switch": "A kill switch was thrown",
    "approval": "A person refused it",
    "budget": "The budget was spent",
    "limit": "The limit of messages was reached",
    "hours": "No decent hour in time",
    "cap": "The person had too many messages",
    "expiry": "It could have left only when it was of no use any more",
    "refused": "The provider refused it",
    "expired": "It waited until it was of no use any more",
    "cancelled": "It was withdrawn",
    "other": "Another reason",
}


async def results(session: AsyncSession, campaign_id: UUID) -> CampaignResults:
    """What came of a campaign so far; counted over everybody, whom of them the caller sees. Raises CampaignNotFound."""
    campaign = await campaigns.require(session, campaign_id)
    draft = campaigns.draft_of(campaign)
    async with seeing_everything(session):
        journeys = await repository.journeys_of(session, [campaign.id])
        own = next((one for one in journeys if one.id == campaign.journey_id), None)
        held = await rows.arms(session, own.id, HOLDOUT) if own is not None else {}
        flows = await rows.flows(session, [one.id for one in journeys])
        counted = await rows.funnel(session, campaign.id)
        people, revenue = await rows.won(session, campaign.id, draft.goal.within_days)
        funnel = await _funnel(session, campaign, draft, counted, flows, held, people)
        goal = await _progress(session, campaign, draft, journeys, funnel, flows)
        costs = (await repository.costs(session, [campaign.id])).get(campaign.id, {})
        return CampaignResults(
            as_of=now(), state=campaign.state,  # type: ignore[arg-type]
            funnel=funnel, goal=goal, money=_money(costs, counted["microusd"], revenue, funnel.goal),
            lift=_lift(held), variants=await _variants(session, draft, own),
            not_sent=[
                NotSent(rule=rule, text=_WORDS.get(rule, rule), messages=messages, people=count)
                for rule, messages, count in await rows.not_sent(session, campaign.id)
            ],
        )  # fmt: skip


def share(people: int, of: int) -> Share:
    """People out of people; with a rate where there are enough."""
    if of < ENOUGH:
        return Share(people=people, of=of, enough=False, rate=None, low=None, high=None)
    low, high = interval(of, min(people, of))
    return Share(people=people, of=of, enough=True, rate=people / of, low=low, high=high)


async def _funnel(
    session: AsyncSession,
    campaign: Campaign,
    draft: CampaignDraft,
    counted: Mapping[str, int],
    flows: Mapping[str, int],
    held: Mapping[str, tuple[int, int]],
    won: int,
) -> CampaignFunnel:
    audience = None
    if campaign.state in ("draft", "scheduled", "live", "paused"):
        audience = await reaching.audience_size(session, campaign, draft)
    tracked = counted["opened"] > 0 or await email.tracks_opens(session)
    holdout, held_goals = held.get(NOTHING, (0, 0))
    return CampaignFunnel(
        audience=audience, entered=flows.get("entered", 0), holdout=holdout, sent=counted["sent"],
        delivered=counted["delivered"], opened=counted["opened"] if tracked else None, clicked=counted["clicked"],
        replied=counted["replied"], goal=max(0, flows.get("goal", 0) - held_goals), won=won,
        bounced=counted["bounced"], complained=counted["complained"], unsubscribed=counted["unsubscribed"],
    )  # fmt: skip


async def _progress(
    session: AsyncSession,
    campaign: Campaign,
    draft: CampaignDraft,
    journeys: Sequence[Journey],
    funnel: CampaignFunnel,
    flows: Mapping[str, int],
) -> GoalProgress:
    told, at, zone = draft.goal, now(), await home_zone(session)
    a_day = foreseen = target_on = None
    spread = 0.0
    if campaign.launched_at is not None and campaign.state in ("live", "paused"):
        since = max(campaign.launched_at, at - timedelta(days=_PACE_DAYS))
        length = max(1.0, (at - since).total_seconds() / 86_400)
        days = await rows.goals(session, [one.id for one in journeys], zone, since, HELD_OUT)
        a_day = sum(days.values()) / length
        ends = campaign.ends_at or campaign.launched_at + timedelta(days=told.within_days)
        more = a_day * max(0.0, (ends - at).total_seconds() / 86_400)
        foreseen = funnel.goal + round(more)
        # Of a number that comes by chance at a steady pace, and a pace that is known by chance as well.
        known = max(1, sum(days.values()))
        spread = _Z_95 * math.sqrt(more + more * more / known)
        missing = (told.target_count or 0) - funnel.goal
        if told.target_count and missing <= 0:
            target_on = today(at, zone)
        elif told.target_count and a_day > 0 and missing / a_day <= _FARTHEST_DAYS:
            target_on = today(at + timedelta(days=missing / a_day), zone)
    of = max(0, funnel.entered - funnel.holdout - flows.get("goal_before", 0))
    return GoalProgress(
        kind=told.kind, label=goal_label(told), reached=funnel.goal, target_count=told.target_count,
        share=share(funnel.goal, of), a_day=a_day, target_on=target_on, foreseen=foreseen,
        foreseen_low=None if foreseen is None else max(funnel.goal, math.floor(foreseen - spread)),
        foreseen_high=None if foreseen is None else min(max(of, funnel.goal), math.ceil(foreseen + spread)),
    )  # fmt: skip


def _money(
    costs: Mapping[str, int], microusd: int, revenue: Sequence[tuple[str, int, int]], goals: int
) -> list[CampaignMoney]:
    messages = {"USD": round(microusd / campaigns.MICRO_A_CENT)} if microusd else {}
    earned = {currency: (deals, minor) for currency, deals, minor in revenue}
    found = []
    for currency in sorted({*costs, *messages, *earned}):
        spend = costs.get(currency, 0) + messages.get(currency, 0)
        deals, minor = earned.get(currency, (0, 0))
        found.append(
            CampaignMoney(
                currency=currency, costs_minor=costs.get(currency, 0), messages_minor=messages.get(currency, 0),
                spend_minor=spend, revenue_minor=minor, deals=deals, roi=(minor - spend) / spend if spend else None,
                roas=minor / spend if spend else None,
                cost_per_goal_minor=round(spend / goals) if spend and goals else None,
            )
        )  # fmt: skip
    return found


def _lift(held: Mapping[str, tuple[int, int]]) -> CampaignLift | None:
    """The difference of two rates, with the interval of Newcombe: that of each rate, put together."""
    if NOTHING not in held:
        return None
    (drawn, rewarded), (kept, without) = held.get(GO, (0, 0)), held[NOTHING]
    reached, holdout = share(rewarded, drawn), share(without, kept)
    if reached.rate is None or holdout.rate is None:
        return CampaignLift(reached=reached, holdout=holdout, difference=None, low=None, high=None, extra_goals=None)
    difference = reached.rate - holdout.rate
    down = math.hypot(reached.rate - (reached.low or 0), (holdout.high or 1) - holdout.rate)
    up = math.hypot((reached.high or 1) - reached.rate, holdout.rate - (holdout.low or 0))
    return CampaignLift(
        reached=reached, holdout=holdout, difference=difference, low=difference - down, high=difference + up,
        extra_goals=round(difference * drawn, 1),
    )  # fmt: skip


async def _variants(session: AsyncSession, draft: CampaignDraft, own: Journey | None) -> list[MessageVariants]:
    if own is None:
        return []
    by_node = {one.node: one for one in await splits.list_splits(session, own.id)}
    found = []
    for message in draft.messages:
        split = by_node.get(split_key(message.key))
        if split is None:
            continue
        found.append(
            MessageVariants(
                message=message.key, channel=message.channel, node=split.node, method=split.method,
                measure=draft.testing.measure, reward_days=split.reward_days,
                chosen=split.chosen, arms=split.arms,
            )
        )  # fmt: skip
    return found

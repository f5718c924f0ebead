"""The budget of a campaign, kept by sending's guardrails; costs entered by hand leave less for messages."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.campaigns.models import Campaign
from tradewind.modules.campaigns.repository import costs as repository
from tradewind.modules.campaigns.service import budget_pools, campaigns
from tradewind.modules.campaigns.service.programs import home_zone
from tradewind.modules.campaigns.service.spans import midnight, today
from tradewind.modules.sending import api as sending


async def keep(session: AsyncSession, campaign: Campaign) -> None:
    """Have the budget in force, with what costs took of this period; stores nothing where it is so already.

    Messages are counted by sending as they leave. Costs of days to come are taken when their day has come.
    """
    budget = campaigns.draft_of(campaign).budget
    if budget is None:
        return
    zone = await home_zone(session)
    day = today(now(), zone)
    since = {"day": day, "month": day.replace(day=1), "total": None}[budget.per]
    spent = await repository.spent(session, campaign.id, budget.currency, since=since, until=day if since else None)
    await sending.keep_campaign_budget(
        session, campaign.id, name=f"Budget of “{campaign.name}”",
        amount_microusd=budget.amount_minor * campaigns.MICRO_A_CENT,
        period="campaign" if budget.per == "total" else budget.per,
        besides_microusd=spent * campaigns.MICRO_A_CENT, besides_since=midnight(since, zone) if since else None,
    )  # fmt: skip


async def costs_changed(session: AsyncSession, campaign: Campaign) -> None:
    """Leave so much less for messages, in the campaign's own budget and in its share of a common one."""
    await keep(session, campaign)
    await budget_pools.follow_costs(session, campaign.id)

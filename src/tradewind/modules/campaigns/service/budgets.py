"""The budget of a campaign, kept by sending's guardrails; costs entered by hand leave less for messages."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.campaigns.models import Campaign
from tradewind.modules.campaigns.repository import costs as repository
from tradewind.modules.campaigns.service import campaigns
from tradewind.modules.campaigns.service.programs import home_zone
from tradewind.modules.campaigns.service.spans import today
from tradewind.modules.sending import api as sending


async def keep(session: AsyncSession, campaign: Campaign) -> None:
    """Have what is left of the budget of this period in force. To be asked again when costs or the day change."""
    budget = campaigns.draft_of(campaign).budget
    if budget is None:
        return
    day = today(now(), await home_zone(session))
    since = {"day": day, "month": day.replace(day=1), "total": None}[budget.per]
    spent = await repository.spent(session, campaign.id, budget.currency, since=since)
    await sending.keep_campaign_budget(
        session, campaign.id, name=f"Budget of “{campaign.name}”",
        amount_microusd=(budget.amount_minor - spent) * campaigns.MICRO_A_CENT,
        period="campaign" if budget.per == "total" else budget.per,
    )  # fmt: skip

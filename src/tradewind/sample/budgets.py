"""A budget that campaigns of the sample company share: it is watched what would move, and nothing is bound by it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.campaigns.models import Campaign
from tradewind.modules.campaigns.schemas.budgets import BudgetMemberWrite, BudgetPoolCreate
from tradewind.modules.campaigns.service import budget_pools

_AMOUNT = 20_000_000


async def add_budget(session: AsyncSession) -> None:
    """Let the campaigns that are not over share a budget, and decide on it once."""
    statement = select(Campaign.id).where(Campaign.state.in_(("draft", "live")), Campaign.deleted_at.is_(None))
    ids = (await session.scalars(statement.order_by(Campaign.created_at, Campaign.id))).all()
    if len(ids) < 2:
        return
    members = [BudgetMemberWrite(campaign_id=one, min_share=0.2) for one in ids[:4]]
    await budget_pools.create_pool(
        session, BudgetPoolCreate(name="Outreach of the month", amount_microusd=_AMOUNT, members=members)
    )
    await budget_pools.decide_daily(session)

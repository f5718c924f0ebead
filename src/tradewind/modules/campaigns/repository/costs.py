"""SQL of what campaigns cost besides their messages."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.campaigns.models import CampaignCost


async def costs(session: AsyncSession, campaign_id: UUID, limit: int) -> Sequence[CampaignCost]:
    """Costs of a campaign, the newest day first."""
    statement = select(CampaignCost).where(CampaignCost.campaign_id == campaign_id)
    return (
        await session.scalars(statement.order_by(CampaignCost.day.desc(), CampaignCost.id.desc()).limit(limit))
    ).all()


async def count(session: AsyncSession, campaign_id: UUID) -> int:
    """How many there are."""
    return await session.scalar(select(func.count()).where(CampaignCost.campaign_id == campaign_id)) or 0


async def cost(session: AsyncSession, campaign_id: UUID, cost_id: UUID) -> CampaignCost | None:
    """One cost of a campaign, under lock."""
    statement = select(CampaignCost).where(CampaignCost.id == cost_id, CampaignCost.campaign_id == campaign_id)
    return await session.scalar(statement.with_for_update())


async def add(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> int:
    """Add costs; lines that were imported before are left alone. Returns how many were added."""
    if not rows:
        return 0
    statement = (
        insert(CampaignCost).values(list(rows)).on_conflict_do_nothing(index_elements=["campaign_id", "line_key"])
    )
    return len((await session.scalars(statement.returning(CampaignCost.id))).all())


async def spent(
    session: AsyncSession, campaign_id: UUID, currency: str, *, since: date | None, until: date | None
) -> int:
    """The sum of a currency in minor units, from a day to a day, both included."""
    table = CampaignCost
    statement = select(func.coalesce(func.sum(table.amount_minor), 0)).where(
        table.campaign_id == campaign_id, table.currency == currency
    )
    if since is not None:
        statement = statement.where(table.day >= since)
    if until is not None:
        statement = statement.where(table.day <= until)
    return int(await session.scalar(statement) or 0)


async def by_day(session: AsyncSession, campaign_id: UUID, since: date) -> Sequence[tuple[date, str, int]]:
    """(day, currency, minor units) from a day on."""
    table = CampaignCost
    rows = await session.execute(
        select(table.day, table.currency, func.sum(table.amount_minor))
        .where(table.campaign_id == campaign_id, table.day >= since)
        .group_by(table.day, table.currency)
        .order_by(table.day, table.currency)
    )
    return [(row[0], row[1], int(row[2])) for row in rows]

"""SQL of budgets that campaigns share: pools, what their campaigns brought and cost, decisions."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.modules.campaigns.models import Campaign
from tradewind.modules.campaigns.models_budgets import BudgetDecision, BudgetMember, BudgetPool

# Messages by the hour they left, other costs by their day; costs in other currencies are named, not counted.
_STANDING = """
    SELECT c.id,
        (SELECT count(*) FROM journey_enrolments e JOIN journeys j ON j.id = e.journey_id
            WHERE j.campaign_id = c.id AND e.goal_at >= $3 AND NOT EXISTS (
                SELECT FROM journey_draws d WHERE d.enrolment_id = e.id AND d.node = $7 AND d.variant = $8)) AS goals,
        coalesce((SELECT sum(s.cost_microusd) FROM send_counters s
            WHERE s.organisation_id = $1 AND s.lane_id = c.id AND s.bucket >= $3), 0)::bigint AS messages_cost,
        coalesce((SELECT sum(s.cost_microusd) FROM send_counters s
            WHERE s.organisation_id = $1 AND s.lane_id = c.id AND s.bucket >= $4), 0)::bigint AS messages_spent,
        coalesce((SELECT sum(k.amount_minor) FROM campaign_costs k
            WHERE k.campaign_id = c.id AND k.currency = 'USD' AND k.day >= $5), 0)::bigint AS other_cents,
        coalesce((SELECT sum(k.amount_minor) FROM campaign_costs k
            WHERE k.campaign_id = c.id AND k.currency = 'USD' AND k.day >= $6), 0)::bigint AS other_cents_spent,
        ARRAY(SELECT DISTINCT k.currency FROM campaign_costs k
            WHERE k.campaign_id = c.id AND k.currency <> 'USD' AND k.day >= $5) AS left_out
    FROM unnest($2::uuid[]) AS c(id)
"""


async def pool(session: AsyncSession, pool_id: UUID, *, lock: bool = False) -> BudgetPool | None:
    """A pool."""
    statement = select(BudgetPool).where(BudgetPool.id == pool_id)
    if lock:
        statement = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
    return await session.scalar(statement)


async def pool_of(session: AsyncSession, campaign_id: UUID) -> BudgetPool | None:
    """The pool a campaign is in, under lock."""
    statement = select(BudgetPool).join(BudgetMember, BudgetMember.pool_id == BudgetPool.id)
    statement = statement.where(BudgetMember.campaign_id == campaign_id).with_for_update(key_share=True, of=BudgetPool)
    return await session.scalar(statement.execution_options(populate_existing=True))


async def pools(session: AsyncSession) -> Sequence[BudgetPool]:
    """All pools, the oldest first."""
    return (await session.scalars(select(BudgetPool).order_by(BudgetPool.created_at, BudgetPool.id))).all()


async def members(session: AsyncSession, pool_ids: Collection[UUID]) -> Sequence[tuple[BudgetMember, Campaign]]:
    """The campaigns of these pools that were not removed, by name."""
    rows = await session.execute(
        select(BudgetMember, Campaign)
        .join(Campaign, Campaign.id == BudgetMember.campaign_id)
        .where(BudgetMember.pool_id.in_(pool_ids), Campaign.deleted_at.is_(None))
        .order_by(Campaign.name, Campaign.id)
    )
    return [(row[0], row[1]) for row in rows]


async def taken(session: AsyncSession, campaign_ids: Collection[UUID], *, but: UUID | None) -> dict[UUID, str]:
    """Those of these campaigns that are in another pool, with its name."""
    statement = (
        select(BudgetMember.campaign_id, BudgetPool.name)
        .join(BudgetPool, BudgetPool.id == BudgetMember.pool_id)
        .where(BudgetMember.campaign_id.in_(campaign_ids))
    )
    if but is not None:
        statement = statement.where(BudgetMember.pool_id != but)
    return {row[0]: row[1] for row in await session.execute(statement)}


async def known_campaigns(session: AsyncSession, campaign_ids: Collection[UUID]) -> set[UUID]:
    """Those of these that are there."""
    statement = select(Campaign.id).where(Campaign.id.in_(campaign_ids), Campaign.deleted_at.is_(None))
    return set((await session.scalars(statement)).all())


async def remove_members(session: AsyncSession, pool_id: UUID, campaign_ids: Collection[UUID]) -> None:
    """Take campaigns out of a pool."""
    await session.execute(
        delete(BudgetMember).where(BudgetMember.pool_id == pool_id, BudgetMember.campaign_id.in_(campaign_ids))
    )


async def standing(
    session: AsyncSession,
    campaign_ids: Sequence[UUID],
    *,
    since: datetime,
    since_day: date,
    period: datetime,
    period_day: date,
    holdout: tuple[str, str],
) -> dict[UUID, Any]:
    """Goals and costs of campaigns since a moment, what was spent since the period began, and what is left out.

    `holdout` is the step and variant of people who got nothing: their goals are not the campaign's.
    """
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(
        _STANDING,
        actor_of(session).organisation_id,
        list(campaign_ids),
        since,
        period,
        since_day,
        period_day,
        *holdout,
    )
    return {UUID(bytes=row["id"].bytes): row for row in rows}


async def add_decision(session: AsyncSession, values: dict[str, Any]) -> BudgetDecision | None:
    """Store a decision; None where the day's was made already."""
    statement = insert(BudgetDecision).values(**values).on_conflict_do_nothing().returning(BudgetDecision)
    return await session.scalar(statement)


async def decided_today(session: AsyncSession, pool_id: UUID, day: date) -> bool:
    """Whether the decision of a day was made."""
    statement = select(BudgetDecision.id).where(
        BudgetDecision.pool_id == pool_id, BudgetDecision.day == day, BudgetDecision.origin == "daily"
    )
    return await session.scalar(statement.limit(1)) is not None


async def decisions(session: AsyncSession, pool_id: UUID, limit: int) -> Sequence[BudgetDecision]:
    """Decisions of a pool, newest first."""
    table = BudgetDecision
    statement = select(table).where(table.pool_id == pool_id).order_by(table.decided_at.desc(), table.id.desc())
    return (await session.scalars(statement.limit(limit))).all()


async def decision(session: AsyncSession, pool_id: UUID, decision_id: UUID) -> BudgetDecision | None:
    """One decision, under lock."""
    statement = select(BudgetDecision).where(BudgetDecision.pool_id == pool_id, BudgetDecision.id == decision_id)
    return await session.scalar(statement.with_for_update())


async def last_that_moved(session: AsyncSession, pool_id: UUID) -> UUID | None:
    """The last decision that moved money and was not taken back, nor followed by one that took something back."""
    table = BudgetDecision
    statement = select(table.id, table.undone_at, table.origin).where(table.pool_id == pool_id, table.moved)
    statement = statement.where(table.mode == "on").order_by(table.decided_at.desc(), table.id.desc())
    row = (await session.execute(statement.limit(1))).first()
    return row.id if row is not None and row.undone_at is None and row.origin != "undo" else None

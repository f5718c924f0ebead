"""Money and usage of calls: set aside before, kept after, each in a short transaction of its own."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.events import publish
from tradewind.modules.ai import repository_money as repository
from tradewind.modules.ai.contracts import ModelRoute
from tradewind.modules.ai.errors import BudgetExhausted
from tradewind.modules.ai.events import BudgetReached
from tradewind.modules.ai.repository_money import Attempt

ACTOR_NAME = "models"
# What a process that died had set aside is free again after this and the time the call had.
_GRACE = timedelta(seconds=60)


async def reserve(route: ModelRoute, call_id: UUID, *, feature: str, amount: int, seconds: float) -> None:
    """Set `amount` aside for a call of at most `seconds`. Raises BudgetExhausted; the first refusal is told people."""
    actor = Actor.system(route.organisation_id, name=ACTOR_NAME)
    at = now()
    async with route.database.transaction(actor) as session:
        refused = await repository.reserve(
            session, call_id, feature=feature, character_id=route.character_id, amount=amount, at=at,
            lasting=timedelta(seconds=seconds) + _GRACE,
        )  # fmt: skip
        if refused is not None:
            await _tell(session, refused, 100)
    if refused is not None:
        raise BudgetExhausted(
            "A budget has not enough left for this. An administrator can raise it under Settings, Models.",
            extra={"budget_id": str(refused)},
        )


async def settle(route: ModelRoute, attempt: Attempt) -> None:
    """Keep an attempt, count it, free what was set aside, and tell people of budgets it brought near their limit."""
    actor = Actor.system(route.organisation_id, name=ACTOR_NAME)
    async with route.database.transaction(actor) as session:
        for budget_id, level in await repository.settle(session, attempt):
            await _tell(session, budget_id, level)


async def _tell(session: AsyncSession, budget_id: UUID, level: int) -> None:
    at = now()
    if not await repository.reach(session, budget_id, level, at):
        return
    budget = await repository.budget(session, budget_id)
    if budget is None:
        return
    standing = (await repository.standings(session, [budget_id], at))[budget_id]
    await publish(
        session,
        BudgetReached(
            budget_id=budget_id, budget_name=budget.name, level=level, stops=budget.stops,
            spent_microusd=standing.spent, limit_microusd=budget.limit_microusd, period=budget.period,
        ),
    )  # fmt: skip

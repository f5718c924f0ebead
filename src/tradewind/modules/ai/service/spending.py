"""Money and usage of calls: set aside before, kept after, each in a short transaction of its own."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.events import publish
from tradewind.modules.ai import repository_money as repository
from tradewind.modules.ai.adapters._base import Used
from tradewind.modules.ai.contracts import ModelRoute, Step, Tokens
from tradewind.modules.ai.errors import BudgetExhausted
from tradewind.modules.ai.events import BudgetReached
from tradewind.modules.ai.repository_money import Attempt
from tradewind.modules.ai.service import pricing

log = structlog.get_logger(__name__)
Outcome = Literal["ok", "failed", "cut", "cancelled"]
ACTOR_NAME = "models"
# What a process that died had set aside is free again after this and the time the call had.
_GRACE = timedelta(seconds=60)


async def reserve(route: ModelRoute, step: Step, call_id: UUID, *, feature: str, used: Used) -> None:
    """Set aside what a call may use at most, if there are budgets.

    Raises BudgetExhausted; the first refusal of a period is told people.
    """
    if not route.budgeted:
        return
    amount = pricing.cost(step, used) or 0
    refused = await repository.reserve(
        route.database, route.organisation_id, call_id, feature=feature, character_id=route.character_id,
        amount=amount, at=now(), lasting=timedelta(seconds=step.timeout_seconds) + _GRACE,
    )  # fmt: skip
    if refused is not None:
        await _tell(route, refused, 100)
        raise BudgetExhausted(
            "A budget has not enough left for this. An administrator can raise it under Settings, Models.",
            extra={"budget_id": str(refused)},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """How an attempt on a model went and what it used; `first` and `started` are readings of time.perf_counter."""

    call_id: UUID
    feature: str
    started: float
    outcome: Outcome
    reason: str | None
    used: Used
    first: float | None = None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """What an attempt used and cost; None: its price is not known."""

    tokens: Tokens = Tokens()  # noqa: RUF009 — it is frozen
    cost: int | None = 0


async def keep(route: ModelRoute, step: Step, account: Account) -> Kept:
    """Count an attempt. A caller that is cancelled meanwhile does not take the count with it."""
    return await asyncio.shield(asyncio.ensure_future(_keep(route, step, account)))


async def _keep(route: ModelRoute, step: Step, account: Account) -> Kept:
    used = account.used
    nothing = account.outcome == "failed"
    cost = 0 if nothing else pricing.cost(step, used)
    tokens = Tokens(used.input or 0, used.output or 0, used.cached)
    await _settle(
        route,
        Attempt(
            id=account.call_id, at=now(), capability=route.capability, task=route.task, feature=account.feature,
            character_id=route.character_id, connection_id=step.connection_id, provider=step.provider,
            model=step.model, input_tokens=tokens.input, output_tokens=tokens.output, cached_tokens=tokens.cached,
            estimated=account.estimated, cost_microusd=cost,
            latency_ms=round((time.perf_counter() - account.started) * 1000),
            first_token_ms=None if account.first is None else round((account.first - account.started) * 1000),
            outcome=account.outcome, reason=account.reason,
        ),
    )  # fmt: skip
    return Kept(tokens, cost)


async def _settle(route: ModelRoute, attempt: Attempt) -> None:
    """Keep an attempt, count it, free what was set aside, and tell people of budgets it brought near their limit.

    An answer that is there already is not lost because the database is away.
    """
    try:
        for budget_id, level in await repository.settle(route.database, route.organisation_id, attempt):
            await _tell(route, budget_id, level)
    except ConnectionError:
        log.error("ai.usage_not_kept", organisation_id=str(route.organisation_id), model=attempt.model)


async def _tell(route: ModelRoute, budget_id: UUID, level: int) -> None:
    async with route.database.transaction(Actor.system(route.organisation_id, name=ACTOR_NAME)) as session:
        await _publish(session, budget_id, level)


async def _publish(session: AsyncSession, budget_id: UUID, level: int) -> None:
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

"""Budgets, and usage as people look at it."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import Invalid
from tradewind.kernel.ids import new_id
from tradewind.kernel.pagination import Page, SortColumn, fetch_page
from tradewind.modules.ai import repository
from tradewind.modules.ai import repository_money as money
from tradewind.modules.ai.errors import BudgetNotFound, TooMany
from tradewind.modules.ai.models import Budget, Call
from tradewind.modules.ai.repository_money import Standing
from tradewind.modules.ai.schemas import BudgetCreate, BudgetRead, BudgetUpdate, CallRead, GroupBy, UsageRead, UsageRow
from tradewind.modules.identity import api as identity

MAX_BUDGETS = 100
USUAL_DAYS = 30
_MAX_DAYS = 400
_MAX_GROUPS = 500
_NEWEST = [SortColumn("id", Call.id.expression, descending=True)]


async def list_all(session: AsyncSession) -> list[BudgetRead]:
    """All budgets with where they stand, oldest first."""
    found = await money.budgets(session)
    standings = await money.standings(session, [budget.id for budget in found], now())
    return [_read(budget, standings[budget.id]) for budget in found]


async def create(session: AsyncSession, data: BudgetCreate) -> BudgetRead:
    """Add a budget; what was spent in the present period counts already. Raises TooMany."""
    actor = actor_of(session)
    await repository.lock_organisation(session, actor.organisation_id)
    if len(await money.budgets(session)) >= MAX_BUDGETS:
        raise TooMany(f"There are {MAX_BUDGETS} budgets already. Remove one that is not needed.")
    values = data.model_dump()
    budget = Budget(id=new_id(), organisation_id=actor.organisation_id, version=1, **values)
    session.add(budget)
    await session.flush()
    await money.catch_up(session, budget.id, now())
    await _audit(session, "created", budget.id, after=values)
    return await _one(session, budget)


async def update(session: AsyncSession, budget_id: UUID, data: BudgetUpdate, *, if_match: str | None) -> BudgetRead:
    """Change a budget. Raises BudgetNotFound, PreconditionFailed."""
    budget = await _budget(session, budget_id)
    check_version(if_match, budget.version)
    values = {name: value for name, value in data.model_dump(exclude_unset=True).items() if value is not None}
    before = {name: getattr(budget, name) for name in values}
    for name, value in values.items():
        setattr(budget, name, value)
    budget.version += 1
    budget.updated_at = now()
    await session.flush()
    await money.forget_level(session, budget_id, now())
    await _audit(session, "updated", budget_id, before=before, after=values)
    return await _one(session, budget)


async def delete(session: AsyncSession, budget_id: UUID, *, if_match: str | None) -> None:
    """Remove a budget. Raises BudgetNotFound, PreconditionFailed."""
    budget = await _budget(session, budget_id)
    check_version(if_match, budget.version)
    await _audit(session, "deleted", budget_id, before={"name": budget.name, "limit_microusd": budget.limit_microusd})
    await session.delete(budget)
    await session.flush()


async def usage(session: AsyncSession, *, group_by: GroupBy, since: date | None, until: date | None) -> UsageRead:
    """Usage by group in a span of days, both included; by default the last 30. Raises Invalid."""
    last = until or now().date()
    first = since or last - timedelta(days=USUAL_DAYS - 1)
    if first > last or (last - first).days > _MAX_DAYS:
        words = f"must not be after until, nor more than {_MAX_DAYS} days before it"
        raise Invalid(f"since {words}", errors=[{"field": "since", "message": words}])
    rows = await money.usage(session, group_by=group_by, since=first, until=last, limit=_MAX_GROUPS)
    total = await money.usage_total(session, since=first, until=last)
    return UsageRead(
        since=first, until=last, group_by=group_by, rows=[_row(row.key, row) for row in rows], total=_row(None, total)
    )


async def calls(
    session: AsyncSession, *, feature: str | None, outcome: str | None, cursor: str | None, limit: int
) -> Page[CallRead]:
    """Single attempts of the last ninety days, newest first."""
    statement = money.calls(feature=feature, outcome=outcome)
    rows, following, previous = await fetch_page(session, statement, _NEWEST, cursor=cursor, limit=limit)
    return Page(
        items=[CallRead.model_validate(dict(row._mapping)) for row in rows],
        next_cursor=following,
        previous_cursor=previous,
    )


def _row(key: str | None, row: Any) -> UsageRow:
    values = {name: getattr(row, name) for name in UsageRow.model_fields if hasattr(row, name)}
    return UsageRow(**{**values, "key": key, "mean_latency_ms": row.latency_ms // row.calls if row.calls else 0})


async def _budget(session: AsyncSession, budget_id: UUID) -> Budget:
    found = await money.budget(session, budget_id, lock=True)
    if found is None:
        raise BudgetNotFound()
    return found


async def _one(session: AsyncSession, budget: Budget) -> BudgetRead:
    return _read(budget, (await money.standings(session, [budget.id], now()))[budget.id])


async def _audit(
    session: AsyncSession,
    what: str,
    budget_id: UUID,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    await identity.record(
        session, action=f"ai_budget.{what}", subject_type="ai_budget", subject_id=budget_id, before=before, after=after
    )


def _read(budget: Budget, standing: Standing) -> BudgetRead:
    own = {name: getattr(budget, name) for name in BudgetRead.model_fields if hasattr(budget, name)}
    return BudgetRead.model_validate(
        {
            **own,
            "begins_on": standing.begins_on,
            "spent_microusd": standing.spent,
            "reserved_microusd": standing.reserved,
            "level": standing.level,
        }
    )

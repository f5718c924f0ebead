"""SQL of calls, their usage and budgets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, Text, delete, func, select, text
from sqlalchemy import cast as to_type
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import Database, asyncpg_connection
from tradewind.modules.ai.models import USAGE_DAYS, Budget, Call

_RESERVE = "SELECT ai_reserve($1, $2, $3, $4, $5, $6, $7) AS refused"
_SETTLE = f"SELECT * FROM ai_settle({', '.join(f'${n}' for n in range(1, 20))})"
_REACH = "SELECT ai_reach($1, $2, $3)"
_STANDING = text("""
    SELECT b.id, ai_period_start(b.period, :at) AS begins_on, coalesce(p.spent_microusd, 0) AS spent,
        coalesce(p.level, 0) AS level,
        (SELECT coalesce(sum(r.amount_microusd), 0)::bigint FROM ai_reservations r
         WHERE r.budget_id = b.id AND r.expires_at > :at) AS reserved
    FROM ai_budgets b
    LEFT JOIN ai_budget_periods p ON p.budget_id = b.id AND p.begins_on = ai_period_start(b.period, :at)
    WHERE b.id = ANY(:ids)""")
# A budget made in the middle of its period starts with what was spent in it already.
_CATCH_UP = text("""
    INSERT INTO ai_budget_periods (organisation_id, budget_id, begins_on, spent_microusd)
    SELECT b.organisation_id, b.id, ai_period_start(b.period, :at), coalesce(sum(d.cost_microusd), 0)
    FROM ai_budgets b LEFT JOIN ai_usage_days d ON d.day >= ai_period_start(b.period, :at)
        AND (b.feature IS NULL OR d.feature = b.feature)
        AND (b.character_id IS NULL OR d.character_id = b.character_id)
    WHERE b.id = :id GROUP BY b.id""")
# A changed limit is judged anew by the next call, and told anew.
_FORGET_LEVEL = text("""
    UPDATE ai_budget_periods p SET level = 0 FROM ai_budgets b
    WHERE b.id = :id AND p.budget_id = b.id AND p.begins_on = ai_period_start(b.period, :at)""")
_GROUPS: dict[str, Any] = {
    "day": to_type(USAGE_DAYS.c.day, Text),
    "feature": USAGE_DAYS.c.feature,
    "task": USAGE_DAYS.c.task,
    "model": USAGE_DAYS.c.model,
    "character": to_type(USAGE_DAYS.c.character_id, Text),
    "capability": USAGE_DAYS.c.capability,
}
_SUMS = (
    "calls",
    "failures",
    "unpriced",
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "cost_microusd",
    "latency_ms",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt on a model, as it is kept."""

    id: UUID
    at: datetime
    capability: str
    task: str | None
    feature: str
    character_id: UUID | None
    connection_id: UUID
    provider: str
    model: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    estimated: bool
    cost_microusd: int | None
    latency_ms: int
    first_token_ms: int | None
    outcome: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a budget stands in the present period."""

    begins_on: date
    spent: int
    reserved: int
    level: int


async def reserve(
    database: Database,
    organisation_id: UUID,
    call_id: UUID,
    *,
    feature: str,
    character_id: UUID | None,
    amount: int,
    at: datetime,
    lasting: timedelta,
) -> UUID | None:
    """Set money aside in all budgets of a call, or return the one that has not enough left."""
    rows = await database.call(_RESERVE, organisation_id, call_id, feature, character_id, amount, at, lasting)
    return rows[0]["refused"] if rows else None


async def settle(database: Database, organisation_id: UUID, attempt: Attempt) -> list[tuple[UUID, int]]:
    """Keep an attempt and free what was set aside for it; returns budgets that came to 80 or 100 per cent by it."""
    rows = await database.call(
        _SETTLE, organisation_id, attempt.id, attempt.at, attempt.capability, attempt.task, attempt.feature,
        attempt.character_id, attempt.connection_id, attempt.provider, attempt.model, attempt.input_tokens,
        attempt.output_tokens, attempt.cached_tokens, attempt.estimated, attempt.cost_microusd, attempt.latency_ms,
        attempt.first_token_ms, attempt.outcome, attempt.reason,
    )  # fmt: skip
    return [(row["budget_id"], row["reached"]) for row in rows]


async def reach(session: AsyncSession, budget_id: UUID, level: int, at: datetime) -> bool:
    """Note that a budget has come to a level; true for whoever was first to in this period."""
    connection = await asyncpg_connection(session)
    return bool(await connection.fetchval(_REACH, budget_id, level, at))


async def standings(session: AsyncSession, ids: Sequence[UUID], at: datetime) -> dict[UUID, Standing]:
    """Where budgets stand."""
    rows = await session.execute(_STANDING, {"ids": list(ids), "at": at})
    return {row.id: Standing(row.begins_on, row.spent, row.reserved, row.level) for row in rows}


async def budgets(session: AsyncSession) -> list[Budget]:
    """All budgets, oldest first."""
    return list(await session.scalars(select(Budget).order_by(Budget.created_at, Budget.id)))


async def budget(session: AsyncSession, budget_id: UUID, *, lock: bool = False) -> Budget | None:
    """One budget."""
    statement = select(Budget).where(Budget.id == budget_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def catch_up(session: AsyncSession, budget_id: UUID, at: datetime) -> None:
    """Count what was spent in the present period before the budget was made."""
    await session.execute(_CATCH_UP, {"id": budget_id, "at": at})


async def forget_level(session: AsyncSession, budget_id: UUID, at: datetime) -> None:
    """Forget which alerts the budget gave in the present period."""
    await session.execute(_FORGET_LEVEL, {"id": budget_id, "at": at})


async def usage(session: AsyncSession, *, group_by: str, since: date, until: date, limit: int) -> list[Any]:
    """Sums of the days from `since` to `until`, both included, by group: days in order, others dearest first."""
    key = _GROUPS[group_by].label("key")
    sums = [func.sum(USAGE_DAYS.c[name]).label(name) for name in _SUMS]
    order = [key] if group_by == "day" else [sums[_SUMS.index("cost_microusd")].desc(), sums[0].desc(), key]
    statement = (
        select(key, *(to_type(one, USAGE_DAYS.c.calls.type).label(one.name) for one in sums))
        .where(USAGE_DAYS.c.day.between(since, until))
        .group_by(key)
        .order_by(*order)
        .limit(limit)
    )
    return list(await session.execute(statement))


async def usage_total(session: AsyncSession, *, since: date, until: date) -> Any:
    """Sum of all groups."""
    zero = [
        to_type(func.coalesce(func.sum(USAGE_DAYS.c[name]), 0), USAGE_DAYS.c.calls.type).label(name) for name in _SUMS
    ]
    return (await session.execute(select(*zero).where(USAGE_DAYS.c.day.between(since, until)))).one()


def calls(*, feature: str | None, outcome: str | None) -> Select[Any]:
    """Attempts that match."""
    statement = select(*Call.__table__.columns)
    if feature is not None:
        statement = statement.where(Call.feature == feature)
    if outcome is not None:
        statement = statement.where(Call.outcome == outcome)
    return statement


async def purge(session: AsyncSession, before: datetime, *, limit: int) -> int:
    """Forget single attempts from before a moment (their days stay), and what was set aside and forgotten."""
    await session.execute(text("DELETE FROM ai_reservations WHERE expires_at < :before"), {"before": before})
    oldest = select(Call.id).where(Call.at < before).order_by(Call.at).limit(limit)
    result = await session.execute(delete(Call).where(Call.id.in_(oldest.scalar_subquery())))
    return cast(Any, result).rowcount

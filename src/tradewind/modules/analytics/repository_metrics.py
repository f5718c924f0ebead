"""SQL of metrics: one grouped statement for all intervals and parts, and the rows of metrics people defined."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import asyncpg_connection
from tradewind.modules.analytics.catalogue import Metric
from tradewind.modules.analytics.models import CustomMetric


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a metric. `condition` is SQL on `leads` with placeholders from `$6`, for `values`."""

    since: datetime
    until: datetime
    interval: str
    time_zone: str
    clean: bool
    by: str | None = None
    condition: str | None = None
    values: tuple[Any, ...] = ()


def _rows(metric: Metric, asked: Question, *, dated: bool) -> str:
    """`from … where …` of the metric's rows, with the period as $1 and $2 if `dated`."""
    entity = metric.entity
    where = [f"({metric.where})"]
    if dated:
        where.append(f"{metric.time} >= $1 and {metric.time} < $2")
    if asked.clean and entity.clean:
        where.append(f"({entity.clean})")
    if asked.condition and entity.lead == "leads.id":
        where.append(f"({asked.condition})")
    elif asked.condition:
        where.append(
            f"{entity.lead} in (select leads.id from leads where leads.deleted_at is null and ({asked.condition}))"
        )
    return f"from {entity.rows} and {' and '.join(where)}"


def _bucket(column: str, asked: Question) -> str:
    if asked.interval == "total":
        return "($1 at time zone $4)::date"
    return f"date_trunc($3, {column} at time zone $4)::date"


async def top_parts(session: AsyncSession, metric: Metric, asked: Question, *, limit: int) -> list[str]:
    """The dimension's values with the most rows, known ones only."""
    sql = entity_dimension(metric, asked)
    statement = (
        f"select {sql} as part {_rows(metric, asked, dated=metric.history and metric.leaves is None)} "
        f"and {sql} is not null group by 1 order by count(*) desc, 1 limit {limit}"
    )
    return [row["part"] for row in await _fetch(session, statement, asked, None)]


def entity_dimension(metric: Metric, asked: Question) -> str:
    """SQL of the dimension asked for."""
    return metric.entity.dimensions[asked.by][1] if asked.by else "null"


async def values(
    session: AsyncSession, metric: Metric, asked: Question, parts: Sequence[str] | None
) -> Sequence[asyncpg.Record]:
    """(bucket, part, currency, value, whole): one row for each interval, part and currency that has any.

    `parts` are the values of the dimension that stand alone; all others come together under None.
    """
    part = "null::text"
    if parts is not None:
        sql = entity_dimension(metric, asked)
        part = f"case when {sql} = any($5::text[]) then {sql} end"
    currency = metric.entity.currency if metric.unit == "money" else None
    chosen = f"{part} as part, {currency or 'null::text'} as currency"
    value = f"({metric.value})::float8 as value, {f'({metric.of})::float8' if metric.of else 'null::float8'} as whole"
    tail = "group by 1, 2, 3 order by 1, 2, 3"
    if metric.leaves is not None:
        statement = _balance(metric, asked, chosen)
    elif not metric.history:
        statement = f"select null::date as bucket, {chosen}, {value} {_rows(metric, asked, dated=False)} {tail}"
    else:
        rows = _rows(metric, asked, dated=True)
        statement = f"select {_bucket(metric.time, asked)} as bucket, {chosen}, {value} {rows} {tail}"
    return await _fetch(session, statement, asked, parts)


def _balance(metric: Metric, asked: Question, chosen: str) -> str:
    """What came in and went out in each interval; the bucket null holds what there was before."""
    rows = _rows(metric, asked, dated=False)
    parts = []
    for column, sign in ((metric.time, ""), (metric.leaves, "-")):
        moment = f"case when {column} >= $1 then {_bucket(str(column), asked)} end"
        parts.append(
            f"select {moment} as bucket, {chosen}, {sign}{metric.value} as value {rows} and {column} < $2 "
            "group by 1, 2, 3"
        )
    return (
        "select bucket, part, currency, sum(value)::float8 as value, null::float8 as whole "
        f"from ({' union all '.join(parts)}) as moves group by 1, 2, 3 order by 1 nulls first, 2, 3"
    )


# All statements take the same parameters, whether they name them or not.
_ASKED = "with asked as (select $1::timestamptz, $2::timestamptz, $3::text as i, $4::text as z, $5::text[] as parts) "


async def _fetch(
    session: AsyncSession, statement: str, asked: Question, parts: Sequence[str] | None
) -> list[asyncpg.Record]:
    connection = await asyncpg_connection(session)
    arguments = (asked.since, asked.until, asked.interval, asked.time_zone, None if parts is None else list(parts))
    return await connection.fetch(_ASKED + statement, *arguments, *asked.values)


async def custom_metrics(session: AsyncSession) -> Sequence[CustomMetric]:
    """The organisation's own metrics by name."""
    return (await session.scalars(select(CustomMetric).order_by(func.lower(CustomMetric.name), CustomMetric.id))).all()


async def custom_metric(
    session: AsyncSession, *, metric_id: UUID | None = None, key: str | None = None, lock: bool = False
) -> CustomMetric | None:
    """One of the organisation's own metrics, or None."""
    same = CustomMetric.id == metric_id if metric_id else CustomMetric.key == key
    statement = select(CustomMetric).where(same)
    return await session.scalar(statement.with_for_update() if lock else statement)

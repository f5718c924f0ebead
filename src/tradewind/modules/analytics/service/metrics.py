"""Metrics: what they mean, their values over time and by parts, and those people define."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from asyncpg import Record
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.analytics import repository_metrics as repository
from tradewind.modules.analytics.catalogue import ENTITIES, LEADS, METRICS, OPEN_TO_CUSTOM, Entity, Metric, Unit
from tradewind.modules.analytics.errors import (
    MetricInvalid,
    MetricLimitReached,
    MetricNotFound,
    MetricQuestionInvalid,
)
from tradewind.modules.analytics.models import CustomMetric
from tradewind.modules.analytics.repository_metrics import Question
from tradewind.modules.analytics.schemas_metrics import (
    Choice,
    CustomDefinition,
    CustomMetricCreate,
    CustomMetricUpdate,
    EntityRead,
    Interval,
    MetricList,
    MetricRead,
    MetricValues,
    Point,
    Series,
)
from tradewind.modules.identity import api as identity
from tradewind.modules.leads import api as leads

DAYS = 30
MAX_POINTS = 400
MAX_DAYS = 3_700
MAX_PARTS = 12
MAX_CUSTOM = 100
_FIRST_VALUE = 6


async def definitions(session: AsyncSession) -> MetricList:
    """All metrics, the organisation's own ones last."""
    own = [await _shown(session, row) for row in await repository.custom_metrics(session)]
    entities = [
        EntityRead(
            key=entity.key,
            label=entity.label,
            measures=[
                Choice(key=key, label=label) for key, (label, _, _) in (await _measures(session, entity)).items()
            ],
        )
        for entity in OPEN_TO_CUSTOM
    ]
    return MetricList(items=[*(_read(metric) for metric in METRICS.values()), *own], entities=entities)


async def values(
    session: AsyncSession,
    key: str,
    *,
    since: date | None,
    until: date | None,
    interval: Interval,
    time_zone: str,
    by: str | None,
    condition: Mapping[str, Any] | None,
    human: bool,
) -> MetricValues:
    """Values of a metric from `since` to `until` (both days included), by default the last 30 days.

    Raises MetricNotFound, MetricQuestionInvalid, ConditionInvalid, and Forbidden for conditions of who sees no leads.
    """
    zone = ZoneInfo(time_zone)
    until = until or now().astimezone(zone).date()
    since = since or until - timedelta(days=DAYS - 1)
    starts = list(_starts(since, until, interval))
    metric, own = await _metric(session, key)
    _check(metric, since, until, starts, by, condition)
    sql, bound = await _conditions(session, own, condition)
    asked = Question(
        datetime.combine(since, time.min, zone),
        datetime.combine(until + timedelta(days=1), time.min, zone),
        interval, time_zone, human, by, sql, bound,
    )  # fmt: skip
    parts = await repository.top_parts(session, metric, asked, limit=MAX_PARTS) if by else None
    rows = await repository.values(session, metric, asked, parts)
    totals: dict[tuple[str | None, str | None], float] = {}
    if metric.aggregation == "distinct" and interval != "total":
        for row in await repository.values(session, metric, replace(asked, interval="total"), parts):
            totals[row["part"], row["currency"]] = row["value"]
    return MetricValues(
        key=key, unit=metric.unit, since=since, until=until, interval=interval, time_zone=time_zone, by=by,
        human=human if metric.entity.clean else None,
        series=_series(metric, rows, starts, totals, grouped=by is not None),
    )  # fmt: skip


async def create(session: AsyncSession, data: CustomMetricCreate) -> MetricRead:
    """Define a metric. Raises MetricInvalid, ConditionInvalid, MetricLimitReached."""
    actor = actor_of(session)
    present = await repository.custom_metrics(session)
    if len(present) >= MAX_CUSTOM:
        raise MetricLimitReached(f"There are {MAX_CUSTOM} metrics of your own already.")
    row = CustomMetric(
        id=new_id(), organisation_id=actor.organisation_id, version=1, created_by=actor.user_id,
        key=_free_key(data.name, {one.key for one in present}), **data.model_dump(),
    )  # fmt: skip
    await _validate(session, row)
    session.add(row)
    await session.flush()
    await identity.record(
        session, action="metric.created", subject_type="metric", subject_id=row.id, after=data.model_dump()
    )
    return await _shown(session, row)


async def update(
    session: AsyncSession, metric_id: UUID, data: CustomMetricUpdate, *, if_match: str | None
) -> MetricRead:
    """Change a metric. Raises MetricNotFound, PreconditionFailed, MetricInvalid, ConditionInvalid."""
    row = await repository.custom_metric(session, metric_id=metric_id, lock=True)
    if row is None:
        raise MetricNotFound()
    check_version(if_match, row.version, (await _shown(session, row)).model_dump(mode="json"))
    wanted = {
        name: value
        for name, value in data.model_dump(exclude_unset=True).items()
        if value is not None or name in ("measure", "condition")
    }
    before = {name: getattr(row, name) for name in wanted}
    with session.no_autoflush:
        for name, value in wanted.items():
            setattr(row, name, value)
        await _validate(session, row)
    row.version += 1
    await session.flush()
    await identity.record(
        session, action="metric.updated", subject_type="metric", subject_id=row.id, before=before, after=wanted
    )
    return await _shown(session, row)


async def delete(session: AsyncSession, metric_id: UUID, *, if_match: str | None) -> None:
    """Remove a metric. Raises MetricNotFound, PreconditionFailed."""
    row = await repository.custom_metric(session, metric_id=metric_id, lock=True)
    if row is None:
        raise MetricNotFound()
    check_version(if_match, row.version, (await _shown(session, row)).model_dump(mode="json"))
    await session.delete(row)
    await identity.record(
        session, action="metric.deleted", subject_type="metric", subject_id=metric_id, before={"name": row.name}
    )


async def _metric(session: AsyncSession, key: str) -> tuple[Metric, Mapping[str, Any] | None]:
    """The metric of a key, and the condition of one people defined."""
    if key in METRICS:
        return METRICS[key], None
    row = await repository.custom_metric(session, key=key)
    if row is None:
        raise MetricNotFound()
    return await _defined(session, row), row.condition


async def _defined(session: AsyncSession, row: CustomMetric) -> Metric:
    """A row as a metric. Raises MetricInvalid."""
    entity = ENTITIES[row.entity]
    unit: Unit = "count"
    value, of = "count(*)", None
    if row.aggregation == "count":
        if row.measure is not None:
            raise _wrong("measure", "A count has no measure.")
    else:
        measures = await _measures(session, entity)
        if row.measure not in measures:
            known = ", ".join(measures) or "nothing"
            raise _wrong("measure", f"{entity.label} can be added up or averaged by: {known}.")
        _, column, unit = measures[row.measure]
        value = f"coalesce(sum({column}), 0)"
        of = f"count({column})" if row.aggregation == "average" else None
    aggregation: Any = row.aggregation
    return Metric(row.key, row.name, row.description, unit, aggregation, entity, entity.time, value=value, of=of)


async def _measures(session: AsyncSession, entity: Entity) -> dict[str, tuple[str, str, Unit]]:
    """Declared measures, and the organisation's numbers of leads."""
    measures = dict(entity.measures)
    if entity is LEADS:
        hidden = await leads.masked_fields(session)
        for custom in await leads.custom_fields(session, "lead"):
            name = f"custom.{custom.key}"
            # The key goes into SQL text: only what a key may look like.
            if custom.kind == "number" and name not in hidden and re.fullmatch(r"[a-z0-9_]+", custom.key):
                content = f"leads.custom->'{custom.key}'"
                number = f"case when jsonb_typeof({content}) = 'number' then ({content})::float8 end"
                measures[name] = (custom.label, number, "count")
    return measures


async def _validate(session: AsyncSession, row: CustomMetric) -> None:
    await _defined(session, row)
    if row.condition is not None:
        await leads.compile_condition(session, row.condition)


def _wrong(name: str, message: str) -> MetricInvalid:
    return MetricInvalid(message, errors=[{"field": name, "message": message}])


def _check(metric: Metric, since: date, until: date, starts: Sequence[date], by: str | None, condition: Any) -> None:
    def refuse(name: str, message: str) -> MetricQuestionInvalid:
        return MetricQuestionInvalid(message, errors=[{"field": name, "message": message}])

    if until < since:
        raise refuse("to", "The period ends before it begins.")
    if (until - since).days > MAX_DAYS:
        raise refuse("from", f"A period has up to {MAX_DAYS:,} days.")
    if len(starts) > MAX_POINTS:
        raise refuse("interval", f"That would be more than {MAX_POINTS} points. Choose a longer interval.")
    if by is not None and by not in metric.entity.dimensions:
        known = ", ".join(metric.entity.dimensions)
        raise refuse("by", f"“{metric.name}” can be told apart by: {known}.")
    if condition is not None and metric.entity.lead is None:
        raise refuse("filter", f"“{metric.name}” counts no leads, so that no condition on leads can narrow it down.")


async def _conditions(
    session: AsyncSession, own: Mapping[str, Any] | None, asked: Mapping[str, Any] | None
) -> tuple[str | None, tuple[Any, ...]]:
    """Both conditions as SQL on `leads`, compiled apart, with their values."""
    if asked is not None:
        actor_of(session).require("leads:read")
    parts: list[str] = []
    bound: tuple[Any, ...] = ()
    for condition in (own, asked):
        if condition is not None:
            compiled = await leads.compile_condition(session, condition, first=_FIRST_VALUE + len(bound))
            parts.append(f"({compiled.sql})")
            bound += compiled.values
    return " and ".join(parts) or None, bound


def _starts(since: date, until: date, interval: str) -> Iterator[date]:
    """First days of the intervals that the period touches, MAX_POINTS + 1 at most."""
    if interval == "total":
        yield since
        return
    start = since
    if interval == "week":
        start -= timedelta(days=start.weekday())
    elif interval in ("month", "quarter"):
        months = 3 if interval == "quarter" else 1
        start = start.replace(month=(start.month - 1) // months * months + 1, day=1)
    for _ in range(MAX_POINTS + 1):
        if start > until:
            return
        yield start
        if interval in ("day", "week"):
            start += timedelta(days=7 if interval == "week" else 1)
        else:
            later = start.month - 1 + (3 if interval == "quarter" else 1)
            start = start.replace(year=start.year + later // 12, month=later % 12 + 1)


def _series(
    metric: Metric,
    rows: Sequence[Record],
    starts: Sequence[date],
    totals: Mapping[tuple[str | None, str | None], float],
    *,
    grouped: bool,
) -> list[Series]:
    found: dict[tuple[str | None, str | None], dict[date | None, tuple[float, float | None]]] = {}
    for row in rows:
        found.setdefault((row["part"], row["currency"]), {})[row["bucket"]] = (row["value"], row["whole"])
    if not found and not grouped:
        found[None, None] = {}
    series = []
    for (part, currency), values in found.items():
        if not metric.history:
            value = values.get(None, (0.0, None))[0]
            points, total = [], value
        elif metric.leaves is not None:
            standing = values.get(None, (0.0, None))[0]
            points = []
            for start in starts:
                standing += values.get(start, (0.0, None))[0]
                points.append(Point(start=start, value=standing))
            total = standing
        else:
            nothing = (0.0, 0.0 if metric.of else None)
            points = [Point(start=start, value=_value(*values.get(start, nothing))) for start in starts]
            whole = sum(one[1] or 0.0 for one in values.values()) if metric.of else None
            total = totals.get((part, currency), _value(sum(one[0] for one in values.values()), whole))
        series.append(Series(part=part, currency=currency, total=total, points=points))
    # The largest first, what is not told apart last.
    return sorted(series, key=lambda one: (grouped and one.part is None, -(one.total or 0.0), one.part or ""))


def _value(value: float, whole: float | None) -> float | None:
    if whole is None:
        return value
    return value / whole if whole else None


def _read(metric: Metric) -> MetricRead:
    entity = metric.entity
    return MetricRead(
        key=metric.key, name=metric.name, description=metric.meaning, unit=metric.unit,
        aggregation=metric.aggregation, entity=entity.key,
        dimensions=[Choice(key=key, label=label) for key, (label, _) in entity.dimensions.items()],
        history=metric.history, variants=["human", "raw"] if entity.clean else [],
        filterable=entity.lead is not None,
    )  # fmt: skip


async def _shown(session: AsyncSession, row: CustomMetric) -> MetricRead:
    try:
        read = _read(await _defined(session, row))
    except MetricInvalid:
        # Its field is gone or hidden from this person: the definition is shown, its values say what is wrong.
        read = _read(Metric(row.key, row.name, row.description, "count", "count", ENTITIES[row.entity], ""))
    return read.model_copy(
        update={"custom": CustomDefinition.model_validate(row, from_attributes=True)}
    )  # fmt: skip


def _free_key(name: str, taken: set[str]) -> str:
    """A key made of the name that no other metric has."""
    base = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:50]
    base = base if base[:1].isalpha() else f"metric_{base}".rstrip("_")
    key, number = base, 2
    while key in taken or key in METRICS:
        key, number = f"{base}_{number}", number + 1
    return key

"""The dashboard: figures of the organisation, what happened lately, what I have to do.

Figures are computed in sets. Where that is quick they are computed for every request; where an organisation
is so large that it takes longer than LIVE_MS, the stored ones are shown with their age and renewed in the
background, at most every AGE_PER_COST times what they cost — so they never take more than 2 % of a core.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Row, RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.classification import hides, masked, scrubbed
from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.realtime import push
from tradewind.modules.analytics import repository
from tradewind.modules.analytics.schemas import DashboardRead
from tradewind.modules.identity import api as identity

PERIOD_DAYS = 30
LIVE_MS = 40.0
AGE_PER_COST = 50
FEED_ENTRIES = 20
TASKS_SHOWN = 10
ENOUGH_OUTCOMES = 20
BANDS = ("hot", "warm", "cool", "cold")


async def read(session: AsyncSession) -> tuple[DashboardRead, bool]:
    """The dashboard of the caller, and whether its stored figures are due for renewal."""
    figures, at, stale = await _figures(session)
    actor = actor_of(session)
    tasks: dict[str, Any] = {"items": [], "open": 0, "overdue": 0, "due_today": 0}
    if actor.user_id is not None and actor.may("tasks:read"):
        tasks = await _my_tasks(session, actor.user_id)
    activity: Sequence[Any] = await repository.feed(session, limit=FEED_ENTRIES) if actor.may("leads:read") else []
    if hides(actor):
        activity = [
            {**row, "title": scrubbed(row["title"]), "body": masked(row["body"]), "lead_name": _name(row)}
            for row in activity
        ]
        tasks["items"] = [{**row, "lead_name": _name(row)} for row in tasks["items"]]
    return (
        DashboardRead.model_validate(
            {"as_of": at, "period_days": PERIOD_DAYS, "activity": activity, "tasks": tasks, **figures}
        ),
        stale,
    )


def _name(row: Mapping[str, Any]) -> str | None:
    """Whom a row is about, without an address that may stand in for the name."""
    return scrubbed(row["lead_name"]) if row["lead_name"] else None


async def refresh(session: AsyncSession) -> None:
    """Compute and store the figures, and tell open dashboards."""
    figures, at, took_ms = await _compute(session)
    await repository.store_figures(session, figures, took_ms=took_ms, at=at)
    await push(session, type="metrics.update", topic="metrics", permission="dashboard:read", data={"as_of": at})


async def _figures(session: AsyncSession) -> tuple[dict[str, Any], datetime, bool]:
    """(figures, as of, renewal due)."""
    if actor_of(session).visible_owners is not None:
        # The stored figures are everyone's; what one person sees is little, and counted fast.
        figures, at, _ = await _compute(session)
        return figures, at, False
    stored = await repository.stored_figures(session)
    if stored is not None and stored.took_ms > LIVE_MS:
        age_ms = (now() - stored.computed_at).total_seconds() * 1000
        return stored.figures, stored.computed_at, age_ms > AGE_PER_COST * stored.took_ms
    figures, at, took_ms = await _compute(session)
    # A slow computation asks for stored figures from now on.
    return figures, at, took_ms > LIVE_MS


async def _compute(session: AsyncSession) -> tuple[dict[str, Any], datetime, float]:
    """(figures, as of, milliseconds it took)."""
    started, at = perf_counter(), now()
    today = at.replace(hour=0, minute=0, second=0, microsecond=0)
    current = today - timedelta(days=PERIOD_DAYS - 1)
    previous = current - timedelta(days=PERIOD_DAYS)
    per_day = await repository.leads_per_day(session, since=previous, until=at)
    scores = await repository.score_rows(session, current=current, previous=previous)
    new_leads = _new_leads(per_day, current)
    pipeline, open_pipeline = await _pipeline(session, then=at - timedelta(days=PERIOD_DAYS))
    figures = {
        "key_numbers": [
            _arrivals(new_leads),
            _hot(scores),
            _conversion(scores),
            open_pipeline,
        ],
        "new_leads": new_leads,
        "score_distribution": _distribution(scores),
        "pipeline_value": pipeline,
    }
    return figures, at, (perf_counter() - started) * 1000


def _new_leads(per_day: dict[str, int], current: datetime) -> dict[str, Any]:
    days = []
    for offset in range(PERIOD_DAYS):
        day = (current + timedelta(days=offset)).date()
        before = day - timedelta(days=PERIOD_DAYS)
        days.append(
            {
                "date": day.isoformat(),
                "count": per_day.get(day.isoformat(), 0),
                "previous": per_day.get(before.isoformat(), 0),
            }
        )
    return {
        "days": days,
        "total": sum(day["count"] for day in days),
        "previous_total": sum(day["previous"] for day in days),
    }


def _arrivals(new_leads: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": "new_leads",
        "label": "New leads",
        "unit": "count",
        "value": new_leads["total"],
        "previous": new_leads["previous_total"],
        "change": _change(new_leads["total"], new_leads["previous_total"]),
        "description": f"Leads of the last {PERIOD_DAYS} days, against the {PERIOD_DAYS} days before.",
        "series": [day["count"] for day in new_leads["days"]],
    }


def _hot(scores: Sequence[RowMapping]) -> dict[str, Any]:
    hot = [row for row in scores if row["band"] == "hot"]
    arrived, before = sum(row["arrived"] for row in hot), sum(row["arrived_before"] for row in hot)
    return {
        "key": "hot_leads",
        "label": "Open hot leads",
        "unit": "count",
        "value": sum(row["open"] for row in hot),
        "previous": None,
        "change": _change(arrived, before),
        "description": (
            f"Open leads in the band “hot”. {arrived} hot leads arrived in the last {PERIOD_DAYS} days, "
            f"{before} in the {PERIOD_DAYS} days before."
        ),
    }


def _conversion(scores: Sequence[RowMapping]) -> dict[str, Any]:
    def total(key: str) -> int:
        return sum(row[key] for row in scores)

    # With few dated outcomes a period's rate says nothing; then the rate over all time stands alone.
    dated = total("decided_now") >= ENOUGH_OUTCOMES
    value = _ratio(total("won_now"), total("decided_now")) if dated else _ratio(total("won"), total("decided"))
    enough_before = dated and total("decided_before") >= ENOUGH_OUTCOMES
    previous = _ratio(total("won_before"), total("decided_before")) if enough_before else None
    return {
        "key": "conversion_rate",
        "label": "Conversion rate",
        "unit": "ratio",
        "value": value,
        "previous": previous,
        "change": _change(value, previous),
        "description": (
            f"Share of customers among leads decided in the last {PERIOD_DAYS} days, against the period before."
            if dated
            else "Share of customers among all leads whose outcome is known."
        ),
    }


def _distribution(scores: Sequence[RowMapping]) -> dict[str, Any]:
    bands = dict.fromkeys(BANDS, 0)
    bins = [0] * 20
    for row in scores:
        if row["band"] in bands:
            bands[row["band"]] += row["leads"]
        if row["score"] >= 0:
            bins[min(row["score"] // 5, 19)] += row["leads"]
    return {
        "bands": [{"band": band, "count": count} for band, count in bands.items()],
        # the last bin takes the 100 in
        "histogram": [{"low": i * 5, "high": i * 5 + 4 if i < 19 else 100, "count": c} for i, c in enumerate(bins)],
        "scored": sum(bins),
        "unscored": sum(row["leads"] for row in scores if row["score"] < 0),
    }


async def _usual_currency(session: AsyncSession, pipeline: Row[Any] | None) -> str:
    return pipeline.currency if pipeline else (await identity.get_organisation(session)).currency


async def _pipeline(session: AsyncSession, *, then: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    """The pipeline's value, and the key number of what is open."""
    pipeline = await repository.default_pipeline(session)
    stages: list[dict[str, Any]] = []
    totals: dict[str, dict[str, Any]] = {}
    if pipeline is not None:
        for row in await repository.stage_values(session, pipeline.id):
            weighted = round(row["amount_minor"] * row["probability"])
            currency = row["currency"] or pipeline.currency
            stages.append({**row, "stage_id": str(row["stage_id"]), "currency": currency, "weighted_minor": weighted})
            if row["kind"] == "open" and row["deals"]:
                total = totals.setdefault(
                    currency, {"currency": currency, "deals": 0, "amount_minor": 0, "weighted_minor": 0}
                )
                total["deals"] += row["deals"]
                total["amount_minor"] += row["amount_minor"]
                total["weighted_minor"] += weighted
    ordered = sorted(totals.values(), key=lambda t: (-t["deals"], t["currency"]))
    value = {
        "pipeline_id": str(pipeline.id) if pipeline else None,
        "name": pipeline.name if pipeline else None,
        "stages": stages,
        "totals": ordered,
    }
    main = ordered[0] if ordered else None
    previous = (
        await repository.open_amount_at(session, pipeline_id=pipeline.id, currency=main["currency"], at=then)
        if pipeline and main
        else None
    )
    others = f" Other currencies ({', '.join(t['currency'] for t in ordered[1:])}) stand apart." if ordered[1:] else ""
    amount = main["amount_minor"] if main else 0
    return value, {
        "key": "open_pipeline",
        "label": "Open pipeline",
        "unit": "money",
        "value": amount,
        "currency": main["currency"] if main else await _usual_currency(session, pipeline),
        "previous": previous,
        "change": _change(amount, previous),
        "description": f"Amount of open deals, against {PERIOD_DAYS} days ago.{others}",
    }


async def _my_tasks(session: AsyncSession, user_id: UUID) -> dict[str, Any]:
    tomorrow = now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    items, counts = await repository.open_tasks(session, user_id=user_id, tomorrow=tomorrow, limit=TASKS_SHOWN)
    return {"items": items, **counts}


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _change(value: float | None, previous: float | None) -> float | None:
    """Relative change, None where there is nothing to compare with."""
    if value is None or not previous:
        return None
    return round(value / previous - 1, 4)

"""The trade-off of the hot threshold, from predictions for leads the model had not seen."""

from datetime import timedelta

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.scoring import repository
from tradewind.modules.scoring.engine import calibration, metrics
from tradewind.modules.scoring.engine.model import Model
from tradewind.modules.scoring.schemas.setups import ThresholdCurve, ThresholdPoint
from tradewind.modules.scoring.service import registry, setups
from tradewind.modules.scoring.service.registry import Holdout

RATES = (0.001, 0.0025, 0.005, 0.0075, *(step / 100 for step in range(1, 16)), 0.2, 0.25, 0.3)
_WEEKS = 8


async def curve(session: AsyncSession, key: str) -> ThresholdCurve:
    """What each stated rate of false alarms would bring. Raises SetupNotFound."""
    setup = await setups.get(session, key)
    champion = await repository.champion(session, key)
    a_week = await _arrivals_a_week(session)
    chosen = setup.settings.hot_false_positive_rate
    if champion is None:
        note = "There is no model yet. With rules alone, hot begins at the points set with the rules."
        return ThresholdCurve(rows=0, won=0, leads_a_week=a_week, chosen=chosen, points=[], note=note)
    holdout = await registry.held_out(session, champion.id)
    if holdout is None:
        note = f"Version {champion.version} was trained before its predictions were kept. The next version shows them."
        return ThresholdCurve(rows=0, won=0, leads_a_week=a_week, chosen=chosen, points=[], note=note)
    model = await registry.load(session, champion.id)
    rates = sorted({*RATES, chosen})
    note = (
        f"Measured on {len(holdout.outcome):,} leads that version {champion.version} had not seen when it judged them; "
        f"hot leads a week from the {a_week:.0f} that arrived a week of late."
    )
    if setup.settings.mode == "blend":
        note += " The rules shift scores a little beside the model: a preview shows the exact effect."
    return ThresholdCurve(
        rows=len(holdout.outcome),
        won=int(holdout.outcome.sum()),
        leads_a_week=a_week,
        chosen=chosen,
        points=[_point(holdout, model, rate, a_week) for rate in rates],
        note=note,
    )


def _point(holdout: Holdout, model: Model, rate: float, a_week: float) -> ThresholdPoint:
    cut = metrics.threshold_for_false_positives(holdout.outcome, holdout.raw, rate)
    at = metrics.at_threshold(holdout.outcome, holdout.raw, cut)
    called = holdout.raw >= cut
    return ThresholdPoint(
        false_positive_rate=rate,
        reached=at["false_positive_rate"],
        probability=float(calibration.apply(model.calibrator, np.array([cut]))[0]) if np.isfinite(cut) else None,
        recall=at["recall"],
        precision=at["precision"] if called.any() else None,
        hot_a_week=round(float(called.mean()) * a_week, 1),
    )


async def _arrivals_a_week(session: AsyncSession) -> float:
    query = text(
        "SELECT count(*) FROM leads WHERE deleted_at IS NULL AND coalesce(first_seen_at, created_at) >= :since "
        "AND coalesce(first_seen_at, created_at) <= :at"
    )
    at = now()
    return (await session.scalar(query, {"since": at - timedelta(weeks=_WEEKS), "at": at}) or 0) / _WEEKS

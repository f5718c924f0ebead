"""What follows from a setup's settings and its model together: cuts for the stated rate, and the blend's scale."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.leads import api as leads
from tradewind.modules.scoring import repository
from tradewind.modules.scoring.engine import calibration, metrics
from tradewind.modules.scoring.engine.calibration import Calibrator
from tradewind.modules.scoring.engine.metrics import Floats
from tradewind.modules.scoring.engine.model import Model, Thresholds
from tradewind.modules.scoring.engine.train import HOT_FALSE_POSITIVE_RATE, cut
from tradewind.modules.scoring.schemas.setups import SetupSettings
from tradewind.modules.scoring.service import point_rules, registry, setups
from tradewind.modules.scoring.service.point_rules import Points
from tradewind.modules.scoring.service.registry import Holdout

_LEAST_BLEND_ROWS = 50
_BLEND_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Plan:
    """How raw scores become chances and bands.

    `intercept` and `slope` turn a total of points into log-odds, so that rules and model speak the same unit.
    """

    model_id: UUID
    thresholds: Thresholds
    calibrator: Calibrator
    intercept: float = 0.0
    slope: float = 0.0
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """The stored form."""
        cuts = self.thresholds
        return {
            "model_id": str(self.model_id),
            "thresholds": [cuts.hot, cuts.warm, cuts.cool],
            "calibrator": self.calibrator,
            "intercept": self.intercept,
            "slope": self.slope,
            "note": self.note,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any] | None, model_id: UUID) -> "Plan | None":
        """The stored plan, if it was made for this model."""
        if stored is None or stored["model_id"] != str(model_id):
            return None
        return cls(
            model_id,
            Thresholds(*stored["thresholds"]),
            stored["calibrator"],
            stored["intercept"],
            stored["slope"],
            stored["note"],
        )


async def make(session: AsyncSession, settings: SetupSettings, points: Points, model_id: UUID, model: Model) -> Plan:
    """Work out cuts and, for a blend, the scale of points, from predictions for leads the model had not seen."""
    holdout = await registry.held_out(session, model_id)
    rate = settings.hot_false_positive_rate
    own = Plan(model_id, model.thresholds, model.calibrator)
    if holdout is None:
        return own
    if settings.mode == "blend":
        return await _blended(session, settings, points, own, holdout)
    if rate == HOT_FALSE_POSITIVE_RATE:
        return own
    hot = metrics.threshold_for_false_positives(holdout.outcome, holdout.raw, rate)
    return Plan(model_id, _ordered(hot, model.thresholds, holdout.raw), model.calibrator, note=_measured(holdout))


async def _blended(session: AsyncSession, settings: SetupSettings, points: Points, own: Plan, holdout: Holdout) -> Plan:
    """Points are scaled to log-odds by a logistic fit on held-out leads; then the mix is calibrated and cut anew."""
    ids = holdout.lead_ids[-_BLEND_ROWS:]
    facts = await leads.lead_rows_for_scoring(session, lead_ids=ids, limit=len(ids), before_outcome=True)
    if len(facts) < _LEAST_BLEND_ROWS:
        return own
    at = now()
    found = await point_rules.look_up(session, settings.rules, [lead.id for lead in facts], at)
    total = point_rules.evaluate(settings.rules, facts, found, at, points).total
    place = {lead_id: row for row, lead_id in enumerate(holdout.lead_ids)}
    rows = [place[lead.id] for lead in facts]
    outcome, raw = holdout.outcome[rows], holdout.raw[rows]
    if min(outcome.sum(), len(outcome) - outcome.sum()) < 10:
        return own
    fitted = calibration.fit("sigmoid", total / 10, outcome)
    # Rules that point the wrong way get no say rather than a reversed one.
    slope = max(0.0, fitted["weights"][0]) / 10
    intercept = fitted["intercept"] if slope else float(np.log(outcome.mean() / (1 - outcome.mean())))
    mixed = settings.model_share * raw + (1 - settings.model_share) * (intercept + slope * total)
    calibrator = calibration.fit("sigmoid", mixed, outcome)
    hot = metrics.threshold_for_false_positives(outcome, mixed, settings.hot_false_positive_rate)
    thresholds = _ordered(hot, cut(mixed, outcome), mixed)
    return Plan(own.model_id, thresholds, calibrator, intercept, slope, _measured(holdout, len(rows)))


def _ordered(hot: float, others: Thresholds, raw: Floats) -> Thresholds:
    hot = hot if np.isfinite(hot) else float(raw.max()) + 1.0
    warm = min(hot, others.warm)
    return Thresholds(hot, warm, min(warm, others.cool))


def _measured(holdout: Holdout, rows: int | None = None) -> str:
    count = len(holdout.outcome) if rows is None else rows
    return f"Cut on {count:,} leads that the model had not seen when it judged them."


async def renew(session: AsyncSession, key: str) -> None:
    """Store the plan of a setup and its champion; without a champion there is none."""
    setup = await setups.get(session, key)
    champion = await repository.champion(session, key)
    if champion is None:
        plan = None
    else:
        plan = await make(session, setup.settings, setup.points, champion.id, await registry.load(session, champion.id))
    row = await setups.stored(session, key)
    row.plan = plan.to_json() if plan else None
    await session.flush()

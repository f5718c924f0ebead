"""The part of the model card that people ask for beside the measures: lift, errors at the cuts, groups of leads."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from tradewind.kernel.intervals import wilson
from tradewind.modules.leads.contracts import LeadFacts
from tradewind.modules.scoring.engine import calibration
from tradewind.modules.scoring.engine.calibration import Calibrator
from tradewind.modules.scoring.engine.features import text_of
from tradewind.modules.scoring.engine.metrics import Floats
from tradewind.modules.scoring.engine.model import Thresholds

_GROUPS = 8
_LEAST_GROUP = 20
_TENTHS = 10


def make(
    facts: Sequence[LeadFacts], outcome: Floats, raw: Floats, calibrator: Calibrator, cuts: Thresholds
) -> dict[str, Any]:
    """Everything of the report, as JSON, from leads the judged model had not seen."""
    probability = calibration.apply(calibrator, raw)
    return {
        "lift": lift(outcome, raw),
        "confusion": [
            {"cut": name, **confusion(outcome, raw >= cut)} for name, cut in (("hot", cuts.hot), ("warm", cuts.warm))
        ],
        "groups": [
            {"field": field, "groups": groups(facts, field, outcome, raw, probability, cuts.hot)}
            for field in ("source", "country")
        ],
    }


def lift(outcome: Floats, raw: Floats) -> list[dict[str, float]]:
    """By tenth of the leads, best first: rate of winners, times the average, and winners found so far."""
    order = np.argsort(-raw, kind="stable")
    won, rate = max(1.0, float(outcome.sum())), float(outcome.mean()) or 1.0
    found, table = 0.0, []
    for tenth, part in enumerate(np.array_split(order, _TENTHS), start=1):
        if len(part):
            found += float(outcome[part].sum())
            own = float(outcome[part].mean())
            table.append(
                {"tenth": tenth, "rows": len(part), "rate": own, "lift": own / rate, "found": found / won}
            )  # fmt: skip
    return table


def confusion(outcome: Floats, called: np.ndarray) -> dict[str, int]:
    """Counts of right and wrong calls."""
    won = outcome > 0
    return {
        "true_positives": int((called & won).sum()),
        "false_positives": int((called & ~won).sum()),
        "false_negatives": int((~called & won).sum()),
        "true_negatives": int((~called & ~won).sum()),
    }


def groups(
    facts: Sequence[LeadFacts], field: str, outcome: Floats, raw: Floats, probability: Floats, hot: float
) -> list[dict[str, Any]]:
    """By value of a field, largest first: forecast and outcome, and how often losers were called hot."""
    values = np.array([text_of(lead.fields.get(field)) or "" for lead in facts], dtype=object)
    table = []
    for value, count in Counter(values.tolist()).most_common(_GROUPS):
        if count < _LEAST_GROUP:
            break
        rows = values == value
        lost = rows & (outcome == 0)
        low, high = wilson(float(outcome[rows].sum()), count)
        wrong, losers = float((lost & (raw >= hot)).sum()), int(lost.sum())
        wrong_low, wrong_high = wilson(wrong, losers)
        forecast = float(probability[rows].mean())
        table.append(
            {
                "value": value, "rows": count, "forecast": forecast, "observed": float(outcome[rows].mean()),
                "observed_low": low, "observed_high": high, "fits": low <= forecast <= high, "losers": losers,
                "false_positive_rate": wrong / losers if losers else 0.0,
                "false_positive_low": wrong_low, "false_positive_high": wrong_high,
            }
        )  # fmt: skip
    return table

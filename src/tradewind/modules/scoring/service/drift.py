"""Whether newer leads still look like those a model learned from, and whether its forecasts still come true.

The population stability index compares shares of bins: Σ (now − then) · ln(now / then). Below .1 little has changed,
from .25 on much has.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.contracts import LeadFacts
from tradewind.modules.scoring import repository
from tradewind.modules.scoring.engine.metrics import Floats
from tradewind.modules.scoring.engine.model import Model
from tradewind.modules.scoring.models import ScoringModel
from tradewind.modules.scoring.service import registry

SOME, MUCH = 0.1, 0.25
LEAST_LEADS = 200
LEAST_OUTCOMES = 50
LEAST_SURPRISE = 3.0
_SAMPLE = 5_000
_FLOOR = 1e-3
_MISSING = -1


@dataclass(frozen=True, slots=True)
class Profile:
    """How a column is spread: `edges` of its bins (numbers) or none (codes); shares by bin, −1 for missing."""

    edges: list[float]
    shares: dict[str, float]


def reference(model: Model, facts: Sequence[LeadFacts]) -> dict[str, Any]:
    """What the training leads look like, by feature, and their scores."""
    sample = facts[-_SAMPLE:]
    encoder = model.encoder
    matrix = encoder.matrix(encoder.read(sample))
    columns: dict[str, Any] = {}
    for start, item in zip(encoder.starts, encoder.encoded, strict=True):
        # Where a lead stands in time always moves on; choices are spread over many columns.
        if item.kind == "order" or item.width != 1:
            continue
        column = matrix[:, start]
        edges = [] if item.kind in ("category", "flag") else _edges(column)
        columns[item.name] = {"label": item.label, "edges": edges, "shares": _shares(column, edges)}
    raw = model.raw(matrix)
    edges = _edges(raw)
    return {"rows": len(sample), "features": columns, "score": {"edges": edges, "shares": _shares(raw, edges)}}


def psi(then: dict[str, float], now_: dict[str, float]) -> float:
    """Population stability index of two spreads."""
    bins = then.keys() | now_.keys()
    before = np.array([max(_FLOOR, then.get(key, 0.0)) for key in bins])
    after = np.array([max(_FLOOR, now_.get(key, 0.0)) for key in bins])
    return float(((after - before) * np.log(after / before)).sum())


def compared(model: Model, then: dict[str, Any], facts: Sequence[LeadFacts]) -> dict[str, Any]:
    """Stability of each feature and of the score between the training leads and `facts`."""
    encoder = model.encoder
    matrix = encoder.matrix(encoder.read(facts))
    features = []
    for start, item in zip(encoder.starts, encoder.encoded, strict=True):
        was = then["features"].get(item.name)
        if was is not None:
            value = psi(was["shares"], _shares(matrix[:, start], was["edges"]))
            features.append({"name": item.name, "label": item.label, "psi": round(value, 3)})
    score = psi(then["score"]["shares"], _shares(model.raw(matrix), then["score"]["edges"]))
    return {
        "score_psi": round(score, 3),
        "features": sorted(features, key=lambda item: -item["psi"])[:10],
    }


async def check(session: AsyncSession, champion: ScoringModel) -> dict[str, Any]:
    """Compare what came since the champion was trained; stored with the model and returned."""
    since = champion.trained_at
    facts = await leads.lead_rows_for_scoring(session, after_id=_first_id(since), limit=_SAMPLE, before_outcome=True)
    then = await repository.reference(session, champion.id)
    health: dict[str, Any] = {"checked_at": now().isoformat(), "leads": len(facts), "score_psi": None, "features": []}
    if len(facts) >= LEAST_LEADS and then:
        health |= compared(await registry.load(session, champion.id), then, facts)
    health["calibration"] = await _calibration(session, champion)
    health["reasons"] = reasons(health)
    health["drifted"] = bool(health["reasons"])
    champion.health = health
    await session.flush()
    return health


def reasons(health: dict[str, Any]) -> list[str]:
    """What has moved too far, in words; empty when all is well."""
    said = []
    if (health["score_psi"] or 0) >= MUCH:
        said.append(f"Scores are spread differently than when the model was trained (index {health['score_psi']:.2f}).")
    said += [
        f"“{item['label']}” looks different on newer leads (index {item['psi']:.2f})."
        for item in health["features"]
        if item["psi"] >= MUCH
    ]
    calibration = health["calibration"]
    if calibration and calibration["rows"] >= LEAST_OUTCOMES and abs(calibration["surprise"]) >= LEAST_SURPRISE:
        word = "more" if calibration["observed"] > calibration["expected"] else "fewer"
        said.append(
            f"Of {calibration['rows']:,} leads decided since, {calibration['observed']:.0f} converted: {word} than the "
            f"{calibration['expected']:.0f} that were forecast, beyond chance."
        )
    return said


async def _calibration(session: AsyncSession, champion: ScoringModel) -> dict[str, Any] | None:
    rows = await repository.forecasts_and_outcomes(session, champion.id, champion.kind)
    if not rows:
        return None
    forecast: Floats = np.array([row.probability for row in rows], dtype=np.float64)
    observed = float(sum(row.converted for row in rows))
    spread = float(np.sqrt((forecast * (1 - forecast)).sum())) or 1.0
    expected = float(forecast.sum())
    return {
        "rows": len(rows),
        "expected": round(expected, 1),
        "observed": observed,
        "surprise": round((observed - expected) / spread, 2),
    }


def _edges(column: Floats) -> list[float]:
    known = column[~np.isnan(column)]
    return np.unique(np.quantile(known, np.linspace(0, 1, 11)[1:-1])).tolist() if len(known) else []


def _shares(column: Floats, edges: list[float]) -> dict[str, float]:
    missing = np.isnan(column)
    if edges:
        bins = np.searchsorted(np.array(edges), np.where(missing, 0, column), side="right")
    else:
        bins = np.where(missing, 0, column).astype(np.int64)
    values, counts = np.unique(np.where(missing, _MISSING, bins), return_counts=True)
    return {str(value): count / len(column) for value, count in zip(values.tolist(), counts.tolist(), strict=True)}


def _first_id(moment: datetime) -> UUID:
    """The lowest id (UUID version 7) that could have been made at a moment."""
    return UUID(int=(int(moment.timestamp() * 1000) << 80) | (0x7 << 76) | (0b10 << 62))

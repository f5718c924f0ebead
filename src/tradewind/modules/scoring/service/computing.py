"""From facts to scores with their reasons; pure, so that it may run on a thread. One path for one lead and many."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np

from tradewind.modules.leads.contracts import LeadFacts, LeadScore
from tradewind.modules.scoring.engine import calibration, explain
from tradewind.modules.scoring.engine.encoding import EncodedFeature, Encoder
from tradewind.modules.scoring.engine.model import BANDS, LEAST_EVIDENCE, Prediction
from tradewind.modules.scoring.repository import StoredScore
from tradewind.modules.scoring.service import aspects, point_rules
from tradewind.modules.scoring.service.point_rules import Found, Scores
from tradewind.modules.scoring.service.scorers import Scorer

RULE = "rule:"
_NOTHING = Found({}, {})


def compute(active: Scorer, facts: Sequence[LeadFacts], at: datetime, found: Found | None) -> list[StoredScore]:
    """Scores of leads as of `at`; `found` is what the rules asked the database, where they have a say."""
    if not facts:
        return []
    points = None
    if active.asks_rules:
        settings = active.setup.settings
        points = point_rules.evaluate(settings.rules, facts, found or _NOTHING, at, active.setup.points)
    if active.model is None:
        assert points is not None
        return _by_rules(active, facts, points, at)
    return _by_model(active, facts, points, at)


def _by_model(active: Scorer, facts: Sequence[LeadFacts], points: Scores | None, at: datetime) -> list[StoredScore]:
    assert active.model is not None
    assert active.plan is not None
    settings = active.setup.settings
    prediction, encoder = active.model.predict(facts), active.model.encoder
    engaged = aspects.engaged(encoder.encoded)
    if points is not None and settings.mode == "blend":
        prediction, encoder = _blend(active, prediction, encoder, points)
        engaged = np.concatenate([engaged, points.engagement])
    calibrator, thresholds = active.plan.calibrator, active.plan.thresholds
    probability = calibration.apply(calibrator, prediction.raw)
    score = np.rint(100 * probability).astype(int)
    bands = thresholds.bands(prediction.raw)
    behaviour = prediction.contributions[:, engaged].sum(axis=1)
    fit = np.rint(100 * calibration.apply(calibrator, prediction.raw - behaviour)).astype(int)
    engagement = np.rint(100 * calibration.apply(calibrator, prediction.base + behaviour)).astype(int)
    explained = explain.compact(prediction, encoder)
    stored: list[StoredScore] = []
    for row, lead in enumerate(facts):
        stop = _gate(active, points, row)
        if prediction.evidence[row] < LEAST_EVIDENCE and not stop:
            stored.append(_insufficient(active, lead, at))
            continue
        reasons = {
            **explained[row],
            "engagement": round(float(behaviour[row]), 4),
            "halves": [int(fit[row]), int(engagement[row])],
        }
        made = LeadScore(
            lead_id=lead.id,
            score=0 if stop else int(score[row]),
            probability=None if stop else float(probability[row]),
            band="cold" if stop else BANDS[bands[row]],
            kind="model",
            model_id=active.model_id,
            scored_at=at,
            fit=int(fit[row]),
            engagement=int(engagement[row]),
        )
        stored.append(_stored(lead, made, {**reasons, "stopped": stop} if stop else reasons))
    return stored


def _blend(active: Scorer, prediction: Prediction, encoder: Encoder, points: Scores) -> tuple[Prediction, Encoder]:
    """Model and rules in one sum of log-odds, to which each feature and each rule contributes exactly its part."""
    assert active.plan is not None
    share, scale = active.setup.settings.model_share, (1 - active.setup.settings.model_share) * active.plan.slope
    base = share * prediction.base + (1 - share) * active.plan.intercept + scale * points.start
    contributions = np.hstack([share * prediction.contributions, scale * points.matrix])
    count = len(points.matrix)
    said: list[list[Any]] = [
        [points.sentence(row, column) if points.matrix[row, column] else None for row in range(count)]
        for column in range(points.matrix.shape[1])
    ]
    rules = [
        EncodedFeature(RULE + key, name, "", "flag", "", False)
        for key, name in zip(points.keys, points.names, strict=True)
    ]
    mixed = replace(
        prediction,
        raw=base + contributions.sum(axis=1),
        contributions=contributions,
        base=base,
        # A rule that says something of the lead is something known of it.
        evidence=prediction.evidence + (points.matrix != 0).sum(axis=1),
        values=[*prediction.values, *said],
    )
    return mixed, Encoder([*encoder.encoded, *rules], [*encoder.readers, *(None for _ in rules)])


def _gate(active: Scorer, points: Scores | None, row: int) -> str | None:
    """Why the rules stop a lead, if they do."""
    if points is None:
        return None
    stopped = points.stopped[row]
    if stopped is not None:
        return stopped.name
    settings = active.setup.settings
    if settings.mode == "gate" and points.score[row] < settings.gate_points:
        return f"Has {points.score[row]:.0f} points of the {settings.gate_points} that the gate asks for"
    return None


def _by_rules(active: Scorer, facts: Sequence[LeadFacts], points: Scores, at: datetime) -> list[StoredScore]:
    rules = active.setup.settings.rules
    behaviour = points.matrix[:, points.engagement].sum(axis=1)
    total, score, touched = points.total, points.score, points.touched
    stored: list[StoredScore] = []
    for row, lead in enumerate(facts):
        if not touched[row]:
            stored.append(_insufficient(active, lead, at))
            continue
        stop = points.stopped[row]
        made = LeadScore(
            lead_id=lead.id,
            score=int(score[row]),
            probability=None,
            band="cold" if stop else point_rules.band(rules, score[row]),
            kind="rules",
            model_id=None,
            scored_at=at,
            fit=_points(total[row] - behaviour[row]),
            engagement=_points(points.start + behaviour[row]),
        )
        raw = round(float(total[row]), 2)
        reasons: dict[str, Any] = {
            "base": points.start,
            "raw": int(raw) if raw == int(raw) else raw,
            "rest": 0,
            "top": points.reasons(row),
            "engagement": round(float(behaviour[row]), 2),
            "halves": [made.fit, made.engagement],
        }
        if stop:
            reasons["stopped"] = stop.name
        stored.append(_stored(lead, made, reasons))
    return stored


def _points(total: float) -> int:
    return int(np.clip(np.rint(total), 0, 100))


def _insufficient(active: Scorer, lead: LeadFacts, at: datetime) -> StoredScore:
    score = LeadScore(
        lead_id=lead.id,
        score=None,
        probability=None,
        band=None,
        kind="insufficient",
        model_id=active.model_id,
        scored_at=at,
    )
    return _stored(lead, score, {})


def _stored(lead: LeadFacts, score: LeadScore, contributions: explain.Compact) -> StoredScore:
    fields = lead.fields
    same = (
        fields.get("score") == score.score
        and fields.get("score_band") == score.band
        and fields.get("score_kind") == score.kind
        and fields.get("score_model_id") == score.model_id
    )
    return StoredScore(score, contributions, changed=not same)

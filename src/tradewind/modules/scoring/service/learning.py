"""Points that follow outcomes before there are enough for a model: a logistic fit that starts from the set points."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.modules.leads import api as leads
from tradewind.modules.scoring.engine.calibration import sigmoid
from tradewind.modules.scoring.engine.metrics import Floats
from tradewind.modules.scoring.service import point_rules, setups
from tradewind.modules.scoring.service.setups import Setup

LEAST_OUTCOMES = 20
LEAST_EACH = 5
_ROWS = 2_000
# Twenty points are worth one unit of log-odds; a rule may stray from its points by eight on weak evidence.
_LOGITS_PER_POINT = 0.05
_STRAYING_POINTS = 8.0
_MOST = 100.0


def posterior(units: Floats, outcome: Floats, points: Sequence[float]) -> Floats:
    """Points (r,) after outcomes (n,), given how often each rule applied (n, r), from a normal prior on each.

    Newton's method on the penalised log-likelihood; the intercept is free.
    """
    design = np.column_stack([np.ones(len(units)), units * _LOGITS_PER_POINT])
    prior = np.array([0.0, *points])
    precision = np.array([1e-6, *np.full(len(points), 1 / _STRAYING_POINTS**2)])
    rate = outcome.mean()
    weights = prior.copy()
    weights[0] = np.log(rate / (1 - rate)) - float((design[:, 1:] @ prior[1:]).mean())
    for _ in range(30):
        expected = sigmoid(design @ weights)
        gradient = design.T @ (outcome - expected) - precision * (weights - prior)
        curvature = (design * (expected * (1 - expected))[:, None]).T @ design + np.diag(precision)
        step = np.linalg.solve(curvature, gradient)
        weights += np.clip(step, -20, 20)
        if np.abs(step).max() < 1e-4:
            break
    return np.clip(weights[1:], -_MOST, _MOST)


async def learn(session: AsyncSession, setup: Setup) -> dict[str, Any] | None:
    """Shift the points of a setup by the newest outcomes; None, and nothing stored, when there are too few."""
    if not setup.settings.learn_points or setup.settings.target != "converted":
        return None
    facts = await leads.lead_rows_for_scoring(session, labelled=True, limit=_ROWS, before_outcome=True)
    outcome = np.array([float(bool(lead.converted)) for lead in facts])
    won = int(outcome.sum())
    rules = setup.settings.rules
    if len(facts) < LEAST_OUTCOMES or min(won, len(facts) - won) < LEAST_EACH or not rules.rules:
        return None
    at = now()
    found = await point_rules.look_up(session, rules, [lead.id for lead in facts], at)
    matrix = point_rules.evaluate(rules, facts, found, at).matrix[:, : len(rules.rules)]
    points = [float(rule.points) for rule in rules.rules]
    usable = [column for column, worth in enumerate(points) if worth and matrix[:, column].any()]
    units = matrix[:, usable] / np.array([points[column] for column in usable])
    learned = posterior(units, outcome, [points[column] for column in usable])
    stored = {
        "outcomes": len(facts),
        "won": won,
        "at": at.isoformat(),
        "points": {
            rules.rules[column].id: round(float(worth), 1) for column, worth in zip(usable, learned, strict=True)
        },
    }
    row = await setups.stored(session, setup.key)
    row.learned_points = stored
    await session.flush()
    return stored

"""A stream of rows scored as it would have been lived: trained anew every so many rows on the newest outcomes.

Nothing at or after a row's own block is known when it is scored: neither to the trees nor to the cuts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tradewind.modules.scoring.engine import calibration, explain
from tradewind.modules.scoring.engine.calibration import Calibrator
from tradewind.modules.scoring.engine.explain import Compact
from tradewind.modules.scoring.engine.features import CustomField, Subject
from tradewind.modules.scoring.engine.leaks import Order
from tradewind.modules.scoring.engine.metrics import Floats
from tradewind.modules.scoring.engine.model import Model, Prediction
from tradewind.modules.scoring.engine.train import Learner, Report, cut, prepare

_AS_IT_IS: Calibrator = {"kind": "identity"}


@dataclass(slots=True)
class Rolled:
    """Scores (n,) of the streamed rows with their bands (index into BANDS), and the model that scored the last."""

    probability: Floats
    band: np.ndarray
    hot: np.ndarray
    qualified: np.ndarray
    explained: list[Compact]
    model: Model
    trainings: int
    rounds: int


def roll(
    subjects: Sequence[Subject],
    outcome: Sequence[bool],
    custom_fields: Sequence[CustomField],
    order: Order,
    *,
    first: int,
    window: int,
    step: int,
    seeds: int = 2,
    report: Report = lambda done, total, message: None,
) -> Rolled:
    """Score subjects[first:], given in order of time, `step` rows at a time by a model of the `window` rows before.

    Rounds are chosen once, by folds of the first window; cuts follow all predictions whose outcomes are known. The
    trees' own probabilities are kept: learning anew keeps them calibrated, and a map fitted to newest outcomes trails
    behind every turn of the rate.
    """
    y = np.asarray(outcome, dtype=np.float64)
    start = max(0, first - window)
    # The place in time is left out: trees cannot say anything about a time after their newest row.
    without = {f"custom.{order.custom_key}"} if order.custom_key else set()
    known = slice(start, first)
    encoder, _, _, _ = prepare(subjects[known], y[known], custom_fields, order, without)
    values = encoder.read(subjects[start:])
    encoder = encoder.extended(values)
    matrix, y, first = encoder.matrix(values), y[start:], first - start
    learner = Learner(encoder, min(window, first), seeds)
    raw, rounds = learner.cross_validate(matrix[:first], y[:first])
    raw = np.concatenate([raw, np.full(len(y) - first, np.nan)])
    probability, band = np.empty(len(y)), np.empty(len(y), dtype=np.int64)
    hot, qualified = np.zeros(len(y), dtype=bool), np.zeros(len(y), dtype=bool)
    explained: list[Compact] = []
    starts = range(first, len(y), step)
    model: Model | None = None
    for number, begin in enumerate(starts):
        report(number, len(starts), f"Training {number + 1} of {len(starts)}")
        taught = slice(max(0, begin - window), begin)
        block = slice(begin, min(begin + step, len(y)))
        cuts = cut(raw[:begin], y[:begin])
        model = Model(encoder, learner.fit(matrix[taught], y[taught], rounds), _AS_IT_IS, cuts)
        contributions = model.forest().contributions(matrix[block])
        raw[block] = contributions.sum(axis=1) + model.forest().base
        probability[block] = calibration.apply(_AS_IT_IS, raw[block])
        band[block] = cuts.bands(raw[block])
        hot[block], qualified[block] = raw[block] >= cuts.hot, raw[block] >= cuts.warm
        prediction = Prediction(
            raw[block], probability[block], band[block], np.zeros(0), contributions, model.forest().base,
            [column[block] for column in values],
        )  # fmt: skip
        explained += explain.compact(prediction, encoder)
    assert model is not None
    report(len(starts), len(starts), "Done")
    scored = slice(first, len(y))
    return Rolled(
        probability[scored], band[scored], hot[scored], qualified[scored], explained, model, len(starts), rounds
    )  # fmt: skip

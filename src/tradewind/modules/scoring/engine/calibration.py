"""Maps from raw scores (logits) to probabilities, chosen by what predicts unseen rows best."""

from typing import Any

import numpy as np

from tradewind.modules.scoring.engine.metrics import Floats, log_loss

Calibrator = dict[str, Any]
_FLOOR = 1e-3
_TRACE = 1e-3


def sigmoid(x: Floats) -> Floats:
    """1 / (1 + exp(-x))."""
    return 1.0 / (1.0 + np.exp(-np.clip(x, -40, 40)))


def apply(calibrator: Calibrator, raw: Floats) -> Floats:
    """Probabilities (n,) of raw scores (n,)."""
    kind = calibrator["kind"]
    if kind == "identity":
        return sigmoid(raw)
    if kind == "isotonic":
        # Steps alone would make many rows equal and lose their order; a trace of the raw chance keeps it.
        steps = np.interp(raw, calibrator["x"], calibrator["y"])
        return (1 - _TRACE) * steps + _TRACE * sigmoid(raw)
    inputs = _inputs(kind, raw)
    return sigmoid(inputs @ np.asarray(calibrator["weights"]) + calibrator["intercept"])


def fit(kind: str, raw: Floats, outcome: Floats) -> Calibrator:
    """Fit one kind of map: identity, sigmoid (Platt), beta, or isotonic."""
    if kind == "identity":
        return {"kind": kind}
    if kind == "isotonic":
        return _fit_isotonic(raw, outcome)
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1e4, max_iter=500).fit(_inputs(kind, raw), outcome)
    weights = [float(weight) for weight in model.coef_[0]]
    if min(weights) < 0 and kind == "beta":
        return fit("sigmoid", raw, outcome)  # a falling map would turn the order of leads round
    return {"kind": kind, "weights": weights, "intercept": float(model.intercept_[0])}


def choose(
    raw: Floats, outcome: Floats, *, folds: int = 5, seed: int = 7
) -> tuple[Calibrator, dict[str, float], Floats]:
    """The best map by log loss on held-out folds, fitted on everything.

    Also the log loss of each candidate, and the held-out probabilities (n,) of the best.
    Isotonic needs many rows to beat a smooth curve, so it is tried from 1,000 rows on.
    """
    kinds = ["identity", "sigmoid", "beta"] + (["isotonic"] if len(raw) >= 1000 else [])
    part = np.random.default_rng(seed).permutation(len(raw)) % folds
    losses: dict[str, float] = {}
    judged: dict[str, Floats] = {}
    for kind in kinds:
        held_out = np.empty(len(raw))
        for fold in range(folds):
            test = part == fold
            if len(np.unique(outcome[~test])) < 2:
                return {"kind": "identity"}, {}, sigmoid(raw)
            held_out[test] = apply(fit(kind, raw[~test], outcome[~test]), raw[test])
        losses[kind], judged[kind] = log_loss(outcome, held_out), held_out
    best = min(kinds, key=lambda kind: losses[kind])
    return fit(best, raw, outcome), losses, judged[best]


def _inputs(kind: str, raw: Floats) -> Floats:
    if kind == "sigmoid":
        return raw[:, None]
    # log p and −log(1 − p): the beta map, which can correct each end on its own.
    return np.column_stack([-np.logaddexp(0, -raw), np.logaddexp(0, raw)])


def _fit_isotonic(raw: Floats, outcome: Floats) -> Calibrator:
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(y_min=_FLOOR, y_max=1 - _FLOOR, out_of_bounds="clip").fit(raw, outcome)
    x, y = fitted.X_thresholds_, fitted.y_thresholds_
    return {"kind": "isotonic", "x": [round(float(v), 6) for v in x], "y": [round(float(v), 6) for v in y]}

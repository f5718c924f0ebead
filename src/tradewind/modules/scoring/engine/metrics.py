"""Measures of a binary score. All take `outcome` (n,) of 0/1 and `score` or `probability` (n,)."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ECE_BINS = 15


def auc(outcome: Floats, score: Floats) -> float:
    """Area under the ROC curve, ties counted half; NaN when a class is missing."""
    positives = int(outcome.sum())
    negatives = len(outcome) - positives
    if not positives or not negatives:
        return float("nan")
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(counts) - (counts - 1) / 2
    ranks = mean_rank[inverse]
    return float((ranks[outcome > 0].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def brier(outcome: Floats, probability: Floats) -> float:
    """Mean squared error of the probability."""
    return float(np.mean((probability - outcome) ** 2))


def log_loss(outcome: Floats, probability: Floats) -> float:
    """Mean negative log likelihood."""
    p = np.clip(probability, 1e-6, 1 - 1e-6)
    return float(-np.mean(outcome * np.log(p) + (1 - outcome) * np.log1p(-p)))


def calibration_curve(outcome: Floats, probability: Floats, bins: int = ECE_BINS) -> list[dict[str, float]]:
    """Mean prediction, observed rate and count of `bins` equally filled bins, lowest first."""
    order = np.argsort(probability, kind="stable")
    return [
        {"predicted": float(probability[part].mean()), "observed": float(outcome[part].mean()), "rows": len(part)}
        for part in np.array_split(order, bins)
        if len(part)
    ]


def expected_calibration_error(outcome: Floats, probability: Floats, bins: int = ECE_BINS) -> float:
    """Mean |observed − predicted| over equally filled bins."""
    curve = calibration_curve(outcome, probability, bins)
    return float(sum(abs(b["observed"] - b["predicted"]) * b["rows"] for b in curve) / len(outcome))


def threshold_for_false_positives(outcome: Floats, score: Floats, rate: float) -> float:
    """Lowest score such that at most `rate` of the negatives reach it (inf if none is high enough)."""
    negatives = np.sort(score[outcome == 0])[::-1]
    if not len(negatives):
        return float(score.min()) if len(score) else float("inf")
    allowed = int(np.floor(rate * len(negatives)))
    # Everything strictly above the first negative that is one too many.
    barrier = negatives[allowed] if allowed < len(negatives) else -np.inf
    above = score[score > barrier]
    return float(above.min()) if len(above) else float("inf")


def threshold_for_accuracy(outcome: Floats, score: Floats) -> float:
    """Score from which calling a lead positive is right most often."""
    order = np.argsort(-score, kind="stable")
    gained = np.cumsum(2 * outcome[order] - 1)
    last_of_tie = np.append(np.diff(score[order]) != 0, True)
    best = int(np.argmax(np.where(last_of_tie, gained, -np.inf)))
    return float(score[order][best])


def at_threshold(outcome: Floats, score: Floats, threshold: float) -> dict[str, float]:
    """Accuracy, precision, recall and false positive rate when `score >= threshold` means positive."""
    called = score >= threshold
    positives, negatives = max(1.0, outcome.sum()), max(1.0, (1 - outcome).sum())
    hits = float((called & (outcome > 0)).sum())
    return {
        "accuracy": float((called == (outcome > 0)).mean()),
        "precision": hits / max(1.0, float(called.sum())),
        "recall": float(hits / positives),
        "false_positive_rate": float((called & (outcome == 0)).sum() / negatives),
    }


def precision_at_share(outcome: Floats, score: Floats, share: float) -> float:
    """Rate of positives among the best `share` of rows."""
    best = np.argsort(-score, kind="stable")[: max(1, round(share * len(score)))]
    return float(outcome[best].mean())


def lift_area(outcome: Floats, score: Floats) -> float:
    """ALIFT: area under the cumulative gains curve, the share of positives found among the best share of rows.

    Half for a random order, 1 − rate/2 for a perfect one (Moro, Cortez, Rita 2014); ties in the order of the rows.
    """
    gains = np.concatenate([[0.0], np.cumsum(outcome[np.argsort(-score, kind="stable")])]) / max(1.0, outcome.sum())
    return float(np.mean((gains[1:] + gains[:-1]) / 2))

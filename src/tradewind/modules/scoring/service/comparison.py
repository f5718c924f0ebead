"""Champion against challenger on leads neither has seen: paired differences with their uncertainty.

AUC by DeLong's method for correlated curves (DeLong, DeLong and Clarke-Pearson 1988); log loss by the paired normal
interval. Both two-sided 95 %, so that a lower bound above zero is a one-sided 97.5 % claim.
"""

from dataclasses import dataclass

import numpy as np

from tradewind.modules.scoring.engine.metrics import Floats

_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Difference:
    """New minus old (n rows), with its 95 % interval; above zero is better."""

    new: float
    old: float
    gain: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a challenger does against the champion on the same leads."""

    rows: int
    auc: Difference
    log_loss: Difference

    @property
    def better(self) -> bool:
        """One of the two is better beyond doubt, and the other not worse beyond doubt."""
        pair = (self.auc, self.log_loss)
        return any(d.low > 0 for d in pair) and not any(d.high < 0 for d in pair)

    @property
    def words(self) -> str:
        """The outcome in one sentence."""
        auc, loss = self.auc, self.log_loss
        return (
            f"On {self.rows:,} leads neither had learned from: AUC {auc.new:.3f} against {auc.old:.3f} (difference "
            f"{auc.gain:+.3f}, 95 % between {auc.low:+.3f} and {auc.high:+.3f}, DeLong); log loss lower by "
            f"{loss.gain:+.4f} (95 % between {loss.low:+.4f} and {loss.high:+.4f})."
        )


def compare(outcome: Floats, new: Floats, old: Floats, new_probability: Floats, old_probability: Floats) -> Comparison:
    """Compare two scores (n,) of the same leads with both classes present; probabilities judge the log loss."""
    losses = _losses(outcome, old_probability) - _losses(outcome, new_probability)
    gain, error = float(losses.mean()), float(losses.std(ddof=1) / np.sqrt(len(losses)))
    loss = Difference(
        float(_losses(outcome, new_probability).mean()),
        float(_losses(outcome, old_probability).mean()),
        gain,
        gain - _Z * error,
        gain + _Z * error,
    )
    return Comparison(len(outcome), delong(outcome, new, old), loss)


def delong(outcome: Floats, new: Floats, old: Floats) -> Difference:
    """Difference of two AUCs measured on the same rows."""
    positive, negative = outcome > 0, outcome == 0
    wins = [_placements(score[positive], score[negative]) for score in (new, old)]
    first, second = (float(over_negatives.mean()) for over_negatives, _ in wins)
    of_positives = wins[0][0] - wins[1][0]
    of_negatives = wins[0][1] - wins[1][1]
    variance = of_positives.var(ddof=1) / len(of_positives) + of_negatives.var(ddof=1) / len(of_negatives)
    gain, error = first - second, float(np.sqrt(max(0.0, variance)))
    return Difference(first, second, gain, gain - _Z * error, gain + _Z * error)


def _placements(positives: Floats, negatives: Floats) -> tuple[Floats, Floats]:
    """Share of negatives below each positive, and of positives above each negative; ties count half."""
    ordered_n, ordered_p = np.sort(negatives), np.sort(positives)
    below = (np.searchsorted(ordered_n, positives, "left") + np.searchsorted(ordered_n, positives, "right")) / 2
    above = (np.searchsorted(ordered_p, negatives, "left") + np.searchsorted(ordered_p, negatives, "right")) / 2
    return below / len(negatives), 1 - above / len(positives)


def _losses(outcome: Floats, probability: Floats) -> Floats:
    p = np.clip(probability, 1e-6, 1 - 1e-6)
    return -(outcome * np.log(p) + (1 - outcome) * np.log1p(-p))

"""Small networks that tell labels apart; several, begun differently, are asked together.

Each sees mixtures of two examples with mixtures of their labels (mixup: Zhang et al., ICLR 2018), drops part of what
it sees (dropout: Srivastava et al., JMLR 2014) and learns by AdamW (Loshchilov and Hutter, ICLR 2019) with a rate that
falls along a cosine. Alone, one is no better than directions; three together are, on texts nobody learned from.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tradewind.modules.intents.engine.space import Metric

# With fewer examples nothing is gained that would be worth the megabytes of a network.
LEAST_EXAMPLES = 1_000
NETWORKS = 3
_HIDDEN, _ROUNDS, _BATCH = 512, 20, 256
_RATE, _DECAY = 2e-3, 1e-2
_DROPPED_INPUT, _DROPPED_HIDDEN = 0.4, 0.4
_MIXTURE, _DOUBT = 0.4, 0.1
_FIRST_MOMENT, _SECOND_MOMENT, _TINY = 0.9, 0.999, 1e-8


@dataclass(frozen=True, slots=True)
class Network:
    """One hidden layer: `enter` (d × hidden), `bend` (hidden), `leave` (hidden × labels), `lean` (labels).

    It sees vectors (n × d) as `Metric.flat` gives them, or what `seen_through` made it for.
    """

    enter: np.ndarray
    bend: np.ndarray
    leave: np.ndarray
    lean: np.ndarray

    def seen_through(self, metric: Metric) -> "Network":
        """The same for the first of what `Metric.unit` returns, which spares the way to `Metric.flat`."""
        return replace(self, enter=metric.through(self.enter))

    def logits(self, seen: np.ndarray) -> np.ndarray:
        """Log-odds (n × labels), up to a constant a text, of vectors (n × d)."""
        return np.maximum(seen @ self.enter + self.bend, 0) @ self.leave + self.lean


def together(networks: Sequence[Network], seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the networks say on average: log-probabilities (n × labels), and the evidence there is at all (n).

    Evidence is the mean log of the sum of exponentials of the log-odds: low for texts like none of the examples
    (Liu et al., NeurIPS 2020).
    """
    logs = np.zeros((len(seen), len(networks[0].lean)), np.float32)
    evidence = np.zeros(len(seen), np.float32)
    for network in networks:
        logits = network.logits(seen)
        peak = logits.max(axis=1, keepdims=True)
        total = peak + np.log(np.exp(logits - peak).sum(axis=1, keepdims=True))
        logs += (logits - total) / len(networks)
        evidence += total[:, 0] / len(networks)
    return logs, evidence


def learn(flat: np.ndarray, labels: np.ndarray, label_count: int, *, seed: int) -> Network:
    """Learn from vectors (n × d) of about length one and their labels; the same for the same seed."""
    random = np.random.default_rng(seed)
    size = flat.shape[1]
    # Parts of a vector of length one are small; a network wants them around one.
    scale = np.float32(np.sqrt(size))
    seen = flat * scale
    weights = [
        random.normal(0, np.sqrt(2 / size), (size, _HIDDEN)).astype(np.float32),
        np.zeros(_HIDDEN, np.float32),
        random.normal(0, np.sqrt(1 / _HIDDEN), (_HIDDEN, label_count)).astype(np.float32),
        np.zeros(label_count, np.float32),
    ]
    firsts, seconds = ([np.zeros_like(weight) for weight in weights] for _ in range(2))
    truth = np.eye(label_count, dtype=np.float32) * np.float32(1 - _DOUBT) + np.float32(_DOUBT / label_count)
    steps = _ROUNDS * -(-len(seen) // _BATCH)
    step = 0
    for _ in range(_ROUNDS):
        order = random.permutation(len(seen))
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            step += 1
            rate = np.float32(_RATE * 0.5 * (1 + np.cos(np.pi * step / steps)))
            slopes = _slopes(weights, *_mixed(seen[rows], truth[labels[rows]], random), random)
            for place, slope in enumerate(slopes):
                firsts[place] += np.float32(1 - _FIRST_MOMENT) * (slope - firsts[place])
                seconds[place] += np.float32(1 - _SECOND_MOMENT) * (slope**2 - seconds[place])
                pace = np.sqrt(seconds[place] / np.float32(1 - _SECOND_MOMENT**step)) + np.float32(_TINY)
                change = firsts[place] / np.float32(1 - _FIRST_MOMENT**step) / pace
                if weights[place].ndim == 2:
                    change += np.float32(_DECAY) * weights[place]
                weights[place] -= rate * change
    enter, bend, leave, lean = weights
    return Network(enter * scale, bend, leave, lean)


def _mixed(seen: np.ndarray, truth: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    share = np.float32(random.beta(_MIXTURE, _MIXTURE))
    other = random.permutation(len(seen))
    return share * seen + (1 - share) * seen[other], share * truth + (1 - share) * truth[other]


def _kept(shape: tuple[int, ...], dropped: float, random: np.random.Generator) -> np.ndarray:
    return (random.random(shape, dtype=np.float32) > dropped) / np.float32(1 - dropped)


def _slopes(
    weights: Sequence[np.ndarray], seen: np.ndarray, truth: np.ndarray, random: np.random.Generator
) -> list[np.ndarray]:
    enter, bend, leave, lean = weights
    seen = seen * _kept(seen.shape, _DROPPED_INPUT, random)
    inner = seen @ enter + bend
    kept = _kept(inner.shape, _DROPPED_HIDDEN, random)
    hidden = np.maximum(inner, 0) * kept
    logits = hidden @ leave + lean
    chance = np.exp(logits - logits.max(axis=1, keepdims=True))
    wrong = (chance / chance.sum(axis=1, keepdims=True) - truth) / np.float32(len(seen))
    back = (wrong @ leave.T) * kept * (inner > 0)
    return [seen.T @ back, back.sum(axis=0), hidden.T @ wrong, wrong.sum(axis=0)]

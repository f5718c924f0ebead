"""The space in which labels lie apart: vectors seen through the inverse of the spread within labels.

What varies among texts of one label says nothing about labels, so those directions shrink. In what is left a label is
the mean direction of its examples, and a text belongs to the label with the nearest direction.
"""

from dataclasses import dataclass

import numpy as np

SHRINKAGES = (0.003, 0.03, 0.1, 0.3, 0.6, 0.9)
# A judged text's length is measured along so few directions where its square is then wrong by one part in a hundred at
# most, as it is for small sets. Learning takes all of them: without the weak ones labels lose a point.
FEW_DIRECTIONS, _LEFT_OUT = 256, 0.01
_ROUNDS, _BATCH = 4, 500
_SHARPNESS, _PULL, _STEP = 30.0, 0.1, 0.07


@dataclass(frozen=True, slots=True)
class Spread:
    """Spread within labels: `directions` (d × r) with `variances` (r), the same `rest` in every other direction."""

    centre: np.ndarray
    directions: np.ndarray
    variances: np.ndarray
    average: float

    def metric(self, shrinkage: float) -> "Metric":
        """The inverse of the spread, drawn towards a ball by `shrinkage` (0 … 1)."""
        ball = shrinkage * self.average
        gains = 1 / ((1 - shrinkage) * self.variances + ball) - 1 / ball
        return Metric(self.centre, self.directions, gains.astype(np.float32), float(1 / ball))


@dataclass(frozen=True, slots=True)
class Metric:
    """Inner products x·y·`every` + Σ gainᵢ (x·vᵢ)(y·vᵢ) of vectors counted from `centre`."""

    centre: np.ndarray
    directions: np.ndarray
    gains: np.ndarray
    every: float

    def compact(self, *, small: bool = False) -> "Metric":
        """The same seen through the directions with the most spread alone, where the others hardly change a length.

        Only for sets with few examples: those of a large one tell of every direction what is in scope and what is not.
        `small`: even where lengths change, which makes a model a little more or less sure, and four times smaller.
        """
        if not small and 2 * len(self.gains) > len(self.centre):
            return self
        order = np.argsort(self.gains, kind="stable")
        kept, others = order[:FEW_DIRECTIONS], order[FEW_DIRECTIONS:]
        # What each direction adds to the mean square of a length, and takes from it.
        spread = 1 / (self.gains + self.every) - 1 / self.every
        taken = -self.gains * spread
        if not small and taken[others].sum() > _LEFT_OUT * (self.every * spread - taken).sum():
            return self
        return Metric(self.centre, np.ascontiguousarray(self.directions[:, kept]), self.gains[kept], self.every)

    def unit(self, vectors: np.ndarray, projected: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """The vectors (n × d) at length one, and their parts along the directions (n × r)."""
        moved = vectors - self.centre
        parts = moved @ self.directions if projected is None else projected
        squares = (moved**2).sum(axis=1) * self.every + (parts**2) @ self.gains
        lengths = np.sqrt(np.maximum(squares, 1e-12))[:, None]
        return moved / lengths, parts / lengths

    def means(self, unit: tuple[np.ndarray, np.ndarray], labels: np.ndarray, label_count: int) -> np.ndarray:
        """Dual of each label's mean direction (labels × d): its product with a unit vector is the cosine."""
        moved, parts = unit
        centres = np.zeros((label_count, moved.shape[1]), np.float32)
        along = np.zeros((label_count, parts.shape[1]), np.float32)
        for label in range(label_count):
            mine = labels == label
            if mine.any():
                centres[label], along[label] = moved[mine].mean(axis=0), parts[mine].mean(axis=0)
        squares = (centres**2).sum(axis=1) * self.every + (along**2) @ self.gains
        duals = centres * self.every + (along * self.gains) @ self.directions.T
        return (duals / np.sqrt(np.maximum(squares, 1e-12))[:, None]).astype(np.float32)

    def flat(self, unit: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        """Unit vectors (n × d) in coordinates in which the ordinary inner product is this one."""
        return (unit[0] * np.sqrt(self.every) + (unit[1] * self._roots) @ self.directions.T).astype(np.float32)

    def through(self, weights: np.ndarray) -> np.ndarray:
        """Weights (d × h) of vectors as `flat` gives them, made for the first of what `unit` returns."""
        along = (self.directions.T @ weights) * self._roots[:, None]
        return (weights * np.sqrt(self.every) + self.directions @ along).astype(np.float32)

    def triangular(self) -> "Metric":
        """The same lengths with half the numbers, of which none takes away from another: the root by Cholesky.

        Its directions no longer are those of the spread, so `flat` and `refined` are not to be asked.
        """
        products = (self.directions.astype(np.float64) * self.gains) @ self.directions.T
        products[np.diag_indices_from(products)] += self.every
        root = np.linalg.cholesky(products).astype(np.float32)
        return Metric(self.centre, root, np.ones(len(root), np.float32), 0.0)

    def refined(self, unit: tuple[np.ndarray, np.ndarray], labels: np.ndarray, label_count: int) -> np.ndarray:
        """Like `means`, each direction turned away from the examples of other labels that come too close to it."""
        vectors = self.flat(unit)
        start = np.zeros((label_count, vectors.shape[1]), np.float32)
        for label in range(label_count):
            mine = labels == label
            if mine.any():
                start[label] = vectors[mine].mean(axis=0)
        start /= np.maximum(np.linalg.norm(start, axis=1, keepdims=True), 1e-12)
        turned, drift = start.copy(), np.zeros_like(start)
        random = np.random.default_rng(0)
        for done in range(_ROUNDS):
            order = random.permutation(len(labels))
            for first in range(0, len(order), _BATCH):
                rows = order[first : first + _BATCH]
                chance = _softmax(_SHARPNESS * (vectors[rows] @ turned.T))
                chance[np.arange(len(rows)), labels[rows]] -= 1
                slope = chance.T @ vectors[rows] * (label_count / 5 / len(rows)) + _PULL * (turned - start)
                drift = 0.9 * drift + slope
                turned -= _STEP * (1 - done / 12) * drift
        along = (turned @ self.directions) * self._roots
        return (turned * np.sqrt(self.every) + along @ self.directions.T).astype(np.float32)

    @property
    def _roots(self) -> np.ndarray:
        return np.sqrt(np.maximum(self.gains + self.every, 0)) - np.sqrt(self.every)


def _softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def spread(vectors: np.ndarray, labels: np.ndarray, label_count: int) -> Spread:
    """Measure the spread within labels of vectors (n × d); labels without a row are left out."""
    present = [label for label in range(label_count) if (labels == label).any()]
    means = np.zeros((label_count, vectors.shape[1]), np.float32)
    for label in present:
        means[label] = vectors[labels == label].mean(axis=0)
    inner = vectors - means[labels]
    freedom = max(1, len(vectors) - len(present))
    if len(vectors) < vectors.shape[1]:
        # As many directions as rows at most: the small matrix of their products has the same ones.
        squares, sides = np.linalg.eigh(inner.astype(np.float64) @ inner.T)
        kept = squares > 1e-9 * squares.max(initial=1e-12)
        directions = inner.T @ (sides[:, kept] / np.sqrt(squares[kept]))
        variances = squares[kept] / freedom
    else:
        variances, directions = np.linalg.eigh(inner.T @ inner / freedom)
        kept = variances > 1e-7 * variances.max(initial=1e-12)
        directions, variances = directions[:, kept], variances[kept]
    total = float(np.maximum(variances, 0).sum())
    return Spread(
        means[present].mean(axis=0),
        np.ascontiguousarray(directions, dtype=np.float32),
        variances.astype(np.float32),
        max(total / vectors.shape[1], 1e-9),
    )

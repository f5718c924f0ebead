"""A trained classifier of intents and its stored form (arrays only, nothing that runs)."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from tradewind.modules.ai.api import DEEP_SENTENCE, embed_deeply
from tradewind.modules.intents.engine.network import Network, together
from tradewind.modules.intents.engine.space import FEW_DIRECTIONS, Metric
from tradewind.modules.intents.engine.words import BUCKETS, Words

NEIGHBOURS = 5
_FORMAT = 4


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An example near a text, its label, and the cosine."""

    text: str
    label: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model says of a text; `ranking`: the most probable labels with their probabilities."""

    label: str
    probability: float
    in_scope: float
    ranking: tuple[tuple[str, float], ...]
    neighbours: tuple[Neighbour, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """Labels told apart by meaning (`metric`, `duals`), by words and, from many examples, by `networks`.

    `weights`: of the three opinions, in this order. `scope`: weights of `scope_features` and, last, the constant;
    `texts`, `targets` and `examples`: what it learned from, by label number and as sentence vectors (n × 384).
    """

    labels: list[str]
    metric: Metric
    duals: np.ndarray
    words: Words
    weights: tuple[float, float, float]
    scope: np.ndarray
    texts: list[str]
    targets: np.ndarray
    examples: np.ndarray
    networks: tuple[Network, ...] = ()

    def predict(self, texts: Sequence[str], *, neighbours: int = NEIGHBOURS) -> list[Prediction]:
        """Judge texts, in their order. Blocks: use a thread."""
        if not texts:
            return []
        vectors = embed_deeply(texts)
        unit = self.metric.unit(vectors)
        cosines = unit[0] @ self.duals.T
        words = self.words.scores(texts)
        opinion = together(self.networks, unit[0]) if self.networks else None
        probabilities = softmax(joined(self.weights, cosines, words, opinion))
        similar = vectors[:, DEEP_SENTENCE] @ self.examples.T
        features = scope_features(cosines, words, nearest(similar), opinion)
        in_scope = 1 / (1 + np.exp(-(features @ self.scope[:-1] + self.scope[-1])))
        order = np.argsort(-probabilities, axis=1)[:, :5]
        close = _highest(similar, neighbours)
        return [
            Prediction(
                self.labels[order[row, 0]],
                float(probabilities[row, order[row, 0]]),
                float(in_scope[row]),
                tuple((self.labels[column], float(probabilities[row, column])) for column in order[row]),
                tuple(
                    Neighbour(self.texts[at], self.labels[self.targets[at]], float(similar[row, at]))
                    for at in close[row]
                ),
            )
            for row in range(len(texts))
        ]

    def to_bytes(self) -> bytes:
        """The stored form."""
        gain, metric = self.words.gain, self.metric
        if metric.every and 2 * len(metric.gains) > len(metric.centre):
            metric = metric.triangular()
        root = metric.every == 0
        # By many directions lengths are small differences of large sums, and need the finer numbers.
        coarse = root or len(metric.gains) <= FEW_DIRECTIONS
        # What stands on the root's diagonal is so much larger that the rest would be lost beside it.
        diagonal = np.diagonal(metric.directions) if root else np.zeros(0, np.float32)
        directions = np.tril(metric.directions, -1) if root else metric.directions
        directions, steps = _in_eight_bits(directions) if coarse else (directions.astype(np.float16), 1.0)
        entries = [_in_eight_bits(one.enter) for one in self.networks]
        target = io.BytesIO()
        np.savez_compressed(
            target,
            head=np.frombuffer(
                orjson.dumps(
                    {
                        "format": _FORMAT,
                        "labels": self.labels,
                        "weights": self.weights,
                        "every": metric.every,
                        "texts": self.texts,
                        "networks": len(self.networks),
                    }
                ),
                np.uint8,
            ),
            centre=metric.centre,
            directions=directions[np.tril_indices_from(directions, -1)] if root else directions,
            diagonal=diagonal,
            steps=steps,
            gains=metric.gains,
            duals=self.duals.astype(np.float16),
            rarity=self.words.rarity,
            gain=gain.data.astype(np.float16),
            gain_indices=gain.indices.astype(np.int32),
            gain_starts=gain.indptr.astype(np.int32),
            base=self.words.base,
            scope=self.scope,
            targets=self.targets.astype(np.int32),
            examples=np.rint(self.examples * 127).astype(np.int8),
            **{f"enter_{number}": entry for number, (entry, _) in enumerate(entries)},
            **{f"enter_steps_{number}": worth for number, (_, worth) in enumerate(entries)},
            **{
                f"{name}_{number}": getattr(one, name).astype(np.float16)
                for number, one in enumerate(self.networks)
                for name in ("bend", "leave", "lean")
            },
        )
        return target.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Model":
        """Read the stored form."""
        from scipy.sparse import csr_array

        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            head = orjson.loads(stored["head"].tobytes())
            metric = _metric(stored, head["every"])
            sharpness, share, *more = head["weights"]
            gain = csr_array(
                (stored["gain"].astype(np.float32), stored["gain_indices"], stored["gain_starts"]),
                shape=(BUCKETS, len(head["labels"])),
            )
            return cls(
                head["labels"],
                metric,
                stored["duals"].astype(np.float32),
                Words(stored["rarity"], gain, stored["base"]),
                # Formats before the third know no networks.
                (sharpness, share, more[0] if more else 0.0),
                stored["scope"],
                head["texts"],
                stored["targets"],
                stored["examples"].astype(np.float32) / 127,
                tuple(_network(stored, number, metric) for number in range(head.get("networks", 0))),
            )


def _in_eight_bits(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numbers (n × m) as whole ones of -127 to 127, and what one of them is worth in each column (m)."""
    steps = np.maximum(np.abs(values).max(axis=0, initial=0), 1e-12) / 127
    return np.rint(values / steps).astype(np.int8), steps.astype(np.float32)


def _metric(stored: Any, every: float) -> Metric:
    """How lengths are measured. Models of the first format hold directions as they are."""
    centre, found = stored["centre"], stored["directions"]
    steps = stored["steps"] if "steps" in stored else np.float32(1)
    if found.ndim > 1:
        return Metric(centre, (found * steps).astype(np.float32), stored["gains"], every)
    root = np.zeros((len(centre), len(centre)), np.float32)
    root[np.tril_indices_from(root, -1)] = found
    root *= steps
    root[np.diag_indices_from(root)] = stored["diagonal"]
    return Metric(centre, root, stored["gains"], every)


def _network(stored: Any, number: int, metric: Metric) -> Network:
    enter, *others = (stored[f"{name}_{number}"].astype(np.float32) for name in Network.__slots__)
    if f"enter_steps_{number}" in stored:
        return Network(enter * stored[f"enter_steps_{number}"], *others)
    # The third format holds networks for what `Metric.flat` gives.
    return Network(enter, *others).seen_through(metric)


def _highest(values: np.ndarray, count: int) -> np.ndarray:
    """Columns (n × count) of the highest values of each row, highest first."""
    count = min(count, values.shape[1])
    found = np.argpartition(-values, count - 1, axis=1)[:, :count]
    order = np.argsort(-np.take_along_axis(values, found, axis=1), axis=1)
    return np.take_along_axis(found, order, axis=1)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Probabilities (n × labels) of log-scores."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def nearest(similar: np.ndarray) -> np.ndarray:
    """Mean cosine (n) of the nearest five examples."""
    count = min(NEIGHBOURS, similar.shape[1])
    return np.partition(similar, similar.shape[1] - count, axis=1)[:, -count:].mean(axis=1)


def joined(
    weights: tuple[float, float, float],
    cosines: np.ndarray,
    words: np.ndarray,
    opinion: tuple[np.ndarray, np.ndarray] | None,
) -> np.ndarray:
    """Log-scores (n × labels) of all opinions together."""
    scores = weights[0] * cosines + weights[1] * words
    return scores + weights[2] * opinion[0] if opinion else scores


def scope_features(
    cosines: np.ndarray, words: np.ndarray, near: np.ndarray, opinion: tuple[np.ndarray, np.ndarray] | None = None
) -> np.ndarray:
    """What tells whether a text belongs to any label at all (n × 4, or 6 where networks have an opinion)."""
    top = np.partition(cosines, cosines.shape[1] - 2, axis=1)[:, -2:]
    found = [top[:, 1], top[:, 1] - top[:, 0], near, words.max(axis=1)]
    if opinion:
        found += [opinion[0].max(axis=1), opinion[1]]
    return np.column_stack(found)

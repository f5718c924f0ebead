"""Learning a classifier from examples; everything it reports was measured on folds it had not seen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from tradewind.modules.ai.api import DEEP_SENTENCE, embed_deeply
from tradewind.modules.intents.engine import network
from tradewind.modules.intents.engine.model import Model, joined, nearest, scope_features, softmax
from tradewind.modules.intents.engine.space import SHRINKAGES, Spread, spread
from tradewind.modules.intents.engine.words import Counted

Report = Callable[[float, str], None]
Opinion = tuple[np.ndarray, np.ndarray]
_SCOPE_ROWS = 3000
_SLICE = 512
# Examples a text is compared with one by one; more would cost a message milliseconds and tell nothing new.
_KEPT_EXAMPLES = 6000
_WEIGHED_ROWS = 5000
# Bounded, so that a handful of examples told apart without a mistake do not make a model that is always certain.
_SHARPNESS = (5.0, 8.0, 11.0, 14.0, 18.0, 23.0, 30.0, 40.0)
# What a wrong label costs beside the logarithm of the right one's probability.
_MISTAKE = 3.0
_WORD_SHARES = (0.0, 0.06, 0.12, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
_NETWORK_SHARES = (0.0, 0.5, 0.75, 1.0, 1.25, 1.5)
# Beside networks, directions and words need no fine choice.
_BESIDE_SHARPNESS, _BESIDE_WORDS = (0.0, 5.0, 11.0, 18.0, 30.0), _WORD_SHARES[:6]


@dataclass(frozen=True, slots=True)
class _HeldOut:
    """Scores (n × labels) of every example by a model that had not seen it, and those of the negatives (m × labels).

    `judged`: examples whose label the other folds know. `opinion` and `outside_opinion` are of networks, where the
    examples are enough for them.
    """

    cosines: np.ndarray
    words: np.ndarray
    outside_cosines: np.ndarray
    outside_words: np.ndarray
    fold: np.ndarray
    judged: np.ndarray
    opinion: Opinion | None
    outside_opinion: Opinion | None


@dataclass(frozen=True, slots=True)
class Trained:
    """A model, and what it says of examples held out: `labels` and `predicted` by number, each of length n.

    `in_scope`, `negatives_in_scope` and `foreign_in_scope`: probabilities of being in scope of a sample of examples,
    of the negatives, and of examples judged as if their label did not exist.
    """

    model: Model
    labels: np.ndarray
    predicted: np.ndarray
    probability: np.ndarray
    in_scope: np.ndarray
    negatives_in_scope: np.ndarray
    foreign_in_scope: np.ndarray


def train(
    texts: Sequence[str],
    labels: Sequence[str],
    negatives: Sequence[str] = (),
    *,
    report: Report = lambda share, words: None,
    small: bool = False,
) -> Trained:
    """Learn from texts with their labels, and texts that belong to none. At least two labels. Blocks: use a thread.

    `report` hears the share done (0 … 1) and what is being done; `small` asks for a small model of a set that is not.
    """
    names = sorted(set(labels))
    numbers = {name: number for number, name in enumerate(names)}
    target = np.array([numbers[label] for label in labels])
    every = [*texts, *negatives]
    vectors = _vectors(every, lambda share: report(0.4 * share, "Reading the examples"))
    counted = Counted(every)
    inside = np.arange(len(texts))
    outside = np.arange(len(texts), len(every))
    held, shrinkage = _held_out(vectors, counted, target, outside, len(names), report)
    report(0.8, "Weighing")
    judged = held.judged
    weights = _weights(held.cosines[judged], held.words[judged], _of(held.opinion, judged), target[judged])
    kept = _kept(target)
    scope, mine, foreign, refused = _scope(held, target, kept, vectors[:, DEEP_SENTENCE], outside)
    report(0.85, "Learning from all examples")
    metric = spread(vectors[inside], target, len(names)).metric(shrinkage)
    unit = metric.unit(vectors[inside])
    networks: list[network.Network] = []
    if held.opinion:
        flat = metric.flat(unit)
        for seed in range(network.NETWORKS):
            report(0.85 + 0.04 * seed, "Learning from all examples")
            networks.append(network.learn(flat, target, len(names), seed=seed).seen_through(metric))
    model = Model(
        names,
        metric.compact(small=small),
        metric.refined(unit, target, len(names)),
        counted.learn(inside, target, len(names)),
        weights,
        scope,
        [str(texts[row]) for row in kept],
        target[kept],
        vectors[kept][:, DEEP_SENTENCE],
        tuple(networks),
    )
    probabilities = softmax(joined(weights, held.cosines, held.words, held.opinion))
    return Trained(model, target, probabilities.argmax(axis=1), probabilities.max(axis=1), mine, refused, foreign)


def _vectors(texts: Sequence[str], report: Callable[[float], None]) -> np.ndarray:
    parts = []
    for start in range(0, len(texts), _SLICE):
        parts.append(embed_deeply(texts[start : start + _SLICE]))
        report(min(1.0, (start + _SLICE) / len(texts)))
    return np.concatenate(parts)


def _held_out(
    vectors: np.ndarray,
    counted: Counted,
    target: np.ndarray,
    outside: np.ndarray,
    label_count: int,
    report: Report,
) -> tuple[_HeldOut, float]:
    """Scores by folds, and the shrinkage that served them best."""
    size = len(target)
    folds = 3 if size > 3000 else 5
    fold = _folds(target, folds)
    cosines = np.zeros((len(SHRINKAGES), size, label_count), np.float32)
    beyond = np.zeros((len(outside), label_count), np.float32)
    spreads: list[Spread] = []
    words = np.zeros((size, label_count), np.float32)
    beyond_words = np.zeros((len(outside), label_count), np.float32)
    for number in range(folds):
        report(0.4 + 0.2 * number / folds, f"Checking, part {number + 1} of {folds}")
        known, new = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        measured = spread(vectors[known], target[known], label_count)
        spreads.append(measured)
        rows = np.concatenate([known, new])
        projected = (vectors[rows] - measured.centre) @ measured.directions
        for place, shrinkage in enumerate(SHRINKAGES):
            metric = measured.metric(shrinkage)
            moved, parts = metric.unit(vectors[rows], projected)
            count = len(known)
            duals = metric.means((moved[:count], parts[:count]), target[known], label_count)
            cosines[place, new] = moved[count:] @ duals.T
        learned = counted.learn(known, target[known], label_count)
        words[new] = counted.scores(learned, new)
        beyond_words += counted.scores(learned, outside) / folds if len(outside) else 0
    judged = np.bincount(target, minlength=label_count)[target] > 1
    best = min(range(len(SHRINKAGES)), key=lambda place: _best_loss(cosines[place][judged], target[judged]))
    refined = np.zeros_like(cosines[best])
    many = size >= network.LEAST_EXAMPLES
    logs, evidence = np.zeros_like(refined), np.zeros(size, np.float32)
    beyond_logs, beyond_evidence = np.zeros_like(beyond), np.zeros(len(outside), np.float32)
    for number, measured in enumerate(spreads):
        known, new = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        metric = measured.metric(SHRINKAGES[best])
        unit, others, strangers = (metric.unit(vectors[rows]) for rows in (known, new, outside))
        duals = metric.refined(unit, target[known], label_count)
        refined[new] = others[0] @ duals.T
        beyond += strangers[0] @ duals.T / folds
        if many:
            report(0.6 + 0.2 * number / folds, f"Checking, part {number + 1} of {folds}")
            learned = network.learn(metric.flat(unit), target[known], label_count, seed=number)
            logs[new], evidence[new] = network.together([learned], metric.flat(others))
            said = network.together([learned], metric.flat(strangers))
            beyond_logs += said[0] / folds
            beyond_evidence += said[1] / folds
    opinion, outside_opinion = ((logs, evidence), (beyond_logs, beyond_evidence)) if many else (None, None)
    held = _HeldOut(refined, words, beyond, beyond_words, fold, judged, opinion, outside_opinion)
    return held, SHRINKAGES[best]


def _of(opinion: Opinion | None, rows: np.ndarray) -> Opinion | None:
    return (opinion[0][rows], opinion[1][rows]) if opinion else None


def _folds(target: np.ndarray, folds: int) -> np.ndarray:
    """A fold for every row, each label spread evenly; always the same for the same rows."""
    random = np.random.default_rng(0)
    fold = np.zeros(len(target), np.int64)
    for label in range(target.max() + 1):
        rows = random.permutation(np.flatnonzero(target == label))
        fold[rows] = (np.arange(len(rows)) + label) % folds
    return fold


def _kept(target: np.ndarray) -> np.ndarray:
    """Rows to compare texts with: all, or as many of each label as there is room for."""
    place = np.zeros(len(target), np.int64)
    for label in range(target.max() + 1):
        rows = np.flatnonzero(target == label)
        place[rows] = np.random.default_rng(label).permutation(len(rows))
    return np.sort(np.argsort(place, kind="stable")[:_KEPT_EXAMPLES])


def _weights(
    cosines: np.ndarray, words: np.ndarray, opinion: Opinion | None, target: np.ndarray
) -> tuple[float, float, float]:
    """Weights of the opinions: held-out labels probable, and few of them wrong."""
    some = np.random.default_rng(2).permutation(len(target))[:_WEIGHED_ROWS]
    if not len(some):
        return _SHARPNESS[len(_SHARPNESS) // 2], 1.0, 0.0
    cosines, words, target = cosines[some], words[some] - words[some].max(axis=1, keepdims=True), target[some]
    said = _of(opinion, some)
    rows = np.arange(len(target))
    choices = list(
        product(_BESIDE_SHARPNESS, _BESIDE_WORDS, _NETWORK_SHARES)
        if said
        else product(_SHARPNESS, _WORD_SHARES, (0.0,))
    )

    def cost(weights: tuple[float, float, float]) -> float:
        scores = joined(weights, cosines, words, said)
        mistakes = float((scores.argmax(axis=1) != target).mean())
        return _loss(scores, target, rows) + _MISTAKE * mistakes

    return min(choices, key=cost)


def _loss(scores: np.ndarray, target: np.ndarray, rows: np.ndarray) -> float:
    peak = scores.max(axis=1)
    return float(np.mean(peak + np.log(np.exp(scores - peak[:, None]).sum(axis=1)) - scores[rows, target]))


def _best_loss(cosines: np.ndarray, target: np.ndarray) -> float:
    """What cosines alone lose at the sharpness that suits them."""
    rows = np.arange(len(target))
    return min(_loss(sharpness * cosines, target, rows) for sharpness in _SHARPNESS) if len(rows) else 0


def _scope(
    held: _HeldOut, target: np.ndarray, kept: np.ndarray, sentences: np.ndarray, outside: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Weights that tell texts in scope from others, and the held-out probabilities they come to.

    Texts out of scope are the negatives, and examples judged as if their label did not exist: a stranger looks so.
    """
    from sklearn.linear_model import LogisticRegression

    rows = np.random.default_rng(1).permutation(np.flatnonzero(held.judged))[:_SCOPE_ROWS]
    similar = sentences[rows] @ sentences[kept].T
    similar[held.fold[rows][:, None] == held.fold[kept][None, :]] = -1
    own = scope_features(held.cosines[rows], held.words[rows], nearest(similar), _of(held.opinion, rows))
    similar[target[rows][:, None] == target[kept][None, :]] = -1
    cosines, words = held.cosines[rows].copy(), held.words[rows].copy()
    cosines[np.arange(len(rows)), target[rows]] = -1
    words[np.arange(len(rows)), target[rows]] = -np.inf
    if cosines.shape[1] == 2:
        # With two labels only one is left, and there is no second to keep a distance from.
        cosines[np.arange(len(rows)), target[rows]] = cosines.max(axis=1)
    foreign = scope_features(cosines, words, nearest(similar), _without(_of(held.opinion, rows), target[rows]))
    refused = scope_features(
        held.outside_cosines, held.outside_words, nearest(sentences[outside] @ sentences[kept].T), held.outside_opinion
    ) if len(outside) else np.zeros((0, own.shape[1]))  # fmt: skip
    features = np.concatenate([own, foreign, refused])
    truth = np.r_[np.ones(len(own)), np.zeros(len(foreign) + len(refused))]
    # Strangers and negatives together weigh as much as what is in scope, the negatives half of it.
    weight = np.r_[
        np.ones(len(own)),
        np.full(len(foreign), 0.5 if len(refused) else 1.0),
        np.full(len(refused), 0.5 * len(own) / max(1, len(refused))),
    ]
    centre, width = features.mean(axis=0), features.std(axis=0) + 1e-9
    learned = LogisticRegression(C=1.0, max_iter=200).fit((features - centre) / width, truth, sample_weight=weight)
    slopes = learned.coef_[0] / width
    scope = np.r_[slopes, learned.intercept_[0] - slopes @ centre]
    chance = 1 / (1 + np.exp(-(features @ scope[:-1] + scope[-1])))
    count = len(own)
    return scope, chance[:count], chance[count : 2 * count], chance[2 * count :]


def _without(opinion: Opinion | None, labels: np.ndarray) -> Opinion | None:
    """The opinion as if each text's own label did not exist."""
    if not opinion:
        return None
    logs, rows = opinion[0].copy(), np.arange(len(labels))
    rest = np.log1p(-np.minimum(np.exp(logs[rows, labels]), 1 - 1e-6))
    logs[rows, labels] = -np.inf
    return logs - rest[:, None], opinion[1] + rest

"""Training: older leads teach, the newest judge. Returns a model, honest metrics and a model card."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from tradewind.modules.scoring.engine import calibration, leaks, metrics
from tradewind.modules.scoring.engine.encoding import Encoder, Excluded, learn
from tradewind.modules.scoring.engine.features import (
    NEVER_USED,
    CustomField,
    Feature,
    Subject,
    candidates,
    custom_feature,
)
from tradewind.modules.scoring.engine.leaks import Order
from tradewind.modules.scoring.engine.metrics import Floats
from tradewind.modules.scoring.engine.model import Model, Thresholds

MIN_LABELS = 200
MIN_EACH_CLASS = 30
HOT_FALSE_POSITIVE_RATE = 0.02
MAX_ROUNDS = 400
_PATIENCE = 50
_COLUMN_SHARES = (0.25, 0.5, 0.8)
ALGORITHM = "lightgbm"
_HARM = 0.005
_CHOSEN = "left out by the settings of this score"

Report = Callable[[int, int, str], None]
Splits = Sequence[tuple[np.ndarray, np.ndarray]]


class NotEnoughLabels(ValueError):
    """Fewer labelled leads than a model needs."""


@dataclass(slots=True)
class Trained:
    """A model with what is known about it. `metrics` were measured on leads the measured model never saw."""

    model: Model
    rows: int
    positives: int
    metrics: dict[str, Any]
    card: dict[str, Any]
    holdout: dict[str, Any] = field(default_factory=dict)


def enough_labels(rows: int, positives: int) -> bool:
    """Whether a model can be trained: at least 200 known outcomes with at least 30 of each."""
    return rows >= MIN_LABELS and min(positives, rows - positives) >= MIN_EACH_CLASS


def train(
    subjects: Sequence[Subject],
    outcome: Sequence[bool],
    custom_fields: Sequence[CustomField],
    *,
    holdout: np.ndarray | None = None,
    without: Collection[str] = (),
    order: Order | None = None,
    seeds: int = 3,
    report: Report = lambda done, total, message: None,
) -> Trained:
    """Train on subjects with known outcomes.

    Steps: order rows in time; leave out leaks; cross-validate on the older 80 % to choose rounds, calibration and
    cuts; measure on the newest 20 %; then fit everything again on all rows. `holdout` (n,) of booleans replaces the
    newest 20 % for evaluations with a fixed split; `without` names features to leave out; `order` is found out
    unless it is given. Raises NotEnoughLabels.
    """
    y = np.asarray(outcome, dtype=np.float64)
    if not enough_labels(len(y), int(y.sum())):
        raise NotEnoughLabels(
            f"{len(y)} leads with a known outcome, {int(y.sum())} of them won; needed are {MIN_LABELS} with at "
            f"least {MIN_EACH_CLASS} of each"
        )
    report(0, 6, "Reading the history")
    order = order or leaks.find_order(subjects, custom_fields)
    encoder, matrix, excluded, warnings = prepare(subjects, y, custom_fields, order, without)
    test = holdout if holdout is not None else newest(order, y)
    arrival = next((item for item in encoder.encoded if item.kind == "order"), None)
    if arrival is not None and not _arrival_helps(encoder, matrix[~test], y[~test], order.values[~test]):
        encoder, matrix, excluded, warnings = prepare(subjects, y, custom_fields, order, {*without, arrival.name})
        excluded.append(Excluded(arrival.name, arrival.label, "makes predictions of newer leads worse"))
    learner = Learner(encoder, len(y), seeds)

    report(1, 6, "Cross-validating")
    old = ~test
    oof, rounds = learner.cross_validate(matrix[old], y[old])
    calibrator, losses, judged_p = calibration.choose(oof, y[old])
    cuts = cut(oof, y[old])
    report(3, 6, "Measuring on the newest leads")
    judged = Model(encoder, learner.fit(matrix[old], y[old], rounds), calibrator, cuts)
    raw_test = judged.raw(matrix[test])
    measured = measure(y[test], raw_test, judged)

    report(4, 6, "Learning from all leads")
    seen_raw, seen_y = np.concatenate([oof, raw_test]), np.concatenate([y[old], y[test]])
    final_calibrator = calibration.fit(calibrator["kind"], seen_raw, seen_y)
    final_rounds = round(rounds * min(1.25, (len(y) / old.sum()) ** 0.5))
    model = Model(encoder, learner.fit(matrix, y, final_rounds), final_calibrator, cut(seen_raw, seen_y))
    report(5, 6, "Writing the model card")
    importance = _importance(model, matrix)
    card = {
        "algorithm": ALGORITHM,
        "rows": len(y),
        "positives": int(y.sum()),
        "split": {
            "kind": "fixed" if holdout is not None else "newest 20 %",
            "ordered_by": order.label,
            "train_rows": int(old.sum()),
            "test_rows": int(test.sum()),
        },
        "rounds": final_rounds,
        "seeds": learner.seeds,
        "column_share": learner.column_share,
        "cross_validation": {
            "rows": int(old.sum()),
            "auc": metrics.auc(y[old], oof),
            "accuracy": metrics.at_threshold(y[old], oof, cuts.warm)["accuracy"],
            "ece": metrics.expected_calibration_error(y[old], judged_p),
            "recall_at_hot": metrics.at_threshold(y[old], oof, cuts.hot)["recall"],
        },
        "calibration": {"kind": calibrator["kind"], "log_loss": losses},
        "features": importance,
        "excluded": [asdict(item) for item in excluded]
        + [
            {"name": name, "label": name.removesuffix("_id").replace("_", " ").capitalize(), "reason": reason}
            for name, reason in NEVER_USED.items()
        ],
        "warnings": warnings,
        "intended_use": "Ordering people's work on leads by how likely they are to convert. Not for decisions about "
        "a person's rights, prices or credit.",
    }
    report(6, 6, "Trained")
    holdout_rows = {"mask": test, "outcome": y[test], "raw": raw_test, "model": judged, "older_raw": oof}
    return Trained(model, len(y), int(y.sum()), measured, card, holdout_rows)


class Learner:
    """Gradient boosted trees of moderate depth, averaged over seeds; settings follow the number of rows.

    `column_share`: how many of the columns each tree may look at. Few where many columns tell a little each, most
    where one tells nearly all; `cross_validate` chooses it.
    """

    def __init__(self, encoder: Encoder, rows: int, seeds: int) -> None:
        self.seeds = seeds if rows <= 50_000 else 1
        self.folds = 5 if rows <= 50_000 else 3
        self.column_share = 0.5
        self.categorical = encoder.categorical_columns
        self.parameters: dict[str, Any] = {
            "objective": "binary", "verbose": -1, "num_threads": 1, "learning_rate": 0.08,
            "num_leaves": 8, "min_data_in_leaf": int(np.clip(rows // 500, 5, 60)),
            "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5.0,
            "max_cat_to_onehot": 64, "cat_l2": 10.0, "deterministic": True, "force_row_wise": True,
        }  # fmt: skip

    def cross_validate(self, matrix: Floats, y: Floats, splits: Splits | None = None) -> tuple[Floats, int]:
        """Held-out logits (n,), and the number of rounds that predicts held-out rows best.

        `splits`: rows to learn from and rows to judge by; unless given, folds that spread both classes evenly, and by
        them the share of columns is chosen as well. Rows that no split judges keep NaN.
        """
        if splits is None:
            splits = _folds(y, self.folds)
            shares = _COLUMN_SHARES if len(y) <= 50_000 else (self.column_share,)
            tried = {share: self._held_out(matrix, y, splits, share, seed=0) for share in shares}
            self.column_share = min(tried, key=lambda share: float(_mean_curve(tried[share]).min()))
            runs = tried[self.column_share]
        else:
            runs = self._held_out(matrix, y, splits, self.column_share, seed=0)
        for seed in range(1, self.seeds):
            runs += self._held_out(matrix, y, splits, self.column_share, seed)
        rounds = int(np.argmin(_mean_curve(runs))) + 1
        raw = np.full(len(y), np.nan)
        for run in runs:
            raw[run.test] = 0.0
        for run in runs:
            raw[run.test] += run.booster.predict(
                matrix[run.test], raw_score=True, num_iteration=rounds, num_threads=1
            )  # fmt: skip
        return raw / self.seeds, rounds

    def _held_out(self, matrix: Floats, y: Floats, splits: Splits, share: float, seed: int) -> list["_Run"]:
        runs = []
        for taught, test in splits:
            curve: dict[str, dict[str, list[float]]] = {}
            watch = (matrix[test], y[test], curve)
            booster = self._booster(matrix[taught], y[taught], MAX_ROUNDS, share, seed, watch)
            runs.append(_Run(test, booster, np.array(curve["test"]["binary_logloss"])))
        return runs

    def fit(self, matrix: Floats, y: Floats, rounds: int) -> list[str]:
        """Boosters of all seeds as text."""
        return [
            self._booster(matrix, y, rounds, self.column_share, seed, None).model_to_string()
            for seed in range(self.seeds)
        ]

    def _booster(
        self, matrix: Floats, y: Floats, rounds: int, share: float, seed: int,
        watch: tuple[Floats, Floats, dict[str, Any]] | None,
    ) -> Any:  # fmt: skip
        import lightgbm

        quiet = {"verbose": -1}
        data = lightgbm.Dataset(matrix, y, categorical_feature=self.categorical, params=quiet)
        parameters = {**self.parameters, "feature_fraction": share, "seed": 1 + seed}
        if watch is None:
            return lightgbm.train(parameters, data, rounds)
        test = lightgbm.Dataset(watch[0], watch[1], reference=data, params=quiet)
        return lightgbm.train(
            parameters, data, rounds, valid_sets=[test], valid_names=["test"],
            callbacks=[
                lightgbm.record_evaluation(watch[2]), lightgbm.early_stopping(_PATIENCE, verbose=False)
            ],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Run:
    """A booster, the rows it did not learn from, and its log loss on them after each round."""

    test: np.ndarray
    booster: Any
    curve: Floats


def _mean_curve(runs: Sequence[_Run]) -> Floats:
    """Mean held-out log loss by round; a run that had stopped counts with its last."""
    length = max(len(run.curve) for run in runs)
    return np.mean([np.pad(run.curve, (0, length - len(run.curve)), mode="edge") for run in runs], axis=0)


def _arrival_helps(encoder: Encoder, matrix: Floats, y: Floats, when: Floats) -> bool:
    """Whether the time of arrival does no harm as a feature when rows are newer than all that was learned from."""
    rows = np.argsort(when, kind="stable")
    older, newer = np.split(rows, [round(0.8 * len(rows))])
    if min(y[newer].sum(), (1 - y[newer]).sum(), y[older].sum()) < MIN_EACH_CLASS:
        return True
    timeless = matrix.copy()
    for start, item in zip(encoder.starts, encoder.encoded, strict=True):
        if item.kind == "order":
            timeless[:, start] = np.nan
    learner = Learner(encoder, len(older), seeds=1)
    with_it, without_it = (
        metrics.auc(y[newer], learner.cross_validate(columns, y, [(older, newer)])[0][newer])
        for columns in (matrix, timeless)
    )
    return with_it >= without_it - _HARM


def newest(order: Order, y: Floats, share: float = 0.2) -> np.ndarray:
    """Mask (n,) of the newest rows; a random draw when those lack one of the classes."""
    count = round(share * len(y))
    mask = np.zeros(len(y), dtype=bool)
    mask[np.argsort(order.values, kind="stable")[-count:]] = True
    fewest = min(y[mask].sum(), (1 - y[mask]).sum(), y[~mask].sum(), (1 - y[~mask]).sum())
    if fewest < 8:
        mask = _stratified_parts(y, round(1 / share)) == 0
    return mask


def cut(raw: Floats, y: Floats) -> Thresholds:
    """Bands: hot keeps false positives at 2 %, warm is more likely than not, cool starts at the median of the rest."""
    hot = metrics.threshold_for_false_positives(y, raw, HOT_FALSE_POSITIVE_RATE)
    warm = _even_chance(raw, y)
    if warm >= hot:  # rare winners: hardly anyone is likely to convert; take the best tenth instead
        warm = min(hot, float(np.quantile(raw, 0.9)))
    below = raw[raw < warm]
    cool = float(np.median(below)) if len(below) else warm
    return Thresholds(hot if np.isfinite(hot) else float(raw.max()) + 1.0, warm, cool)


def _even_chance(raw: Floats, y: Floats) -> float:
    """Raw score at which the chance is one half, by a smooth fit: steadier on new rows than the best cut."""
    if not 0 < y.sum() < len(y):
        return float("inf")
    fitted = calibration.fit("sigmoid", raw, y)
    slope = fitted["weights"][0]
    return -fitted["intercept"] / slope if slope > 0 else float("inf")


def measure(y: Floats, raw: Floats, model: Model) -> dict[str, Any]:
    """All figures of a model on rows it has not seen."""
    probability = calibration.apply(model.calibrator, raw)
    hot = metrics.at_threshold(y, raw, model.thresholds.hot)
    qualified = metrics.at_threshold(y, raw, model.thresholds.warm)
    return {
        "rows": len(y),
        "base_rate": float(y.mean()),
        "auc": metrics.auc(y, raw),
        "accuracy": qualified["accuracy"],
        "brier": metrics.brier(y, probability),
        "log_loss": metrics.log_loss(y, probability),
        "ece": metrics.expected_calibration_error(y, probability),
        "precision_at_20": metrics.precision_at_share(y, raw, 0.2),
        "hot": hot,
        "qualified": qualified,
        "calibration_curve": metrics.calibration_curve(y, probability),
    }


def prepare(
    subjects: Sequence[Subject],
    y: Floats,
    custom_fields: Sequence[CustomField],
    order: Order,
    without: Collection[str],
) -> tuple[Encoder, Floats, list[Excluded], list[str]]:
    features = candidates(custom_fields, dated=order.kind == "time" and len(np.unique(order.values)) > 50)
    excluded = [
        Excluded(f"custom.{item.key}", item.label, "marked as not used for scoring")
        for item in custom_fields
        if not item.used_for_scoring and item.key != order.custom_key
    ]
    if order.custom_key is not None:
        # A running number stands for the time of arrival, which the score may know whatever the column is marked.
        arrival = custom_feature(order.custom_key, f"Arrival, by {order.label}", "order", evidence=False)
        features = [*(feature for feature in features if feature.name != arrival.name), arrival]
    excluded += [Excluded(item.name, item.label, _CHOSEN) for item in features if item.name in without]
    encoder, useless = learn([item for item in features if item.name not in without], subjects)
    excluded += useless
    matrix = encoder.matrix(encoder.read(subjects))
    kept: list[Feature] = []
    warnings: list[str] = []
    for alone, item, reader in zip(
        leaks.single_feature_auc(encoder, matrix, y), encoder.encoded, encoder.readers, strict=True
    ):
        if alone > leaks.TOO_GOOD_AUC:
            excluded.append(
                Excluded(item.name, item.label, f"tells the outcome almost by itself (AUC {alone:.2f}): "
                         "very likely filled in after the outcome was known")
            )  # fmt: skip
            continue
        assert reader is not None
        kept.append(reader)
        if alone > leaks.SUSPICIOUS_AUC or (item.name.startswith("custom.") and leaks.looks_late(item.label)):
            warnings.append(
                f"“{item.label}” may be filled in after first contact (AUC {alone:.2f} on its own). If so, switch "
                "off “used for scoring” for this field, or the score knows the answer in advance."
            )
    if len(kept) < len(encoder.encoded):
        encoder, _ = learn(kept, subjects)
        matrix = encoder.matrix(encoder.read(subjects))
    if not encoder.encoded:
        raise NotEnoughLabels("no column tells the leads apart")
    return encoder, matrix, excluded, warnings


def _importance(model: Model, matrix: Floats) -> list[dict[str, Any]]:
    """Features by mean absolute contribution, with their share of all contributions."""
    rows = np.random.default_rng(5).permutation(len(matrix))[:2000]
    strength = np.abs(model.forest().contributions(matrix[rows])).mean(axis=0)
    total = strength.sum() or 1.0
    ranked = sorted(zip(strength, model.encoder.encoded, strict=True), key=lambda pair: -pair[0])
    return [
        {
            "name": item.name, "label": item.label, "meaning": item.meaning, "kind": item.kind, "unit": item.unit,
            "importance": float(value), "share": float(value / total), "filled_share": item.filled_share,
        }
        for value, item in ranked
    ]  # fmt: skip


def _folds(y: Floats, count: int) -> Splits:
    part = _stratified_parts(y, count)
    return [(np.flatnonzero(part != fold), np.flatnonzero(part == fold)) for fold in range(count)]


def _stratified_parts(y: Floats, parts: int) -> np.ndarray:
    """Part number (n,) of each row, each class spread evenly."""
    random = np.random.default_rng(3)
    part = np.empty(len(y), dtype=np.int64)
    for value in (0, 1):
        rows = np.flatnonzero(y == value)
        part[random.permutation(rows)] = np.arange(len(rows)) % parts
    return part

"""Guards against columns that know the answer, and the search for an order in time."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tradewind.modules.scoring.engine.encoding import Encoder, number_of
from tradewind.modules.scoring.engine.features import CustomField, Subject, arrived_at
from tradewind.modules.scoring.engine.metrics import Floats, auc

TOO_GOOD_AUC = 0.97
SUSPICIOUS_AUC = 0.90
_SAMPLE_ROWS = 50_000
_LATE_NAMES = re.compile(
    r"\b(status|stage|outcome|result|converted|conversion|won|lost|closed?|tags?|lead quality|lead profile|"
    r"last activity|last (notable|modified)|disposition|lost reason|close date|contract|invoice|paid)\b",
    re.IGNORECASE,
)
_NUMBERING = re.compile(r"(\bnumber\b|\bno\b\.?|\bid\b|#|\bseq|\bnummer\b|\bindex\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Order:
    """What orders the training rows in time. `values` (n,) rise from oldest to newest."""

    kind: str
    label: str
    values: Floats
    custom_key: str | None = None


def single_feature_auc(encoder: Encoder, matrix: Floats, outcome: Floats) -> list[float]:
    """AUC each feature reaches on its own (n features): bins scored by their rate on the other half of rows."""
    rows = min(len(matrix), _SAMPLE_ROWS)
    chosen = np.random.default_rng(11).permutation(len(matrix))[:rows]
    matrix, outcome = matrix[chosen], outcome[chosen]
    half = np.arange(rows) % 2 == 0
    result = []
    for start, item in zip(encoder.starts, encoder.encoded, strict=True):
        best = 0.5
        for column in matrix[:, start : start + item.width].T:
            bins = _bins(column, categorical=item.kind in ("category", "flag"))
            score = np.empty(rows)
            for train, test in ((half, ~half), (~half, half)):
                score[test] = _rates(bins[train], outcome[train], int(bins.max()) + 1)[bins[test]]
            best = max(best, auc(outcome, score))
        result.append(best)
    return result


def looks_late(label: str) -> bool:
    """Whether a column's name sounds like something filled in after first contact."""
    return bool(_LATE_NAMES.search(label))


def find_order(subjects: Sequence[Subject], custom_fields: Sequence[CustomField]) -> Order:
    """Real arrival times if there are any; else a running number; else the row of the import."""
    seconds = np.array([arrived_at(subject).timestamp() for subject in subjects])
    rows = np.array([number_of(subject.fields.get("import_row")) for subject in subjects])
    if _really_dated(seconds, rows):
        return Order("time", "arrival time", seconds)
    for item in custom_fields:
        if item.kind in ("number", "text"):
            numbers = np.array([number_of(subject.custom.get(item.key)) for subject in subjects])
            if _is_running_number(item.label, numbers, rows):
                return Order("number", item.label, numbers, item.key)
    if not np.isnan(rows).any() and len(np.unique(rows)) > 1:
        return Order("import_row", "row of the imported file", rows)
    return Order("time", "arrival time", seconds)


def _really_dated(seconds: Floats, rows: Floats) -> bool:
    """Imports without a date stamp their rows within minutes; real arrivals spread over days."""
    days = np.unique(np.floor(seconds / 86_400))
    return len(days) >= 5 or bool(np.isnan(rows).all())


def _is_running_number(label: str, numbers: Floats, rows: Floats) -> bool:
    if np.isnan(numbers).any() or len(numbers) < 2 or (numbers != np.floor(numbers)).any():
        return False
    if len(np.unique(numbers)) < 0.999 * len(numbers):
        return False
    follows_rows = not np.isnan(rows).any() and abs(_rank_correlation(numbers, rows)) >= 0.9
    compact = numbers.max() - numbers.min() < 1000 * len(numbers)
    return follows_rows or bool(compact and _NUMBERING.search(label))


def _rank_correlation(a: Floats, b: Floats) -> float:
    rank_a, rank_b = np.argsort(np.argsort(a)), np.argsort(np.argsort(b))
    return float(np.corrcoef(rank_a, rank_b)[0, 1])


def _bins(column: Floats, *, categorical: bool) -> np.ndarray:
    missing = np.isnan(column)
    if categorical:
        codes = np.where(missing, -1, column).astype(np.int64) + 1
    else:
        edges = np.unique(np.quantile(column[~missing], np.linspace(0, 1, 26)[1:-1])) if (~missing).any() else []
        codes = np.where(missing, 0, np.searchsorted(edges, np.where(missing, 0, column), side="right") + 1)
    return codes


def _rates(bins: np.ndarray, outcome: Floats, size: int) -> Floats:
    prior = outcome.mean()
    return (np.bincount(bins, outcome, size) + 5 * prior) / (np.bincount(bins, minlength=size) + 5)

"""Trying the classifier on files of one's own: learn from one, judge another."""

import csv
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tradewind.modules.intents.engine.model import Prediction
from tradewind.modules.intents.engine.train import train
from tradewind.modules.intents.errors import ExamplesFileInvalid
from tradewind.modules.intents.service.texts import text_key

# Labels that say that a text belongs to no intent, however they are written.
OUT_OF_SCOPE = frozenset({"oos", "out_of_scope", "outofscope", "none", "no_intent"})
_BOM = "\ufeff"
_MAX_ROWS, _MAX_CHARACTERS = 200_000, 10_000
_SLICE = 256
_TIMED = 100


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a file; `label` is empty where the file has none."""

    text: str
    label: str

    @property
    def outside(self) -> bool:
        """Whether the label says that the text belongs to no intent."""
        return text_key(self.label).replace("-", "_").replace(" ", "_") in OUT_OF_SCOPE


def read(path: Path, *, labelled: bool) -> list[Row]:
    """Read a CSV file with the columns text and label (or category), UTF-8. Raises ExamplesFileInvalid.

    Without `labelled` the label may be missing, as a column or in single rows.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = csv.reader(file, strict=True)
            try:
                head = [name.strip().removeprefix(_BOM).casefold() for name in next(lines, [])]
                if "text" not in head:
                    raise ExamplesFileInvalid(f"{path.name}: the first line must name a column “text”.")
                where = head.index("text")
                label_at = next((head.index(name) for name in ("label", "category") if name in head), None)
                if labelled and label_at is None:
                    raise ExamplesFileInvalid(f"{path.name}: the first line must name a column “label”.")
                return _rows(path, lines, where, label_at, labelled)
            except csv.Error as failure:
                raise ExamplesFileInvalid(f"{path.name}, line {lines.line_num}: {failure}.") from failure
    except UnicodeDecodeError as failure:
        raise ExamplesFileInvalid(f"{path.name} is not written in UTF-8 (byte {failure.start}).") from failure


def _rows(path: Path, lines: Any, where: int, label_at: int | None, labelled: bool) -> list[Row]:
    found: list[Row] = []
    for cells in lines:
        line = f"{path.name}, line {lines.line_num}"
        if not cells:
            continue
        if len(cells) <= max(where, label_at or 0):
            raise ExamplesFileInvalid(f"{line}: {len(cells)} columns, where the first line names more.")
        content = cells[where].strip()
        label = cells[label_at].strip() if label_at is not None else ""
        if not content and labelled:
            raise ExamplesFileInvalid(f"{line}: the text is empty.")
        if labelled and not label:
            raise ExamplesFileInvalid(f"{line}: the label is empty.")
        if len(content) > _MAX_CHARACTERS:
            raise ExamplesFileInvalid(f"{line}: the text is longer than {_MAX_CHARACTERS:,} characters.")
        found.append(Row(content, label))
        if len(found) > _MAX_ROWS:
            raise ExamplesFileInvalid(f"{path.name} has more than {_MAX_ROWS:,} rows.")
    if not found:
        raise ExamplesFileInvalid(f"{path.name} has no rows.")
    return found


def evaluate(
    learned: Sequence[Row], judged: Sequence[Row], report: Callable[[float, str], None]
) -> tuple[list[Prediction], dict[str, Any]]:
    """Learn from rows and judge others; predictions in their order, and metrics. Raises ExamplesFileInvalid."""
    inside = [row for row in learned if not row.outside]
    if len({row.label for row in inside}) < 2:
        raise ExamplesFileInvalid("The file to learn from needs at least two labels besides the out-of-scope one.")
    started = time.perf_counter()
    model = train(
        [row.text for row in inside],
        [row.label for row in inside],
        [row.text for row in learned if row.outside],
        report=lambda share, words: report(0.8 * share, words),
    ).model
    seconds = time.perf_counter() - started
    predictions: list[Prediction] = []
    for start in range(0, len(judged), _SLICE):
        predictions += model.predict([row.text for row in judged[start : start + _SLICE]])
        report(0.8 + 0.15 * len(predictions) / len(judged), "Judging")
    report(0.95, "Taking the time of single messages")
    times = []
    for row in judged[:_TIMED]:
        began = time.perf_counter()
        model.predict([row.text])
        times.append(1000 * (time.perf_counter() - began))
    metrics = {
        "train_rows": len(learned),
        "labels": len(model.labels),
        "train_seconds": round(seconds, 1),
        "milliseconds_p50": round(float(np.percentile(times, 50)), 2),
        "milliseconds_p95": round(float(np.percentile(times, 95)), 2),
        **_metrics(judged, predictions),
    }
    return predictions, metrics


def _metrics(judged: Sequence[Row], predictions: Sequence[Prediction]) -> dict[str, Any]:
    known = [(row, each) for row, each in zip(judged, predictions, strict=True) if row.label]
    inside = [(row, each) for row, each in known if not row.outside]
    metrics: dict[str, Any] = {"rows": len(judged), "in_scope_rows": len(inside)}
    if inside:
        right = np.array([row.label == each.label for row, each in inside])
        chance = np.array([each.probability for _, each in inside])
        metrics |= {"accuracy": round(float(right.mean()), 4), "ece": round(_calibration(right, chance), 4)}
    outside = [each.in_scope for row, each in known if row.outside]
    if inside and outside:
        from sklearn.metrics import roc_auc_score

        truth = [1] * len(inside) + [0] * len(outside)
        scores = [*(each.in_scope for _, each in inside), *outside]
        metrics |= {
            "out_of_scope_rows": len(outside),
            "out_of_scope_auroc": round(float(roc_auc_score(truth, scores)), 4),
        }
    return metrics


def _calibration(right: np.ndarray, chance: np.ndarray) -> float:
    """Expected calibration error over 15 bins of equal size."""
    bins = np.array_split(np.argsort(chance), min(15, len(chance)))
    return float(sum(len(rows) / len(right) * abs(right[rows].mean() - chance[rows].mean()) for rows in bins))


def write(path: Path, predictions: Sequence[Prediction]) -> None:
    """Write predictions as CSV, in their order."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["label", "probability", "in_scope_probability"])
        lines.writerows([each.label, f"{each.probability:.6f}", f"{each.in_scope:.6f}"] for each in predictions)

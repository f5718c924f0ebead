"""The product's own scorer on anyone's files: train on one, score another, measure where the outcome is known."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from tradewind.modules.leads import api as leads
from tradewind.modules.leads.contracts import FileColumn, FileTable
from tradewind.modules.scoring.engine import explain, metrics, rolling
from tradewind.modules.scoring.engine.leaks import Order
from tradewind.modules.scoring.engine.metrics import Floats
from tradewind.modules.scoring.engine.model import BANDS, Model
from tradewind.modules.scoring.engine.train import NotEnoughLabels, Report, train
from tradewind.modules.scoring.errors import EvaluationImpossible

_REASONS_FOR, _REASONS_AGAINST = 3, 2
_SCORED_AT_ONCE = 5_000
_LEAST_STEP, _LEAST_WINDOW, _MOST_TRAININGS = 10, 200, 1_000
_FILE_AT = datetime(2020, 1, 1, tzinfo=UTC)
_DATES = ("date", "datetime")


@dataclass(frozen=True, slots=True)
class Rolling:
    """Train anew every `step` rows on the newest `window` rows."""

    window: int
    step: int


@dataclass(frozen=True, slots=True)
class Options:
    """What the columns of the files mean. A row whose target equals `positive` is one that reached the outcome."""

    target: str
    positive: str
    id: str
    exclude: tuple[str, ...] = ()
    order_by: str | None = None
    rolling: Rolling | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """A row of the second file; `reasons` for (+) and against (−) it in words, strongest first."""

    id: str
    score: int
    probability: float
    band: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All rows scored; `metrics` are None where the second file lacks the target."""

    scores: list[Scored]
    metrics: dict[str, Any] | None
    card: dict[str, Any]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Field:
    key: str
    label: str
    kind: str
    used_for_scoring: bool = True


@dataclass(frozen=True, slots=True)
class _Row:
    custom: dict[str, Any]
    created_at: datetime
    fields: dict[str, Any] = field(default_factory=dict)
    company: dict[str, Any] = field(default_factory=dict)
    activities: tuple[Any, ...] = ()
    as_of: datetime = _FILE_AT


def evaluate(
    train_path: Path, test_path: Path, options: Options, *, report: Report = lambda done, total, message: None
) -> Evaluation:
    """Train on the first file and score the second. Raises FileUnreadable and kin, EvaluationImpossible."""
    taught, judged = leads.read_table(train_path), leads.read_table(test_path)
    _require(taught, train_path, [options.target, options.id, options.order_by, *options.exclude])
    known = options.target in _names(judged)
    _require(judged, test_path, [options.id, options.order_by, options.target if options.rolling else None])
    outcome = _outcome(taught, options, train_path)
    truth = _outcome(judged, options, test_path, one_class=True) if known else None
    order = _column(taught, options.order_by) if options.order_by else None
    columns = [column for column in taught.columns if column.name not in {options.target, options.id, *options.exclude}]
    when = _when(order, (taught, train_path), (judged, test_path)) if order else None
    if order is not None and order.kind in _DATES:  # it is the time of arrival
        columns.remove(order)
    fields = [_Field(column.name, column.name, column.kind) for column in columns]
    stream = _subjects([taught, judged], columns, when if order and order.kind in _DATES else None)
    subjects, others = stream[: len(taught.rows)], stream[len(taught.rows) :]
    ids = [row[_names(judged).index(options.id)] for row in judged.rows]
    notes = (*taught.notes, *_missing(judged, columns))
    try:
        if options.rolling is not None:
            assert truth is not None
            place = np.arange(len(stream), dtype=np.float64) if when is None else when
            ordered = Order("row", "row of the files", place) if order is None else _order(place, order, fields)
            return _rolled(stream, np.concatenate([outcome, truth]), ids, fields, ordered, options, notes, report)
        by = None if order is None or when is None else _order(when[: len(subjects)], order, fields)
        trained = train(subjects, outcome.tolist(), fields, order=by, report=report)
    except NotEnoughLabels as failure:
        raise EvaluationImpossible(f"{train_path.name}: {failure}.") from failure
    probability, raw, scores = _score(trained.model, others, ids)
    cuts = trained.model.thresholds
    measured = None if truth is None else _measure(truth, probability, raw >= cuts.hot, raw >= cuts.warm, score=raw)
    return Evaluation(scores, measured, trained.card, (*notes, *trained.card["warnings"]))


def write_scores(path: Path, scores: Sequence[Scored]) -> None:
    """The scores as CSV: id, score, probability, band, reasons."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "score", "probability", "band", "reasons"])
        for row in scores:
            writer.writerow([row.id, row.score, f"{row.probability:.6f}", row.band, "; ".join(row.reasons)])


def _score(model: Model, subjects: Sequence[_Row], ids: Sequence[str]) -> tuple[Floats, Floats, list[Scored]]:
    probability, raw = np.empty(len(subjects)), np.empty(len(subjects))
    scores: list[Scored] = []
    for start in range(0, len(subjects), _SCORED_AT_ONCE):
        part = slice(start, start + _SCORED_AT_ONCE)
        prediction = model.predict(subjects[part])
        probability[part], raw[part] = prediction.probability, prediction.raw
        explained = explain.compact(prediction, model.encoder)
        scores += _rows(ids[part], prediction.probability, prediction.band, explained, model)
    return probability, raw, scores


def _rolled(
    stream: list[_Row], outcome: np.ndarray, ids: list[str], fields: Sequence[_Field], order: Order,
    options: Options, notes: tuple[str, ...], report: Report,
) -> Evaluation:  # fmt: skip
    assert options.rolling is not None
    window, step = options.rolling.window, options.rolling.step
    first = len(stream) - len(ids)
    if window < _LEAST_WINDOW or step < _LEAST_STEP or len(ids) / step > _MOST_TRAININGS:
        raise EvaluationImpossible(
            f"A rolling window has at least {_LEAST_WINDOW} rows and a step at least {_LEAST_STEP}, and trains at most "
            f"{_MOST_TRAININGS:,} times; {window}:{step} would train {-(-len(ids) // max(1, step)):,} times."
        )
    if order.values[:first].max() > order.values[first:].min():
        raise EvaluationImpossible(
            f"Rolling needs every row of the second file to come after the first file, ordered by “{order.label}”."
        )
    # Before the first row of the second file nothing of it is known, so the files stay apart where times are equal.
    rows = np.concatenate(
        [np.argsort(order.values[:first], kind="stable"), first + np.argsort(order.values[first:], kind="stable")]
    )
    result = rolling.roll(
        [stream[row] for row in rows], outcome[rows].tolist(), fields, order, first=first, window=window, step=step,
        report=report,
    )  # fmt: skip
    back = np.argsort(rows[first:])
    made = _rows(
        [ids[row - first] for row in rows[first:]], result.probability, result.band, result.explained, result.model
    )
    truth, probability = outcome[first:], result.probability[back]
    measured = _measure(truth, probability, result.hot[back], result.qualified[back], score=probability)
    measured["alift"] = metrics.lift_area(truth.astype(np.float64), probability)
    card = {"rolling": {"window": window, "step": step, "trainings": result.trainings}, "rounds": result.rounds}
    return Evaluation([made[row] for row in back], measured, card, notes)


def _rows(
    ids: Sequence[str], probability: Floats, band: np.ndarray, explained: Sequence[explain.Compact], model: Model
) -> list[Scored]:
    features = {item.name: item for item in model.encoder.encoded}
    made = []
    for row, stored in enumerate(explained):
        positive, negative = explain.reasons(stored, features)
        said = [f"+ {reason.sentence}" for reason in positive[:_REASONS_FOR]]
        said += [f"− {reason.sentence}" for reason in negative[:_REASONS_AGAINST]]
        p = float(probability[row])
        made.append(Scored(ids[row], round(100 * p), p, BANDS[band[row]], tuple(said)))
    return made


def _measure(
    truth: np.ndarray, probability: Floats, hot: np.ndarray, qualified: np.ndarray, *, score: Floats
) -> dict[str, Any]:
    """Figures of the second file; cuts and calibration come from rows whose outcome was known before."""
    y = truth.astype(np.float64)
    return {
        "rows": len(y),
        "positives": int(y.sum()),
        "auc": metrics.auc(y, score),
        "accuracy": metrics.at_threshold(y, qualified.astype(float), 1.0)["accuracy"],
        "brier": metrics.brier(y, probability),
        "log_loss": metrics.log_loss(y, probability),
        "ece": metrics.expected_calibration_error(y, probability),
        "precision_at_20": metrics.precision_at_share(y, score, 0.2),
        "hot": metrics.at_threshold(y, hot.astype(float), 1.0),
        "qualified": metrics.at_threshold(y, qualified.astype(float), 1.0),
    }


def _names(table: FileTable) -> list[str]:
    return [column.name for column in table.columns]


def _column(table: FileTable, name: str) -> FileColumn:
    return next(column for column in table.columns if column.name == name)


def _require(table: FileTable, path: Path, names: Sequence[str | None]) -> None:
    there = _names(table)
    missing = [name for name in names if name is not None and name not in there]
    if missing:
        raise EvaluationImpossible(
            f"{path.name} has no column {', '.join(f'“{name}”' for name in missing)}. Its columns are: "
            + ", ".join(there[:60])
        )


def _missing(table: FileTable, columns: Sequence[FileColumn]) -> list[str]:
    there = set(_names(table))
    return [f"The second file has no column “{c.name}”; it reads as unknown." for c in columns if c.name not in there]


def _outcome(table: FileTable, options: Options, path: Path, *, one_class: bool = False) -> np.ndarray:
    """Outcome (n,) of booleans. An empty target is a mistake worth stopping for, not a loss."""
    at = _names(table).index(options.target)
    cells = [row[at].strip() for row in table.rows]
    if blank := sum(not cell for cell in cells):
        raise EvaluationImpossible(f"{path.name}: the target “{options.target}” is empty in {blank:,} rows.")
    wanted = same_form(options.positive)
    outcome = np.array([same_form(cell) == wanted for cell in cells], dtype=bool)
    if not one_class and (not outcome.any() or outcome.all()):
        seen = ", ".join(f"“{cell}”" for cell in sorted(set(cells))[:10])
        raise EvaluationImpossible(
            f"{path.name}: {'all' if outcome.any() else 'no'} values of “{options.target}” equal "
            f"“{options.positive}”. There are: {seen}."
        )
    return outcome


def same_form(text: str) -> str:
    """A cell of the target as it is compared: 1, 1.0 and “ 1 ” are the same."""
    word = text.strip().casefold()
    try:
        return f"{float(word):g}"
    except ValueError:
        return word


def _subjects(tables: Sequence[FileTable], columns: Sequence[FileColumn], arrived: Floats | None) -> list[_Row]:
    """The rows of all files; `arrived` (n,) in seconds where a column tells it."""
    rows: list[_Row] = []
    for table in tables:
        place = {name: index for index, name in enumerate(_names(table))}
        used = [(column, place.get(column.name)) for column in columns]
        for cells in table.rows:
            at = _FILE_AT if arrived is None else datetime.fromtimestamp(arrived[len(rows)], UTC)
            custom = {c.name: None if index is None else leads.cell_value(c, cells[index]) for c, index in used}
            rows.append(_Row(custom, at))
    return rows


def _when(column: FileColumn, *files: tuple[FileTable, Path]) -> Floats:
    """Place in time (n,) of the rows of all files, by a column of numbers or dates."""
    values = []
    for table, path in files:
        at = _names(table).index(column.name)
        for number, row in enumerate(table.rows, start=1):
            value = leads.cell_value(column, row[at])
            if isinstance(value, datetime):
                value = value.timestamp()
            if not isinstance(value, int | float):
                raise EvaluationImpossible(
                    f"{path.name}: rows are ordered by numbers or dates, but row {number} has "
                    f"“{row[at][:50]}” in “{column.name}”."
                )
            values.append(float(value))
    return np.array(values)


def _order(values: Floats, column: FileColumn, fields: Sequence[_Field]) -> Order:
    if column.kind in _DATES:
        return Order("time", column.name, values)
    used = any(item.key == column.name for item in fields)
    return Order("number", column.name, values, column.name if used else None)

"""Evaluations people start in the app: files come in, the scorer is tried on them in the background, scores go out."""

import asyncio
import csv
import gzip
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database, actor_of
from tradewind.modules.leads import api as leads
from tradewind.modules.leads.contracts import FileTable
from tradewind.modules.scoring.engine import metrics
from tradewind.modules.scoring.errors import EvaluationImpossible, EvaluationNotFound
from tradewind.modules.scoring.models import ScoringEvaluation
from tradewind.modules.scoring.schemas.evaluations import (
    EvaluationFeature,
    EvaluationMetrics,
    EvaluationOptions,
    EvaluationResult,
)
from tradewind.modules.scoring.schemas.models import CalibrationPoint
from tradewind.modules.scoring.service import evaluation

MAX_BYTES = 25 * 1024**2
_KEPT = 10
_NEWEST_SHARE = 0.2
_FEATURES = 12
_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx")


async def create(
    session: AsyncSession, options: EvaluationOptions, train: tuple[str, bytes], test: tuple[str, bytes] | None
) -> ScoringEvaluation:
    """Keep the files, each a name and its bytes. Raises EvaluationImpossible for kinds that cannot be read."""
    names = [name for name, _ in (train, *([test] if test else []))]
    for name in names:
        if Path(name).suffix.lower() not in _SUFFIXES:
            raise EvaluationImpossible(f"“{name}” is neither CSV nor XLSX.")
    row = ScoringEvaluation(
        organisation_id=actor_of(session).organisation_id,
        name=" → ".join(names)[:300],
        options={**options.model_dump(mode="json"), "files": names},
        train_file=train[1],
        test_file=test[1] if test else None,
        created_by_name=actor_of(session).name,
    )
    session.add(row)
    await session.flush()
    kept = select(ScoringEvaluation.id).order_by(ScoringEvaluation.created_at.desc()).limit(_KEPT)
    await session.execute(delete(ScoringEvaluation).where(ScoringEvaluation.id.not_in(kept)))
    return row


async def every(session: AsyncSession) -> list[ScoringEvaluation]:
    """The evaluations that are kept, newest first."""
    return list(await session.scalars(select(ScoringEvaluation).order_by(ScoringEvaluation.created_at.desc())))


async def get(session: AsyncSession, evaluation_id: UUID) -> ScoringEvaluation:
    """One evaluation. Raises EvaluationNotFound."""
    row = await session.get(ScoringEvaluation, evaluation_id)
    if row is None:
        raise EvaluationNotFound()
    return row


async def remove(session: AsyncSession, evaluation_id: UUID) -> None:
    """Remove an evaluation with its scores. Raises EvaluationNotFound."""
    await session.delete(await get(session, evaluation_id))


async def scores_of(session: AsyncSession, evaluation_id: UUID) -> bytes:
    """The scores as CSV. Raises EvaluationNotFound, also while there are none."""
    found = await session.scalar(select(ScoringEvaluation.scores).where(ScoringEvaluation.id == evaluation_id))
    if found is None:
        raise EvaluationNotFound("There is no such evaluation, or it is not done.")
    return gzip.decompress(found)


async def run(database: Database, actor: Actor, evaluation_id: UUID, report: evaluation.Report) -> None:
    """Try the scorer on the files, store the outcome, and let the files go. Raises what `evaluate` raises."""
    async with database.transaction(actor) as session:
        columns = (ScoringEvaluation.options, ScoringEvaluation.train_file, ScoringEvaluation.test_file)
        found = (await session.execute(select(*columns).where(ScoringEvaluation.id == evaluation_id))).one_or_none()
    if found is None or found.train_file is None:
        raise EvaluationNotFound("It was removed before it could run.")
    result, scores = await asyncio.to_thread(_evaluate, found.options, found.train_file, found.test_file, report)
    async with database.transaction(actor) as session:
        row = await get(session, evaluation_id)
        row.result, row.scores, row.state = result.model_dump(mode="json"), scores, "ready"
        row.train_file = row.test_file = None


async def fail(session: AsyncSession, evaluation_id: UUID, reason: str) -> None:
    """Say why it could not be done, and let the files go; one that was removed meanwhile stays removed."""
    row = await session.get(ScoringEvaluation, evaluation_id)
    if row is not None:
        row.state, row.error, row.train_file, row.test_file = "failed", reason, None, None


def _evaluate(
    stored: dict[str, Any], train: bytes, test: bytes | None, report: evaluation.Report
) -> tuple[EvaluationResult, bytes]:
    names = stored["files"]
    options = evaluation.Options(
        stored["target"], stored["positive"], stored["id"], tuple(stored["exclude"]), stored["order_by"]
    )
    with TemporaryDirectory(prefix="tradewind-evaluation-") as folder:
        taught = _written(Path(folder), "learn", names[0], train)
        judged = _written(Path(folder), "score", names[1], test) if test is not None else None
        if judged is None:
            taught, judged = _split(taught, Path(folder))
        done = evaluation.evaluate(taught, judged, options, report=report)
        out = Path(folder) / "scores.csv"
        evaluation.write_scores(out, done.scores)
        curve = _curve(leads.read_table(judged), options, done) if done.metrics else []
        result = EvaluationResult(
            rows=len(done.scores),
            bands=dict(Counter(row.band for row in done.scores)),
            metrics=EvaluationMetrics.model_validate(done.metrics) if done.metrics else None,
            calibration_curve=curve,
            features=[EvaluationFeature(label=f["label"], share=f["share"]) for f in done.card["features"][:_FEATURES]],
            notes=list(done.notes),
        )
        return result, gzip.compress(out.read_bytes())


def _written(folder: Path, part: str, name: str, content: bytes) -> Path:
    # The name a person gave tells the kind of file alone; it never becomes a path.
    path = folder / f"{part}{Path(name).suffix.lower()}"
    path.write_bytes(content)
    return path


def _split(path: Path, folder: Path) -> tuple[Path, Path]:
    """One file as two: the last fifth of its rows is scored."""
    table = leads.read_table(path)
    first = len(table.rows) - round(_NEWEST_SHARE * len(table.rows))
    return (
        _part(folder / "older.csv", table, table.rows[:first]),
        _part(folder / "newest.csv", table, table.rows[first:]),
    )


def _part(path: Path, table: FileTable, rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.name for column in table.columns])
        writer.writerows(rows)
    return path


def _curve(table: FileTable, options: evaluation.Options, done: evaluation.Evaluation) -> list[CalibrationPoint]:
    place = [column.name for column in table.columns].index(options.target)
    wanted = evaluation.same_form(options.positive)
    truth = np.array([float(evaluation.same_form(row[place]) == wanted) for row in table.rows])
    forecast = np.array([row.probability for row in done.scores])
    return [CalibrationPoint.model_validate(point) for point in metrics.calibration_curve(truth, forecast)]

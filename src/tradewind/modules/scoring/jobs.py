"""Long work of scoring: training, scoring everyone, the nightly renewal."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.errors import AppError
from tradewind.kernel.job_runs import store_result
from tradewind.kernel.jobs import JobCancelled, JobContext, cron, enqueue, job, start_run
from tradewind.kernel.schemas import Schema
from tradewind.modules.scoring import repository
from tradewind.modules.scoring.engine.train import enough_labels
from tradewind.modules.scoring.service import evaluations, labels, previews, upkeep
from tradewind.modules.scoring.service.scorers import scorers
from tradewind.modules.scoring.service.scoring import Scored, score_all
from tradewind.modules.scoring.service.setups import Setup
from tradewind.modules.scoring.service.training import due_for_training, train_model

log = structlog.get_logger(__name__)
_ATTEMPTS = 2
_Fail = Callable[[AsyncSession, UUID, str], Awaitable[None]]


class TrainModel(Schema):
    """Train a model for a score (the primary one) from its outcomes; score everyone if it takes over."""

    setup: str | None = None


class ScoreAll(Schema):
    """Score every lead, or only those of an import."""

    import_id: UUID | None = None


class PreviewChange(Schema):
    """See what a change of scores would do."""

    preview_id: UUID


class EvaluateFiles(Schema):
    """Try the scorer on uploaded files."""

    evaluation_id: UUID


class AfterImport(Schema):
    """An import has brought leads."""

    import_id: UUID


@job("scoring.train", max_attempts=2, concurrency=1)
async def train(context: JobContext, payload: TrainModel) -> None:
    """Train; when the model takes over, score all leads with it."""

    async def progress(done: int, total: int, message: str) -> None:
        await context.raise_if_cancelled()
        await context.progress(done=done, total=total, message=message)

    result = await train_model(context.database, context.actor, payload.setup, progress=progress)
    async with context.transaction() as session:
        if context.run_id is not None:
            await store_result(
                session,
                context.run_id,
                {
                    "model_id": str(result.model_id),
                    "version": result.version,
                    "promoted": result.promoted,
                    "reason": result.reason,
                    "auc": result.auc,
                },
            )
        if result.promoted:
            await start_run(session, score_everyone, ScoreAll(), title="Score all leads")


@job("scoring.score_all", concurrency=1)
async def score_everyone(context: JobContext, payload: ScoreAll) -> None:
    """Score leads in batches; each batch is a transaction."""
    scored = await _score_all(context, payload.import_id)
    if context.run_id is not None:
        async with context.transaction() as session:
            await store_result(session, context.run_id, {"scored": scored.count, "kind": scored.kind})


@job("scoring.after_import", concurrency=1)
async def after_import(context: JobContext, payload: AfterImport) -> None:
    """Score what came in with what there is; train as well when the import brought enough outcomes."""
    async with context.transaction() as session:
        if await due_for_training(session):
            about = f"import:{payload.import_id}"
            await start_run(session, train, TrainModel(), title="Train the score", subject=about)
    await _score_all(context, payload.import_id)


async def start_training(session: AsyncSession, setup: Setup, *, title: str) -> None:
    """Train for a score in the background, if its outcomes allow and its settings use a model."""
    known, reached = await labels.counts(session, setup.settings)
    if setup.settings.mode != "rules" and enough_labels(known, reached):
        await start_run(session, train, TrainModel(setup=setup.key), title=title, for_everyone=True)


@job("scoring.preview", max_attempts=_ATTEMPTS, concurrency=1)
async def preview_change(context: JobContext, payload: PreviewChange) -> None:
    """Score leads as they are and as they would be; nothing of it is written to leads."""

    async def progress(done: int, total: int) -> None:
        await context.raise_if_cancelled()
        await context.progress(done=done, total=total)

    async with _said_when_over(context, previews.fail, payload.preview_id):
        await previews.run(context.database, context.actor, payload.preview_id, progress)


@job("scoring.evaluate_files", max_attempts=_ATTEMPTS, concurrency=1)
async def evaluate_files(context: JobContext, payload: EvaluateFiles) -> None:
    """Learn from one file and score the other, with progress."""
    loop = asyncio.get_running_loop()

    async def tell(done: int, total: int, message: str) -> None:
        await context.raise_if_cancelled()
        await context.progress(done=done, total=total, message=message)

    def report(done: int, total: int, message: str) -> None:
        asyncio.run_coroutine_threadsafe(tell(done, total, message), loop).result()

    async with _said_when_over(context, evaluations.fail, payload.evaluation_id):
        await evaluations.run(context.database, context.actor, payload.evaluation_id, report)


@asynccontextmanager
async def _said_when_over(context: JobContext, fail: _Fail, subject_id: UUID) -> AsyncIterator[None]:
    """Mark what the job works on as failed, with a reason people can read, once there is no further attempt."""
    reason = "It stopped on an error of ours, which is in the log. You can try again."
    over = context.attempt >= _ATTEMPTS
    try:
        yield
    except (AppError, JobCancelled) as failure:
        over = True
        reason = failure.detail if isinstance(failure, AppError) else "Stopped before it was done."
        raise
    else:
        over = False
    finally:
        if over:
            async with context.transaction() as session:
                await fail(session, subject_id, reason)


@cron("scoring.retrain_nightly", "15 3 * * *")
async def retrain_nightly(context: JobContext) -> None:
    """Per organisation: look for drift and train what is due; rule scores follow time and outcomes that passed."""
    for organisation_id in await context.organisation_ids():
        async with context.as_organisation(organisation_id).transaction() as session:
            due = await upkeep.setups_to_train(session)
            for setup, reason in due:
                log.info("scoring.training_due", setup=setup, reason=reason)
                key = f"scoring.nightly:{organisation_id}:{setup}"
                await enqueue(session, train, TrainModel(setup=setup), dedupe_key=key)
            by_rules = any(active.asks_rules for active in await scorers(session))
            if by_rules and not due:
                await enqueue(session, score_everyone, ScoreAll(), dedupe_key=f"scoring.nightly:{organisation_id}")


@cron("scoring.prune_history", "45 2 * * *")
async def prune_history(context: JobContext) -> None:
    """Thin out old scores, an organisation a transaction."""
    for organisation_id in await context.organisation_ids():
        async with context.as_organisation(organisation_id).transaction() as session:
            gone = await upkeep.prune_history(session)
        if gone:
            log.info("scoring.history_pruned", organisation_id=str(organisation_id), rows=gone)


async def _score_all(context: JobContext, import_id: UUID | None) -> Scored:
    async def progress(done: int) -> None:
        await context.raise_if_cancelled()
        await context.progress(done=done)

    async with context.transaction() as session:
        counted = await repository.counts(session)
    if import_id is None:
        await context.progress(total=counted.leads)
    return await score_all(context.database, context.actor, import_id=import_id, progress=progress)
